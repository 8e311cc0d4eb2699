// @ts-check
// The live model: a form for a sum and for interventions, and what the network computes, before and after them.
"use strict";
{
  const KINDS = { none: "no carry", one: "a carry", chain: "nines", wrong: "a wrong one" };
  const ACTIONS = {
    mean: "Replace by the mean",
    zero: "Set to zero",
    patch: "Patch from the second sum",
    dose: "Add a multiple of a carry direction",
    along: "Patch one direction of a site from the second sum",
    across: "Patch all but one direction of a site from the second sum",
    token: "Replace a token",
    via: "Let the changes act through one part of layer 1",
  };
  const PARTS = { z: "output", q: "queries", k: "keys", v: "values" };
  const MEANS = { all: "all sums", carry: "sums with a carry", none: "sums without a carry" };
  const WAYS = {
    q: "queries alone",
    k: "keys alone",
    v: "values alone",
    pattern: "attention patterns alone",
    direct: "the direct path alone",
  };
  const MOST_LISTED = 6; // interventions that are listed without a click
  const NEEDS_SECOND = ["patch", "along", "across"];

  const { html, one, all } = sumint.elements;
  const { digitsOf, tokensOf, operandOf, rangeNote, readAnswer, surprise, parseSum, modelOf } = sumint.liveSums;
  const { parseChanges, writeChanges, placeOf, whyWithoutEffect, runWith, tokensWith, sumOfTokens } =
    sumint.interventions;
  const { answerTable, levelTable, attentionView, partsTable, pathsTable, asText } = sumint.liveViews;

  /** @type {(options: [string | number, string][], attributes?: Attributes) => HTMLSelectElement} */
  const list = (options, attributes = {}) =>
    html("select", attributes, ...options.map(([value, text]) => html("option", { value }, text)));
  /** @type {(text: string, field: HTMLElement) => HTMLLabelElement} */
  const labelled = (text, field) => html("label", { class: "live-field" }, text, field);
  /** @type {(text: string, act: () => void, attributes?: Attributes) => HTMLButtonElement} */
  const button = (text, act, attributes = {}) => {
    const made = html("button", { type: "button", class: "button", ...attributes }, text);
    made.addEventListener("click", act);
    return made;
  };

  /** @type {(change: LiveChange, model: LiveModel, second: Operands | null) => string} */
  const nameOf = (change, { payload }, second) => {
    const { position_names: names, vocabulary, sites, subspaces, n_digits: nDigits } = payload;
    if (change.kind === "dose") {
      const { column, digit, name } = sites[change.site];
      return `${sumint.withMinus(String(change.dose))} × the carry of column ${column} to C${digit} at ${name}`;
    }
    if (change.kind === "token") return `token at ${names[change.position]} replaced by ${vocabulary[change.token]}`;
    if (change.kind === "via")
      return `changes before layer 1 act through ${/** @type {Record<string, string>} */ (WAYS)[change.way]}`;
    const number = (/** @type {number} */ value) => digitsOf(value, nDigits).join("");
    const source = second ? `patched from ${number(second.a)} + ${number(second.b)}` : "not patched: no second sum";
    if (change.kind === "along" || change.kind === "across") {
      const { column, digit, name } = subspaces[change.subspace];
      const what = change.kind === "along" ? `the ${name}` : `all but the ${name}`;
      return `${what} (column ${column} to C${digit}) alone ${source}`.replace(/(all but .*) alone/, "$1");
    }
    const place = change.position === null ? "all positions" : names[change.position];
    const head = change.head === null ? `all heads of layer ${change.layer}` : `H${change.layer}.${change.head}`;
    const part = change.part === "z" ? "" : `, ${/** @type {Record<string, string>} */ (PARTS)[change.part]}`;
    const over = change.part === "z" ? "" : ` over ${/** @type {Record<string, string>} */ (MEANS)[change.meanOf]}`;
    const done = { mean: `replaced by the mean${over}`, zero: "set to zero", patch: source };
    return `${head}${part} at ${place} ${done[change.kind]}`;
  };

  /** @type {MakeComponent<LivePayload>} */
  const liveModel = (chart) => {
    /** @type {LiveModel | null} */
    let model = null;
    /** @type {LiveState} */
    const state = { sum: { a: 0, b: 0 }, second: null, changes: [], note: "" };

    const inAddress = (/** @type {string} */ name) => new URLSearchParams(location.search).get(name);
    const restore = (/** @type {LiveModel} */ { payload }) => {
      const { n_digits: nDigits, wrong } = payload;
      const asked = inAddress("sum");
      const sum = parseSum(asked, nDigits);
      const second = parseSum(inAddress("with"), nDigits);
      const { changes, isWhole } = parseChanges(inAddress("do") ?? "", payload);
      const isBroken = (asked !== null && !sum) || (inAddress("with") !== null && !second) || !isWhole;
      state.sum = sum ?? (wrong.length ? { a: wrong[0][0], b: wrong[0][1] } : surprise("one", payload));
      state.second = second;
      state.changes = changes;
      state.note = isBroken ? "A part of the address could not be read and was ignored." : "";
    };
    const keep = () => {
      const written = (/** @type {Operands | null} */ sum) => (sum ? `${sum.a}_${sum.b}` : "");
      sumint.keepInAddress({
        sum: written(state.sum),
        with: written(state.second),
        do: writeChanges(state.changes),
      });
    };

    const makeForm = (/** @type {LiveModel} */ { payload }, /** @type {() => void} */ update) => {
      const { n_digits: nDigits, n_heads: nHeads, n_layers: nLayers, position_names: names } = payload;
      const { sites, subspaces } = payload;
      const field = (/** @type {string} */ name) =>
        html("input", { name, inputmode: "numeric", pattern: "\\d*", maxlength: nDigits, size: nDigits });
      const [a, b, secondA, secondB] = ["a", "b", "second-a", "second-b"].map(field);
      secondB.setAttribute("aria-label", "Number to add in the second sum");
      const problem = html("p", { class: "live-problem", role: "alert" });

      // The sum as it is typed; what is typed counts with every button, not only with that for the sum.
      const readSum = () => {
        const [first, second] = [operandOf(a.value, nDigits), operandOf(b.value, nDigits)];
        if (first === null || second === null) {
          problem.textContent = `Type two whole numbers of at most ${nDigits} digits; below is the sum before.`;
          return false;
        }
        problem.textContent = "";
        state.sum = { a: first, b: second };
        return true;
      };
      const readSecond = () => {
        const [first, second] = [operandOf(secondA.value, nDigits), operandOf(secondB.value, nDigits)];
        const isEmpty = secondA.value === "" && secondB.value === "";
        // The second number may follow.
        if (!isEmpty && (secondA.value === "" || secondB.value === "")) return;
        if (!isEmpty && (first === null || second === null)) {
          problem.textContent = `Type two whole numbers of at most ${nDigits} digits as the second sum.`;
          return;
        }
        problem.textContent = "";
        state.second = first === null || second === null ? null : { a: first, b: second };
        update();
      };
      const surprises = Object.entries(KINDS)
        .filter(([kind]) => kind !== "wrong" || payload.wrong.length)
        .map(([kind, text]) =>
          button(text, () => {
            state.sum = surprise(kind, payload);
            problem.textContent = "";
            update();
          }),
        );
      const sumForm = html(
        "form",
        { class: "live-sum", novalidate: "" },
        labelled("First number", a),
        html("span", { "aria-hidden": "true" }, "+"),
        labelled("Second number", b),
        html("button", { type: "submit", class: "button" }, "Predict"),
        html("span", { class: "live-surprise" }, "Surprise me:", ...surprises),
      );
      sumForm.addEventListener("submit", (event) => {
        event.preventDefault();
        if (readSum()) update();
      });

      const heads = Array.from({ length: nLayers }, (_, layer) => [
        ...Array.from({ length: nHeads }, (_, head) => [`${layer}.${head}`, `H${layer}.${head}`]),
        [`${layer}.all`, `all of layer ${layer}`],
      ]).flat();
      // A direction is zero where no pair of sums could be measured.
      const directions = subspaces.flatMap(({ name, column, digit, basis }, number) =>
        basis.some((value) => value) ? [[number, `column ${column} to C${digit}, ${name}`]] : [],
      );
      const isOffered = (/** @type {string} */ kind) =>
        (kind !== "dose" || sites.length) && ((kind !== "along" && kind !== "across") || directions.length);
      const kinds = Object.entries(ACTIONS).filter(([kind]) => isOffered(kind));
      const action = list(/** @type {[string, string][]} */ (kinds), { name: "action" });
      const head = list(/** @type {[string, string][]} */ (heads), { name: "head" });
      const part = list(Object.entries(PARTS), { name: "part" });
      const meanOf = list(Object.entries(MEANS), { name: "mean-of" });
      const way = list(Object.entries(WAYS), { name: "way" });
      const subspace = list(/** @type {[number, string][]} */ (directions), { name: "subspace" });
      const position = list([["all", "all positions"], .../** @type {[number, string][]} */ ([...names.entries()])], {
        name: "position",
      });
      const place = list(/** @type {[number, string][]} */ ([...names.entries()]), { name: "place" });
      const token = list(/** @type {[number, string][]} */ ([...payload.vocabulary.entries()]), { name: "token" });
      const site = list(
        sites.map(({ name, column, digit }, number) => [number, `column ${column} to C${digit}, ${name}`]),
        { name: "site" },
      );
      const dose = html("input", { type: "range", name: "dose", min: -2, max: 2, step: 0.1, value: 1 });
      const doseText = html("output", {}, "1");
      const parts = {
        head: labelled("Head", head),
        part: labelled("What", part),
        position: labelled("Position", position),
        second: html(
          "span",
          { class: "live-second" },
          labelled("Second sum", secondA),
          html("span", { "aria-hidden": "true" }, "+"),
          secondB,
        ),
        meanOf: labelled("Mean over", meanOf),
        subspace: labelled("Direction", subspace),
        way: labelled("Through", way),
        site: labelled("Carry", site),
        dose: html("label", { class: "live-field" }, "Dose", dose, doseText),
        place: labelled("Position", place),
        token: labelled("Token", token),
      };
      /** @type {Record<string, (keyof typeof parts)[]>} */
      const fieldsOf = {
        mean: ["head", "part", "position", "meanOf"],
        zero: ["head", "part", "position"],
        patch: ["head", "part", "position", "second"],
        dose: ["site", "dose"],
        along: ["subspace", "second"],
        across: ["subspace", "second"],
        token: ["place", "token"],
        via: ["way"],
      };
      const showFields = () => {
        for (const [name, field] of Object.entries(parts))
          field.hidden = !(/** @type {string[]} */ (fieldsOf[action.value]).includes(name));
        // The means of head outputs are known over all sums alone.
        if (part.value === "z") parts.meanOf.hidden = true;
      };
      action.addEventListener("change", showFields);
      part.addEventListener("change", showFields);
      showFields();
      for (const input of [secondA, secondB]) input.addEventListener("change", readSecond);

      /** @returns {LiveChange} */
      const chosen = () => {
        const kind = action.value;
        if (kind === "dose") return { kind, site: Number(site.value), dose: Number(dose.value) };
        if (kind === "token") return { kind, position: Number(place.value), token: Number(token.value) };
        if (kind === "along" || kind === "across") return { kind, subspace: Number(subspace.value) };
        if (kind === "via") return { kind, way: way.value };
        const [layer, number] = head.value.split(".");
        const numberOrAll = (/** @type {string} */ text) => (text === "all" ? null : Number(text));
        return {
          kind: kind === "zero" || kind === "patch" ? kind : "mean",
          part: part.value,
          layer: Number(layer),
          head: numberOrAll(number),
          position: numberOrAll(position.value),
          meanOf: kind === "mean" && part.value !== "z" ? meanOf.value : "all",
        };
      };
      const put = (/** @type {LiveChange} */ change) => {
        state.changes = [...state.changes.filter((other) => placeOf(other) !== placeOf(change)), change];
        update();
      };
      // While the slider moves, the dose that was added follows it.
      dose.addEventListener("input", () => {
        doseText.textContent = sumint.withMinus(dose.value);
        const change = chosen();
        if (state.changes.some((other) => placeOf(other) === placeOf(change))) put(change);
      });
      const changeForm = html(
        "form",
        { class: "live-change", novalidate: "" },
        labelled("Intervention", action),
        ...Object.values(parts),
        html("button", { type: "submit", class: "button live-apply" }, "Apply"),
      );
      changeForm.addEventListener("submit", (event) => {
        event.preventDefault();
        if (!readSum()) return;
        const change = chosen();
        if (NEEDS_SECOND.includes(change.kind) && !state.second) {
          problem.textContent = "Type the second sum, from which the first is patched.";
          secondA.focus();
          return;
        }
        put(change);
      });
      const fill = () => {
        [a.value, b.value] = [state.sum.a, state.sum.b].map((number) => digitsOf(number, nDigits).join(""));
        [secondA.value, secondB.value] = state.second
          ? [state.second.a, state.second.b].map((number) => digitsOf(number, nDigits).join(""))
          : ["", ""];
      };
      // The fields of an intervention that the address names, so that it can be changed.
      const restoreFields = () => {
        const change = state.changes[state.changes.length - 1];
        if (!change) return;
        action.value = change.kind;
        if (change.kind === "dose") {
          site.value = String(change.site);
          dose.value = String(change.dose);
          doseText.textContent = sumint.withMinus(dose.value);
        } else if (change.kind === "token") {
          place.value = String(change.position);
          token.value = String(change.token);
        } else if (change.kind === "along" || change.kind === "across") subspace.value = String(change.subspace);
        else if (change.kind === "via") way.value = change.way;
        else {
          head.value = `${change.layer}.${change.head ?? "all"}`;
          part.value = change.part;
          meanOf.value = change.meanOf;
          position.value = String(change.position ?? "all");
        }
        showFields();
      };
      restoreFields();
      return { elements: [sumForm, changeForm, problem], fill };
    };

    const build = (/** @type {LiveModel} */ made) => {
      const active = html("div", { class: "live-interventions" });
      const status = html("p", { class: "live-status", role: "status" });
      const note = html("p", { class: "live-note" });
      const views = html("div", { class: "live-views" });
      const act = () => {
        update();
        keep();
      };
      const form = makeForm(made, act);

      // Where the focus goes when the button that had it is gone.
      const focusNext = (/** @type {number} */ index) => {
        const buttons = all(active, "li:not(.live-reset) button", HTMLButtonElement);
        const next = buttons[Math.min(index, buttons.length - 1)] ?? one(chart, ".live-apply", HTMLButtonElement);
        next.focus();
      };
      const showActive = () => {
        const items = state.changes.map((change, index) => {
          const why = whyWithoutEffect(index, state.changes, made.payload);
          const name = `${nameOf(change, made, state.second)}${why ? ` (without effect: ${why})` : ""}`;
          const remove = button("×", () => {
            state.changes = state.changes.filter((_, other) => other !== index);
            act();
            focusNext(index);
          });
          remove.setAttribute("aria-label", `Remove: ${name}`);
          return html("li", why ? { class: "is-replaced" } : {}, name, remove);
        });
        const reset = button("Reset", () => {
          state.changes = [];
          state.second = null;
          act();
          focusNext(0);
        });
        const resetting = items.length ? [html("li", { class: "live-reset" }, reset)] : [];
        const list = html("ul", { class: "live-active" }, ...items, ...resetting);
        if (items.length <= MOST_LISTED) active.replaceChildren(list);
        else {
          const isOpen = active.querySelector("details")?.open ?? false;
          const summary = html("summary", {}, `${items.length} interventions`);
          active.replaceChildren(html("details", isOpen ? { open: "" } : {}, summary, list), reset);
        }
      };

      const restriction = (/** @type {LiveChange[]} */ changes) => {
        const via = changes.filter((change) => change.kind === "via").pop();
        return via ? /** @type {Record<string, string>} */ (WAYS)[via.way] : "";
      };
      const update = () => {
        const { sum, second, changes } = state;
        const clean = runWith(made, sum, []);
        const source = second ? runWith(made, second, []) : undefined;
        const run = changes.length ? runWith(made, sum, changes, source) : clean;
        const judged = sumOfTokens(sum, changes, made.payload.n_digits) ?? sum;
        const seen = {
          model: made,
          sum,
          judged,
          nChanges: changes.length,
          tokens: tokensOf(sum, made.payload.n_digits),
          tokensNow: tokensWith(sum, changes, made.payload.n_digits),
          way: restriction(changes),
          clean,
          run,
          before: readAnswer(clean, sum, made.payload),
          after: readAnswer(run, judged, made.payload),
          isChanged: changes.length > 0,
        };
        form.fill();
        showActive();
        const beyond = rangeNote(sum, made.payload.n_digits);
        const over =
          sum.a + sum.b >= 10 ** made.payload.n_digits ? "The answer has a digit more than it can write. " : "";
        note.textContent = `${state.note ? `${state.note} ` : ""}${beyond}${over}`;
        state.note = "";
        status.textContent = asText(seen);
        views.replaceChildren(
          html("div", { class: "live-abreast" }, answerTable(seen), levelTable(seen)),
          partsTable(seen),
          attentionView(seen),
          pathsTable(seen),
        );
      };
      chart.replaceChildren(html("div", { class: "live" }, ...form.elements, active, note, status, views));
      update();
    };

    return {
      choices: () => [],
      show(payload) {
        if (model) return;
        model = modelOf(payload);
        restore(model);
        build(model);
      },
    };
  };

  sumint.registerComponent("live-model", liveModel);
}
