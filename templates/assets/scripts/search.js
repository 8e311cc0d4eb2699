// @ts-check
// Searches the whole report. Its index is a script, loaded when the search is first opened.
"use strict";
{
  const SHOWN = 40;

  const { html, one, messageOf } = sumint.elements;
  const { entriesOf, patternsOf, find, snippetOf, passagesOf } = sumint.searchRanking;

  const dialog = one(document, "#search", HTMLDialogElement);
  const field = one(dialog, ".search-field", HTMLInputElement);
  const status = one(dialog, ".search-status", HTMLElement);
  const list = one(dialog, ".search-results", HTMLElement);
  const root = dialog.dataset.root ?? "";
  /** @type {SearchEntry[] | null} */
  let entries = null;
  /** @type {HTMLAnchorElement[]} */
  let results = [];
  let active = -1;

  sumint.registerSearchIndex = (index) => {
    entries = entriesOf(index, root);
  };

  const marked = (/** @type {string} */ text, /** @type {RegExp[]} */ patterns) =>
    passagesOf(text, patterns).map((passage) => (passage.isMatch ? html("mark", {}, passage.text) : passage.text));

  const resultOf = (
    /** @type {SearchEntry} */ { kind, page, title, text, address },
    /** @type {number} */ number,
    /** @type {RegExp[]} */ patterns,
  ) => {
    const line = (/** @type {string} */ name, /** @type {Child[]} */ ...children) =>
      html("span", { class: `search-${name}` }, ...children);
    return html(
      "a",
      { class: "search-result", href: address, id: `search-result-${number}`, role: "option", tabindex: -1 },
      line("place", kind === "Page" ? "Page" : `${kind} in ${page}`),
      line("title", ...marked(title, patterns)),
      ...(text ? [line("snippet", ...marked(snippetOf(text, patterns), patterns))] : []),
    );
  };

  const activate = (/** @type {number} */ number) => {
    active = number;
    for (const [place, result] of results.entries()) {
      result.ariaSelected = String(place === active);
      if (place === active) result.scrollIntoView({ block: "nearest" });
    }
    if (active >= 0) field.setAttribute("aria-activedescendant", results[active].id);
    else field.removeAttribute("aria-activedescendant");
  };

  const countText = (/** @type {number} */ count, /** @type {boolean} */ hasWords) => {
    if (!hasWords) return "";
    if (!count) return "Nothing found";
    const limit = count > SHOWN ? `, the first ${SHOWN} shown` : "";
    return `${count} ${count === 1 ? "result" : "results"}${limit}`;
  };

  const search = () => {
    if (!entries) return;
    const patterns = patternsOf(field.value);
    const found = patterns.length ? find(entries, patterns) : [];
    results = found.slice(0, SHOWN).map((entry, number) => resultOf(entry, number, patterns));
    list.replaceChildren(...results);
    status.textContent = countText(found.length, patterns.length > 0);
    field.ariaExpanded = String(found.length > 0);
    activate(found.length ? 0 : -1);
  };

  const open = async () => {
    dialog.showModal();
    field.select();
    try {
      await sumint.loadScript(`${root}assets/search-index.js`);
      search();
    } catch (error) {
      status.textContent = `The search does not work here: ${messageOf(error)}.`;
    }
  };

  /** @type {Record<string, number>} */
  const steps = { ArrowDown: 1, ArrowUp: -1 };
  field.addEventListener("input", search);
  field.addEventListener("keydown", (event) => {
    if (event.key in steps && results.length) {
      event.preventDefault();
      activate((active + steps[event.key] + results.length) % results.length);
    } else if (event.key === "Enter" && !event.isComposing && active >= 0) {
      event.preventDefault();
      results[active].click();
    }
  });
  list.addEventListener("click", ({ ctrlKey, metaKey, shiftKey }) => {
    if (!ctrlKey && !metaKey && !shiftKey) dialog.close(); // the link itself is followed
  });
  dialog.addEventListener("click", ({ target }) => {
    if (target === dialog) dialog.close(); // beside the search
  });
  one(dialog, ".search-close", HTMLElement).addEventListener("click", () => dialog.close());
  one(document, ".to-search", HTMLElement).addEventListener("click", open);

  // The field of the search may keep the focus for a moment after the search is closed.
  const isTyped = (/** @type {EventTarget | null} */ target) =>
    target !== field && target instanceof Element && target.closest("input:not([type=radio]), select, textarea");
  addEventListener("keydown", (event) => {
    if (dialog.open || event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (isTyped(event.target)) return;
    event.preventDefault();
    open();
  });
}
