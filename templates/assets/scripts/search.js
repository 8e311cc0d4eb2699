// Searches the whole report. Its index is a script, loaded when the search is first opened.
"use strict";
{
  const SHOWN = 40;
  const BEFORE = 50;
  const SNIPPET = 190;
  // The rank of an entry among those that contain the same words: a name is ranked above a mention.
  const WORTH = { Page: 6, Section: 4, Figure: 3, Table: 3, Claim: 2, Text: 0 };
  const IN_TITLE = 8;
  const WHOLE_WORD = 2;

  const dialog = document.getElementById("search");
  const field = dialog.querySelector(".search-field");
  const status = dialog.querySelector(".search-status");
  const list = dialog.querySelector(".search-results");
  const { root } = dialog.dataset;
  let index = null;
  let active = -1;

  window.registerSearchIndex = ({ pages, entries }) => {
    index = entries.map(([page, kind, anchor, title, text]) => {
      const [address, pageTitle] = pages[page];
      return { kind, title, text, page: pageTitle, address: root + address + (anchor && `#${anchor}`) };
    });
  };

  // A word matches at the beginning of words, in the singular or plural; a straight quote or a hyphen matches the
  // typographic ones, too.
  const escaped = (word) =>
    word
      .replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&")
      .replace(/['’]/g, "['’]")
      .replace(/[-‑–−]/g, "[-‑–−]");
  const inAnyNumber = (word) => {
    if (word.length < 4) return word;
    if (/(y|ies?)$/i.test(word)) return word.replace(/(y|ies?)$/i, "(?:y|ies?)");
    return word.replace(/([^s])s$/i, "$1s?");
  };
  const patternOf = (word) => new RegExp(`${/^\w/.test(word) ? "\\b" : ""}${inAnyNumber(escaped(word))}`, "gi");
  const wholeWord = (pattern) => new RegExp(`${pattern.source}(?!\\w)`, "i");

  const scoreOf = (entry, patterns) => {
    let score = WORTH[entry.kind];
    for (const pattern of patterns) {
      const inTitle = entry.title.search(pattern) >= 0;
      if (!inTitle && entry.text.search(pattern) < 0) return 0;
      const where = inTitle ? entry.title : entry.text;
      score += 1 + (inTitle ? IN_TITLE : 0) + (wholeWord(pattern).test(where) ? WHOLE_WORD : 0);
    }
    return score;
  };

  const find = (patterns) =>
    index
      .map((entry) => ({ entry, score: scoreOf(entry, patterns) }))
      .filter(({ score }) => score > 0)
      .sort((one, other) => other.score - one.score)
      .map(({ entry }) => entry);

  const snippetOf = (text, patterns) => {
    const first = Math.min(...patterns.map((pattern) => text.search(pattern)).filter((place) => place >= 0));
    const start = Number.isFinite(first) && first > BEFORE ? text.indexOf(" ", first - BEFORE) + 1 : 0;
    const end = text.length - start > SNIPPET ? text.lastIndexOf(" ", start + SNIPPET) : text.length;
    return `${start ? "… " : ""}${text.slice(start, end)}${end < text.length ? " …" : ""}`;
  };

  const element = (tag, className, ...children) => {
    const made = document.createElement(tag);
    made.className = className;
    made.append(...children);
    return made;
  };

  const marked = (text, patterns) => {
    const any = new RegExp(patterns.map(({ source }) => source).join("|"), "gi");
    const parts = [];
    let end = 0;
    for (const found of text.matchAll(any)) {
      parts.push(text.slice(end, found.index), element("mark", "", found[0]));
      end = found.index + found[0].length;
    }
    return [...parts, text.slice(end)];
  };

  const resultOf = (entry, number, patterns) => {
    const result = element(
      "a",
      "search-result",
      element("span", "search-place", entry.kind === "Page" ? "Page" : `${entry.kind} in ${entry.page}`),
      element("span", "search-title", ...marked(entry.title, patterns)),
    );
    if (entry.text) result.append(element("span", "search-snippet", ...marked(snippetOf(entry.text, patterns), patterns)));
    result.href = entry.address;
    result.id = `search-result-${number}`;
    result.role = "option";
    result.tabIndex = -1;
    return result;
  };

  const activate = (number) => {
    active = number;
    for (const [place, result] of [...list.children].entries()) {
      result.ariaSelected = String(place === active);
      if (place === active) result.scrollIntoView({ block: "nearest" });
    }
    if (active >= 0) field.setAttribute("aria-activedescendant", list.children[active].id);
    else field.removeAttribute("aria-activedescendant");
  };

  const inWords = (count, words) => {
    if (!words.length) return "";
    if (!count) return "Nothing found";
    const shown = count > SHOWN ? `, the first ${SHOWN} shown` : "";
    return `${count} ${count === 1 ? "result" : "results"}${shown}`;
  };

  const search = () => {
    if (!index) return;
    const words = field.value.split(/\s+/).filter(Boolean);
    const patterns = words.map(patternOf);
    const found = words.length ? find(patterns) : [];
    list.replaceChildren(...found.slice(0, SHOWN).map((entry, number) => resultOf(entry, number, patterns)));
    status.textContent = inWords(found.length, words);
    field.ariaExpanded = String(found.length > 0);
    activate(found.length ? 0 : -1);
  };

  const open = async () => {
    dialog.showModal();
    field.select();
    try {
      await loadScript(`${root}assets/search-index.js`);
      search();
    } catch (error) {
      status.textContent = `The search does not work here: ${error.message}.`;
    }
  };

  const steps = { ArrowDown: 1, ArrowUp: -1 };
  field.addEventListener("input", search);
  field.addEventListener("keydown", (event) => {
    const count = list.children.length;
    if (event.key in steps && count) {
      event.preventDefault();
      activate((active + steps[event.key] + count) % count);
    } else if (event.key === "Enter" && !event.isComposing && active >= 0) {
      event.preventDefault();
      list.children[active].click();
    }
  });
  list.addEventListener("click", ({ ctrlKey, metaKey, shiftKey }) => {
    if (!ctrlKey && !metaKey && !shiftKey) dialog.close(); // the link itself is followed
  });
  dialog.addEventListener("click", ({ target }) => {
    if (target === dialog) dialog.close(); // beside the search
  });
  dialog.querySelector(".search-close").addEventListener("click", () => dialog.close());
  document.querySelector(".to-search").addEventListener("click", open);

  // The field of the search may keep the focus for a moment after the search is closed.
  const isTyped = (target) => target !== field && target.closest("input:not([type=radio]), select, textarea");
  addEventListener("keydown", (event) => {
    if (dialog.open || event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (isTyped(event.target)) return;
    event.preventDefault();
    open();
  });
}
