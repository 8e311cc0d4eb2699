// @ts-check
// What each component, and each path through layer 1, adds to the logits of a digit, on the network's own weights.
//
// The parts are those of the report: the residual stream is centred, the layer norms' weights and biases are folded into
// what reads them, a head's constant output is counted among the biases, and logits have mean zero over the tokens. The
// scales of the layer norms are those of the run.
"use strict";
{
  const EPSILON = 1e-5; // ε of the layer norms

  const at = (/** @type {Float64Array} */ rows, /** @type {number} */ position, /** @type {number} */ width) =>
    rows.subarray(position * width, (position + 1) * width);
  const centred = (/** @type {Float64Array} */ vector) => {
    const mean = vector.reduce((sum, value) => sum + value / vector.length, 0);
    return vector.map((value) => value - mean);
  };
  const added = (/** @type {Float64Array[]} */ ...vectors) =>
    vectors[0].map((_, i) => vectors.reduce((sum, vector) => sum + vector[i], 0));
  const scaleOf = (/** @type {Float64Array} */ stream) =>
    Math.sqrt(centred(stream).reduce((sum, value) => sum + value ** 2 / stream.length, 0) + EPSILON);

  // What a term of the final residual stream adds to the logits, with the scale of the final layer norm.
  /** @type {(term: Float64Array, scale: number, model: LiveModel) => Float64Array} */
  const toLogits = (term, scale, { weights: { sizes, tensors } }) => {
    const read = centred(term).map((value, i) => (value / scale) * tensors["ln_final.w"][i]);
    return centred(sumint.network.project(read, tensors["unembed.W_U"], null, sizes.nTokens));
  };
  const unembeddingBias = (/** @type {LiveModel} */ { weights: { sizes, tensors } }) => {
    const bias = sumint.network.project(tensors["ln_final.b"], tensors["unembed.W_U"], null, sizes.nTokens);
    return centred(added(bias, tensors["unembed.b_U"]));
  };

  // A head's output z in the residual stream: times W_O.
  /** @type {(z: Float64Array, layer: number, head: number, model: LiveModel) => Float64Array} */
  const written = (z, layer, head, { weights: { sizes, tensors } }) => {
    const matrix = at(tensors[`blocks.${layer}.attn.W_O`], head, sizes.dHead * sizes.dModel);
    return sumint.network.project(z, matrix, null, sizes.dModel);
  };
  // The constant part of a layer's output: b_O, and the value biases times W_O.
  /** @type {(layer: number, model: LiveModel) => Float64Array} */
  const layerBias = (layer, model) => {
    const { weights } = model;
    const ofHeads = Array.from({ length: weights.sizes.nHeads }, (_, head) =>
      written(sumint.network.valueBias(weights, layer, head), layer, head, model),
    );
    return added(weights.tensors[`blocks.${layer}.attn.b_O`], ...ofHeads);
  };
  // The output of a head in the residual stream at all positions, without its constant part.
  /** @type {(run: NetworkResult, layer: number, head: number, model: LiveModel) => Float64Array} */
  const headRows = (run, layer, head, model) => {
    const constant = sumint.network.valueBias(model.weights, layer, head);
    const z = run.layers[layer][head].z.map((value, i) => value - constant[i % constant.length]);
    return written(z, layer, head, model);
  };

  /** @type {Attributions["components"]} */
  const components = (run, model, position) => {
    const { sizes, tensors } = model.weights;
    const scale = scaleOf(at(run.residual, position, sizes.dModel));
    const positions = tensors["pos_embed.W_pos"].subarray(0, run.embedded.length);
    const tokens = run.embedded.map((value, i) => value - positions[i]);
    const part = (/** @type {string} */ name, /** @type {Float64Array} */ rows) => ({
      name,
      logits: toLogits(at(rows, position, sizes.dModel), scale, model),
    });
    const heads = run.layers.flatMap((layer, number) =>
      layer.map((_, head) => part(`H${number}.${head}`, headRows(run, number, head, model))),
    );
    const layers = run.layers.map((_, layer) => layerBias(layer, model));
    const biases = added(toLogits(added(...layers), scale, model), unembeddingBias(model));
    return [part("embed", tokens), part("pos_embed", positions), ...heads, { name: "biases", logits: biases }];
  };

  /** @type {Attributions["paths"]} */
  const paths = (run, model, position, scaleOfLayer = 1) => {
    const { sizes, tensors } = model.weights;
    const { dModel, dHead, nHeads } = sizes;
    const n = run.embedded.length / dModel;
    const scale = scaleOf(at(run.residual, position, dModel));
    const origins = [
      { name: "embed", rows: run.embedded },
      ...run.layers[0].map((_, head) => ({ name: `0.${head}`, rows: headRows(run, 0, head, model) })),
    ];
    const direct = (/** @type {Float64Array} */ rows) => toLogits(at(rows, position, dModel), scale, model);
    const through = (/** @type {Float64Array} */ rows, /** @type {number} */ head, /** @type {number} */ ofLayer) => {
      const { pattern } = run.layers[1][head];
      const attended = new Float64Array(dModel);
      for (let key = 0; key <= position; key++) {
        const weight = pattern[position * n + key] / scaleOf(at(run.inputs[ofLayer], key, dModel));
        const term = centred(at(rows, key, dModel));
        for (let i = 0; i < dModel; i++) attended[i] += weight * term[i] * tensors["blocks.1.ln1.w"][i];
      }
      const matrix = at(tensors["blocks.1.attn.W_V"], head, dModel * dHead);
      const values = sumint.network.project(attended, matrix, null, dHead);
      return toLogits(written(values, 1, head, model), scale, model);
    };
    const heads = Array.from({ length: nHeads }, (_, head) => head);
    const bias = layerBias(0, model);
    const biasRows = Float64Array.from({ length: n * dModel }, (_, i) => bias[i % dModel]);
    return {
      paths: [
        ...origins.map(({ name, rows }) => ({ name, logits: direct(rows) })),
        ...origins.flatMap(({ name, rows }) =>
          heads.map((head) => ({ name: `${name} → 1.${head}`, logits: through(rows, head, scaleOfLayer) })),
        ),
      ],
      biases: [
        { name: "b_O[0]", logits: direct(biasRows) },
        ...heads.map((head) => ({ name: `b_O[0] → 1.${head}`, logits: through(biasRows, head, 1) })),
        { name: "b_O[1]", logits: toLogits(layerBias(1, model), scale, model) },
        { name: "b_U", logits: unembeddingBias(model) },
      ],
    };
  };

  // The first frequency of each digit's own column of W_Uᵀ W_U, with the layer norm's weights folded in.
  /** @type {Attributions["rightPhasors"]} */
  const rightPhasors = ({ weights: { sizes, tensors } }) => {
    const { dModel, nTokens } = sizes;
    const columns = Array.from({ length: nTokens }, (_, token) =>
      centred(
        Float64Array.from(
          { length: dModel },
          (_, i) => tensors["unembed.W_U"][i * nTokens + token] * tensors["ln_final.w"][i],
        ),
      ),
    );
    const mean = added(...columns).map((value) => value / nTokens);
    const folded = columns.map((column) => column.map((value, i) => value - mean[i]));
    return folded.map((column) =>
      sumint.liveSums.phasorOf(
        Float64Array.from(folded, (other) => other.reduce((sum, value, i) => sum + value * column[i], 0)),
      ),
    );
  };

  sumint.attributions = { components, paths, rightPhasors };
}
