// @ts-check
// Searches the whole report. Its index is a script, which is loaded with the one that answers queries when the search is
// first opened.
"use strict";
{
  const SHOWN = 40;

  const { html, one, messageOf } = sumint.elements;

  const dialog = one(document, "#search", HTMLDialogElement);
  const field = one(dialog, ".search-field", HTMLInputElement);
  const status = one(dialog, ".search-status", HTMLElement);
  const hint = one(dialog, ".search-hint", HTMLElement);
  const list = one(dialog, ".search-results", HTMLElement);
  const toSearch = one(document, ".to-search", HTMLElement);
  const withoutSearch = one(document, "#without-search", HTMLElement);
  const root = dialog.dataset.root ?? "";
  /** @type {((query: string) => SearchAnswer) | null} */
  let answerTo = null;
  /** @type {HTMLAnchorElement[]} */
  let results = [];
  let active = -1;

  sumint.registerSearchIndex = (index) => {
    answerTo = sumint.searchIn(index, root);
  };

  /** @type {Record<string, string>} */
  const KIND_NAMES = {
    "Long table": "Table",
    "Unchecked claim": "Claim, not checked here,",
    "Absent figure": "Figure, not shown here,",
    "Absent table": "Table, not shown here,",
  };

  // A long table shows a few rows, so the address names what it should look for.
  const addressOf = (/** @type {SearchResult} */ { entry: { kind, address }, row }) => {
    if (kind !== "Long table" || !row) return address;
    const [page, anchor] = address.split("#");
    return `${page}?${anchor}.find=${encodeURIComponent(row.replaceAll(" · ", " "))}#${anchor}`;
  };

  const marked = (/** @type {string} */ text, /** @type {RegExp[][]} */ patterns) =>
    sumint.searchPassages
      .passagesOf(text, patterns)
      .map((passage) => (passage.isMatch ? html("mark", {}, passage.text) : passage.text));

  const elementOf = (
    /** @type {SearchResult} */ result,
    /** @type {number} */ number,
    /** @type {RegExp[][]} */ patterns,
  ) => {
    const line = (/** @type {string} */ name, /** @type {Child[]} */ ...children) =>
      html("span", { class: `search-${name}` }, ...children);
    const { kind, page, title, text } = result.entry;
    const part = result.row || text;
    return html(
      "a",
      { class: "search-result", href: addressOf(result), id: `search-result-${number}`, role: "option", tabindex: -1 },
      line("place", kind === "Page" ? "Page" : `${KIND_NAMES[kind] ?? kind} in ${page}`),
      line("title", ...marked(title, patterns)),
      ...(part ? [line("snippet", ...marked(sumint.searchPassages.snippetOf(part, patterns), patterns))] : []),
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

  const countText = (/** @type {number} */ count) => {
    const limit = count > SHOWN ? `, the first ${SHOWN} shown` : "";
    return `${count} ${count === 1 ? "result" : "results"}${limit}`;
  };
  const statusText = (/** @type {SearchAnswer} */ { kind, query, terms, results }) => {
    const count = results.length;
    if (!terms.length && kind === "found") return "";
    if (!count) return "Nothing found";
    if (kind === "closest") return `Nothing matches exactly. The closest chapter${count === 1 ? "" : "s"}:`;
    return kind === "corrected" ? `Nothing matches exactly. ${countText(count)} for “${query}”` : countText(count);
  };

  const search = () => {
    if (!answerTo) return;
    const answer = answerTo(field.value);
    const patterns = sumint.searchPassages.patternsOf(answer.terms);
    results = answer.results.slice(0, SHOWN).map((result, number) => elementOf(result, number, patterns));
    list.replaceChildren(...results);
    status.textContent = statusText(answer);
    hint.hidden = Boolean(status.textContent);
    field.ariaExpanded = String(results.length > 0);
    activate(results.length ? 0 : -1);
  };

  const open = async () => {
    dialog.showModal();
    field.select();
    try {
      await sumint.loadScript(`${root}assets/search-answer.js`);
      await sumint.loadScript(`${root}assets/search-index.js`);
      search();
    } catch (error) {
      status.textContent = `The search does not work here: ${messageOf(error)}.`;
      hint.replaceChildren(...one(withoutSearch, ".search-instead", HTMLElement).cloneNode(true).childNodes);
      hint.hidden = false;
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

  // Without this script the button opens the note that stands in for the search.
  toSearch.removeAttribute("popovertarget");
  toSearch.title = "Search the report (/ or Ctrl+K or ⌘K)";
  toSearch.setAttribute("aria-haspopup", "dialog");
  toSearch.setAttribute("aria-keyshortcuts", "/ Control+K Meta+K");
  toSearch.addEventListener("click", open);

  // The field of the search may keep the focus for a moment after the search is closed.
  const isTyped = (/** @type {EventTarget | null} */ target) =>
    target !== field && target instanceof Element && target.closest("input:not([type=radio]), select, textarea");
  addEventListener("keydown", (event) => {
    const isShortcut = event.key.toLowerCase() === "k" && event.ctrlKey !== event.metaKey && !event.shiftKey;
    const isSlash = event.key === "/" && !event.ctrlKey && !event.metaKey && !isTyped(event.target);
    if (event.altKey || !(isShortcut || (isSlash && !dialog.open))) return;
    event.preventDefault(); // in some browsers Ctrl+K goes to the browser's own search
    if (dialog.open) field.select();
    else open();
  });
}
