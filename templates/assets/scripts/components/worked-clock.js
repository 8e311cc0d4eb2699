// @ts-check
// The last step of the worked example: the arrows that add up to the phase of the digit's logits, on a dial of digits.
"use strict";
{
  const DIAL = 100; // the radius of the dial, in the units of the drawing
  const REACH = 86; // how far out the longest way of arrows comes
  const HOURS = 114; // the radius of the circle of digits
  const CENTRE = { x: 0, y: 0 };

  const { html, svg, times } = sumint.elements;
  const { CONDITIONS, div, step, colourOf } = sumint.workedElements;
  const { N_DIGITS, add, subtract, inLogits, around } = sumint.phasors;
  const { written, digitText, ofPhasor } = sumint.workedWords;

  /** @type {(from: Vector, to: Vector, attributes: Attributes) => SVGLineElement} */
  const line = (from, to, attributes) => svg("line", { x1: from.x, y1: from.y, x2: to.x, y2: to.y, ...attributes });
  /** @type {(from: Vector, to: Vector, kind: string, style?: string) => SVGGElement} */
  const arrow = (from, to, kind, style = "") => {
    const along = subtract(to, from);
    const length = Math.hypot(along.x, along.y);
    const head = Math.min(kind === "part" ? 7 : 10, length);
    const unit = length ? { x: along.x / length, y: along.y / length } : along;
    const back = { x: to.x - unit.x * head, y: to.y - unit.y * head };
    const side = { x: -unit.y * head * 0.4, y: unit.x * head * 0.4 };
    const tip = [to, add(back, side), subtract(back, side)].map(({ x, y }) => `${x.toFixed(2)},${y.toFixed(2)}`);
    return svg(
      "g",
      { class: `worked-arrow worked-arrow--${kind}`, style },
      line(from, back, {}),
      svg("polygon", { points: tip.join(" ") }),
    );
  };

  const face = (/** @type {SeenSum} */ { predicted, answer, digit }) => {
    const digits = times(N_DIGITS, (value) => {
      const { x, y } = around(value, HOURS);
      const kinds = Object.entries({ right: answer, after: predicted[1], predicted: predicted[0] })
        .filter(([, tokens]) => tokens[digit] === String(value))
        .map(([kind]) => `worked-hour--${kind}`);
      return svg(
        "g",
        { class: ["worked-hour", ...kinds].join(" ") },
        svg("circle", { cx: x, cy: y, r: 11 }),
        svg("text", { x, y, "text-anchor": "middle", "dominant-baseline": "central" }, String(value)),
      );
    });
    // Beyond these angles the next digit is predicted, if the logits are a cosine.
    const halves = times(N_DIGITS, (value) =>
      line(around(value + 0.5, DIAL - 4), around(value + 0.5, DIAL), { class: "worked-half" }),
    );
    return [svg("circle", { class: "worked-rim", r: DIAL }), ...halves, ...digits];
  };

  const draw = (/** @type {SVGSVGElement} */ drawing, /** @type {SeenSum} */ seen) => {
    const { vectors, totals } = seen;
    const way = [CENTRE];
    for (const { vector } of vectors[0]) way.push(add(way[way.length - 1], vector));
    const longest = Math.max(...[...way, ...totals].map(({ x, y }) => Math.hypot(x, y))) || 1;
    const scaled = (/** @type {Vector} */ { x, y }) => ({ x: (x * REACH) / longest, y: (y * REACH) / longest });
    const parts = vectors[0].map(({ name }, index) =>
      arrow(scaled(way[index]), scaled(way[index + 1]), "part", `--part: ${colourOf(name)}`),
    );
    const [before, after] = totals.map((vector, condition) => arrow(CENTRE, scaled(vector), CONDITIONS[condition]));
    drawing.replaceChildren(...face(seen), ...(after ? [after] : []), before, ...parts);
    const switched = after ? `; with the carry switched to ${digitText(totals[1], 1)}` : "";
    drawing.setAttribute("aria-label", `A dial of ten digits; the phase is ${digitText(totals[0], 1)}${switched}`);
  };

  const tabulate = (/** @type {HTMLTableElement} */ table, /** @type {SeenSum} */ { vectors, totals, conditions }) => {
    const cell = (/** @type {(condition: number) => string} */ textOf) => {
      const [before, after] = conditions.map(textOf);
      return html("td", {}, before, ...(after === undefined ? [] : [html("span", {}, ` → ${after}`)]));
    };
    const rows = vectors[0].map(({ name }, index) => {
      const vector = (/** @type {number} */ condition) => vectors[condition][index].vector;
      const swatch = html("i", { style: `--part: ${colourOf(name)}` });
      return html(
        "tr",
        {},
        html("th", { scope: "row" }, swatch, name),
        cell((condition) => digitText(vector(condition), 1)),
        cell((condition) => written(inLogits(vector(condition)), 1)),
        cell((condition) => digitText(subtract(totals[condition], vector(condition)), 1)),
      );
    });
    const together = html(
      "tr",
      {},
      html("th", { scope: "row" }, html("i"), "together"),
      cell((condition) => digitText(totals[condition], 1)),
      cell((condition) => written(inLogits(totals[condition]), 1)),
      html("td"),
    );
    const head = ["arrow", "points to", "length", "phase without it"];
    const columns = head.map((text) => html("th", { scope: "col" }, text));
    table.replaceChildren(html("thead", {}, html("tr", {}, ...columns)), html("tbody", {}, ...rows, together));
  };

  sumint.workedClock = {
    phasorStep: () => {
      const drawing = svg("svg", { class: "worked-dial", viewBox: "-128 -128 256 256", role: "img" });
      const table = html("table", { class: "worked-parts" });
      const { element, words } = step(3, "The phase of the logits", div("clock", drawing, table));
      words.setAttribute("role", "status");
      const show = (/** @type {SeenSum} */ seen) => {
        words.textContent = ofPhasor(seen);
        draw(drawing, seen);
        tabulate(table, seen);
      };
      return { element, show };
    },
  };
}
