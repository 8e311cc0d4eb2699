// @ts-check
// A sum of the reader's own in the picture of the mechanism: what the network computes, in the form of a listed sum.
"use strict";
{
  const N_DIGITS = 10;

  const { stateOf, written } = sumint.pictureValues;

  const listed = (/** @type {(string | number)[]} */ items) =>
    items.length > 1 ? `${items.slice(0, -1).join(", ")} and ${items[items.length - 1]}` : String(items[0]);

  /** @type {PictureLive["asText"]} */
  const asText = ({ a, b, predicted, answer, amounts, levels }, switches) => {
    const added = a.map((digit, column) => digit + b[column]);
    const wrong = predicted.flatMap((token, digit) => (token === answer[digit] ? [] : [digit]));
    const total = String(Number(a.join("")) + Number(b.join(""))).padStart(a.length, "0");
    const equation = `${a.join("")}+${b.join("")}=${total}`;
    const over = total.length > a.length ? ` The model can write the last ${a.length} digits alone.` : "";
    const causes = wrong.flatMap((digit) => {
      const amount = amounts[digit];
      const needed = (Number(answer[digit]) - added[digit] + 2 * N_DIGITS) % N_DIGITS;
      return amount === null
        ? []
        : [
            ` C${digit} should be turned by ${needed} and is turned by ${written(amount)}: its angle lies nearer to ${predicted[digit]}.`,
          ];
    });
    const states = switches.map(({ name, column }) => {
      const level = name in levels ? `, level ${written(levels[name])} at ${name}` : "";
      return `Column ${column} adds up to ${added[column]}, ${stateOf(added[column])}${level}.`;
    });
    const scale = Object.keys(levels).length ? ["Level 0 is the mean without a carry, 1 that with one."] : [];
    const digits = added.map((total, digit) => {
      const amount = amounts[digit];
      const turned = amount === null ? "" : `, turned by ${written(amount)} digits`;
      const verdict = predicted[digit] === answer[digit] ? "" : ` (wrong, ${answer[digit]} is right)`;
      return `C${digit}: ${total % N_DIGITS}${turned}, gives ${predicted[digit]}${verdict}`;
    });
    return [
      `${equation}; the model predicts ${predicted.join("")}, which is ${wrong.length || over ? "wrong" : "right"}.${over}${causes.join("")}`,
      `Each layer-0 head reads the digits of a column. They add up to ${listed(added.map((total, column) => `${total} in column ${column}`))}.`,
      ["Each dial holds its column’s sum without the tens.", ...states, ...scale].join(" "),
      `Layer 1 adds the carries. ${digits.join("; ")}.`,
    ];
  };

  /** @type {PictureLive["sumOf"]} */
  const sumOf = (model, operands, { reads, switches }) => {
    const { payload, weights } = model;
    const { digitsOf, predicting, readAnswer, levelAt } = sumint.liveSums;
    const { runWith } = sumint.interventions;
    const run = runWith(model, operands, []);
    const digits = readAnswer(run, operands, payload);
    const n = payload.position_names.length;
    /** @type {Record<string, number>} */
    const levels = {};
    for (const { name } of switches) {
      const site = payload.sites.find((one) => one.name === name);
      if (site) levels[name] = levelAt(site, run.layers[0][site.head].z, weights);
    }
    const phases = digits.map(({ phase }) => (payload.has_phases ? phase : null));
    const amounts = digits.map(({ amount }) => (payload.has_phases ? amount : null));
    /** @type {PictureSum} */
    const sum = {
      label: "",
      a: digitsOf(operands.a, payload.n_digits),
      b: digitsOf(operands.b, payload.n_digits),
      predicted: digits.map(({ predicted }) => predicted),
      answer: digits.map(({ right }) => String(right)),
      phases,
      amounts,
      levels,
      attention: reads.map((ofDigit, digit) =>
        ofDigit.map(({ head, position }) => {
          const key = payload.position_names.indexOf(position);
          return run.layers[1][head].pattern[(predicting(payload.n_digits) + digit) * n + key];
        }),
      ),
      words: [],
    };
    return { ...sum, words: asText(sum, switches) };
  };

  sumint.pictureLive = { sumOf, asText };
}
