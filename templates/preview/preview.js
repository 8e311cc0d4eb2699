// @ts-check
// Reloads a page of the preview when the report has been rebuilt, or shows the error if the build failed. The server of
// the preview adds this script to the pages that it sends; published pages do not contain it.
"use strict";
{
  const version = document.currentScript?.dataset.version;
  /** @type {EventSource | null} */
  let events = null;
  /** @type {HTMLElement | null} */
  let overlay = null;

  const element = (
    /** @type {string} */ name,
    /** @type {string} */ text,
    /** @type {Partial<CSSStyleDeclaration>} */ style,
  ) => {
    const made = document.createElement(name);
    made.textContent = text;
    Object.assign(made.style, style);
    return made;
  };

  const show = (/** @type {{ title: string, where?: string, message: string }} */ problem) => {
    hide();
    overlay = element("div", "", {
      position: "fixed",
      inset: "auto 0 0 0",
      zIndex: "2147483647",
      maxHeight: "60vh",
      overflow: "auto",
      padding: "1rem 1.25rem",
      background: "#2b1214",
      color: "#ffe9e9",
      borderTop: "3px solid #ff6b6b",
      font: "14px/1.5 ui-monospace, monospace",
    });
    overlay.id = "preview-problem";
    overlay.setAttribute("role", "alert");
    overlay.append(element("strong", problem.title, {}));
    if (problem.where) overlay.append(element("div", problem.where, { marginTop: "0.5rem" }));
    const message = element("pre", problem.message, {
      margin: "0.5rem 0 0",
      whiteSpace: "pre-wrap",
      overflowWrap: "anywhere",
      font: "inherit",
      background: "none",
      color: "inherit",
      border: "none",
      padding: "0",
    });
    overlay.append(message);
    document.body.append(overlay);
  };

  const hide = () => {
    overlay?.remove();
    overlay = null;
  };

  const connect = () => {
    if (events || document.hidden) return;
    events = new EventSource("/-preview/events");
    events.addEventListener("message", ({ data }) => {
      const news = JSON.parse(data);
      if (news.version !== version)
        location.reload(); // which keeps the place on the page
      else if (news.problem) show(news.problem);
      else hide();
    });
  };

  const disconnect = () => {
    events?.close();
    events = null;
  };

  // A browser allows few connections to one server, so a hidden page closes its own.
  document.addEventListener("visibilitychange", () => (document.hidden ? disconnect() : connect()));
  addEventListener("pagehide", disconnect);
  addEventListener("pageshow", connect);
  connect();
}
