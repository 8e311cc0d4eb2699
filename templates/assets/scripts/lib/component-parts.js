// @ts-check
// The numbers of the components by part, in the form of a chart's traces, as the Python code of each payload has them.
"use strict";
{
  const { times } = sumint.elements;

  const DIGITS = 7; // the significant digits in single precision

  const plain = (/** @type {number} */ number) => (Number.isFinite(number) ? Number(number.toPrecision(DIGITS)) : null);
  // Numbers in 16 bits are given to a tenth of their steps.
  const placesOf = (/** @type {PackedNumbers} */ packed) =>
    "step" in packed ? Math.max(0, Math.ceil(1 - Math.log10(packed.step))) : null;

  /** @type {(numbers: ArrayLike<number>, width: number) => (number | null)[][]} */
  const rowsOf = (numbers, width) =>
    times(Math.floor(numbers.length / width), (row) =>
      Array.from({ length: width }, (_, column) => plain(numbers[row * width + column])),
    );

  /** @type {(rows: string[], numbers: ArrayLike<number>, axes: string[]) => FigurePart} */
  const matrix = (rows, numbers, [y, x, z]) => {
    const width = numbers.length / rows.length;
    const columns = times(width, String);
    return {
      axes: { x, y, z },
      traces: [{ type: "heatmap", name: "", x: columns, y: rows, z: rowsOf(numbers, width) }],
    };
  };

  const attention = (/** @type {AttentionPayload} */ { positions, heads }) => {
    const labels = positions.map(({ label }) => label);
    /** @type {Record<string, FigurePart>} */
    const parts = {};
    for (const { name, layer, weights } of heads) {
      parts[layer] ??= { axes: { z: "attention" }, traces: [] };
      const { axes, traces } = parts[layer];
      const suffix = traces.length ? String(traces.length + 1) : "";
      Object.assign(axes, { [`x${suffix}`]: "key", [`y${suffix}`]: "query" });
      const numbers = weights instanceof Float64Array ? weights : sumint.numbersOf(weights);
      traces.push({
        panel: name,
        ...{ type: "heatmap", name: "", x_axis: `x${suffix}`, y_axis: `y${suffix}` },
        ...{ x: labels, y: labels, z: rowsOf(numbers, labels.length) },
      });
    }
    return parts;
  };

  const clouds = (/** @type {CloudsPayload} */ { digits, sums, routes, paths }) => {
    const part = (/** @type {string} */ route) => ({
      axes: {},
      points: sums,
      traces: paths
        .filter((path) => path.route === route)
        .flatMap(({ name, magnitudes, phases }) => {
          const [r, theta] = [magnitudes, phases].map((packed) => {
            const places = placesOf(packed);
            const numbers = [...sumint.numbersOf(packed)];
            return rowsOf(places === null ? numbers : numbers.map((one) => Number(one.toFixed(places))), sums.length);
          });
          return digits.map((digit, index) => ({
            ...{ panel: name, type: "scatterpolar", name: digit, theta_unit: "radians" },
            ...{ r: r[index], theta: theta[index] },
          }));
        }),
    });
    return Object.fromEntries(routes.map((route) => [route, part(route)]));
  };

  const liveModel = (/** @type {LivePayload} */ payload) => {
    const { n_layers, n_heads, position_names, sites, subspaces, means, read } = payload;
    const places = times(n_layers, (layer) => position_names.map((place) => ({ layer, place }))).flat();
    const outputs = places.flatMap(({ layer, place }) => times(n_heads, (head) => `H${layer}.${head} at ${place}`));
    const inputs = ["without a carry", "with a carry"].flatMap((group) =>
      places.map(({ layer, place }) => `layer ${layer} at ${place}, ${group}`),
    );
    const way = (/** @type {PackedSite | PackedSubspace} */ one) =>
      `${one.name}, column ${one.column} to C${one.digit}`;
    const together = (/** @type {PackedNumbers[]} */ arrays) => arrays.flatMap((one) => [...sumint.numbersOf(one)]);
    const ofSubspaces = subspaces.flatMap((one) => times(one.basis.shape[0], (row) => `${way(one)} (${row})`));
    return {
      means: matrix(outputs, sumint.numbersOf(means), ["head output", "dimension", "mean"]),
      ...(sites.length && {
        "carry vectors": matrix(sites.map(way), together(sites.map(({ vector }) => vector)), [
          ...["site", "dimension", "mean difference"],
        ]),
      }),
      ...(subspaces.length && {
        subspaces: matrix(ofSubspaces, together(subspaces.map(({ basis }) => basis)), [
          "subspace",
          "dimension",
          "basis",
        ]),
      }),
      inputs: matrix(inputs, sumint.numbersOf(read), ["input of layer", "dimension", "mean"]),
    };
  };

  sumint.componentParts = { attention, clouds, "live-model": liveModel };
}
