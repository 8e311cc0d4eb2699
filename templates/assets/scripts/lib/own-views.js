// @ts-check
// Views of the figures of single sums for a sum of the reader's own: the view of a listed sum with other numbers.
"use strict";
{
  const N_DIGITS = 10;
  const LABEL_SPACE = 1.35; // of the outermost point, so that the labels of points fit into the dial

  const { predicting, digitsOf, tokensOf, readAnswer, phasorOf } = sumint.liveSums;
  const { components, paths, rightPhasors } = sumint.attributions;

  const ofDigits = (/** @type {Float64Array} */ logits) => [...logits.slice(0, N_DIGITS)];
  // The digit and the version of a view, from its slug: …c0.corrected.
  const isCorrected = (/** @type {string[]} */ choices) => choices.includes("corrected");
  const positionOf = (/** @type {string[]} */ choices, /** @type {LiveModel} */ { payload }) =>
    predicting(payload.n_digits) + Number(choices[0].slice(1));

  // A heatmap with other cells; its colours reach as far as the largest of them, if that is further.
  /** @type {(view: View, z: number[][]) => View} */
  const heatmap = (view, z) => {
    const { data = [], layout = {} } = structuredClone({ data: view.data, layout: view.layout });
    data[0].z = z;
    for (const [name, axis] of Object.entries(layout)) {
      if (!name.startsWith("coloraxis") || !(axis.cmin < 0)) continue;
      const limit = Math.max(axis.cmax, ...z.flat().map(Math.abs));
      layout[name] = { ...axis, cmin: -limit, cmax: limit };
    }
    return { ...view, data, layout };
  };

  /** @type {OwnViews["makers"][string]} */
  const probabilities = (view, _, { model, run, sum }) => {
    const answer = readAnswer(run, sum, model.payload);
    const made = heatmap(
      view,
      model.payload.vocabulary.map((_, token) => answer.map((digit) => digit.probabilities[token])),
    );
    const text = model.payload.vocabulary.map((_, token) => answer.map(({ right }) => (right === token ? "○" : "")));
    return { ...made, data: [{ ...(made.data ?? [])[0], text }] };
  };

  /** @type {OwnViews["makers"][string]} */
  const ofComponents = (view, choices, { model, run }) => {
    const rows = components(run, model, positionOf(choices, model));
    const shown = isCorrected(choices) ? rows : rows.slice(0, -1); // without the biases
    return heatmap(
      view,
      shown.map(({ logits }) => ofDigits(logits)),
    );
  };

  /** @type {OwnViews["makers"][string]} */
  const ofPaths = (view, choices, { model, run }) => {
    const position = positionOf(choices, model);
    const found = paths(run, model, position, isCorrected(choices) ? 1 : 0);
    const shown = isCorrected(choices) ? [...found.paths, ...found.biases] : found.paths;
    return heatmap(
      view,
      shown.map(({ logits }) => ofDigits(logits)),
    );
  };

  // The panels of the view, one for each digit, have the same series in the same order: lines from the centre to the
  // heads' points, these points, the prediction, and the right digit.
  /** @type {OwnViews["makers"][string]} */
  const phases = (view, _, { model, run, sum }) => {
    const { data = [], layout = {} } = structuredClone({ data: view.data, layout: view.layout });
    const nDigits = model.payload.n_digits;
    const { nTokens } = model.weights.sizes;
    const perPanel = data.length / nDigits;
    const answer = digitsOf(sum.a + sum.b, nDigits);
    const right = rightPhasors(model);
    for (const [digit, one] of answer.entries()) {
      const position = predicting(nDigits) + digit;
      const heads = components(run, model, position)
        .filter(({ name }) => name.startsWith("H1."))
        .map(({ logits }) => phasorOf(logits));
      const prediction = phasorOf(run.logits.slice(position * nTokens, (position + 1) * nTokens));
      const together = heads.reduce((sum, { x, y }) => ({ x: sum.x + x, y: sum.y + y }), { x: 0, y: 0 });
      const reach = Math.max(...[...heads, together, prediction].map(({ x, y }) => Math.hypot(x, y)));
      const [spokes, points, arrow, line] = data.slice(digit * perPanel, (digit + 1) * perPanel);
      const polar = heads.map(polarOf);
      spokes.r = polar.flatMap(({ r }) => [0, r, null]);
      spokes.theta = polar.flatMap(({ theta }) => [theta, theta, null]);
      Object.assign(points, seriesOf(polar), {
        texttemplate: points.text,
        textposition: polar.map(({ theta }) => outward(theta)),
      });
      Object.assign(arrow, seriesOf([{ r: 0, theta: 0 }, polarOf(prediction)]));
      const direction = polarOf(right[one]).theta;
      Object.assign(
        line,
        seriesOf([
          { r: 0, theta: direction },
          { r: reach, theta: direction },
        ]),
      );
      const subplot = points.subplot;
      layout[subplot] = {
        ...layout[subplot],
        radialaxis: { ...layout[subplot].radialaxis, range: [0, LABEL_SPACE * reach] },
      };
      const title = `C${digit}: ${one}`;
      const { narrow = {}, panels = {} } = layout.meta ?? {};
      panels[subplot] = title;
      for (const { annotations } of [layout, narrow]) annotations[digit].text = title;
    }
    return { ...view, data, layout };
  };
  // Phases grow counterclockwise, against the digits: logits that are largest at digit d have the phase −2πd/10.
  const polarOf = (/** @type {Vector} */ { x, y }) => ({ r: Math.hypot(x, y), theta: Math.atan2(-y, x) });
  const seriesOf = (/** @type {{ r: number, theta: number }[]} */ polar) => ({
    r: polar.map(({ r }) => r),
    theta: polar.map(({ theta }) => theta),
    customdata: polar.map(({ theta }) => ((((-theta * N_DIGITS) / (2 * Math.PI)) % N_DIGITS) + N_DIGITS) % N_DIGITS),
  });
  // Where the label of a point is: on its far side from the centre.
  const outward = (/** @type {number} */ theta) => {
    const sectors = [
      ...["middle right", "top right", "top center", "top left"],
      ...["middle left", "bottom left", "bottom center", "bottom right"],
    ];
    const eighth = Math.round(Math.atan2(Math.cos(theta), -Math.sin(theta)) / (Math.PI / 4));
    return sectors[(eighth + sectors.length) % sectors.length];
  };

  /** @type {OwnViews["makers"][string]} */
  const attention = (view, _, { model: { payload }, run, sum }) => {
    const tokens = tokensOf(sum, payload.n_digits);
    const positions = payload.position_names.map((name, position) => {
      const token = payload.vocabulary[tokens[position]];
      return { name, token, label: name === token ? name : `${name} ${token}` };
    });
    const heads = run.layers.flatMap((ofLayer, layer) =>
      ofLayer.map(({ pattern }, head) => ({ name: `H${layer}.${head}`, layer, weights: pattern })),
    );
    return { ...view, payload: { positions, heads } };
  };

  sumint.ownViews = {
    makers: { probabilities, attention, components: ofComponents, paths: ofPaths, phases },
  };
}
