// @ts-check
// The numbers of the attention component: weights of a pattern, their shades and their description.
"use strict";
{
  const N_DESCRIBED = 2; // how many of the most attended positions are named

  /** @type {AttentionWeights["headsOf"]} */
  const headsOf = ({ heads }) =>
    heads.map(({ name, layer, weights }) => ({
      name,
      layer,
      weights: weights instanceof Float64Array ? weights : sumint.numbersOf(weights),
    }));

  /** @type {AttentionWeights["shade"]} */
  const shade = (stops, weight) => {
    const place = weight * (stops.length - 1);
    const below = Math.min(Math.floor(place), stops.length - 2);
    return `color-mix(in srgb, ${stops[below + 1]} ${(100 * (place - below)).toFixed(1)}%, ${stops[below]})`;
  };

  /** @type {AttentionWeights["weightOf"]} */
  const weightOf = ({ heads, head, positions }, query, key) => heads[head].weights[query * positions.length + key];
  // Only the later of two tokens attends to the other, so there is one weight between them.
  /** @type {AttentionWeights["between"]} */
  const between = (pattern, one, other) => weightOf(pattern, Math.max(one, other), Math.min(one, other));

  /** @type {AttentionWeights["asText"]} */
  const asText = (state) => {
    const { positions, shown, cell } = state;
    const { name } = positions[shown];
    const nameOf = (/** @type {number} */ position) => (position === shown ? "itself" : positions[position].name);
    if (cell) {
      const key = cell.query === shown ? nameOf(cell.key) : name;
      return `${positions[cell.query].name} attends to ${key}: ${weightOf(state, cell.query, cell.key).toFixed(3)}.`;
    }
    const withWeight = (/** @type {number} */ position) =>
      `${nameOf(position)} (${between(state, shown, position).toFixed(2)})`;
    const byWeight = (/** @type {number} */ one, /** @type {number} */ other) =>
      between(state, shown, other) - between(state, shown, one);
    const all = [...positions.keys()];
    const keys = all.slice(0, shown + 1).sort(byWeight);
    const [query] = all.slice(shown + 1).sort(byWeight);
    const most = keys.slice(0, N_DESCRIBED).map(withWeight).join(" and ");
    const attends = `${name} attends ${shown ? "most" : "only"} to ${most}`;
    return query === undefined ? `${attends}.` : `${attends}; ${withWeight(query)} attends most to it.`;
  };

  /** @type {AttentionWeights["neighbour"]} */
  const neighbour = (key, from, lineLength, n) => {
    /** @type {Record<string, number>} */
    const places = {
      Home: 0,
      End: n - 1,
      ArrowLeft: from - 1,
      ArrowRight: from + 1,
      ArrowUp: from - lineLength,
      ArrowDown: from + lineLength,
    };
    const to = places[key];
    return to >= 0 && to < n ? to : null;
  };

  sumint.attentionWeights = {
    headsOf,
    shade,
    weightOf,
    between,
    asText,
    neighbour,
    isDigit: ({ name, token }) => name !== token,
    slug: ({ name }) => name.toLowerCase().replace(".", "-"),
  };
}
