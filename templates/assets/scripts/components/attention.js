// Attention patterns: every head small, the chosen head large, and the sum in columns as on paper, each token shaded by
// the attention from or to the selected token. The script sets no colours: a shade is a mixture of colours of the style
// sheet, so that switching the theme and printing work without it.
"use strict";
{
  const SHOWN_FIRST = "="; // where the answer's first digit is predicted
  const PALE_FROM = 0.55; // of a token's shade, where dark letters become harder to read on it than pale ones
  const MOST = 2;

  const scale = (name, ...steps) => steps.map((step) => `var(--${name}-${step})`);
  const ATTENTION = scale("sequential", 0, 1, 2, 3, 4, 5, 6, 7);
  const LOOKS_AT = scale("diverging", 5, 4, 3, 2, 1, 0);
  const LOOKED_AT = scale("diverging", 5, 6, 7, 8, 9, 10);

  const shade = (stops, weight) => {
    const place = weight * (stops.length - 1);
    const below = Math.min(Math.floor(place), stops.length - 2);
    return `color-mix(in srgb, ${stops[below + 1]} ${(100 * (place - below)).toFixed(1)}%, ${stops[below]})`;
  };

  // The payload is an AttentionPayload of report/chapters/layer_0_attention/patterns.py.

  const headsOf = ({ heads }) => heads.map((head) => ({ ...head, weights: floatsOf(head.weights) }));
  const isDigit = ({ name, token }) => name !== token;
  const slug = ({ name }) => name.toLowerCase().replace(".", "-");

  // The values of a state of the component: the weights of its head, and a text on where the selected token attends.

  const weightOf = ({ heads, head, positions }, query, key) => heads[head].weights[query * positions.length + key];
  // Only the later of two tokens attends to the other, so there is one weight between them.
  const between = (state, one, other) => weightOf(state, Math.max(one, other), Math.min(one, other));

  const inWords = (state) => {
    const { positions, shown, cell } = state;
    const { name } = positions[shown];
    const called = (position) => (position === shown ? "itself" : positions[position].name);
    if (cell) {
      const key = cell.query === shown ? called(cell.key) : name;
      return `${positions[cell.query].name} looks at ${key}: ${weightOf(state, cell.query, cell.key).toFixed(3)}.`;
    }
    const weighed = (position) => `${called(position)} (${between(state, shown, position).toFixed(2)})`;
    const byWeight = (one, other) => between(state, shown, other) - between(state, shown, one);
    const all = [...positions.keys()];
    const most = all
      .slice(0, shown + 1)
      .sort(byWeight)
      .slice(0, MOST);
    const [follower] = all.slice(shown + 1).sort(byWeight);
    const looks = `${name} looks ${shown ? "most" : "only"} at ${most.map(weighed).join(" and ")}`;
    return follower === undefined ? `${looks}.` : `${looks}; ${weighed(follower)} looks at it most.`;
  };

  // Elements

  const { html, svg } = elements;
  const span = (kind, ...children) => html("span", { class: `attention-${kind}` }, ...children);
  const div = (kind, attributes, ...children) =>
    html("div", { class: `attention-${kind}`, ...attributes }, ...children);
  const times = (n, make) => Array.from({ length: n }, (_, index) => make(index));

  const nameAndGlyph = () => [span("name"), span("glyph")];
  const write = ({ children: [name, glyph] }, position) => {
    name.textContent = isDigit(position) ? position.name : "";
    glyph.textContent = position.token;
  };

  const pattern = (n) => {
    const cell = (query, key) =>
      svg("rect", { x: key, y: query, width: 1, height: 1, "data-query": query, "data-key": key });
    const cells = times(n, (query) => times(query + 1, (key) => cell(query, key))).flat();
    return svg("svg", { class: "attention-cells", viewBox: `0 0 ${n} ${n}`, "aria-hidden": "true" }, ...cells);
  };
  const paint = (drawn, state, head) => {
    for (const cell of drawn.querySelectorAll("[data-query]")) {
      const { query, key } = cell.dataset;
      cell.style.fill = shade(ATTENTION, weightOf({ ...state, head }, Number(query), Number(key)));
    }
  };

  // The parts of the component: each has an element and shows a state; some also highlight the selected token.

  const headChooser = ({ heads, positions }, group) => {
    const options = heads.map(({ name }, index) => ({
      input: html("input", { type: "radio", name: group, value: index }),
      drawn: pattern(positions.length),
      name: html("span", {}, name),
    }));
    const perLayer = heads.filter(({ layer }) => layer === heads[0].layer).length;
    const element = html(
      "fieldset",
      { class: "attention-heads", style: `--heads: ${perLayer}` },
      html("legend", { class: "unseen" }, "Head"),
      ...options.map(({ input, drawn, name }) => html("label", { class: "attention-head" }, input, drawn, name)),
    );
    const show = (state) => {
      for (const [index, { input, drawn }] of options.entries()) {
        input.checked = index === state.head;
        paint(drawn, state, index);
      }
    };
    return { element, show };
  };

  const largePattern = ({ positions }) => {
    const n = positions.length;
    const label = (position) => html("span", { "data-position": position }, ...nameAndGlyph());
    const axes = [times(n, label), times(n, label)];
    const frames = ["looks", "looked", "cell"].map((kind) =>
      svg("rect", { class: `attention-frame attention-frame--${kind}` }),
    );
    const drawn = pattern(n);
    drawn.append(...frames);
    const headName = html("b");
    const key = span("scale", "0", html("i"), "1");
    const guide = div("guide", {}, headName, "from the row’s token to the column’s", key);
    const [keys, queries] = ["keys", "queries"].map((kind, index) => div(kind, {}, ...axes[index]));
    const element = div("pattern", { "aria-hidden": "true" }, keys, queries, drawn, guide);

    const show = (state) => {
      paint(drawn, state, state.head);
      headName.textContent = state.heads[state.head].name;
      for (const axis of axes) axis.forEach((label, position) => write(label, state.positions[position]));
    };
    const point = ({ shown, cell }) => {
      const boxes = [
        { x: 0, y: shown, width: shown + 1, height: 1 },
        { x: shown, y: shown, width: 1, height: n - shown },
        cell ? { x: cell.key, y: cell.query, width: 1, height: 1 } : { width: 0, height: 0 },
      ];
      frames.forEach((frame, index) => {
        for (const [side, size] of Object.entries(boxes[index])) frame.setAttribute(side, size);
      });
      for (const axis of axes) axis.forEach((label, position) => label.classList.toggle("shown", position === shown));
    };
    return { element, show, point };
  };

  const table = () => {
    const element = div("table", { role: "region", "aria-label": "The pattern as a table" });
    element.classList.add("unseen");
    const heading = (scope) => (text) => html("th", { scope }, text);
    const show = (state) => {
      const { heads, head, positions } = state;
      const cell = (query) => (_, key) => html("td", {}, key <= query ? weightOf(state, query, key).toFixed(3) : "");
      const columns = ["from / looks at", ...positions.map(({ label }) => label)].map(heading("col"));
      const rows = positions.map(({ label }, query) =>
        html("tr", {}, heading("row")(label), ...positions.map(cell(query))),
      );
      const caption = html("caption", {}, `${heads[head].name}: attention from the row’s token to the column’s`);
      const top = html("thead", {}, html("tr", {}, ...columns));
      element.replaceChildren(html("table", {}, caption, top, html("tbody", {}, ...rows)));
    };
    return { element, show };
  };

  const writtenSum = ({ positions }, lineLength) => {
    const attributes = (position) => ({ type: "button", class: "attention-token", "data-position": position });
    const tokens = times(positions.length, (position) =>
      html("button", attributes(position), ...nameAndGlyph(), span("number")),
    );
    const grid = { role: "group", "aria-label": "The sum’s tokens", style: `--columns: ${lineLength}` };
    const swatch = (kind) => html("span", { class: "swatch", style: `--swatch: var(--${kind})` });
    const [looks, looked] = [swatch("looks"), swatch("looked")];
    const reading = html("p", { class: "attention-reading", role: "status" });
    const hint = html("p", { class: "attention-hint" });
    const element = div("sum", {}, div("legend", {}, looks, looked), div("tokens", grid, ...tokens), reading, hint);

    const show = (state) => tokens.forEach((token, position) => write(token, state.positions[position]));
    const point = (state) => {
      const { shown, pinned, pointed } = state;
      tokens.forEach((token, position) => {
        const weight = between(state, shown, position);
        const [, glyph, number] = token.children;
        glyph.style.background = shade(position <= shown ? LOOKS_AT : LOOKED_AT, weight);
        glyph.classList.toggle("pale", weight >= PALE_FROM);
        number.textContent = weight.toFixed(2);
        token.classList.toggle("shown", position === shown);
        token.setAttribute("aria-pressed", position === pinned);
        token.tabIndex = position === pointed ? 0 : -1;
      });
      const { name } = state.positions[shown];
      looks.textContent = `what ${name} looks at`;
      looked.textContent = `what looks at ${name}`;
      reading.textContent = inWords(state);
      hint.textContent =
        pinned === null ? "Choose a token to pin it." : "Pinned; choose it again or press Esc to let go.";
    };
    return { element, show, point, tokens };
  };

  const tableSwitch = (large, table) => {
    const button = html("button", { type: "button", class: "attention-switch", "aria-pressed": "false" }, "As a table");
    button.addEventListener("click", () => {
      const isTable = button.getAttribute("aria-pressed") === "false";
      button.setAttribute("aria-pressed", isTable);
      large.classList.toggle("covered", isTable);
      table.classList.toggle("unseen", !isTable);
      table.tabIndex = isTable ? 0 : -1;
    });
    return button;
  };

  // The target of the pointer or the focus: a position, a cell of the large pattern, or neither.
  const targetOf = ({ target }) => {
    const { position, query, key } = target.closest("[data-position], [data-query]")?.dataset ?? {};
    if (query) return { pointed: Number(query), cell: { query: Number(query), key: Number(key) } };
    return position ? { pointed: Number(position), cell: null } : { cell: null };
  };
  const moved = (key, from, lineLength, n) => {
    const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -lineLength, ArrowDown: lineLength };
    const to = { Home: 0, End: n - 1 }[key] ?? from + steps[key];
    return to >= 0 && to < n ? to : null;
  };

  const attention = (chart, [wantedHead, wantedToken]) => {
    // `pointed` follows the pointer and the focus; it is the selected token unless a token is pinned.
    const state = { heads: [], positions: [], head: 0, pinned: null, pointed: 0, shown: 0, cell: null };
    let parts = null;

    const point = (change) => {
      Object.assign(state, change);
      state.shown = state.pinned ?? state.pointed;
      if (state.cell && ![state.cell.query, state.cell.key].includes(state.shown)) state.cell = null;
      parts.large.point(state);
      parts.sum.point(state);
    };
    const pin = (pinned, change) => {
      state.pinned = pinned;
      point(change);
      chart.dispatchEvent(new Event("change", { bubbles: true }));
    };

    const start = () => {
      const { heads, positions } = state;
      const wanted = positions.findIndex((position) => slug(position) === wantedToken);
      state.head = Math.max(
        0,
        heads.findIndex((head) => slug(head) === wantedHead),
      );
      state.pinned = wanted < 0 ? null : wanted;
      state.pointed = state.pinned ?? positions.findIndex(({ token }) => token === SHOWN_FIRST);
      const lineLength = positions.findIndex((position) => !isDigit(position)) + 1;
      parts = {
        heads: headChooser(state, `${chart.parentElement.id}.head`),
        large: largePattern(state),
        table: table(),
        sum: writtenSum(state, lineLength),
      };
      const [head, large, asTable, sum] = Object.values(parts).map(({ element }) => element);
      const view = div("view", {}, large, asTable, tableSwitch(large, asTable));
      chart.append(html("div", { class: "attention", style: `--positions: ${positions.length}` }, head, view, sum));
      [large, sum].forEach(listen);
      head.addEventListener("change", ({ target }) => {
        state.head = Number(target.value);
      });
      sum.addEventListener("focusin", (event) => point(targetOf(event)));
      sum.addEventListener("keydown", (event) => move(event, lineLength));
      document.addEventListener("keydown", letGo);
    };

    const listen = (element) => {
      element.addEventListener("pointerover", (event) => {
        // A finger that scrolls does not point at anything.
        if (event.pointerType !== "touch") point(targetOf(event));
      });
      element.addEventListener("pointerleave", () => point({ cell: null }));
      element.addEventListener("click", (event) => {
        const target = targetOf(event);
        if (target.pointed !== undefined) pin(target.pointed === state.pinned ? null : target.pointed, target);
      });
    };
    const move = (event, lineLength) => {
      const { tokens } = parts.sum;
      const to = moved(event.key, tokens.indexOf(event.target), lineLength, tokens.length);
      if (to === null) return;
      event.preventDefault();
      tokens[to].focus();
    };
    const letGo = ({ key }) => {
      const isHere = chart.matches(":hover") || chart.contains(document.activeElement);
      if (key === "Escape" && isHere && state.pinned !== null) pin(null, {});
    };

    return {
      show(payload) {
        state.heads = headsOf(payload);
        state.positions = payload.positions;
        if (!parts) start();
        for (const part of Object.values(parts)) part.show(state);
        point({});
      },
      choices: () => {
        const pinned = state.pinned === null ? [] : [state.positions[state.pinned]];
        return [state.heads[state.head], ...pinned].map(slug);
      },
    };
  };

  registerComponent("attention", attention);
}
