// @ts-check
// Clouds of points by magnitude and phase: every path small, the chosen path large, with a colour for each digit. A
// selected point is highlighted in all paths, since it belongs to the same sum, and its values are below.
"use strict";
{
  const NEAR = 14; // pixels from the pointer at which a point is still meant

  const { html, times } = sumint.elements;
  const { pathsOf, nearest, asText, slug } = sumint.cloudPaths;
  const { MARGIN, coloursOf, paintSmall, paintLarge } = sumint.cloudPainting;

  const pathChooser = (/** @type {PathClouds[]} */ paths, /** @type {string} */ group) => {
    const columns = Math.max(...paths.map(({ column }) => column)) + 1;
    // The last column is complete, since a component without a direct path goes through every head.
    const origins = paths.filter(({ column }) => column === columns - 1).map(({ origin }) => origin);
    const options = paths.map(({ name, origin, column }, index) => {
      const input = html("input", { type: "radio", name: group, value: index });
      const canvas = html("canvas", { "aria-hidden": "true" });
      const place = `grid-area: ${origins.indexOf(origin) + 1} / ${column + 1}`;
      return { input, canvas, label: html("label", { class: "clouds-path", style: place }, input, canvas, name) };
    });
    const legend = html("legend", { class: "unseen" }, "Path");
    const labels = options.map(({ label }) => label);
    const element = html("fieldset", { class: "clouds-paths", style: `--columns: ${columns}` }, legend, ...labels);
    return { element, options };
  };

  const digitChooser = (/** @type {Cloud[]} */ clouds) => {
    const legend = html("legend", { class: "unseen" }, "Digits shown");
    const inputs = clouds.map(({ role }) => html("input", { type: "checkbox", value: role }));
    const labels = clouds.map(({ name, role }, index) =>
      html("label", { style: `--digit: var(--digit-${role % 6})` }, inputs[index], name),
    );
    return { element: html("fieldset", { class: "clouds-digits" }, legend, ...labels), inputs };
  };

  const sumChooser = (/** @type {number} */ n) => {
    const input = html("input", { type: "range", min: 0, max: n, step: 1 });
    const element = html("label", { class: "clouds-sum" }, html("span", {}, "Sum of the sample"), input);
    return { element, input };
  };

  /** @type {MakeComponent<CloudsPayload>} */
  const clouds = (chart, [wantedPath = "", wantedSum = ""]) => {
    /** @type {{ chosen: number, shown: boolean[], selected: number | null, pinned: number | null }} */
    const state = { chosen: 0, shown: [], selected: null, pinned: null };
    /** @type {CloudColours | null} */
    let colours = null;
    /** @type {PathClouds[]} */
    let paths = [];
    /** @type {string[]} */
    let sums = [];
    /** @type {ReturnType<typeof makeParts> | null} */
    let parts = null;
    /** @type {CloudsPayload | null} */
    let shownPayload = null;

    const large = html("canvas", { class: "clouds-large", "aria-hidden": "true" });
    const words = html("output", { class: "clouds-words", "aria-live": "polite" });
    const path = () => paths[state.chosen];

    const repaint = () => {
      if (!parts || !colours || !large.clientWidth) return;
      for (const [index, { canvas }] of parts.options.entries())
        paintSmall(canvas, paths[index], { ...state, colours });
      repaintLarge();
    };
    const repaintLarge = () => {
      if (!colours) return;
      const { selected } = state;
      paintLarge(large, path(), { ...state, colours });
      words.classList.toggle("clouds-hint", selected === null);
      words.textContent =
        selected === null ? "Point at a dot, or choose a sum." : asText(path(), sums[selected], selected);
    };
    const select = (/** @type {number | null} */ index) => {
      if (state.selected === index) return;
      state.selected = index;
      repaint();
    };
    const pin = (/** @type {number | null} */ index) => {
      state.pinned = state.pinned === index ? null : index;
      if (parts) parts.sumInput.value = String(state.pinned === null ? 0 : state.pinned + 1);
      select(state.pinned);
    };

    const sumAt = (/** @type {PointerEvent | MouseEvent} */ { offsetX, offsetY }) => {
      const middle = large.clientWidth / 2;
      const unit = (middle - MARGIN) / path().largest;
      return nearest(path(), state.shown, (offsetX - middle) / unit, (offsetY - middle) / unit, NEAR / unit);
    };
    large.addEventListener("pointermove", (event) => select(sumAt(event) ?? state.pinned));
    large.addEventListener("pointerleave", () => select(state.pinned));
    large.addEventListener("click", (event) => {
      pin(sumAt(event));
      chart.dispatchEvent(new Event("change", { bubbles: true }));
    });

    const makeParts = () => {
      const pathPart = pathChooser(paths, `${chart.closest("figure")?.id}.path`);
      const digits = digitChooser(paths[0].clouds);
      const sum = sumChooser(sums.length);
      state.shown = times(digits.inputs.length, () => true);
      state.chosen = Math.max(
        0,
        paths.findIndex(({ name }) => slug(name) === wantedPath),
      );
      const wanted = Number.parseInt(wantedSum, 10);
      state.pinned = state.selected = wanted >= 1 && wanted <= sums.length ? wanted - 1 : null;
      sum.input.value = wantedSum || "0";
      for (const [index, { input }] of pathPart.options.entries()) {
        input.checked = index === state.chosen;
        input.addEventListener("change", () => {
          state.chosen = index;
          repaintLarge();
        });
      }
      for (const [index, input] of digits.inputs.entries()) {
        input.checked = true;
        input.addEventListener("change", () => {
          state.shown[index] = input.checked;
          repaint();
        });
      }
      sum.input.addEventListener("input", () => {
        state.pinned = sum.input.valueAsNumber ? sum.input.valueAsNumber - 1 : null;
        select(state.pinned);
      });
      const view = html("div", { class: "clouds-view" }, large, digits.element, sum.element, words);
      chart.append(html("div", { class: "clouds" }, view, pathPart.element));
      new ResizeObserver(repaint).observe(large);
      return { options: pathPart.options, sumInput: sum.input };
    };

    return {
      choices: () => [slug(path().name), ...(state.pinned === null ? [] : [state.pinned + 1])],
      show: (payload, theme) => {
        if (payload !== shownPayload) {
          paths = pathsOf(payload);
          sums = payload.sums;
          shownPayload = payload;
        }
        colours = coloursOf(theme);
        parts ??= makeParts();
        repaint();
      },
    };
  };

  sumint.registerComponent("clouds", clouds);
}
