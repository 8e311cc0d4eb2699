// @ts-check
// A worked example: a sum as on paper, and for the chosen digit of its answer the carry level of a site, the attention
// of layer 1, and the arrows that add up to the phase of the digit's logits. The same values with the digit's carry
// switched are shown faint. The script sets no colours, so that switching the theme and printing work without it.
"use strict";
{
  const { html } = sumint.elements;
  const { read, about, firstDigit } = sumint.workedSums;
  const { div, onPaper, key } = sumint.workedElements;
  const { carryStep, attentionStep } = sumint.workedSteps;
  const { phasorStep } = sumint.workedClock;

  /** @type {MakeComponent<WorkedSumPayload>} */
  const workedExample = (chart, [wantedDigit = ""]) => {
    let digit = 0;
    /** @type {WorkedSum | null} */
    let sum = null;
    /** @type {ReturnType<typeof makeParts> | null} */
    let parts = null;
    /** @type {WorkedSumPayload | null} */
    let shown = null;

    const makeParts = () => {
      const paper = onPaper(`${chart.parentElement?.id}.digit`);
      paper.element.addEventListener("change", ({ target }) => {
        if (target instanceof HTMLInputElement) digit = Number(target.value);
      });
      const [swatches, ...steps] = [key(), carryStep(), attentionStep(), phasorStep()];
      const hint = html("p", { class: "worked-hint" }, "Choose one of the answer’s digits.");
      const left = div("paper", paper.element, hint, swatches.element);
      chart.append(html("div", { class: "worked" }, left, ...steps.map(({ element }) => element)));
      return [paper, swatches, ...steps];
    };

    return {
      choices: () => [`c${digit}`],
      show(payload) {
        const isFirst = shown === null;
        const isAnother = payload !== shown;
        if (!sum || isAnother) {
          sum = read(payload);
          const wanted = sum.answer.findIndex((_, index) => `c${index}` === wantedDigit);
          digit = isFirst && wanted >= 0 ? wanted : firstDigit(sum);
          shown = payload;
        }
        parts ??= makeParts();
        const seen = about(sum, digit);
        for (const part of parts) part.show(seen);
        // For another sum another digit is chosen, which is written into the address, too.
        if (isAnother && !isFirst) chart.dispatchEvent(new Event("change", { bubbles: true }));
      },
    };
  };

  sumint.registerComponent("worked-example", workedExample);
}
