// @ts-check
// The elements of the worked example: the sum as on paper, and what its steps share.
"use strict";
{
  const { html } = sumint.elements;
  const { about } = sumint.workedSums;

  /** @type {WorkedElements["div"]} */
  const div = (kind, ...children) => html("div", { class: `worked-${kind}` }, ...children);
  /** @type {WorkedElements["span"]} */
  const span = (kind, ...children) => html("span", { class: `worked-${kind}` }, ...children);

  /** @type {WorkedElements["step"]} */
  const step = (number, title, ...children) => {
    const words = html("p", { class: "worked-words" });
    const heading = html("p", { class: "worked-title" }, html("b", {}, String(number)), title);
    const attributes = { class: `worked-step worked-step--${number}` };
    return { element: html("section", attributes, heading, words, ...children), words };
  };

  const rowsOnPaper = (/** @type {SeenSum} */ seen, /** @type {string} */ group) => {
    const { a, b, answer, predicted } = seen;
    const [digits] = predicted;
    const carries = a.map((_, column) => about(seen, column).hasCarry);
    const line = (/** @type {string} */ kind, /** @type {string} */ sign, /** @type {(string | number)[]} */ cells) => {
      const attributes = { class: `worked-cell worked-${kind}`, "aria-hidden": "true" };
      return [
        span("sign", sign),
        ...cells.map((cell, column) => html("span", { ...attributes, "data-column": column }, String(cell))),
      ];
    };
    const choices = digits.map((token, digit) => {
      const isRight = token === answer[digit];
      const verdict = isRight ? "" : `, wrong: right is ${answer[digit]}`;
      const name = `C${digit}, the model predicts ${token}${verdict}`;
      const input = html("input", { type: "radio", name: group, value: digit, "aria-label": name });
      const place = { class: `worked-cell worked-digit${isRight ? "" : " worked-wrong"}`, "data-column": digit };
      return html("label", place, input, span("predicted", token));
    });
    const corrections = answer.map((token, digit) => (token === digits[digit] ? "" : token));
    return [
      html("legend", { class: "unseen" }, "Digit of the answer"),
      ...line(
        "carry",
        "",
        carries.map((hasCarry) => (hasCarry ? "1" : "")),
      ),
      ...line("operand", "", a),
      ...line("operand", "+", b),
      html("hr"),
      span("sign", "model"),
      ...choices,
      ...(corrections.some(Boolean) ? line("right", "right", corrections) : []),
      ...line(
        "name",
        "",
        a.map((_, column) => `C${column}`),
      ),
    ];
  };

  /** @type {WorkedElements["onPaper"]} */
  const onPaper = (group) => {
    const element = html("fieldset", { class: "worked-sum" });
    /** @type {string[][] | null} */
    let shown = null;
    const show = (/** @type {SeenSum} */ seen) => {
      if (shown !== seen.predicted) {
        element.style.setProperty("--columns", String(seen.a.length));
        element.replaceChildren(...rowsOnPaper(seen, group));
      }
      shown = seen.predicted;
      for (const cell of sumint.elements.all(element, "[data-column]", HTMLElement)) {
        const column = Number(cell.dataset.column);
        cell.classList.toggle("is-chosen", column === seen.digit);
        cell.classList.toggle("is-nine", seen.nines.includes(column));
        cell.classList.toggle("is-deciding", column === seen.deciding);
      }
      element.querySelectorAll("input")[seen.digit].checked = true;
    };
    return { element, show };
  };

  /** @type {WorkedElements["key"]} */
  const key = () => {
    const swatch = (/** @type {string} */ condition, /** @type {string} */ text) =>
      html("span", { class: "swatch", style: `--swatch: var(--${condition})` }, text);
    const [before, after] = [swatch("before", "as it is"), swatch("after", "with the carry switched")];
    const element = div("key", before, after);
    const show = (/** @type {SeenSum} */ { isSwitched }) => {
      after.classList.toggle("is-later", !isSwitched);
    };
    return { element, show };
  };

  sumint.workedElements = {
    CONDITIONS: ["before", "after"],
    div,
    span,
    step,
    onPaper,
    key,
    colourOf: (part) => {
      const [, layer, head] = part.match(/^H(\d+)\.(\d+)$/) ?? [];
      return head === undefined ? "var(--muted)" : `var(--layer-${Number(layer) % 2}-${Number(head) % 8})`;
    },
  };
}
