// @ts-check
// What the live model shows of a sum: the answer with its probabilities, carry levels, contributions and attention.
"use strict";
{
  const N_DIGITS = 10;
  // The least differences that are highlighted: of shares, of phases and levels, and of logits.
  const SHARE_FROM = 0.005;
  const ATTENTION_FROM = 0.05;
  const DIGITS_FROM = 0.1;
  const FALLEN_FROM = 0.1; // of the right digit's probability, to be mentioned
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
      { class: `live-view live-view--${kind}` },
      html("p", { class: "live-caption", id: `live-caption-${kind}` }, caption),
      html(
        "div",
        { class: "live-scroll", tabindex: "0", role: "region", "aria-labelledby": `live-caption-${kind}` },
        html(
          "table",
          { "aria-labelledby": `live-caption-${kind}` },
          html("thead", {}, html("tr", {}, ...head.map((text) => html("th", { scope: "col" }, text)))),
          html(
            "tbody",
            {},
            ...rows.map(([first, ...cells]) =>
              html("tr", {}, html("th", { scope: "row" }, first), ...cells.map((cell) => html("td", {}, cell))),
            ),
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
      `The answer, digit by digit; highlighted where a probability changes by at least ${percent(SHARE_FROM)}${payload.has_phases ? "; turned by: the phase of the logits less the sum of the column’s digits, to which a carry should add 1" : ""}`,
      ["digit", "predicted", "verdict", "probability", "next most likely", ...phases],
      rows,
      "answer",
    );
  };

  /** @type {LiveViews["levelTable"]} */
  const levelTable = ({ model, clean, run, way }) => {
    const { n_digits: nDigits, position_names: names } = model.payload;
    const rows = model.payload.sites.map((site) => {
      const [before, after] = [clean, run].map(({ layers }) => levelAt(site, layers[0][site.head].z, model.weights));
      const level = change(written(before), written(after), differs(before, after, DIGITS_FROM));
      // The attention to the two digits of the column.
      const attended = [site.column, nDigits + 1 + site.column].map((key) => {
        const [one, other] = [clean, run].map(
          ({ layers }) => layers[0][site.head].pattern[site.position * names.length + key],
        );
        return change(percent(one), percent(other), differs(one, other, ATTENTION_FROM));
      });
      return [site.name, `column ${site.column} to C${site.digit}`, level, ...attended];
    });
    const restricted = way ? `. The changes act through ${way}, and layer 0 is shown without them` : "";
    const caption = `Carry levels (0 at the mean without a carry, 1 with one), and the site’s attention to its column’s digits${restricted}`;
    return rows.length
      ? table(caption, ["site", "carry", "level", "to A", "to B"], rows, "levels")
      : html("p", { class: "live-view" }, "No single site holds a carry on this checkpoint.");
  };

  // Rows of what each part adds to the right digit's logit, above the mean of the ten, and the digit that it turns to.
  /** @type {(caption: string, kind: string, seen: LiveSeen, partsOf: Attributions["components"]) => HTMLElement} */
  const logitTable = (caption, kind, { model, sum, judged, clean, run, before }, partsOf) => {
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
    const isTyped = sum.a === judged.a && sum.b === judged.b;
    const of = isTyped ? "" : ", of the sum that was typed";
    const what = `${of}${payload.has_phases ? "; and the digit that it turns to" : ""}`;
    return table(`${caption}${what}`, ["from", ...digits.map((digit) => `C${digit}`)], rows, kind);
  };

  /** @type {LiveViews["partsTable"]} */
  const partsTable = (seen) =>
    logitTable(
      "What each component adds to the right digit’s logit, above the mean of the ten",
      "parts",
      seen,
      sumint.attributions.components,
    );

  /** @type {LiveViews["pathsTable"]} */
  const pathsTable = (seen) =>
    html(
      "details",
      { class: "live-view" },
      html("summary", {}, "Paths through layer 1"),
      logitTable("What each path through a layer-1 head adds to the right digit’s logit", "paths", seen, throughLayer1),
    );
  const throughLayer1 = (
    /** @type {NetworkResult} */ run,
    /** @type {LiveModel} */ model,
    /** @type {number} */ position,
  ) => sumint.attributions.paths(run, model, position).paths.filter(({ name }) => name.includes("→"));

  /** @type {LiveViews["attentionView"]} */
  const attentionView = ({ model, run, clean, tokens, tokensNow, isChanged }) => {
    const { payload } = model;
    const { position_names: names, vocabulary } = payload;
    const n = names.length;
    const queries = names.map((_, position) => position);
    const first = predicting(payload.n_digits);
    const isPredicting = (/** @type {number} */ query) => query >= first && query < first + payload.n_digits;
    const tokenAt = (/** @type {number} */ position) => {
      const token = vocabulary[tokensNow[position]];
      return html("span", {}, tokensNow[position] === tokens[position] ? token : html("mark", {}, token));
    };
    const heads = run.layers.flatMap((layer, number) =>
      layer.map(({ pattern: attention }, head) => {
        const before = clean.layers[number][head].pattern;
        const rows = queries.map((query) =>
          html(
            "div",
            { class: `live-row${isPredicting(query) ? " is-predicting" : ""}` },
            tokenAt(query),
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
            html("div", { class: "live-row" }, html("span"), ...queries.map(tokenAt)),
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
        `Attention from each token (rows; bold where an answer digit is predicted) to those up to it (columns), a stronger colour for more${isChanged ? "; framed: changed by at least 5 percentage points" : ""}`,
      ),
      html("div", { class: "live-heads" }, ...heads),
      attentionNumbers({ model, run, clean, isChanged }),
    );
  };

  // The same as numbers, from the positions that predict the answer.
  /** @type {(seen: Pick<LiveSeen, "model" | "run" | "clean" | "isChanged">) => HTMLElement} */
  const attentionNumbers = ({ model: { payload }, run, clean, isChanged }) => {
    const { position_names: names, n_digits: nDigits } = payload;
    const n = names.length;
    const rows = run.layers.flatMap((layer, number) =>
      layer.flatMap(({ pattern }, head) =>
        Array.from({ length: nDigits }, (_, digit) => {
          const query = predicting(nDigits) + digit;
          const cells = names.map((_, key) => {
            if (key > query) return "";
            const [before, after] = [clean.layers[number][head].pattern, pattern].map((rows) => rows[query * n + key]);
            return change(percent(before), percent(after), isChanged && differs(before, after, ATTENTION_FROM));
          });
          return [`H${number}.${head} for C${digit}`, ...cells];
        }),
      ),
    );
    return html(
      "details",
      { class: "live-view" },
      html("summary", {}, "Attention as numbers"),
      table("Attention of each head from the position that predicts a digit", ["from", ...names], rows, "weights"),
    );
  };

  /** @type {LiveViews["asText"]} */
  const asText = ({ sum, judged, before, after, nChanges, model }) => {
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
    const judgement = isOther ? `, which for these tokens is ${verdict}` : `, ${verdict}`;
    const fallen = after
      .map(({ probabilities, right }, digit) => ({
        digit,
        from: before[digit].probabilities[right],
        to: probabilities[right],
        isSame: right === before[digit].right,
      }))
      .filter(({ from, to, isSame }) => isSame && from - to >= FALLEN_FROM)
      .map(({ digit, from, to }) => `C${digit} ${percent(from)} to ${percent(to)}`);
    const probability = fallen.length ? ` Probability of the right digit: ${fallen.join(", ")}.` : "";
    return `${equation}; the model predicts ${answer(before)}.${tokens} ${subject} ${what}: ${answer(after)}${judgement}.${probability}`;
  };

  sumint.liveViews = { answerTable, levelTable, partsTable, pathsTable, attentionView, asText };
}
