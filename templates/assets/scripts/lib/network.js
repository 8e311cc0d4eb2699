// @ts-check
// The network itself: a transformer with layers of attention alone, run on one sequence of tokens in double precision.
//
// With x the residual stream, a vector for each position, LN the layer norm, and p, q positions, each layer adds
//
//   x ← x + b_O + Σ_heads z W_O            z_q = Σ_{p ≤ q} A_qp v_p        (attend)
//   A_q = softmax_p(q_q · k_p / √d_head)   q, k, v = LN(x) W_Q + b_Q, …    (pattern, project)
//   LN(x) = w (x − mean x) / √(var x + ε) + b                              (normalise)
//
// It starts from the embeddings, x_p = W_E[token] + W_pos[p], and ends with the logits, LN(x) W_U + b_U. Changes are made
// on the queries q, keys k, values v, attention pattern A or output z of a head, right after it was computed.
"use strict";
{
  const EPSILON = 1e-5; // ε of the layer norms

  /** @type {(rows: Float64Array, width: number, weights: Float64Array, bias: Float64Array) => Float64Array} */
  const normalise = (rows, width, weights, bias) => {
    const normalised = new Float64Array(rows.length);
    for (let start = 0; start < rows.length; start += width) {
      let mean = 0;
      for (let i = 0; i < width; i++) mean += rows[start + i] / width;
      let variance = 0;
      for (let i = 0; i < width; i++) variance += (rows[start + i] - mean) ** 2 / width;
      const scale = 1 / Math.sqrt(variance + EPSILON);
      for (let i = 0; i < width; i++) normalised[start + i] = (rows[start + i] - mean) * scale * weights[i] + bias[i];
    }
    return normalised;
  };

  // The product of rows with a matrix, plus a bias.
  /** @type {(rows: Float64Array, matrix: Float64Array, bias: Float64Array | null, nOut: number) => Float64Array} */
  const project = (rows, matrix, bias, nOut) => {
    const nIn = matrix.length / nOut;
    const nRows = rows.length / nIn;
    const projected = new Float64Array(nRows * nOut);
    for (let row = 0; row < nRows; row++) {
      for (let out = 0; out < nOut; out++) projected[row * nOut + out] = bias ? bias[out] : 0;
      for (let i = 0; i < nIn; i++) {
        const value = rows[row * nIn + i];
        for (let out = 0; out < nOut; out++) projected[row * nOut + out] += value * matrix[i * nOut + out];
      }
    }
    return projected;
  };

  // Row q of the pattern has the attention of position q to each position p ≤ q.
  /** @type {(queries: Float64Array, keys: Float64Array, width: number) => Float64Array} */
  const pattern = (queries, keys, width) => {
    const n = queries.length / width;
    const attention = new Float64Array(n * n);
    for (let q = 0; q < n; q++) {
      const scores = new Float64Array(q + 1);
      for (let p = 0; p <= q; p++) {
        for (let i = 0; i < width; i++) scores[p] += queries[q * width + i] * keys[p * width + i];
        scores[p] /= Math.sqrt(width);
      }
      const highest = scores.reduce((one, other) => Math.max(one, other));
      const powers = scores.map((score) => Math.exp(score - highest));
      const total = powers.reduce((one, other) => one + other);
      for (let p = 0; p <= q; p++) attention[q * n + p] = powers[p] / total;
    }
    return attention;
  };

  /** @type {(attention: Float64Array, values: Float64Array, width: number) => Float64Array} */
  const attend = (attention, values, width) => {
    const n = values.length / width;
    const outputs = new Float64Array(values.length);
    for (let q = 0; q < n; q++)
      for (let p = 0; p <= q; p++)
        for (let i = 0; i < width; i++) outputs[q * width + i] += attention[q * n + p] * values[p * width + i];
    return outputs;
  };

  const addTo = (/** @type {Float64Array} */ sum, /** @type {Float64Array} */ rows) => {
    for (let i = 0; i < sum.length; i++) sum[i] += rows[i % rows.length];
  };

  // The part of a tensor that belongs to one head.
  /** @type {(tensor: Float64Array, head: number, nHeads: number) => Float64Array} */
  const ofHead = (tensor, head, nHeads) => {
    const size = tensor.length / nHeads;
    return tensor.subarray(head * size, (head + 1) * size);
  };

  // A head's queries, keys or values, from rows that its layer norm has normalised and weighted.
  /** @type {(weights: NetworkWeights, part: string, layer: number, head: number, rows: Float64Array) => Float64Array} */
  const inputs = ({ sizes, tensors }, part, layer, head, rows) => {
    const [matrix, bias] = ["W", "b"].map((kind) =>
      ofHead(tensors[`blocks.${layer}.attn.${kind}_${part.toUpperCase()}`], head, sizes.nHeads),
    );
    return project(rows, matrix, bias, sizes.dHead);
  };

  // The same from one normalised row without the layer norm's weights and bias; rounding may have left it a mean.
  /** @type {NetworkRun["inputOf"]} */
  const inputOf = (weights, part, layer, head, row) => {
    const [scale, bias] = ["w", "b"].map((kind) => weights.tensors[`blocks.${layer}.ln1.${kind}`]);
    const mean = row.reduce((sum, value) => sum + value / row.length, 0);
    const rows = row.map((value, i) => (value - mean) * scale[i] + bias[i]);
    return inputs(weights, part, layer, head, rows);
  };

  // The part of a head's values, and so of its output, that is the same for every sum: what remains of them at zero.
  /** @type {NetworkRun["valueBias"]} */
  const valueBias = (weights, layer, head) =>
    inputOf(weights, "v", layer, head, new Float64Array(weights.sizes.dModel));

  /** @type {NetworkRun["run"]} */
  const run = ({ sizes, tensors }, tokens, changes = []) => {
    const { dModel, dHead, nHeads, nTokens, nLayers } = sizes;
    const residual = new Float64Array(tokens.length * dModel);
    for (const [position, token] of tokens.entries())
      for (let i = 0; i < dModel; i++)
        residual[position * dModel + i] =
          tensors["embed.W_E"][token * dModel + i] + tensors["pos_embed.W_pos"][position * dModel + i];
    const embedded = residual.slice();
    /** @type {HeadRun[][]} */
    const layers = [];
    /** @type {Float64Array[]} */
    const streams = [];
    for (let layer = 0; layer < nLayers; layer++) {
      const block = `blocks.${layer}`;
      streams.push(residual.slice());
      const read = normalise(residual, dModel, tensors[`${block}.ln1.w`], tensors[`${block}.ln1.b`]);
      addTo(residual, tensors[`${block}.attn.b_O`]);
      layers.push(
        Array.from({ length: nHeads }, (_, head) => {
          const changed = (/** @type {string} */ part, /** @type {Float64Array} */ rows) => {
            for (const change of changes)
              if (change.layer === layer && change.head === head && change.part === part) change.apply(rows);
            return rows;
          };
          const [q, k, v] = ["q", "k", "v"].map((part) =>
            changed(part, inputs({ sizes, tensors }, part, layer, head, read)),
          );
          const attention = changed("pattern", pattern(q, k, dHead));
          const z = changed("z", attend(attention, v, dHead));
          const output = project(z, ofHead(tensors[`${block}.attn.W_O`], head, nHeads), null, dModel);
          addTo(residual, output);
          return { q, k, v, pattern: attention, z, output };
        }),
      );
    }
    const last = normalise(residual, dModel, tensors["ln_final.w"], tensors["ln_final.b"]);
    const logits = project(last, tensors["unembed.W_U"], tensors["unembed.b_U"], nTokens);
    return { embedded, inputs: streams, layers, residual, logits };
  };

  /** @type {NetworkRun["read"]} */
  const read = ({ d_model, d_head, n_heads, n_layers, vocabulary, tensors }) => ({
    sizes: { dModel: d_model, dHead: d_head, nHeads: n_heads, nLayers: n_layers, nTokens: vocabulary.length },
    tensors: Object.fromEntries(
      Object.entries(tensors).map(([name, packed]) => [name, Float64Array.from(sumint.numbersOf(packed))]),
    ),
  });

  sumint.network = { read, run, normalise, project, inputOf, valueBias };
}
