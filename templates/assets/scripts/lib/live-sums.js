// @ts-check
// A sum on the live model: its tokens, what the network predicts digit by digit, and the model as its script has it.
"use strict";
{
  const N_DIGITS = 10;
  const PLUS = 10;
  const EQUALS = 11;
  const NINE = 9;

  /** @type {LiveSums["digitsOf"]} */
  const digitsOf = (number, nDigits) => [...String(number).padStart(nDigits, "0").slice(-nDigits)].map(Number);

  /** @type {LiveSums["tokensOf"]} */
  const tokensOf = ({ a, b }, nDigits) => {
    const answer = digitsOf(a + b, nDigits);
    return [...digitsOf(a, nDigits), PLUS, ...digitsOf(b, nDigits), EQUALS, ...answer];
  };

  const predicting = (/** @type {number} */ nDigits) => 2 * nDigits + 1;

  /** @type {LiveSums["operandOf"]} */
  const operandOf = (text, nDigits) => (/^\d+$/.test(text) && text.length <= nDigits ? Number(text) : null);

  /** @type {LiveSums["isTrained"]} */
  const isTrained = ({ a, b }, nDigits) => Math.max(a, b) < 5 * 10 ** (nDigits - 1);

  /** @type {LiveSums["rangeNote"]} */
  const rangeNote = (sum, nDigits) =>
    isTrained(sum, nDigits) ? "" : "Beyond the training range: the network was trained on leading digits below 5. ";

  // The phase of a digit's logits: a cosine that is largest at digit d has the first frequency e^(−2πi d / 10).
  /** @type {LiveSums["phasorOf"]} */
  const phasorOf = (logits) => {
    let [x, y] = [0, 0];
    for (let digit = 0; digit < N_DIGITS; digit++) {
      const angle = (2 * Math.PI * digit) / N_DIGITS;
      x += logits[digit] * Math.cos(angle);
      y += logits[digit] * Math.sin(angle);
    }
    return { x, y };
  };
  /** @type {LiveSums["phaseOf"]} */
  const phaseOf = ({ x, y }) => ((Math.atan2(y, x) * N_DIGITS) / (2 * Math.PI) + N_DIGITS) % N_DIGITS;
  const centred = (/** @type {number} */ value) => ((value + N_DIGITS / 2 + 10 * N_DIGITS) % N_DIGITS) - N_DIGITS / 2;

  const softmax = (/** @type {Float64Array} */ logits) => {
    const highest = logits.reduce((one, other) => Math.max(one, other));
    const powers = logits.map((logit) => Math.exp(logit - highest));
    const total = powers.reduce((one, other) => one + other);
    return powers.map((power) => power / total);
  };

  /** @type {LiveSums["readAnswer"]} */
  const readAnswer = (run, sum, { n_digits: nDigits, vocabulary }) => {
    const answer = digitsOf(sum.a + sum.b, nDigits);
    const [a, b] = [digitsOf(sum.a, nDigits), digitsOf(sum.b, nDigits)];
    return answer.map((right, digit) => {
      const start = (predicting(nDigits) + digit) * vocabulary.length;
      const logits = run.logits.slice(start, start + vocabulary.length);
      const probabilities = softmax(logits);
      const token = probabilities.indexOf(probabilities.reduce((one, other) => Math.max(one, other)));
      const phase = phaseOf(phasorOf(logits));
      const amount = centred(phase - a[digit] - b[digit]);
      return { token, predicted: vocabulary[token], right, isRight: token === right, probabilities, phase, amount };
    });
  };

  // The carry level: where a head output lies between the means without and with the carry, in the residual stream.
  /** @type {LiveSums["levelAt"]} */
  const levelAt = (site, z, weights) => {
    const { dHead } = weights.sizes;
    const outputMatrix = weights.tensors["blocks.0.attn.W_O"];
    const size = outputMatrix.length / weights.sizes.nHeads;
    const matrix = outputMatrix.subarray(site.head * size, (site.head + 1) * size);
    // The layer norm removes the mean of a head's output.
    const written = (/** @type {Float64Array} */ z) => {
      const output = sumint.network.project(z, matrix, null, weights.sizes.dModel);
      const mean = output.reduce((sum, value) => sum + value / output.length, 0);
      return output.map((value) => value - mean);
    };
    const axis = written(site.vector);
    const offset = Float64Array.from({ length: dHead }, (_, i) => z[site.position * dHead + i] - site.without[i]);
    const moved = written(offset);
    let [along, square] = [0, 0];
    for (let i = 0; i < axis.length; i++) {
      along += moved[i] * axis[i];
      square += axis[i] ** 2;
    }
    return along / square;
  };

  /** @type {LiveSums["surprise"]} */
  const surprise = (kind, { n_digits: nDigits, wrong }, random = Math.random) => {
    if (kind === "wrong") {
      const [a, b] = wrong[Math.floor(random() * wrong.length)];
      return { a, b };
    }
    const below = (/** @type {number} */ limit) => Math.floor(random() * limit);
    // Column by column from the units, with digits whose sum is of the kind; leading digits stay below five.
    const among = (/** @type {number} */ column, /** @type {(total: number) => boolean} */ isMeant) => {
      const limit = column === 0 ? 5 : N_DIGITS;
      const pairs = Array.from({ length: limit * limit }, (_, n) => [Math.floor(n / limit), n % limit]);
      const meant = pairs.filter(([one, other]) => isMeant(one + other));
      return meant[below(meant.length)];
    };
    const units = nDigits - 1;
    // The column that makes a carry: the units for a chain, which then runs up to the leading digit.
    const makes = kind === "chain" ? units : 1 + below(units);
    const columns = Array.from({ length: nDigits }, (_, column) => {
      if (kind === "none" || column > makes) return among(column, (total) => total < NINE);
      if (column === makes) return among(column, (total) => total > NINE);
      if (kind === "chain" && column > 0) return among(column, (total) => total === NINE);
      return among(column, (total) => total < NINE - 1);
    });
    const number = (/** @type {number} */ operand) => Number(columns.map((pair) => pair[operand]).join(""));
    return { a: number(0), b: number(1) };
  };

  /** @type {LiveSums["parseSum"]} */
  const parseSum = (text, nDigits) => {
    const [a, b] = (text ?? "").split("_").map((part) => operandOf(part, nDigits));
    return a === null || b === null || a === undefined || b === undefined ? null : { a, b };
  };

  // The model, read from the payload of its script.
  /** @type {LiveSums["modelOf"]} */
  const modelOf = (packed) => {
    const numbers = (/** @type {PackedNumbers} */ array) => Float64Array.from(sumint.numbersOf(array));
    const sites = packed.sites.map((site) => ({
      ...site,
      vector: numbers(site.vector),
      without: numbers(site.without),
    }));
    const subspaces = packed.subspaces.map((space) => {
      const basis = numbers(space.basis);
      return { ...space, basis, rank: basis.length / packed.d_head };
    });
    return {
      weights: sumint.network.read(packed),
      means: numbers(packed.means),
      read: numbers(packed.read),
      payload: { ...packed, sites, subspaces },
    };
  };

  sumint.liveSums = {
    digitsOf,
    tokensOf,
    predicting,
    operandOf,
    isTrained,
    rangeNote,
    phasorOf,
    phaseOf,
    readAnswer,
    levelAt,
    surprise,
    parseSum,
    modelOf,
  };
}
