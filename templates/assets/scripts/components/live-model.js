// @ts-check
// The live model: a form for a sum and for interventions, and what the network computes, before and after them.
"use strict";
{
  const KINDS = { none: "no carry", one: "one carry", chain: "a chain of nines", wrong: "one it gets wrong" };
  const ACTIONS = {
    mean: "Ablate by the mean",
    zero: "Ablate by zero",
    patch: "Patch from the second sum",
    dose: "Add a dose of a carry",
    token: "Replace a token",
  };

  const { html } = sumint.elements;
  const { digitsOf, tokensOf, operandOf, isTrained, readAnswer, surprise, runWith, modelOf } = sumint.liveSums;
  const { parseChanges, writeChanges, parseSum } = sumint.liveSums;
  const { answerTable, levelTable, attentionView, partsTable, pathsTable, inWords } = sumint.liveViews;

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

  const nameOf = (/** @type {LiveChange} */ change, /** @type {LiveModel} */ { payload }) => {
    const { position_names: names, vocabulary, sites } = payload;
    if (change.kind === "dose")
      return `${change.dose} × the carry of column ${sites[change.site].column} at ${sites[change.site].name}`;
    if (change.kind === "token") return `token at ${names[change.position]} replaced by ${vocabulary[change.token]}`;
    const place = change.position === null ? "every position" : names[change.position];
    const done = { mean: "ablated by its mean", zero: "ablated by zero", patch: "patched from the second sum" };
    return `H${change.layer}.${change.head} at ${place} ${done[change.kind]}`;
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
      const { n_digits: nDigits, n_heads: nHeads, n_layers: nLayers, position_names: names, sites } = payload;
      const field = (/** @type {string} */ name) =>
        html("input", { name, inputmode: "numeric", pattern: "\\d*", maxlength: nDigits, size: nDigits });
      const [a, b, secondA, secondB] = ["a", "b", "second-a", "second-b"].map(field);
      const problem = html("p", { class: "live-problem", role: "alert" });

      const readSum = () => {
        const [first, second] = [operandOf(a.value, nDigits), operandOf(b.value, nDigits)];
        if (first === null || second === null) {
          problem.textContent = `Type two whole numbers of at most ${nDigits} digits.`;
          return;
        }
        problem.textContent = "";
        state.sum = { a: first, b: second };
        update();
      };
      const readSecond = () => {
        const [first, second] = [operandOf(secondA.value, nDigits), operandOf(secondB.value, nDigits)];
        const isEmpty = secondA.value === "" && secondB.value === "";
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
        html("button", { type: "submit", class: "button" }, "Add"),
        html("span", { class: "live-surprise" }, "Surprise me:", ...surprises),
      );
      sumForm.addEventListener("submit", (event) => {
        event.preventDefault();
        readSum();
      });

      const heads = Array.from({ length: nLayers * nHeads }, (_, n) => [
        `${Math.floor(n / nHeads)}.${n % nHeads}`,
        `H${Math.floor(n / nHeads)}.${n % nHeads}`,
      ]);
      const kinds = Object.entries(ACTIONS).filter(([kind]) => kind !== "dose" || sites.length);
      const action = list(/** @type {[string, string][]} */ (kinds), { name: "action" });
      const head = list(/** @type {[string, string][]} */ (heads), { name: "head" });
      const position = list([["all", "every position"], .../** @type {[number, string][]} */ ([...names.entries()])], {
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
        position: labelled("Position", position),
        second: html(
          "span",
          { class: "live-second" },
          labelled("From", secondA),
          html("span", { "aria-hidden": "true" }, "+"),
          labelled("plus", secondB),
        ),
        site: labelled("Carry", site),
        dose: html("label", { class: "live-field" }, "Dose", dose, doseText),
        place: labelled("Position", place),
        token: labelled("Token", token),
      };
      /** @type {Record<string, (keyof typeof parts)[]>} */
      const fieldsOf = {
        mean: ["head", "position"],
        zero: ["head", "position"],
        patch: ["head", "position", "second"],
        dose: ["site", "dose"],
        token: ["place", "token"],
      };
      const showFields = () => {
        for (const [name, part] of Object.entries(parts))
          part.hidden = !(/** @type {string[]} */ (fieldsOf[action.value]).includes(name));
      };
      action.addEventListener("change", showFields);
      showFields();
      for (const input of [secondA, secondB]) input.addEventListener("change", readSecond);

      /** @returns {LiveChange} */
      const chosen = () => {
        const kind = action.value;
        if (kind === "dose") return { kind, site: Number(site.value), dose: Number(dose.value) };
        if (kind === "token") return { kind, position: Number(place.value), token: Number(token.value) };
        const [layer, number] = head.value.split(".").map(Number);
        const at = position.value === "all" ? null : Number(position.value);
        return { kind: kind === "zero" || kind === "patch" ? kind : "mean", layer, head: number, position: at };
      };
      // One dose for a site, one intervention for a head at a position, one token for a place.
      const placeOf = (/** @type {LiveChange} */ change) => {
        if (change.kind === "dose") return `dose ${change.site}`;
        if (change.kind === "token") return `token ${change.position}`;
        return `${change.layer}.${change.head}.${change.position}`;
      };
      const put = (/** @type {LiveChange} */ change) => {
        state.changes = [...state.changes.filter((other) => placeOf(other) !== placeOf(change)), change];
        update();
      };
      // While the slider moves, the dose that was added follows it.
      dose.addEventListener("input", () => {
        doseText.textContent = dose.value;
        const change = chosen();
        if (state.changes.some((other) => placeOf(other) === placeOf(change))) put(change);
      });
      const changeForm = html(
        "form",
        { class: "live-change", novalidate: "" },
        labelled("Intervention", action),
        ...Object.values(parts),
        html("button", { type: "submit", class: "button" }, "Intervene"),
      );
      changeForm.addEventListener("submit", (event) => {
        event.preventDefault();
        const change = chosen();
        if (change.kind === "patch" && !state.second) {
          problem.textContent = "Type the second sum, from which the head output is patched.";
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
      return { elements: [sumForm, changeForm, problem], fill };
    };

    const build = (/** @type {LiveModel} */ made) => {
      const active = html("ul", { class: "live-active" });
      const status = html("p", { class: "live-status", role: "status" });
      const note = html("p", { class: "live-note" });
      const views = html("div", { class: "live-views" });
      const act = () => {
        update();
        keep();
      };
      const form = makeForm(made, act);

      const showActive = () => {
        const items = state.changes.map((change, index) => {
          const name = nameOf(change, made);
          const remove = button("×", () => {
            state.changes = state.changes.filter((_, other) => other !== index);
            act();
          });
          remove.setAttribute("aria-label", `Remove: ${name}`);
          return html("li", {}, name, remove);
        });
        const reset = button("Reset", () => {
          state.changes = [];
          state.second = null;
          act();
        });
        active.replaceChildren(...items, ...(items.length ? [html("li", { class: "live-reset" }, reset)] : []));
      };

      const update = () => {
        const { sum, second, changes } = state;
        const clean = runWith(made, sum, []);
        const source = second ? runWith(made, second, []) : undefined;
        const run = changes.length ? runWith(made, sum, changes, source) : clean;
        const seen = {
          model: made,
          sum,
          tokens: tokensOf(sum, made.payload.n_digits),
          clean,
          run,
          before: readAnswer(clean, sum, made.payload),
          after: readAnswer(run, sum, made.payload),
          isChanged: changes.length > 0,
        };
        form.fill();
        showActive();
        const beyond = isTrained(sum, made.payload.n_digits)
          ? ""
          : "Beyond the training range: the network was trained on leading digits below 5. ";
        const over =
          sum.a + sum.b >= 10 ** made.payload.n_digits ? "The answer has a digit more than it can write. " : "";
        note.textContent = `${state.note ? `${state.note} ` : ""}${beyond}${over}`;
        state.note = "";
        status.textContent = inWords(seen);
        views.replaceChildren(
          answerTable(seen),
          levelTable(seen),
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
