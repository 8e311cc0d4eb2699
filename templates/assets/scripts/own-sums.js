// @ts-check
// A sum of the reader's own in the figures of single sums: computed by the checkpoint's network, which is loaded when the
// first sum is typed. The sum stands in the address as the other choices do: own-12-34.
"use strict";
{
  const { one, all, messageOf } = sumint.elements;

  // The operands of a sum that the address names for a figure.
  const inAddress = (/** @type {HTMLElement} */ figure) => {
    const [, ...operands] = /^own-(\d+)-(\d+)/.exec(new URLSearchParams(location.search).get(figure.id) ?? "") ?? [];
    return operands.length ? operands : null;
  };

  // Adds the views of a sum to a figure, and returns the predicted answer as text.
  /** @type {(figure: HTMLElement, kind: string, model: LiveModel, sum: Operands) => Promise<string>} */
  const addSum = async (figure, kind, model, sum) => {
    const name = figure.dataset.figure ?? "";
    await sumint.loadScript(`figures/${name}.js`);
    const { tokensOf, readAnswer, rangeNote } = sumint.liveSums;
    const nDigits = model.payload.n_digits;
    const run = sumint.network.run(model.weights, tokensOf(sum, nDigits));
    const listed = sumint.viewsOf(name) ?? [];
    const first = listed[0].slug.split(".")[0];
    const slug = `own-${sum.a}-${sum.b}`;
    const written = (/** @type {number} */ value) => String(value).padStart(nDigits, "0");
    const label = `${written(sum.a)}+${written(sum.b)}=${written(sum.a + sum.b)}`;
    const views = listed
      .filter((view) => view.slug.split(".")[0] === first)
      .map((view) => {
        const choices = view.slug.split(".").slice(1);
        const made = sumint.ownViews.makers[kind](view, choices, { model, run, sum });
        return { ...made, slug: [slug, ...choices].join("."), choices: [label, ...view.choices.slice(1)] };
      });
    sumint.addViews(name, { slug, label }, views);
    const digits = readAnswer(run, sum, model.payload);
    const verdict = digits.every(({ isRight }) => isRight) ? "right" : "wrong";
    const answer = digits.map(({ predicted }) => predicted).join("");
    return `Predicted: ${answer}, ${verdict}. ${rangeNote(sum, nDigits)}`;
  };

  for (const form of all(document, ".figure-own", HTMLFormElement)) {
    const figure = form.closest("figure");
    if (!figure) continue;
    const { own: kind = "", live = "" } = form.dataset;
    const [a, b] = all(form, "input", HTMLInputElement);
    const note = one(form, "[role=alert]", HTMLElement);
    const show = async () => {
      try {
        const model = await sumint.liveModel(live);
        const nDigits = model.payload.n_digits;
        const [first, second] = [a, b].map(({ value }) => sumint.liveSums.operandOf(value.trim(), nDigits));
        note.textContent =
          first === null || second === null
            ? `Type two whole numbers of at most ${nDigits} digits.`
            : await addSum(figure, kind, model, { a: first, b: second });
      } catch (error) {
        note.textContent = `The sum could not be computed: ${messageOf(error)}.`;
      }
    };
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      show();
    });
    // Typing changes no choice of the figure.
    form.addEventListener("change", (event) => event.stopPropagation());
    figure.addEventListener("change", ({ target }) => {
      if (!(target instanceof HTMLSelectElement) || target.value.startsWith("own-")) return;
      [a.value, b.value, note.textContent] = ["", "", ""];
    });
    const wanted = inAddress(figure);
    if (wanted) {
      [a.value, b.value] = wanted;
      show();
    }
  }
}
