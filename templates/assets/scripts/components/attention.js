// @ts-check
// Attention patterns: every head small, the chosen head large, and the sum in columns as on paper, each token shaded by
// the attention from or to the selected token. The script sets no colours: a shade is a mixture of colours of the style
// sheet, so that switching the theme and printing work without it.
"use strict";
{
  const SHOWN_FIRST = "="; // where the answer's first digit is predicted

  const { html } = sumint.elements;
  const { headsOf, isDigit, slug, neighbour } = sumint.attentionWeights;
  const { headChooser, largePattern, table, writtenSum, tableSwitch } = sumint.attentionParts;

  // The target of the pointer or the focus: a position, a cell of the large pattern, or neither.
  /** @type {(event: Event) => { pointed?: number, cell: PatternCell | null }} */
  const targetOf = ({ target }) => {
    const element = target instanceof Element ? target.closest("[data-position], [data-query]") : null;
    if (!(element instanceof HTMLElement || element instanceof SVGElement)) return { cell: null };
    const { position, query, key } = element.dataset;
    if (query) return { pointed: Number(query), cell: { query: Number(query), key: Number(key) } };
    return { pointed: Number(position), cell: null };
  };

  /** @type {MakeComponent<AttentionPayload>} */
  const attention = (chart, [wantedHead, wantedToken]) => {
    /** @type {AttentionState} */
    const state = { heads: [], positions: [], head: 0, pinned: null, pointed: 0, shown: 0, cell: null };
    /** @type {ReturnType<typeof makeParts> | null} */
    let parts = null;

    const makeParts = () => {
      const { positions } = state;
      const lineLength = positions.findIndex((position) => !isDigit(position)) + 1;
      const heads = headChooser(state, `${chart.parentElement?.id}.head`);
      const [large, asTable, sum] = [largePattern(state), table(), writtenSum(state, lineLength)];
      const button = tableSwitch(large.element, asTable.element);
      const view = html("div", { class: "attention-view" }, large.element, asTable.element, button);
      const style = `--positions: ${positions.length}`;
      chart.append(html("div", { class: "attention", style }, heads.element, view, sum.element));

      const select = (/** @type {Partial<AttentionState>} */ change) => {
        Object.assign(state, change);
        state.shown = state.pinned ?? state.pointed;
        if (state.cell && ![state.cell.query, state.cell.key].includes(state.shown)) state.cell = null;
        large.point(state);
        sum.point(state);
      };
      const pin = (/** @type {number | null} */ pinned, /** @type {Partial<AttentionState>} */ change) => {
        select({ ...change, pinned });
        chart.dispatchEvent(new Event("change", { bubbles: true }));
      };

      for (const element of [large.element, sum.element]) {
        element.addEventListener("pointerover", (event) => {
          // A finger that scrolls does not point at anything.
          if (!(event instanceof PointerEvent) || event.pointerType !== "touch") select(targetOf(event));
        });
        element.addEventListener("pointerleave", () => select({ cell: null }));
        element.addEventListener("click", (event) => {
          const target = targetOf(event);
          if (target.pointed !== undefined) pin(target.pointed === state.pinned ? null : target.pointed, target);
        });
      }
      heads.element.addEventListener("change", ({ target }) => {
        if (target instanceof HTMLInputElement) state.head = Number(target.value);
      });
      sum.element.addEventListener("focusin", (event) => select(targetOf(event)));
      sum.element.addEventListener("keydown", (event) => {
        if (!(event instanceof KeyboardEvent && event.target instanceof HTMLButtonElement)) return;
        const from = sum.tokens.indexOf(event.target);
        const to = neighbour(event.key, from, lineLength, sum.tokens.length);
        if (to === null) return;
        event.preventDefault();
        sum.tokens[to].focus();
      });
      document.addEventListener("keydown", ({ key }) => {
        const isHere = chart.matches(":hover") || chart.contains(document.activeElement);
        if (key === "Escape" && isHere && state.pinned !== null) pin(null, {});
      });
      const show = () => {
        for (const part of [heads, large, asTable, sum]) part.show(state);
        select({});
      };
      return { show };
    };

    const chooseFirst = () => {
      const { heads, positions } = state;
      const wanted = positions.findIndex((position) => slug(position) === wantedToken);
      const head = heads.findIndex((one) => slug(one) === wantedHead);
      state.head = Math.max(0, head);
      state.pinned = wanted < 0 ? null : wanted;
      state.pointed = state.pinned ?? positions.findIndex(({ token }) => token === SHOWN_FIRST);
    };

    return {
      show(payload) {
        state.heads = headsOf(payload);
        state.positions = payload.positions;
        if (!parts) {
          chooseFirst();
          parts = makeParts();
        }
        parts.show();
      },
      choices: () => {
        const pinned = state.pinned === null ? [] : [state.positions[state.pinned]];
        return [state.heads[state.head], ...pinned].map(slug);
      },
    };
  };

  sumint.registerComponent("attention", attention);
}
