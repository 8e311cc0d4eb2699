// A worked example: a sum as on paper, and for the chosen digit of its answer the carry level of a site, the attention
// of layer 1, and the arrows that add up to the phase of the digit's logits. The same values with the digit's carry
// flipped are shown faint. The script sets no colours, so that switching the theme and printing work without it.
"use strict";
{
  const N_DIGITS = 10;
  const NUMBER_FROM = 0.1; // of the attention, which is written above its bar
  const CHANGE_FROM = 0.03; // and from which another number is written above the other bar
  const DIAL = 100; // the radius of the dial, in the units of the drawing
  const REACH = 86; // how far out the longest way of arrows comes
  const SIDES = ["before", "after"]; // as it is, and with the carry switched

  // The payload is a WorkedSum of report/chapters/how_it_adds/worked_sum.py.

  const read = (payload) => {
    const { answer, heads, positions, conditions, part_names: names } = payload;
    const row = (packed, index) => {
      const length = packed.shape.at(-1);
      return floatsOf(packed).subarray(index * length, (index + 1) * length);
    };
    return {
      a: payload.a,
      b: payload.b,
      right: answer,
      said: conditions.map(({ predicted }) => predicted),
      carried: conditions.map(({ carry_amount: amounts }) => floatsOf(amounts)),
      trails: trailsOf(payload),
      positions,
      heads,
      attention: (side, digit, head) => row(conditions[side].attention, digit * heads.length + heads.indexOf(head)),
      // What each part adds at each digit.
      parts: conditions.map(({ magnitudes, phases }) =>
        answer.map((_, digit) => {
          const [lengths, angles] = [row(magnitudes, digit), row(phases, digit)];
          return names.map((name, part) => ({ name, arm: armOf(lengths[part], angles[part]) }));
        }),
      ),
    };
  };
  const trailsOf = ({ routes, carry_level: levels, mean_carry_level: means }) => {
    const [held, usual] = [floatsOf(levels), floatsOf(means)];
    return routes.map((route, index) => ({
      ...route,
      held: held[index],
      usual: [...usual.subarray(2 * index, 2 * index + 2)],
    }));
  };
  // The logits of a digit have minus its angle as their phase; on the dial angles run clockwise from the top.
  const armOf = (length, phase) => ({ x: length * Math.sin(-phase), y: -length * Math.cos(phase) });

  const add = (one, other) => ({ x: one.x + other.x, y: one.y + other.y });
  const less = (one, other) => ({ x: one.x - other.x, y: one.y - other.y });
  const total = (vectors) => vectors.reduce(add, { x: 0, y: 0 });
  const pointsTo = ({ x, y }) => ((Math.atan2(x, -y) / (2 * Math.PI)) * N_DIGITS + N_DIGITS) % N_DIGITS;
  // The first frequency of a cosine over ten values is five times as large as the cosine.
  const inLogits = ({ x, y }) => Math.hypot(x, y) / (N_DIGITS / 2);

  // The values for the chosen digit

  const about = (sum, digit) => {
    const isNine = (column) => sum.a[column] + sum.b[column] === 9;
    const columns = sum.a.map((_, column) => column);
    const behind = columns.slice(digit + 1);
    const decides = behind.find((column) => !isNine(column)) ?? null;
    const nines = behind.filter((column) => decides === null || column < decides);
    const comes = decides !== null && sum.a[decides] + sum.b[decides] > 9;
    const arms = sum.parts.map((parts) => parts[digit]);
    const isSwitched = sum.said[1][digit] !== "";
    const sides = isSwitched ? [0, 1] : [0];
    const hands = sides.map((side) => total(arms[side].map(({ arm }) => arm)));
    return { ...sum, digit, decides, nines, comes, isSwitched, sides, arms, hands };
  };
  // The digit that is chosen initially: a wrong one, otherwise the one with the longest carry chain.
  const mostToSee = (sum) => {
    const wrong = sum.right.findIndex((right, digit) => right !== sum.said[0][digit]);
    if (wrong >= 0) return wrong;
    const distance = ({ comes, decides, digit }) => (comes ? decides - digit : 0);
    const digits = sum.right.map((_, digit) => about(sum, digit));
    return digits.reduce((best, one) => (distance(one) > distance(best) ? one : best)).digit;
  };

  // Texts

  // A number that is rounded to zero has no sign.
  const written = (value, places = 2) => value.toFixed(places).replace(/^-(?=.*[1-9])/, "−").replace("-", "");
  const pointed = (hand, places) => written(Number(pointsTo(hand).toFixed(places)) % N_DIGITS, places);
  const percent = (share) => `${Math.round(100 * share)}%`;
  const listed = (items) => items.join(", ").replace(/, ([^,]*)$/, " and $1");
  const columnsNamed = (columns) => `${columns.length > 1 ? "Columns" : "Column"} ${listed(columns)}`;
  const sumOf = ({ a, b }, column) => `${a[column]} + ${b[column]} = ${a[column] + b[column]}`;
  const served = ({ trails, digit, decides }) =>
    trails.find((trail) => trail.digit === digit && trail.column === decides);

  const ofCarry = (seen) => {
    const { digit, decides, nines, comes, a } = seen;
    if (digit === a.length - 1) return `No column stands to the right of C${digit}, so no carry comes to it.`;
    const verb = nines.length > 1 ? "sum" : "sums";
    if (decides === null) return `${columnsNamed(nines)} ${verb} to nine: no column makes a carry for C${digit}.`;
    const made = comes
      ? `Column ${decides} makes a carry: ${sumOf(seen, decides)}.`
      : `Column ${decides} makes no carry: ${sumOf(seen, decides)}.`;
    const handed = comes ? "and hand" : "and would hand";
    const s = nines.length > 1 || !comes ? "" : "s";
    const passed = nines.length ? ` ${columnsNamed(nines)} ${verb} to nine ${handed}${s} it on to C${digit}.` : "";
    const trail = served(seen);
    const held = trail ? ` ${trail.site} holds ${written(trail.held)} of ${comes ? "it" : "one"}.` : " No single site serves this route.";
    return made + passed + held;
  };

  const furthest = (values) => values.indexOf(Math.max(...values));
  const ofAttention = (seen) => {
    const { heads, digit, positions, isSwitched } = seen;
    const query = queryOf(seen);
    const upTo = (side, head) => [...seen.attention(side, digit, head)].slice(0, query + 1);
    const name = (position) => positions[position].name;
    if (!isSwitched) {
      const most = heads.map((head) => [head, upTo(0, head)]).map(([head, weights]) => {
        const position = furthest(weights);
        return `${head} at ${name(position)} (${percent(weights[position])})`;
      });
      return `From ${name(query)}, where C${digit} is predicted, each head looks most: ${listed(most)}.`;
    }
    const changes = heads.map((head) => {
      const [before, after] = [upTo(0, head), upTo(1, head)];
      return before.map((weight, position) => after[position] - weight);
    });
    const moved = changes.map((change) => change.reduce((sum, one) => sum + Math.abs(one), 0) / 2);
    const most = furthest(moved);
    const [to, from] = [furthest(changes[most]), furthest(changes[most].map((one) => -one))];
    const goes = `${percent(moved[most])} of ${heads[most]}’s attention goes elsewhere`;
    return `From ${name(query)}, with the carry switched, ${goes}, most from ${name(from)} to ${name(to)}.`;
  };

  const ofHand = (seen) => {
    const { digit, a, b, right, said, carried, isSwitched, hands, arms } = seen;
    const amount = (side) => written(carried[side][digit]);
    const is = right[digit] === said[0][digit] ? "" : `; right is ${right[digit]}`;
    const first = `The hand points to ${pointed(hands[0], 2)}: ${a[digit]} + ${b[digit]} and ${amount(0)} carried.`;
    const answer = ` The model says ${said[0][digit]}${is}.`;
    if (!isSwitched) return first + answer;
    const changes = arms[0].map(({ arm }, index) => inLogits(less(arms[1][index].arm, arm)));
    const { name } = arms[0][furthest(changes)];
    const says = said[1][digit] === said[0][digit] ? "still says" : "says";
    const other = `With the carry switched ${amount(1)} is carried, and it ${says} ${said[1][digit]}`;
    return `${first}${answer} ${other}; the arrow of ${name} changes most.`;
  };

  // The position that predicts a digit is the one before it.
  const queryOf = ({ positions, digit }) => positions.findIndex(({ name }) => name === "=") + digit;

  // Elements

  const { html, svg } = elements;
  const div = (kind, ...children) => html("div", { class: `worked-${kind}` }, ...children);
  const span = (kind, ...children) => html("span", { class: `worked-${kind}` }, ...children);
  const colourOf = (index) => `var(--series-${index % 8})`;

  const step = (number, title, ...children) => {
    const words = html("p", { class: "worked-words" });
    const heading = html("p", { class: "worked-title" }, html("b", {}, number), title);
    const about = { class: `worked-step worked-step--${number}` };
    return { element: html("section", about, heading, words, ...children), words };
  };

  // The parts of the component: each has an element and shows values for the chosen digit.

  const onPaper = (group) => {
    const element = html("fieldset", { class: "worked-sum" });
    let drawn = null;
    const draw = (seen) => {
      const { a, b, right, said } = seen;
      const carries = a.map((_, column) => about(seen, column).comes);
      const line = (kind, sign, cells) => [
        span("sign", sign),
        ...cells.map((cell, column) =>
          html("span", { class: `worked-cell worked-${kind}`, "data-column": column, "aria-hidden": "true" }, cell),
        ),
      ];
      const digits = said[0].map((token, digit) => {
        const isRight = token === right[digit];
        const verdict = isRight ? "" : `, wrong: right is ${right[digit]}`;
        const name = `C${digit}, the model says ${token}${verdict}`;
        const input = html("input", { type: "radio", name: group, value: digit, "aria-label": name });
        const place = { class: `worked-cell worked-digit${isRight ? "" : " worked-wrong"}`, "data-column": digit };
        return html("label", place, input, span("said", token));
      });
      const isWrong = said[0].some((token, digit) => token !== right[digit]);
      const corrected = right.map((token, digit) => (token === said[0][digit] ? "" : token));
      element.style.setProperty("--columns", a.length);
      element.replaceChildren(
        html("legend", { class: "unseen" }, "Digit of the answer"),
        ...line("carry", "", carries.map((comes) => (comes ? "1" : ""))),
        ...line("operand", "", a),
        ...line("operand", "+", b),
        html("hr"),
        span("sign", "says"),
        ...digits,
        ...(isWrong ? line("right", "right", corrected) : []),
        ...line("name", "", a.map((_, column) => `C${column}`)),
      );
    };
    const show = (seen) => {
      if (drawn !== seen.said) draw(seen);
      drawn = seen.said;
      for (const cell of element.querySelectorAll("[data-column]")) {
        const column = Number(cell.dataset.column);
        cell.classList.toggle("is-chosen", column === seen.digit);
        cell.classList.toggle("is-nine", seen.nines.includes(column));
        cell.classList.toggle("is-deciding", column === seen.decides);
      }
      element.querySelectorAll("input")[seen.digit].checked = true;
    };
    return { element, show };
  };

  const carryStep = () => {
    const scales = div("scales");
    const { element, words } = step(1, "The carry", scales);
    const show = (seen) => {
      words.textContent = ofCarry(seen);
      const trails = seen.trails.filter(({ digit }) => digit === seen.digit);
      // Flipping the carry subtracts or adds the average effect of a carry on the site.
      const after = ({ column, held, usual: [without, withCarry] }) => {
        const change = seen.comes ? without - withCarry : withCarry - without;
        return column === seen.decides && seen.isSwitched ? [held + change] : [];
      };
      const values = trails.flatMap((trail) => [trail.held, ...trail.usual, ...after(trail)]);
      const [low, high] = [Math.min(-0.1, ...values) - 0.1, Math.max(1.1, ...values) + 0.1];
      const place = (value) => `--at: ${((100 * (value - low)) / (high - low)).toFixed(2)}%`;
      const mark = (kind, value, ...children) =>
        html("i", { class: `worked-${kind}`, style: place(value) }, ...children);
      const rows = trails.map((trail) => {
        const decides = trail.column === seen.decides;
        const role = decides ? ", decides" : seen.nines.includes(trail.column) ? ", a nine" : "";
        const name = span("site", html("b", {}, trail.site), ` column ${trail.column}${role}`);
        const said = `${trail.site} holds ${written(trail.held)} of a carry from column ${trail.column}`;
        const ticks = trail.usual.map((value) => mark("tick", value));
        const pale = after(trail).map((value) => mark("dot worked-dot--after", value));
        const dot = mark("dot", trail.held, span("value", written(trail.held)));
        const track = html("span", { class: "worked-track", role: "img", "aria-label": said }, ...ticks, ...pale, dot);
        return html("div", { class: `worked-scale${decides ? " decides" : ""}` }, name, track);
      });
      const ends = ["no carry", "carry"].map((text, index) => mark("end", index, text));
      const above = { class: "worked-scale worked-ends", "aria-hidden": "true" };
      const axis = html("div", above, span("site"), span("track", ...ends));
      scales.replaceChildren(...(rows.length ? [axis, ...rows] : []));
    };
    return { element, show };
  };

  const attentionStep = () => {
    const heads = div("heads");
    const { element, words } = step(2, "Where layer 1 looks", heads);
    const show = (seen) => {
      words.textContent = ofAttention(seen);
      const { positions, digit, sides } = seen;
      const query = queryOf(seen);
      const all = seen.heads.map((head) =>
        sides.map((side) => [...seen.attention(side, digit, head)].slice(0, query + 1)),
      );
      const highest = Math.max(...all.flat(2));
      const bar = (side, weight, isNumbered) => {
        const number = isNumbered ? [span("percent", `${Math.round(100 * weight)}`)] : [];
        const style = `--height: ${((100 * weight) / highest).toFixed(2)}%`;
        return html("i", { class: `worked-bar worked-bar--${SIDES[side]}`, style }, ...number);
      };
      // A value that flipping the carry does not change has one number for both bars.
      const isNumbered = ([before, ...after], side) =>
        (side ? after[0] : before) >= NUMBER_FROM && (!side || Math.abs(after[0] - before) >= CHANGE_FROM);
      const rows = seen.heads.map((head, index) => {
        const weights = all[index];
        const said = weights.map((of, side) => {
          const most = of.map((weight, position) => ({ weight, name: positions[position].name }));
          const names = most.filter(({ weight }) => weight >= NUMBER_FROM);
          const shares = names.map(({ name, weight }) => `${name} ${percent(weight)}`);
          return `${side ? "with the carry switched " : ""}${listed(shares)}`;
        });
        const columns = weights[0].map((_, position) => {
          const pair = weights.map((of) => of[position]);
          return span("bars", ...sides.map((side) => bar(side, pair[side], isNumbered(pair, side))));
        });
        const label = `${head} looks at ${said.join("; ")}`;
        const plot = html("div", { class: "worked-plot", role: "img", "aria-label": label }, ...columns);
        const style = `--part: ${colourOf(index)}`;
        return html("div", { class: "worked-head", style }, html("b", {}, head), plot);
      });
      const axis = positions.map(({ name, token }, position) => {
        const kind = position === query ? " is-query" : position > query ? " is-later" : "";
        return span(`position${kind}`, span("name", name === token ? "" : name), span("glyph", token));
      });
      const below = html("div", { class: "worked-axis", "aria-hidden": "true" }, ...axis);
      heads.style.setProperty("--positions", positions.length);
      heads.replaceChildren(...rows, below);
    };
    return { element, show };
  };

  const handStep = () => {
    const drawing = svg("svg", { class: "worked-dial", viewBox: "-128 -128 256 256", role: "img" });
    const table = html("table", { class: "worked-parts" });
    const { element, words } = step(3, "The hand of the clock", div("clock", drawing, table));
    words.setAttribute("role", "status");
    const around = (digit, radius) => {
      const angle = (2 * Math.PI * digit) / N_DIGITS;
      return { x: radius * Math.sin(angle), y: -radius * Math.cos(angle) };
    };
    const line = (from, to, attributes) => svg("line", { x1: from.x, y1: from.y, x2: to.x, y2: to.y, ...attributes });
    const arrow = (from, to, kind, style = "") => {
      const along = less(to, from);
      const length = Math.hypot(along.x, along.y);
      const head = Math.min(kind === "part" ? 7 : 10, length);
      const unit = length ? { x: along.x / length, y: along.y / length } : along;
      const back = { x: to.x - unit.x * head, y: to.y - unit.y * head };
      const side = { x: -unit.y * head * 0.4, y: unit.x * head * 0.4 };
      const tip = [to, add(back, side), less(back, side)].map(({ x, y }) => `${x.toFixed(2)},${y.toFixed(2)}`);
      return svg(
        "g",
        { class: `worked-arrow worked-arrow--${kind}`, style },
        line(from, back, {}),
        svg("polygon", { points: tip.join(" ") }),
      );
    };
    const face = ({ said, right, digit }) => {
      const digits = Array.from({ length: N_DIGITS }, (_, value) => {
        const { x, y } = around(value, 114);
        const is = (token) => token === String(value);
        const kinds = { right: is(right[digit]), after: is(said[1][digit]), said: is(said[0][digit]) };
        const kind = Object.keys(kinds).filter((one) => kinds[one]);
        return svg(
          "g",
          { class: ["worked-hour", ...kind.map((one) => `worked-hour--${one}`)].join(" ") },
          svg("circle", { cx: x, cy: y, r: 11 }),
          svg("text", { x, y, "text-anchor": "middle", "dominant-baseline": "central" }, String(value)),
        );
      });
      // Beyond these angles the next digit is predicted, if the logits are a cosine.
      const half = (value) => line(around(value, DIAL - 4), around(value, DIAL), { class: "worked-half" });
      const halves = digits.map((_, value) => half(value + 0.5));
      return [svg("circle", { class: "worked-rim", r: DIAL }), ...halves, ...digits];
    };
    const draw = (seen) => {
      const { arms, hands } = seen;
      const way = arms[0].reduce((points, { arm }) => [...points, add(points.at(-1), arm)], [{ x: 0, y: 0 }]);
      const longest = Math.max(...[...way, ...hands].map(({ x, y }) => Math.hypot(x, y))) || 1;
      const scaled = ({ x, y }) => ({ x: (x * REACH) / longest, y: (y * REACH) / longest });
      const middle = { x: 0, y: 0 };
      const parts = arms[0].map((_, index) =>
        arrow(scaled(way[index]), scaled(way[index + 1]), "part", `--part: ${colourOf(index)}`),
      );
      const [hand, after] = hands.map((one, side) => arrow(middle, scaled(one), SIDES[side]));
      drawing.replaceChildren(...face(seen), ...(after ? [after] : []), hand, ...parts);
      const carry = after ? `; with the carry switched to ${pointed(hands[1], 1)}` : "";
      drawing.setAttribute("aria-label", `A dial of ten digits; the hand points to ${pointed(hands[0], 1)}${carry}`);
    };
    const tabulate = ({ arms, hands, sides }) => {
      const cell = (value) => {
        const [before, after] = sides.map(value);
        return html("td", {}, before, ...(after === undefined ? [] : [html("span", {}, ` → ${after}`)]));
      };
      const rows = arms[0].map(({ name }, index) => {
        const arm = (side) => arms[side][index].arm;
        const swatch = html("i", { style: `--part: ${colourOf(index)}` });
        return html(
          "tr",
          {},
          html("th", { scope: "row" }, swatch, name),
          cell((side) => pointed(arm(side), 1)),
          cell((side) => written(inLogits(arm(side)), 1)),
          cell((side) => pointed(less(hands[side], arm(side)), 1)),
        );
      });
      const all = [
        cell((side) => pointed(hands[side], 1)),
        cell((side) => written(inLogits(hands[side]), 1)),
        html("td"),
      ];
      const together = html("tr", {}, html("th", { scope: "row" }, html("i"), "together"), ...all);
      const head = ["arrow", "points to", "length", "hand without it"];
      const columns = head.map((text) => html("th", { scope: "col" }, text));
      table.replaceChildren(html("thead", {}, html("tr", {}, ...columns)), html("tbody", {}, ...rows, together));
    };
    const show = (seen) => {
      words.textContent = ofHand(seen);
      draw(seen);
      tabulate(seen);
    };
    return { element, show };
  };

  const key = () => {
    const swatch = (side, text) => html("span", { class: "swatch", style: `--swatch: var(--${side})` }, text);
    const [before, after] = [swatch("before", "as it is"), swatch("after", "with the carry switched")];
    const element = div("key", before, after);
    const show = ({ isSwitched }) => after.classList.toggle("is-later", !isSwitched);
    return { element, show };
  };

  registerComponent("worked-example", (chart, [wantedDigit = ""]) => {
    const state = { sum: null, digit: 0 };
    let parts = null;
    let drawnFrom = null;

    const start = () => {
      const paper = onPaper(`${chart.parentElement.id}.digit`);
      parts = [paper, key(), carryStep(), attentionStep(), handStep()];
      paper.element.addEventListener("change", ({ target }) => {
        state.digit = Number(target.value);
      });
      const [sum, swatches, ...steps] = parts.map(({ element }) => element);
      const hint = html("p", { class: "worked-hint" }, "Choose one of the answer’s digits.");
      chart.append(html("div", { class: "worked" }, div("paper", sum, hint, swatches), ...steps));
    };

    return {
      choices: () => [`c${state.digit}`],
      show(payload) {
        const isAnother = payload !== drawnFrom;
        const isFirst = drawnFrom === null;
        if (isAnother) {
          drawnFrom = payload;
          state.sum = read(payload);
          const wanted = state.sum.right.findIndex((_, digit) => `c${digit}` === wantedDigit);
          state.digit = isFirst && wanted >= 0 ? wanted : mostToSee(state.sum);
        }
        if (!parts) start();
        const seen = about(state.sum, state.digit);
        for (const part of parts) part.show(seen);
        // For another sum another digit is chosen, which is written into the address, too.
        if (isAnother && !isFirst) chart.dispatchEvent(new Event("change", { bubbles: true }));
      },
    };
  });
}
