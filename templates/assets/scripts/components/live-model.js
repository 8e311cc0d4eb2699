// @ts-check
// The live model: a form for a sum and for interventions, and what the network computes, before and after them.
"use strict";
{
  const KINDS = { none: "no carry", one: "a carry", chain: "nines", wrong: "a wrong one" };
  const ACTIONS = {
    mean: "Replace a head output by its mean",
    zero: "Set a head output to zero",
    patch: "Patch a head output from the second sum",
    dose: "Add a multiple of a carry direction",
    token: "Replace a token",
  };

  const { html, one, all } = sumint.elements;
  const { digitsOf, tokensOf, operandOf, isTrained, readAnswer, surprise, runWith, modelOf } = sumint.liveSums;
  const { parseChanges, writeChanges, parseSum, sumOfTokens } = sumint.liveSums;
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

  /** @type {(change: LiveChange, model: LiveModel, second: Operands | null) => string} */
  const nameOf = (change, { payload }, second) => {
    const { position_names: names, vocabulary, sites, n_digits: nDigits } = payload;
    if (change.kind === "dose") {
      const { column, digit, name } = sites[change.site];
      return `${sumint.withMinus(String(change.dose))} × the carry of column ${column} to C${digit} at ${name}`;
    }
    if (change.kind === "token") return `token at ${names[change.position]} replaced by ${vocabulary[change.token]}`;
    const place = change.position === null ? "all positions" : names[change.position];
    const number = (/** @type {number} */ value) => digitsOf(value, nDigits).join("");
    const source = second ? `patched from ${number(second.a)} + ${number(second.b)}` : "not patched: no second sum";
    const done = { mean: "replaced by its mean", zero: "set to zero", patch: source };
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
      secondB.setAttribute("aria-label", "Number to add in the second sum");
      const problem = html("p", { class: "live-problem", role: "alert" });

      // The sum as it is typed; what is typed counts with every button, not only with that for the sum.
      const readSum = () => {
        const [first, second] = [operandOf(a.value, nDigits), operandOf(b.value, nDigits)];
        if (first === null || second === null) {
          problem.textContent = `Type two whole numbers of at most ${nDigits} digits.`;
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

      const heads = Array.from({ length: nLayers * nHeads }, (_, n) => [
        `${Math.floor(n / nHeads)}.${n % nHeads}`,
        `H${Math.floor(n / nHeads)}.${n % nHeads}`,
      ]);
      const kinds = Object.entries(ACTIONS).filter(([kind]) => kind !== "dose" || sites.length);
      const action = list(/** @type {[string, string][]} */ (kinds), { name: "action" });
      const head = list(/** @type {[string, string][]} */ (heads), { name: "head" });
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
        position: labelled("Position", position),
        second: html(
          "span",
          { class: "live-second" },
          labelled("Second sum", secondA),
          html("span", { "aria-hidden": "true" }, "+"),
          secondB,
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
        } else {
          head.value = `${change.layer}.${change.head}`;
          position.value = String(change.position ?? "all");
        }
        showFields();
      };
      restoreFields();
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

      // Where the focus goes when the button that had it is gone.
      const focusNext = (/** @type {number} */ index) => {
        const buttons = all(active, "li:not(.live-reset) button", HTMLButtonElement);
        const next = buttons[Math.min(index, buttons.length - 1)] ?? one(chart, ".live-apply", HTMLButtonElement);
        next.focus();
      };
      const showActive = () => {
        const items = state.changes.map((change, index) => {
          const name = nameOf(change, made, state.second);
          const remove = button("×", () => {
            state.changes = state.changes.filter((_, other) => other !== index);
            act();
            focusNext(index);
          });
          remove.setAttribute("aria-label", `Remove: ${name}`);
          return html("li", {}, name, remove);
        });
        const reset = button("Reset", () => {
          state.changes = [];
          state.second = null;
          act();
          focusNext(0);
        });
        active.replaceChildren(...items, ...(items.length ? [html("li", { class: "live-reset" }, reset)] : []));
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
          clean,
          run,
          before: readAnswer(clean, sum, made.payload),
          after: readAnswer(run, judged, made.payload),
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
