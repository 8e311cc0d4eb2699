// @ts-check
// Marks on the root element that scripts run, and which scripts of the page do not, before the first paint. Style sheets
// show what stands in for a script unless it runs: a server may block scripts by a policy, and then noscript is ignored.
"use strict";
{
  const root = document.documentElement;
  root.dataset.scripts = "run";

  /** @type {Set<string>} */
  const failed = new Set();
  const markFailed = (/** @type {string} */ address) => {
    const [, script] = /\/assets\/([\w-]+)\.js$/.exec(address) ?? [];
    if (!script) return;
    failed.add(script);
    root.dataset.failed = [...failed].join(" ");
  };

  // The event of a script that is missing or blocked does not bubble; that of a script that throws names its address.
  const watch = (/** @type {Event} */ event) => {
    if (event.target instanceof HTMLScriptElement) markFailed(event.target.src);
    else if (event instanceof ErrorEvent) markFailed(event.filename);
  };
  addEventListener("error", watch, { capture: true });
  addEventListener("load", () => removeEventListener("error", watch, { capture: true }));
}
