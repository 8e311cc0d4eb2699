// @ts-check
// The picture of the mechanism: runs the chosen sum through it, step by step, and makes its parts one tab stop. Without
// this script the picture shows no sum, and each of its parts is a link to its evidence.
"use strict";
{
  const N_STEPS = 3;
  const STEP_LASTS = 4000;

  const { all, one } = sumint.elements;
  const { stateOf, verdictOf, written, totals, turnTo, slideTo, neighbour } = sumint.pictureValues;

  /** @type {(root: Element, selector: string) => SVGElement[]} */
  const drawn = (root, selector) => all(root, selector, SVGElement);

  const showSum = (/** @type {HTMLElement} */ figure, /** @type {PictureSum} */ sum) => {
    const added = totals(sum);
    const switches = new Set(drawn(figure, ".picture-box--switch").map(({ dataset }) => dataset.part));
    for (const text of drawn(figure, "text[data-value]")) {
      const { value = "", box = "", read = "", digit = "", prefix = "" } = text.dataset;
      if (value === "level") text.textContent = box in sum.levels ? `level ${written(sum.levels[box])}` : "";
      else if (value === "reads") text.textContent = prefix + percent(sum.attention[Number(digit)][Number(read)]);
      else if (value === "verdict") {
        const { text: words, isWrong } = verdictOf(sum, Number(digit));
        text.textContent = words;
        text.classList.toggle("is-wrong", isWrong);
      } else if (value === "turn") {
        const amount = sum.amounts[Number(digit)];
        text.textContent = amount === null ? "" : `turned ${written(amount)}`;
      } else {
        const [operand, column] = value;
        text.textContent = `${prefix}${(operand === "a" ? sum.a : sum.b)[Number(column)]}`;
      }
    }
    for (const mark of drawn(figure, ".picture-mark")) {
      const { box = "", first, last } = mark.dataset;
      const level = sum.levels[box];
      mark.style.visibility = level === undefined ? "hidden" : "visible";
      mark.setAttribute("transform", slideTo(level ?? 0, Number(first), Number(last)));
    }
    for (const wire of drawn(figure, ".picture-wire")) {
      const [source] = (wire.dataset.part ?? "").split(" to ");
      const isOff = switches.has(source) && stateOf(added[Number(wire.dataset.column)]) === "no carry";
      wire.classList.toggle("is-off", isOff);
    }
    for (const state of drawn(figure, ".picture-state")) {
      const column = Number(state.closest("[data-column]")?.getAttribute("data-column"));
      state.classList.toggle("is-on", state.dataset.state === stateOf(added[column]));
    }
    for (const dial of drawn(figure, ".picture-dial")) {
      const column = Number(dial.closest("[data-column]")?.getAttribute("data-column"));
      /** @type {Record<string, number | null>} */
      const values = { sum: added[column] % 10, phase: sum.phases[column] };
      for (const pointer of drawn(dial, "[data-pointer]")) {
        const value = values[pointer.dataset.pointer ?? ""];
        pointer.style.visibility = value === null ? "hidden" : "visible";
        if (value !== null) pointer.setAttribute("transform", turnTo(value));
      }
      for (const hour of drawn(dial, "[data-hour]")) {
        const isPredicted = hour.dataset.hour === sum.predicted[column];
        hour.classList.toggle("is-predicted", isPredicted);
        hour.classList.toggle("is-wrong", isPredicted && sum.predicted[column] !== sum.answer[column]);
      }
    }
  };

  const percent = (/** @type {number} */ share) => `${Math.round(100 * share)}%`;

  const makeSteps = (/** @type {HTMLElement} */ figure, /** @type {() => PictureSum} */ chosen) => {
    const words = one(figure, ".picture-words", HTMLElement);
    const play = one(figure, "[data-move=play]", HTMLButtonElement);
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let playing;

    const stepNow = () => Number(figure.dataset.step ?? 0);
    const show = () => {
      const step = stepNow();
      words.textContent = chosen().words[step];
      for (const button of all(figure, "[data-to-step]", HTMLButtonElement))
        button.setAttribute("aria-pressed", String(Number(button.dataset.toStep) === step));
    };
    const goTo = (/** @type {number} */ step) => {
      figure.dataset.step = String(step);
      show();
    };
    const stop = () => {
      clearTimeout(playing);
      playing = undefined;
      play.textContent = "Play";
    };
    const playFrom = (/** @type {number} */ step) => {
      goTo(step > N_STEPS ? 0 : step);
      if (step > N_STEPS) stop();
      else playing = setTimeout(() => playFrom(step + 1), STEP_LASTS);
    };

    for (const button of all(figure, "[data-to-step]", HTMLButtonElement))
      button.addEventListener("click", () => {
        stop();
        goTo(Number(button.dataset.toStep));
      });
    one(figure, "[data-move=next]", HTMLButtonElement).addEventListener("click", () => {
      stop();
      goTo((stepNow() + 1) % (N_STEPS + 1));
    });
    one(figure, "[data-move=back]", HTMLButtonElement).addEventListener("click", () => {
      stop();
      goTo((stepNow() + N_STEPS) % (N_STEPS + 1));
    });
    play.addEventListener("click", () => {
      if (playing !== undefined) {
        stop();
        return;
      }
      play.textContent = "Pause";
      playFrom(1);
    });
    return show;
  };

  // The parts of a drawing are one tab stop: arrow keys move between them. A drawing with a listener for the focus
  // becomes a tab stop of its own in some browsers, so the element around it has the listeners.
  /** @type {(room: HTMLElement, drawing: SVGSVGElement) => void} */
  const rove = (room, drawing) => {
    const parts = all(drawing, ".picture-part", SVGAElement);
    const makeStop = (/** @type {SVGAElement} */ stop) => {
      for (const part of parts) part.setAttribute("tabindex", part === stop ? "0" : "-1");
    };
    if (parts.length) makeStop(parts[0]);
    room.addEventListener("keydown", (event) => {
      const { activeElement } = document;
      const from = activeElement instanceof SVGAElement ? parts.indexOf(activeElement) : -1;
      const to = from < 0 ? null : neighbour(event.key, from, parts.length);
      if (to === null) return;
      event.preventDefault();
      makeStop(parts[to]);
      parts[to].focus();
    });
    room.addEventListener("focusin", ({ target }) => {
      if (target instanceof SVGAElement && parts.includes(target)) makeStop(target);
    });
  };

  // Over a box or an answer digit, its wires are marked.
  const markWires = (/** @type {HTMLElement} */ room) => {
    const wires = drawn(room, ".picture-wire");
    const mark = (/** @type {EventTarget | null} */ target) => {
      const part = target instanceof Element ? target.closest(".picture-box, .picture-answer") : null;
      const name = part?.getAttribute("data-part");
      for (const wire of wires) {
        const [source, end] = (wire.dataset.part ?? "").replace(/ direct$/, "").split(" to ");
        wire.classList.toggle("is-linked", name !== undefined && (source === name || end === name));
      }
    };
    room.addEventListener("pointerover", ({ target }) => mark(target));
    room.addEventListener("pointerleave", () => mark(null));
    room.addEventListener("focusin", ({ target }) => mark(target));
    room.addEventListener("focusout", () => mark(null));
  };

  // The network runs on sums of the reader's own; it is loaded when the first is asked for.
  /** @type {(figure: HTMLElement, wanted: string | null, show: (sum: PictureSum) => void) => void} */
  const takeOwnSums = (figure, wanted, show) => {
    const [form] = all(figure, ".picture-own", HTMLFormElement);
    if (!form) return;
    const [a, b] = all(form, "input", HTMLInputElement);
    const problem = one(form, ".picture-problem", HTMLElement);
    const live = form.dataset.live ?? "";
    const switches = [
      ...new Map(
        drawn(figure, ".picture-box--switch").map(({ dataset }) => [
          dataset.part ?? "",
          { name: dataset.part ?? "", column: Number(dataset.column) },
        ]),
      ).values(),
    ];
    const drawing = one(figure, ".picture-drawing", SVGSVGElement);
    const reads = drawn(drawing, ".picture-answer").map((answer) =>
      drawn(answer, "[data-value=reads]").map(({ dataset }) => {
        const [, head = "", position = ""] = (dataset.prefix ?? "").match(/^H1\.(\d+) to (.+): $/) ?? [];
        return { head: Number(head), position };
      }),
    );
    const run = async (/** @type {(model: LiveModel) => Operands | null} */ choose) => {
      try {
        const model = await sumint.liveModel(live);
        const operands = choose(model);
        const nDigits = model.payload.n_digits;
        if (!operands) {
          problem.textContent = `Type two whole numbers of at most ${nDigits} digits.`;
          return;
        }
        problem.textContent = sumint.liveSums.rangeNote(operands, nDigits);
        for (const [input, value] of [
          [a, operands.a],
          [b, operands.b],
        ])
          if (input instanceof HTMLInputElement) input.value = String(value).padStart(nDigits, "0");
        show(sumint.pictureLive.sumOf(model, operands, { reads, switches }));
      } catch (error) {
        problem.textContent = `The network could not be loaded (${sumint.elements.messageOf(error)}).`;
      }
    };
    // A sum that the address names; what cannot be read of it is ignored.
    if (wanted !== null && /^\d+_\d+$/.test(wanted))
      run(({ payload }) => sumint.liveSums.parseSum(wanted, payload.n_digits));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      run(({ payload }) => {
        const [first, second] = [a, b].map(({ value }) => sumint.liveSums.operandOf(value, payload.n_digits));
        return first === null || second === null ? null : { a: first, b: second };
      });
    });
    for (const button of all(form, "[data-surprise]", HTMLButtonElement))
      button.addEventListener("click", () =>
        run(({ payload }) => sumint.liveSums.surprise(button.dataset.surprise ?? "", payload)),
      );
  };

  for (const figure of all(document, ".picture", HTMLElement)) {
    /** @type {PictureSum[]} */
    const sums = JSON.parse(one(figure, ".picture-sums", HTMLScriptElement).textContent ?? "[]");
    const room = one(figure, ".picture-room", HTMLElement);
    for (const drawing of all(room, ".picture-drawing", SVGSVGElement)) rove(room, drawing);
    markWires(room);
    if (!sums.length) continue;
    const list = one(figure, "select", HTMLSelectElement);
    const setting = list.name;
    /** @type {PictureSum | null} */
    let own = null;
    const wanted = Number(new URL(location.href).searchParams.get(setting) ?? 0);
    if (wanted in sums) list.value = String(wanted);
    const chosen = () => own ?? sums[Number(list.value)];
    const showStep = makeSteps(figure, chosen);
    const show = () => {
      const { a, b } = chosen();
      const operands = [a, b].map((digits) => Number(digits.join("")));
      for (const link of all(figure, ".picture-intervene a", HTMLAnchorElement))
        link.href = `live-model.html?sum=${operands.join("_")}#live-model`;
      showSum(figure, chosen());
      showStep();
    };
    const ownSetting = `${figure.id}.own`;
    takeOwnSums(figure, new URL(location.href).searchParams.get(ownSetting), (sum) => {
      own = sum;
      list.value = "own";
      show();
      const operands = [sum.a, sum.b].map((digits) => Number(digits.join("")));
      sumint.keepInAddress({ [setting]: "", [ownSetting]: operands.join("_") });
    });
    list.addEventListener("change", () => {
      own = null;
      show();
      sumint.keepInAddress({ [setting]: list.value === "0" ? "" : list.value, [ownSetting]: "" });
    });
    show();
  }
}
