// @ts-check
// A sum of the reader's own in the figures of single sums: computed by the checkpoint's network, which is loaded when the
// first sum is typed. The sum stands in the address as the other choices do: own-12-34.
"use strict";
{
  const { html, one, all } = sumint.elements;

  const pending = (/** @type {HTMLElement} */ figure) => {
    const [, a, b] = /^own-(\d+)-(\d+)/.exec(new URLSearchParams(location.search).get(figure.id) ?? "") ?? [];
    return a === undefined ? null : { a: Number(a), b: Number(b) };
  };

  const makeOwn = async (
    /** @type {HTMLElement} */ figure,
    /** @type {HTMLFormElement} */ form,
    /** @type {Operands} */ sum,
  ) => {
    const { own: kind = "", live = "" } = form.dataset;
    const name = figure.dataset.figure ?? "";
    await Promise.all(["assets/live-model.js", `figures/${live}.js`, `figures/${name}.js`].map(sumint.loadScript));
    const model = sumint.liveSums.modelOf(/** @type {LivePayload} */ ((sumint.viewsOf(live) ?? [])[0].payload));
    const run = sumint.network.run(model.weights, sumint.liveSums.tokensOf(sum, model.payload.n_digits));
    const listed = sumint.viewsOf(name) ?? [];
    const first = listed[0].slug.split(".")[0];
    const slug = `own-${sum.a}-${sum.b}`;
    const number = (/** @type {number} */ value) => String(value).padStart(model.payload.n_digits, "0");
    const label = `${number(sum.a)}+${number(sum.b)}=${number(sum.a + sum.b)}`;
    const views = listed
      .filter((view) => view.slug.split(".")[0] === first)
      .map((view) => {
        const choices = view.slug.split(".").slice(1);
        const made = sumint.ownViews.makers[kind](view, choices, { model, run, sum });
        return { ...made, slug: [slug, ...choices].join("."), label };
      });
    sumint.addViews(name, { slug, label }, views);
    return { model, run };
  };

  for (const form of all(document, ".figure-own", HTMLFormElement)) {
    const figure = form.closest("figure");
    if (!figure) continue;
    const [a, b] = all(form, "input", HTMLInputElement);
    const problem = one(form, "[role=alert]", HTMLElement);
    const show = (/** @type {Operands} */ sum) =>
      makeOwn(figure, form, sum).then(
        ({ model, run }) => {
          const { isTrained, readAnswer } = sumint.liveSums;
          const digits = readAnswer(run, sum, model.payload);
          const verdict = digits.every(({ isRight }) => isRight) ? "right" : "wrong";
          const beyond = isTrained(sum, model.payload.n_digits)
            ? ""
            : " Beyond the training range: leading digits below 5.";
          problem.textContent = `Predicted: ${digits.map(({ predicted }) => predicted).join("")}, ${verdict}.${beyond}`;
        },
        (error) => {
          problem.replaceChildren(
            html("span", {}, `The sum could not be computed: ${sumint.elements.messageOf(error)}.`),
          );
        },
      );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const [first, second] = [a, b].map(({ value }) => value.trim());
      const isNumber = (/** @type {string} */ text) => /^\d+$/.test(text) && text.length <= a.maxLength;
      if (!isNumber(first) || !isNumber(second)) {
        problem.textContent = `Type two whole numbers of at most ${a.maxLength} digits.`;
        return;
      }
      show({ a: Number(first), b: Number(second) });
    });
    // What is typed is no choice of the figure.
    form.addEventListener("change", (event) => event.stopPropagation());
    figure.addEventListener("change", ({ target }) => {
      if (!(target instanceof HTMLSelectElement) || target.value.startsWith("own-")) return;
      [a.value, b.value, problem.textContent] = ["", "", ""];
    });
    const wanted = pending(figure);
    if (wanted && Math.max(String(wanted.a).length, String(wanted.b).length) <= a.maxLength) {
      [a.value, b.value] = [String(wanted.a), String(wanted.b)];
      show(wanted);
    }
  }
}
