// @ts-check
// Shows one chart large in a dialog. Esc, the button or a click beside the dialog closes it, and the browser returns the
// focus to the button that opened it.
"use strict";
{
  const { html } = sumint.elements;

  /** @type {Sumint["expand"]} */
  const expand = (title, draw, clear) => {
    const chart = html("div", { class: "expanded-chart", role: "group", "aria-label": title });
    const close = html("button", { type: "button", class: "button" }, "Close");
    const head = html("div", { class: "expanded-head" }, html("p", { class: "figure-title" }, title), close);
    const dialog = html("dialog", { class: "expanded", "aria-label": title }, head, chart);
    close.addEventListener("click", () => dialog.close());
    dialog.addEventListener("click", ({ target }) => {
      if (target === dialog) dialog.close();
    });
    // The theme may change meanwhile: that of the system, or the choice in another tab.
    const redraw = () => draw(chart);
    document.addEventListener("themechange", redraw);
    dialog.addEventListener("close", () => {
      document.removeEventListener("themechange", redraw);
      clear(chart);
      dialog.remove();
    });
    document.body.append(dialog);
    dialog.showModal();
    draw(chart);
  };

  sumint.expand = expand;
}
