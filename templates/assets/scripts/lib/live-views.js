// @ts-check
// What the live model shows of a sum: the answer with its probabilities, carry levels, contributions and attention.
"use strict";
{
  const N_DIGITS = 10;
  const EPSILON = 1e-5; // ε of the layer norms
  // The least differences that are highlighted: of shares, of phases and levels, and of logits.
  const SHARE_FROM = 0.005;
  const ATTENTION_FROM = 0.05;
  const DIGITS_FROM = 0.1;
  const LOGITS_FROM = 0.5;

  const { html } = sumint.elements;
  const { predicting, phasorOf, phaseOf, levelAt } = sumint.liveSums;

  const percent = (/** @type {number} */ share) => {
    if (share > 0.9995) return share < 1 ? "over 99.9%" : "100.0%";
    return `${(100 * share).toFixed(1)}%`;
  };
  const written = (/** @type {number} */ value) => sumint.withMinus(value.toFixed(2));

  /** @type {(caption: string, head: string[], rows: (string | Node)[][], kind: string) => HTMLElement} */
  const table = (caption, head, rows, kind) =>
    html(
      "div",
      { class: `live-view live-view--${kind}`, tabindex: "0", role: "region", "aria-label": caption },
      html(
        "table",
        {},
        html("caption", {}, caption),
        html("thead", {}, html("tr", {}, ...head.map((text) => html("th", { scope: "col" }, text)))),
        html(
          "tbody",
          {},
          ...rows.map(([first, ...cells]) =>
            html("tr", {}, html("th", { scope: "row" }, first), ...cells.map((cell) => html("td", {}, cell))),
          ),
        ),
      ),
    );

  // A value before the interventions and after them; a change that counts is highlighted.
  /** @type {(before: string, after: string, counts: boolean) => string | Node} */
  const change = (before, after, counts) =>
    counts && before !== after ? html("mark", {}, html("span", {}, before), html("span", {}, ` → ${after}`)) : after;
  const differs = (/** @type {number} */ before, /** @type {number} */ after, /** @type {number} */ least) =>
    Math.abs(after - before) >= least;

  /** @type {LiveViews["answerTable"]} */
  const answerTable = ({ before, after, model }) => {
    const { payload } = model;
    const rows = after.map((digit, index) => {
      const clean = before[index];
      const verdict = digit.isRight ? "right" : `wrong, ${payload.vocabulary[digit.right]} is right`;
      const others = [...digit.probabilities.entries()]
        .filter(([token]) => token !== digit.token)
        .sort(([, one], [, other]) => other - one)
        .slice(0, 2)
        .map(([token, probability]) => `${payload.vocabulary[token]} ${percent(probability)}`);
      const [likely, likelyNow] = [clean.probabilities[clean.token], digit.probabilities[digit.token]];
      const number = (/** @type {"phase" | "amount"} */ name) =>
        change(written(clean[name]), written(digit[name]), differs(clean[name], digit[name], DIGITS_FROM));
      return [
        `C${index}`,
        change(clean.predicted, digit.predicted, true),
        html("span", { class: digit.isRight ? "live-right" : "live-wrong" }, verdict),
        change(percent(likely), percent(likelyNow), differs(likely, likelyNow, SHARE_FROM)),
        others.join(", "),
        ...(payload.has_phases ? [number("phase"), number("amount")] : []),
      ];
    });
    const phases = payload.has_phases ? ["phase, in digits", "turned by"] : [];
    return table(
      `The answer, digit by digit${payload.has_phases ? "; turned by: the phase of the logits less the sum of the column’s digits, to which a carry should add 1" : ""}`,
      ["digit", "predicted", "verdict", "probability", "next most likely", ...phases],
      rows,
      "answer",
    );
  };

  /** @type {LiveViews["levelTable"]} */
  const levelTable = ({ model, clean, run }) => {
    const rows = model.payload.sites.map((site) => {
      const [before, after] = [clean, run].map(({ layers }) => levelAt(site, layers[0][site.head].z, model.weights));
      const level = change(written(before), written(after), differs(before, after, DIGITS_FROM));
      return [site.name, `column ${site.column} to C${site.digit}`, level];
    });
    return rows.length
      ? table("Carry levels: 0 at the mean without a carry, 1 with one", ["site", "carry", "level"], rows, "levels")
      : html("p", { class: "live-view" }, "No single site holds a carry on this checkpoint.");
  };

  const at = (/** @type {Float64Array} */ rows, /** @type {number} */ position, /** @type {number} */ width) =>
    rows.subarray(position * width, (position + 1) * width);

  // A vector as a layer norm with a fixed scale passes it on: without its mean, scaled and weighted.
  /** @type {(vector: Float64Array, stream: Float64Array, weights: Float64Array) => Float64Array} */
  const throughNorm = (vector, stream, weights) => {
    const width = vector.length;
    const mean = stream.reduce((sum, value) => sum + value / width, 0);
    const variance = stream.reduce((sum, value) => sum + (value - mean) ** 2 / width, 0);
    const scale = 1 / Math.sqrt(variance + EPSILON);
    const own = vector.reduce((sum, value) => sum + value / width, 0);
    return vector.map((value, i) => (value - own) * scale * weights[i]);
  };

  /** @type {(vector: Float64Array, run: NetworkResult, model: LiveModel, position: number) => Float64Array} */
  const logitsOf = (vector, run, { weights: { sizes, tensors } }, position) => {
    const scaled = throughNorm(vector, at(run.residual, position, sizes.dModel), tensors["ln_final.w"]);
    return sumint.network.project(scaled, tensors["unembed.W_U"], null, sizes.nTokens);
  };

  // What each component adds to the logits of a digit, with the scale of the last layer norm fixed.
  /** @type {LiveViews["contributions"]} */
  const contributions = (run, model, position) => {
    const width = model.weights.sizes.dModel;
    const here = (/** @type {Float64Array} */ rows) => at(rows, position, width);
    const heads = run.layers.flatMap((layer, number) =>
      layer.map(({ output }, head) => ({ name: `H${number}.${head}`, vector: here(output) })),
    );
    const known = [here(run.embedded), ...heads.map(({ vector }) => vector)];
    const biases = here(run.residual).map((value, i) => known.reduce((rest, vector) => rest - vector[i], value));
    return [{ name: "embeddings", vector: here(run.embedded) }, ...heads, { name: "biases", vector: biases }].map(
      ({ name, vector }) => ({ name, logits: logitsOf(vector, run, model, position) }),
    );
  };

  // The same for paths: from the embeddings or a layer-0 head through the values of a layer-1 head, with its attention
  // and the scales of both layer norms fixed.
  /** @type {LiveViews["paths"]} */
  const paths = (run, model, position) => {
    const { sizes, tensors } = model.weights;
    const { dModel, dHead } = sizes;
    const n = run.embedded.length / dModel;
    const sources = [
      { name: "embeddings", rows: run.embedded },
      ...run.layers[0].map(({ output }, head) => ({ name: `H0.${head}`, rows: output })),
    ];
    return sources.flatMap(({ name, rows }) =>
      run.layers[1].map(({ attention }, head) => {
        const attended = new Float64Array(dModel);
        for (let key = 0; key <= position; key++) {
          const stream = at(run.inputs[1], key, dModel);
          const read = throughNorm(at(rows, key, dModel), stream, tensors["blocks.1.ln1.w"]);
          for (let i = 0; i < dModel; i++) attended[i] += attention[position * n + key] * read[i];
        }
        const part = (/** @type {string} */ kind) => at(tensors[`blocks.1.attn.${kind}`], head, dModel * dHead);
        const values = sumint.network.project(attended, part("W_V"), null, dHead);
        const written = sumint.network.project(values, part("W_O"), null, dModel);
        return { name: `${name} → H1.${head}`, logits: logitsOf(written, run, model, position) };
      }),
    );
  };

  // Rows of what each part adds to the right digit's logit, above the mean of the ten, and the digit that it turns to.
  /** @type {(caption: string, kind: string, seen: LiveSeen, partsOf: LiveViews["contributions"]) => HTMLElement} */
  const logitTable = (caption, kind, { model, clean, run, before }, partsOf) => {
    const { payload } = model;
    const digits = before.map((_, digit) => digit);
    const [all, changed] = [clean, run].map((result) =>
      digits.map((digit) => partsOf(result, model, predicting(payload.n_digits) + digit)),
    );
    const above = (/** @type {Float64Array} */ logits, /** @type {number} */ right) =>
      logits[right] - logits.slice(0, N_DIGITS).reduce((sum, value) => sum + value / N_DIGITS, 0);
    const rows = all[0].map(({ name }, part) => [
      name,
      ...digits.map((digit) => {
        const { right } = before[digit];
        const [clean, now] = [all, changed].map((parts) => parts[digit][part].logits);
        const text = (/** @type {Float64Array} */ logits) =>
          `${written(above(logits, right))}${payload.has_phases ? `, to ${written(phaseOf(phasorOf(logits)))}` : ""}`;
        return change(text(clean), text(now), differs(above(clean, right), above(now, right), LOGITS_FROM));
      }),
    ]);
    const what = payload.has_phases ? ", and the digit that it turns to" : "";
    return table(`${caption}${what}`, ["from", ...digits.map((digit) => `C${digit}`)], rows, kind);
  };

  /** @type {LiveViews["partsTable"]} */
  const partsTable = (seen) =>
    logitTable(
      "What each component adds to the right digit’s logit, above the mean of the ten",
      "parts",
      seen,
      contributions,
    );

  /** @type {LiveViews["pathsTable"]} */
  const pathsTable = (seen) =>
    html(
      "details",
      { class: "live-view" },
      html("summary", {}, "Paths through layer 1"),
      logitTable("What each path through a layer-1 head adds to the right digit’s logit", "paths", seen, paths),
    );

  /** @type {LiveViews["attentionView"]} */
  const attentionView = ({ model, run, clean, tokens, isChanged }) => {
    const { payload } = model;
    const { position_names: names, vocabulary } = payload;
    const n = names.length;
    const queries = names.map((_, position) => position);
    const heads = run.layers.flatMap((layer, number) =>
      layer.map(({ attention }, head) => {
        const before = clean.layers[number][head].attention;
        const rows = queries.map((query) =>
          html(
            "div",
            { class: `live-row${query >= predicting(payload.n_digits) ? " is-predicting" : ""}` },
            html("span", {}, vocabulary[tokens[query]]),
            ...names.map((_, key) => {
              const weight = attention[query * n + key];
              const isMarked = isChanged && differs(before[query * n + key], weight, ATTENTION_FROM);
              return html("i", {
                class: key > query ? "is-hidden" : isMarked ? "is-changed" : "",
                style: `--weight: ${(100 * weight).toFixed(1)}%`,
                title: key > query ? "" : `${names[query]} to ${names[key]}: ${percent(weight)}`,
              });
            }),
          ),
        );
        const predictingFrom = predicting(payload.n_digits);
        const most = Array.from({ length: payload.n_digits }, (_, digit) => {
          const query = predictingFrom + digit;
          const row = attention.slice(query * n, query * n + query + 1);
          const key = row.indexOf(row.reduce((one, other) => Math.max(one, other)));
          return `for C${digit} most to ${names[key]} (${percent(row[key])})`;
        });
        const label = `H${number}.${head} attends ${most.join(", ")}`;
        return html(
          "div",
          { class: "live-head" },
          html("b", {}, `H${number}.${head}`),
          html(
            "div",
            { class: "live-grid", role: "img", "aria-label": label, style: `--size: ${n + 1}` },
            html(
              "div",
              { class: "live-row" },
              html("span"),
              ...tokens.map((token) => html("span", {}, vocabulary[token])),
            ),
            ...rows,
          ),
        );
      }),
    );
    return html(
      "div",
      { class: "live-view live-view--attention" },
      html(
        "p",
        { class: "live-caption" },
        `Attention from each token (rows; bold where an answer digit is predicted) to those up to it (columns), darker for more${isChanged ? "; framed: changed by at least 5 percentage points" : ""}`,
      ),
      html("div", { class: "live-heads" }, ...heads),
    );
  };

  /** @type {LiveViews["inWords"]} */
  const inWords = ({ sum, judged, before, after, nChanges, model }) => {
    const { n_digits: nDigits } = model.payload;
    const number = (/** @type {number} */ value) => String(value).padStart(nDigits, "0");
    const equationOf = (/** @type {Operands} */ { a, b }) => `${number(a)} + ${number(b)} = ${number(a + b)}`;
    const answer = (/** @type {LiveDigit[]} */ digits) => digits.map(({ predicted }) => predicted).join("");
    const wrong = after.flatMap(({ isRight }, digit) => (isRight ? [] : [`C${digit}`]));
    const verdict = wrong.length ? `wrong at ${wrong.join(", ")}` : "right";
    const equation = equationOf(sum);
    if (!nChanges) return `${equation}; the model predicts ${answer(before)}, ${verdict}.`;
    const changed = after.flatMap(({ token, predicted }, digit) =>
      token === before[digit].token ? [] : [`C${digit} from ${before[digit].predicted} to ${predicted}`],
    );
    const isOther = judged.a !== sum.a || judged.b !== sum.b;
    const tokens = isOther ? ` The tokens now read ${equationOf(judged)}.` : "";
    const [subject, verb] = nChanges > 1 ? ["The interventions", "change"] : ["The intervention", "changes"];
    const what = changed.length ? `${verb} ${changed.join(", ")}` : `${verb} no digit`;
    return `${equation}; the model predicts ${answer(before)}.${tokens} ${subject} ${what}: ${answer(after)}, ${verdict}.`;
  };

  sumint.liveViews = { answerTable, levelTable, partsTable, pathsTable, contributions, paths, attentionView, inWords };
}
