// @ts-check
// The numbers of the clouds: for each path and digit the points as plane coordinates.
"use strict";
{
  const N_DIGITS = 10;

  /** @type {(name: string, role: number, radii: Float32Array, angles: Float32Array) => Cloud} */
  const cloudOf = (name, role, radii, angles) => {
    // The logits of a digit have minus its angle as their phase; on the dial angles run clockwise from the top.
    const x = radii.map((radius, index) => -radius * Math.sin(angles[index]));
    const y = radii.map((radius, index) => -radius * Math.cos(angles[index]));
    return { name, role, radii, angles, x, y };
  };

  const digitOf = (/** @type {number} */ phase) => {
    const digit = (((-phase * N_DIGITS) / (2 * Math.PI)) % N_DIGITS) + N_DIGITS;
    return Math.round(10 * (digit % N_DIGITS)) === 10 * N_DIGITS ? 0 : digit % N_DIGITS;
  };

  /** @type {CloudPaths["pathsOf"]} */
  const pathsOf = ({ digits, sums, routes, paths }) =>
    paths.map(({ name, origin, route, magnitudes, phases }) => {
      const [radii, angles] = [sumint.numbersOf(magnitudes), sumint.numbersOf(phases)];
      const row = (/** @type {Float32Array} */ numbers, /** @type {number} */ index) =>
        numbers.subarray(index * sums.length, (index + 1) * sums.length);
      const clouds = digits.map((digit, index) => cloudOf(digit, index, row(radii, index), row(angles, index)));
      const largest = radii.reduce((most, radius) => Math.max(most, radius), 0);
      return { name, origin, column: routes.indexOf(route), clouds, largest: largest || 1 };
    });

  /** @type {CloudPaths["nearest"]} */
  const nearest = ({ clouds }, shown, across, down, within) => {
    let [least, place] = [within, -1];
    for (const { x, y } of clouds.filter(({ role }) => shown[role])) {
      for (let index = 0; index < x.length; index += 1) {
        const distance = Math.hypot(x[index] - across, y[index] - down);
        if (distance < least) [least, place] = [distance, index];
      }
    }
    return place < 0 ? null : place;
  };

  /** @type {CloudPaths["asText"]} */
  const asText = ({ name, clouds }, sum, index) => {
    const points = clouds.map(({ name: digit, radii, angles }) => {
      return `${digit} ${radii[index].toPrecision(3)} towards digit ${digitOf(angles[index]).toFixed(1)}`;
    });
    return `${sum}, ${name}: ${points.join("; ")}.`;
  };

  sumint.cloudPaths = { pathsOf, nearest, asText, slug: (name) => name.toLowerCase().replace(/[^a-z0-9]+/g, "-") };
}
