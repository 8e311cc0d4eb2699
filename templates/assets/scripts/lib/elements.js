// @ts-check
// Elements: finds those that a page has, and makes others.
"use strict";
{
  // Elements with attributes and children: html("p", { class: "words" }, "text").
  /** @param {string} namespace @returns {any} */
  const maker =
    (namespace) =>
    (/** @type {string} */ tag, /** @type {Attributes} */ attributes = {}, /** @type {Child[]} */ ...children) => {
      const made = document.createElementNS(namespace, tag);
      for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, String(value));
      made.append(...children);
      return made;
    };

  sumint.elements = {
    html: maker("http://www.w3.org/1999/xhtml"),
    svg: maker("http://www.w3.org/2000/svg"),
    one: (root, selector, type) => {
      const found = root.querySelector(selector);
      if (!(found instanceof type)) throw new Error(`the page has no ${selector}`);
      return found;
    },
    all: (root, selector, type) =>
      [...root.querySelectorAll(selector)].flatMap((found) => (found instanceof type ? [found] : [])),
    times: (n, make) => Array.from({ length: n }, (_, index) => make(index)),
    messageOf: (thrown) => (thrown instanceof Error ? thrown.message : String(thrown)),
  };
}
