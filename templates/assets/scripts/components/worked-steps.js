// @ts-check
// The first two steps of the worked example: the carry levels of sites, and the attention of layer 1.
"use strict";
{
  const NUMBER_FROM = 0.1; // of the attention, which is written above its bar
  const CHANGE_FROM = 0.03; // and from which another number is written above the other bar

  const { html } = sumint.elements;
  const { CONDITIONS, div, span, step, colourOf } = sumint.workedElements;
  const { queryOf, visibleAttention } = sumint.workedSums;
  const { written, percent, listed, ofCarry, ofAttention } = sumint.workedWords;

  // Switching the carry subtracts or adds the mean effect of a carry on the site.
  const levelAfter = (/** @type {SeenSum} */ seen, /** @type {RouteLevel} */ { column, level, means }) => {
    const [without, withCarry] = means;
    const change = seen.hasCarry ? without - withCarry : withCarry - without;
    return column === seen.deciding && seen.isSwitched ? [level + change] : [];
  };

  /** @type {WorkedSteps["carryStep"]} */
  const carryStep = () => {
    const scales = div("scales");
    const { element, words } = step(1, "The carry", scales);
    const show = (/** @type {SeenSum} */ seen) => {
      words.textContent = ofCarry(seen);
      const routes = seen.routes.filter(({ digit }) => digit === seen.digit);
      const values = routes.flatMap((route) => [route.level, ...route.means, ...levelAfter(seen, route)]);
      const [low, high] = [Math.min(-0.1, ...values) - 0.1, Math.max(1.1, ...values) + 0.1];
      const place = (/** @type {number} */ value) => `--at: ${((100 * (value - low)) / (high - low)).toFixed(2)}%`;
      const mark = (/** @type {string} */ kind, /** @type {number} */ value, /** @type {Child[]} */ ...children) =>
        html("i", { class: `worked-${kind}`, style: place(value) }, ...children);
      const rows = routes.map((route) => {
        const decides = route.column === seen.deciding;
        const role = decides ? ", decides" : seen.nines.includes(route.column) ? ", a nine" : "";
        const name = span("site", html("b", {}, route.site), ` column ${route.column}${role}`);
        const label = `${route.site} holds ${written(route.level)} of a carry from column ${route.column}`;
        const ticks = route.means.map((value) => mark("tick", value));
        const pale = levelAfter(seen, route).map((value) => mark("dot worked-dot--after", value));
        const dot = mark("dot", route.level, span("value", written(route.level)));
        const track = { class: "worked-track", role: "img", "aria-label": label };
        const scale = { class: `worked-scale${decides ? " decides" : ""}` };
        return html("div", scale, name, html("span", track, ...ticks, ...pale, dot));
      });
      const ends = ["no carry", "carry"].map((text, index) => mark("end", index, text));
      const above = { class: "worked-scale worked-ends", "aria-hidden": "true" };
      const axis = html("div", above, span("site"), span("track", ...ends));
      scales.replaceChildren(...(rows.length ? [axis, ...rows] : []));
    };
    return { element, show };
  };

  // A value that switching the carry does not change has one number for both bars.
  const isNumbered = (/** @type {number[]} */ [before, after], /** @type {number} */ condition) =>
    condition ? after >= NUMBER_FROM && Math.abs(after - before) >= CHANGE_FROM : before >= NUMBER_FROM;

  /** @type {WorkedSteps["attentionStep"]} */
  const attentionStep = () => {
    const heads = div("heads");
    const { element, words } = step(2, "Where layer 1 looks", heads);
    const show = (/** @type {SeenSum} */ seen) => {
      words.textContent = ofAttention(seen);
      const { positions, conditions } = seen;
      const query = queryOf(seen);
      const all = seen.heads.map((_, head) => conditions.map((condition) => visibleAttention(seen, condition, head)));
      const highest = Math.max(...all.flat(2));
      const bar = (/** @type {number} */ condition, /** @type {number[]} */ weights) => {
        const weight = weights[condition];
        const number = isNumbered(weights, condition) ? [span("percent", `${Math.round(100 * weight)}`)] : [];
        const style = `--height: ${((100 * weight) / highest).toFixed(2)}%`;
        return html("i", { class: `worked-bar worked-bar--${CONDITIONS[condition]}`, style }, ...number);
      };
      const rows = seen.heads.map((head, index) => {
        const shares = all[index].map((weights, condition) => {
          const large = [...weights.entries()].filter(([, weight]) => weight >= NUMBER_FROM);
          const names = large.map(([position, weight]) => `${positions[position].name} ${percent(weight)}`);
          return `${condition ? "with the carry switched " : ""}${listed(names)}`;
        });
        const columns = all[index][0].map((_, position) => {
          const weights = all[index].map((of) => of[position]);
          return span("bars", ...conditions.map((condition) => bar(condition, weights)));
        });
        const label = `${head} looks at ${shares.join("; ")}`;
        const plot = html("div", { class: "worked-plot", role: "img", "aria-label": label }, ...columns);
        const style = `--part: ${colourOf(head)}`;
        return html("div", { class: "worked-head", style }, html("b", {}, head), plot);
      });
      const axis = positions.map(({ name, token }, position) => {
        const kind = position === query ? " is-query" : position > query ? " is-later" : "";
        return span(`position${kind}`, span("name", name === token ? "" : name), span("glyph", token));
      });
      const below = html("div", { class: "worked-axis", "aria-hidden": "true" }, ...axis);
      heads.style.setProperty("--positions", String(positions.length));
      heads.replaceChildren(...rows, below);
    };
    return { element, show };
  };

  sumint.workedSteps = { carryStep, attentionStep };
}
