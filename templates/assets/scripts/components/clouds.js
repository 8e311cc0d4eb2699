// Clouds of points by magnitude and phase: every path small, the chosen path large, with a colour for each digit. A
// selected point is highlighted in all paths, since it belongs to the same sum. Tens of thousands of points are too many
// for one element each, so they are drawn on a canvas, and the values of the selected point are below it.
"use strict";
{
  const NEAR = 14; // pixels from the pointer at which a point is still meant
  const MARGIN = 26; // of the large diagram, for the angles around it
  const ANGLES = [
    [0, "0"],
    [Math.PI / 2, "π/2"],
    [Math.PI, "π"],
    [-Math.PI / 2, "−π/2"],
  ];

  const slug = (name) => name.toLowerCase().replace(/[^a-z0-9]+/g, "-");
  const times = (n, make) => Array.from({ length: n }, (_, index) => make(index));

  // The payload is a CloudsPayload of report/chapters/direct_logit_attribution/clouds.py. A path has a cloud for each
  // digit, with its points as plane coordinates.

  const cloudOf = (name, role, radii, angles) => {
    const x = radii.map((radius, index) => radius * Math.cos(angles[index]));
    const y = radii.map((radius, index) => -radius * Math.sin(angles[index]));
    return { name, role, radii, angles, x, y };
  };
  const pathsOf = ({ digits, sums, routes, paths }) =>
    paths.map(({ name, origin, route, magnitudes, phases }) => {
      const [radii, angles] = [floatsOf(magnitudes), floatsOf(phases)];
      const row = (numbers, index) => numbers.subarray(index * sums.length, (index + 1) * sums.length);
      const clouds = digits.map((digit, index) => cloudOf(digit, index, row(radii, index), row(angles, index)));
      const largest = radii.reduce((most, radius) => Math.max(most, radius), 0);
      return { name, origin, column: routes.indexOf(route), clouds, largest: largest || 1 };
    });

  // Painting

  const paint = (canvas, path, { colours, shown, lit }, { margin = 1, dot = 1, ring = 2.5 } = {}) => {
    const size = canvas.clientWidth;
    const ratio = window.devicePixelRatio || 1;
    canvas.width = canvas.height = Math.round(size * ratio);
    const pen = canvas.getContext("2d");
    const middle = size / 2;
    const unit = (middle - margin) / path.largest;
    pen.setTransform(ratio, 0, 0, ratio, middle * ratio, middle * ratio);
    pen.strokeStyle = colours.grid;
    for (const share of [1, 0.5]) {
      pen.beginPath();
      pen.arc(0, 0, (middle - margin) * share, 0, 2 * Math.PI);
      pen.stroke();
    }
    pen.globalAlpha = 0.5;
    for (const { x, y, role } of path.clouds.filter(({ role }) => shown[role])) {
      pen.fillStyle = colours.series[role % colours.series.length];
      for (let i = 0; i < x.length; i += 1) pen.fillRect(x[i] * unit - dot / 2, y[i] * unit - dot / 2, dot, dot);
    }
    pen.globalAlpha = 1;
    if (lit === null) return;
    for (const { x, y, role } of path.clouds.filter(({ role }) => shown[role])) {
      pen.beginPath();
      pen.arc(x[lit] * unit, y[lit] * unit, ring, 0, 2 * Math.PI);
      pen.fillStyle = colours.series[role % colours.series.length];
      pen.strokeStyle = colours.ink;
      pen.fill();
      pen.stroke();
    }
  };
  const paintAngles = (canvas, { colours }) => {
    const pen = canvas.getContext("2d");
    const reach = canvas.clientWidth / 2 - MARGIN / 2;
    pen.fillStyle = colours.muted;
    pen.font = `11px ${colours.sans}`;
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    for (const [angle, text] of ANGLES) pen.fillText(text, reach * Math.cos(angle), -reach * Math.sin(angle));
  };
  const coloursOf = ({ series, guide, template: { layout } }) => ({
    series,
    grid: guide,
    ink: layout.font.color,
    muted: layout.polar.angularaxis.tickfont.color,
    sans: layout.font.family,
  });

  // Elements

  const { html } = elements;

  const pathChooser = (paths, group) => {
    const columns = Math.max(...paths.map(({ column }) => column)) + 1;
    // The last column is complete, since a component without a direct path goes through every head.
    const origins = paths.filter(({ column }) => column === columns - 1).map(({ origin }) => origin);
    const options = paths.map(({ name, origin, column }, index) => {
      const input = html("input", { type: "radio", name: group, value: index });
      const canvas = html("canvas", { "aria-hidden": "true" });
      const place = `grid-area: ${origins.indexOf(origin) + 1} / ${column + 1}`;
      return { input, canvas, label: html("label", { class: "clouds-path", style: place }, input, canvas, name) };
    });
    const legend = html("legend", { class: "unseen" }, "Path");
    const labels = options.map(({ label }) => label);
    const element = html("fieldset", { class: "clouds-paths", style: `--columns: ${columns}` }, legend, ...labels);
    return { element, options };
  };

  const digitChooser = (clouds) => {
    const legend = html("legend", { class: "unseen" }, "Digits shown");
    const inputs = clouds.map(({ role }) => html("input", { type: "checkbox", value: role }));
    const labels = clouds.map(({ name, role }, index) =>
      html("label", { style: `--digit: var(--series-${role})` }, inputs[index], name),
    );
    return { element: html("fieldset", { class: "clouds-digits" }, legend, ...labels), inputs };
  };

  const sumChooser = (n) => {
    const input = html("input", { type: "range", min: 0, max: n, step: 1 });
    const element = html("label", { class: "clouds-sum" }, html("span", {}, "Sum of the sample"), input);
    return { element, input };
  };

  const nearest = ({ clouds }, shown, across, down, unit) => {
    let found = { distance: NEAR / unit };
    for (const cloud of clouds.filter(({ role }) => shown[role])) {
      cloud.x.forEach((x, index) => {
        const distance = Math.hypot(x - across, cloud.y[index] - down);
        if (distance < found.distance) found = { distance, index };
      });
    }
    return found.index ?? null;
  };

  const inWords = ({ name, clouds }, sum, index) => {
    const said = clouds.map(({ name: digit, radii, angles }) => {
      const angle = angles[index].toFixed(2).replace("-", "−");
      return `${digit} ${radii[index].toPrecision(3)} at ${angle} rad`;
    });
    return `${sum}, ${name}: ${said.join("; ")}.`;
  };

  registerComponent("clouds", (chart, [wantedPath = "", wantedSum = ""]) => {
    const state = { chosen: 0, shown: [], lit: null, pinned: null, colours: null };
    let paths = null;
    let sums = [];
    let parts = null;
    let drawnFrom = null;

    const large = html("canvas", { class: "clouds-large", "aria-hidden": "true" });
    const words = html("output", { class: "clouds-words", "aria-live": "polite" });
    const path = () => paths[state.chosen];

    const repaint = () => {
      if (!state.colours || !large.clientWidth) return;
      parts.paths.options.forEach(({ canvas }, index) => paint(canvas, paths[index], state));
      repaintLarge();
    };
    const repaintLarge = () => {
      paint(large, path(), state, { margin: MARGIN, dot: 2.5, ring: 5 });
      paintAngles(large, state);
      const isLit = state.lit !== null;
      words.classList.toggle("clouds-hint", !isLit);
      words.textContent = isLit ? inWords(path(), sums[state.lit], state.lit) : "Point at a dot, or choose a sum.";
    };
    const light = (index) => {
      if (state.lit === index) return;
      state.lit = index;
      repaint();
    };
    const pin = (index) => {
      state.pinned = state.pinned === index ? null : index;
      parts.sum.input.value = state.pinned === null ? 0 : state.pinned + 1;
      light(state.pinned);
    };

    const meant = ({ offsetX, offsetY }) => {
      const middle = large.clientWidth / 2;
      const unit = (middle - MARGIN) / path().largest;
      return nearest(path(), state.shown, (offsetX - middle) / unit, (offsetY - middle) / unit, unit);
    };
    large.addEventListener("pointermove", (pointer) => light(meant(pointer) ?? state.pinned));
    large.addEventListener("pointerleave", () => light(state.pinned));
    large.addEventListener("click", (pointer) => {
      pin(meant(pointer));
      chart.dispatchEvent(new Event("change", { bubbles: true }));
    });

    const build = () => {
      const group = `${chart.closest("figure").id}.path`;
      const [{ clouds }] = paths;
      parts = { paths: pathChooser(paths, group), digits: digitChooser(clouds), sum: sumChooser(sums.length) };
      state.shown = times(clouds.length, () => true);
      state.chosen = Math.max(0, paths.findIndex(({ name }) => slug(name) === wantedPath));
      const sum = Number.parseInt(wantedSum, 10);
      state.pinned = state.lit = sum >= 1 && sum <= sums.length ? sum - 1 : null;
      parts.sum.input.value = wantedSum || 0;
      parts.paths.options.forEach(({ input }, index) => {
        input.checked = index === state.chosen;
        input.addEventListener("change", () => {
          state.chosen = index;
          repaintLarge();
        });
      });
      parts.digits.inputs.forEach((input, index) => {
        input.checked = true;
        input.addEventListener("change", () => {
          state.shown[index] = input.checked;
          repaint();
        });
      });
      parts.sum.input.addEventListener("input", ({ target }) => {
        state.pinned = target.valueAsNumber ? target.valueAsNumber - 1 : null;
        light(state.pinned);
      });
      const view = html("div", { class: "clouds-view" }, large, parts.digits.element, parts.sum.element, words);
      chart.append(html("div", { class: "clouds" }, view, parts.paths.element));
      new ResizeObserver(repaint).observe(large);
    };

    return {
      choices: () => [slug(path().name), ...(state.pinned === null ? [] : [state.pinned + 1])],
      show: (payload, theme) => {
        if (payload !== drawnFrom) {
          paths = pathsOf(payload);
          sums = payload.sums;
          drawnFrom = payload;
        }
        state.colours = coloursOf(theme);
        if (!parts) build();
        repaint();
      },
    };
  });
}
