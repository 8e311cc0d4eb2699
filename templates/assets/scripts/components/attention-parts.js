// @ts-check
// The parts of the attention component: each has an element and shows a state; some also highlight the selected token.
"use strict";
{
  const PALE_FROM = 0.55; // of a token's shade, where dark letters become harder to read on it than pale ones

  const scale = (/** @type {string} */ name, /** @type {number[]} */ ...steps) =>
    steps.map((step) => `var(--${name}-${step})`);
  const ATTENTION = scale("sequential", 0, 1, 2, 3, 4, 5, 6, 7);
  const ATTENDED = scale("diverging", 5, 4, 3, 2, 1, 0);
  const ATTENDING = scale("diverging", 5, 6, 7, 8, 9, 10);

  const { html, svg, all, times } = sumint.elements;
  const { shade, weightOf, between, asText, isDigit } = sumint.attentionWeights;

  const span = (/** @type {string} */ kind, /** @type {Child[]} */ ...children) =>
    html("span", { class: `attention-${kind}` }, ...children);
  const div = (/** @type {string} */ kind, /** @type {Attributes} */ attributes, /** @type {Child[]} */ ...children) =>
    html("div", { class: `attention-${kind}`, ...attributes }, ...children);

  // An element that a position's name and token are written into.
  /** @template {HTMLElement} E @param {E} element */
  const label = (element, /** @type {Node[]} */ ...others) => {
    const [name, glyph] = [span("name"), span("glyph")];
    element.append(name, glyph, ...others);
    const write = (/** @type {PositionToken} */ position) => {
      name.textContent = isDigit(position) ? position.name : "";
      glyph.textContent = position.token;
    };
    return { element, glyph, write };
  };

  const pattern = (/** @type {number} */ n) => {
    const cell = (/** @type {number} */ query, /** @type {number} */ key) =>
      svg("rect", { x: key, y: query, width: 1, height: 1, "data-query": query, "data-key": key });
    const cells = times(n, (query) => times(query + 1, (key) => cell(query, key))).flat();
    return svg("svg", { class: "attention-cells", viewBox: `0 0 ${n} ${n}`, "aria-hidden": "true" }, ...cells);
  };
  /** @type {(drawing: SVGElement, state: AttentionState, head: number) => void} */
  const paint = (drawing, state, head) => {
    for (const cell of all(drawing, "[data-query]", SVGElement)) {
      const { query, key } = cell.dataset;
      cell.style.fill = shade(ATTENTION, weightOf({ ...state, head }, Number(query), Number(key)));
    }
  };

  /** @type {AttentionParts["headChooser"]} */
  const headChooser = ({ heads, positions }, group) => {
    const options = heads.map(({ name }, index) => ({
      input: html("input", { type: "radio", name: group, value: index }),
      drawing: pattern(positions.length),
      name: html("span", {}, name),
    }));
    const perLayer = heads.filter(({ layer }) => layer === heads[0].layer).length;
    const element = html(
      "fieldset",
      { class: "attention-heads", style: `--heads: ${perLayer}` },
      html("legend", { class: "unseen" }, "Head"),
      ...options.map(({ input, drawing, name }) => html("label", { class: "attention-head" }, input, drawing, name)),
    );
    const show = (/** @type {AttentionState} */ state) => {
      for (const [index, { input, drawing }] of options.entries()) {
        input.checked = index === state.head;
        paint(drawing, state, index);
      }
    };
    return { element, show };
  };

  /** @type {AttentionParts["largePattern"]} */
  const largePattern = ({ positions }) => {
    const n = positions.length;
    const axis = () => times(n, (position) => label(html("span", { "data-position": position })));
    const axes = [axis(), axis()];
    const frames = ["attended", "attending", "cell"].map((kind) =>
      svg("rect", { class: `attention-frame attention-frame--${kind}` }),
    );
    const drawing = pattern(n);
    drawing.append(...frames);
    const headName = html("b");
    const key = span("scale", "0", html("i"), "1");
    const guide = div("guide", {}, headName, "from the row’s token to the column’s", key);
    const [keys, queries] = ["keys", "queries"].map((kind, index) =>
      div(kind, {}, ...axes[index].map(({ element }) => element)),
    );
    const element = div("pattern", { "aria-hidden": "true" }, keys, queries, drawing, guide);

    const show = (/** @type {AttentionState} */ state) => {
      paint(drawing, state, state.head);
      headName.textContent = state.heads[state.head].name;
      for (const labels of axes) for (const [index, { write }] of labels.entries()) write(state.positions[index]);
    };
    const point = (/** @type {AttentionState} */ { shown, cell }) => {
      const boxes = [
        { x: 0, y: shown, width: shown + 1, height: 1 },
        { x: shown, y: shown, width: 1, height: n - shown },
        cell ? { x: cell.key, y: cell.query, width: 1, height: 1 } : { width: 0, height: 0 },
      ];
      for (const [index, frame] of frames.entries()) {
        for (const [side, size] of Object.entries(boxes[index])) frame.setAttribute(side, String(size));
      }
      for (const labels of axes) {
        for (const [index, { element }] of labels.entries()) element.classList.toggle("shown", index === shown);
      }
    };
    return { element, show, point };
  };

  /** @type {AttentionParts["table"]} */
  const table = () => {
    const element = div("table", { role: "region", "aria-label": "The pattern as a table" });
    element.classList.add("unseen");
    const heading = (/** @type {string} */ scope, /** @type {string} */ text) => html("th", { scope }, text);
    const show = (/** @type {AttentionState} */ state) => {
      const { heads, head, positions } = state;
      const cell = (/** @type {number} */ query, /** @type {number} */ key) =>
        html("td", {}, key <= query ? weightOf(state, query, key).toFixed(3) : "");
      const columns = ["query / key", ...positions.map((position) => position.label)];
      const rows = positions.map((position, query) =>
        html("tr", {}, heading("row", position.label), ...positions.map((_, key) => cell(query, key))),
      );
      const caption = html("caption", {}, `${heads[head].name}: attention from the row’s token to the column’s`);
      const top = html("thead", {}, html("tr", {}, ...columns.map((text) => heading("col", text))));
      element.replaceChildren(html("table", {}, caption, top, html("tbody", {}, ...rows)));
    };
    return { element, show };
  };

  /** @type {AttentionParts["writtenSum"]} */
  const writtenSum = ({ positions }, lineLength) => {
    const labels = positions.map((_, position) => {
      const button = html("button", { type: "button", class: "attention-token", "data-position": position });
      const number = span("number");
      return { ...label(button, number), number };
    });
    const tokens = labels.map(({ element }) => element);
    const grid = { role: "group", "aria-label": "The sum’s tokens", style: `--columns: ${lineLength}` };
    const swatch = (/** @type {string} */ kind) => html("span", { class: "swatch", style: `--swatch: var(--${kind})` });
    const [attended, attending] = [swatch("attended"), swatch("attending")];
    const reading = html("p", { class: "attention-reading", role: "status" });
    const hint = html("p", { class: "attention-hint" });
    const legend = div("legend", {}, attended, attending);
    const element = div("sum", {}, legend, div("tokens", grid, ...tokens), reading, hint);

    const show = (/** @type {AttentionState} */ state) => {
      for (const [index, { write }] of labels.entries()) write(state.positions[index]);
    };
    const point = (/** @type {AttentionState} */ state) => {
      const { shown, pinned, pointed } = state;
      for (const [position, { element: token, glyph, number }] of labels.entries()) {
        const weight = between(state, shown, position);
        glyph.style.background = shade(position <= shown ? ATTENDED : ATTENDING, weight);
        glyph.classList.toggle("pale", weight >= PALE_FROM);
        number.textContent = weight.toFixed(2);
        token.classList.toggle("shown", position === shown);
        token.setAttribute("aria-pressed", String(position === pinned));
        token.tabIndex = position === pointed ? 0 : -1;
      }
      const { name } = state.positions[shown];
      attended.textContent = `what ${name} attends to`;
      attending.textContent = `what attends to ${name}`;
      reading.textContent = asText(state);
      hint.textContent =
        pinned === null ? "Choose a token to pin it." : "Pinned; choose it again or press Esc to let go.";
    };
    return { element, show, point, tokens };
  };

  /** @type {AttentionParts["tableSwitch"]} */
  const tableSwitch = (large, asTable) => {
    const button = html("button", { type: "button", class: "attention-switch", "aria-pressed": "false" }, "As a table");
    button.addEventListener("click", () => {
      const isTable = button.getAttribute("aria-pressed") === "false";
      button.setAttribute("aria-pressed", String(isTable));
      large.classList.toggle("covered", isTable);
      asTable.classList.toggle("unseen", !isTable);
      asTable.tabIndex = isTable ? 0 : -1;
    });
    return button;
  };

  sumint.attentionParts = { headChooser, largePattern, table, writtenSum, tableSwitch };
}
