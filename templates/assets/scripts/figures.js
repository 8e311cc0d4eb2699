// Draws the charts. plotly.js and a figure's data are loaded when the figure is near the viewport, as scripts, since a
// page opened from a disk may load scripts, but may not fetch files.
"use strict";
{
  const NEAR = "800px 0px";
  const PRINTED_WIDTH = 640;
  const smallScreen = matchMedia("(max-width: 40rem)");

  const figures = new Map(
    [...document.querySelectorAll("[data-figure]")].map((element) => [
      element.dataset.figure,
      {
        name: element.dataset.figure,
        element,
        chart: element.querySelector(".chart"),
        component: element.dataset.component,
        drawing: null,
        views: null,
        drawn: false,
      },
    ]),
  );
  let themes = null;

  // On a slow connection the data of a figure may arrive before the themes of charts. The page has loaded when each of
  // its own scripts has run or has failed to load.
  const themesKnown = new Promise((resolve, reject) => {
    window.registerChartThemes = (registered) => {
      themes = registered;
      resolve();
    };
    addEventListener("load", () => reject(new Error("assets/chart-themes.js could not be loaded")));
  });
  window.registerFigure = (name, views) => {
    figures.get(name).views = views;
  };
  // The numbers of an array in a component's payload, row by row. report/figures/component_files.py packs them.
  window.floatsOf = ({ float32 }) =>
    new Float32Array(Uint8Array.from(atob(float32), (byte) => byte.charCodeAt(0)).buffer);
  // Elements with attributes and children: html("p", { class: "words" }, "text").
  const maker =
    (namespace) =>
    (name, attributes = {}, ...children) => {
      const made = document.createElementNS(namespace, name);
      for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
      made.append(...children);
      return made;
    };
  window.elements = { html: maker("http://www.w3.org/1999/xhtml"), svg: maker("http://www.w3.org/2000/svg") };
  // The reader's choices, by name, are stored in the page's address, so that a link shows the same view.
  window.keepInAddress = (settings) => {
    const address = new URL(location.href);
    for (const [name, value] of Object.entries(settings)) {
      if (value) address.searchParams.set(name, value);
      else address.searchParams.delete(name);
    }
    try {
      history.replaceState(null, "", address);
    } catch {
      // Some browsers do not allow changes of the address of a page on a disk.
    }
  };
  const components = new Map();
  window.registerComponent = (name, make) => {
    components.set(name, make);
  };

  const libraryOf = ({ component }) => (component ? `assets/${component}.js` : "assets/plotly.min.js");
  const loadParts = (figure) =>
    Promise.all([themesKnown, loadScript(libraryOf(figure)), loadScript(`figures/${figure.name}.js`)]);
  const isLoaded = ({ component, views }) => themes && views && (component ? components.has(component) : window.Plotly);

  // The role of a trace is in its meta. Plotly assigns a template's defaults for a trace type to the traces in order, so
  // one entry per trace gives each the colour of its role. report/figures/theme.py does the same for the saved figures.
  const templateFor = (view, name) => {
    const { template, series, guide } = themes[name];
    const defaults = {};
    for (const { type, meta } of view.data) {
      const base = template.data[type]?.[0] ?? {};
      const colour = meta === "guide" ? guide : series[meta % series.length];
      const inRole = { ...base };
      for (const part of ["line", "marker"]) {
        if (meta !== undefined && base[part]) inRole[part] = { ...base[part], color: colour };
      }
      (defaults[type] ??= []).push(inRole);
    }
    return { ...template, data: { ...template.data, ...defaults } };
  };

  const isTouch = matchMedia("(pointer: coarse)").matches;
  const config = (figure) => ({
    // Without a pointer that can hover, the buttons would cover the chart permanently.
    displayModeBar: isTouch ? false : "hover",
    displaylogo: false,
    showSendToCloud: false,
    responsive: true,
    modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d"],
    modeBarButtonsToAdd: [
      {
        name: "svg",
        title: "Download as SVG",
        icon: { width: 24, height: 24, path: "M5 3h9l5 5v13H5zm8 1v5h5M8 17l4 2 4-2m-4-7v8" },
        click: (chart) => Plotly.downloadImage(chart, { ...imageOptions(figure), format: "svg" }),
      },
    ],
    toImageButtonOptions: { ...imageOptions(figure), format: "png", scale: 2 },
  });
  const imageOptions = (figure) => ({ filename: figure.name.replace("/", "-") });

  const layoutOf = (figure, theme) => {
    const view = chosenView(figure);
    const layout = structuredClone(view.layout);
    // On a touch screen a drag scrolls the page, so a chart must not capture it.
    if (isTouch) layout.dragmode = false;
    if (smallScreen.matches) rearrange(layout, layout.meta?.narrow ?? {});
    return { ...layout, template: templateFor(view, theme) };
  };
  // A figure with panels contains their positions on a small screen.
  const rearrange = (layout, places) => {
    for (const [part, place] of Object.entries(places)) {
      layout[part] = Array.isArray(place) ? place : { ...layout[part], ...place };
    }
  };

  const controlsOf = (figure) =>
    [...figure.element.querySelectorAll(".control input:checked, .control select")].map(({ value }) => value);
  const chosenView = (figure) => {
    const chosen = controlsOf(figure).join(".");
    return figure.views.find(({ slug }) => slug === chosen) ?? figure.views[0];
  };

  const draw = (figure, theme = currentTheme()) => {
    if (!figure.drawn) figure.chart.replaceChildren();
    if (figure.component) drawComponent(figure, theme);
    else Plotly.react(figure.chart, structuredClone(chosenView(figure).data), layoutOf(figure, theme), config(figure));
    figure.drawn = true;
  };
  // A component shows the payload of the chosen view in a theme's colours. A choice in it is stored in the address after
  // the choices of the controls; the component reports it by a change event.
  const drawComponent = (figure, theme) => {
    const make = components.get(figure.component);
    figure.drawing ??= make(figure.chart, choicesWithin(figure));
    figure.drawing.show(chosenView(figure).payload, themes[theme]);
  };

  const show = async (figure) => {
    try {
      await loadParts(figure);
      draw(figure);
    } catch (error) {
      fail(figure, error);
    }
  };

  const fail = (figure, error) => {
    const note = document.createElement("p");
    const link = document.createElement("a");
    link.href = `data/${figure.name}.csv`;
    link.textContent = "in a file";
    note.className = "chart-note";
    note.append("This chart could not be drawn. Its numbers are ", link, `. (${error.message})`);
    figure.chart.replaceChildren(note);
    figure.drawing = null;
    figure.drawn = false;
  };

  const saveImage = async (figure, format) => {
    if (!figure.drawn) await show(figure);
    const size = format === "png" ? { scale: 2 } : {};
    if (figure.drawn) Plotly.downloadImage(figure.chart, { ...imageOptions(figure), ...size, format });
  };

  // The reader's choices are stored in the address, so that a link shows the same view.
  const wantedChoices = ({ element }) => new URLSearchParams(location.search).get(element.id)?.split(".") ?? [];
  const restoreChoice = (figure) => {
    const wanted = wantedChoices(figure);
    figure.element.querySelectorAll(".control").forEach((control, index) => {
      const options = [...control.querySelectorAll("input, option")];
      const option = options.find(({ value }) => value === wanted[index]);
      if (option) option[option.tagName === "OPTION" ? "selected" : "checked"] = true;
    });
  };
  const choicesWithin = (figure) =>
    figure.drawing?.choices() ?? wantedChoices(figure).slice(figure.element.querySelectorAll(".control").length);
  const keepChoice = (figure) => {
    keepInAddress({ [figure.element.id]: [...controlsOf(figure), ...choicesWithin(figure)].join(".") });
  };

  const byElement = new Map([...figures.values()].map((figure) => [figure.element, figure]));
  const shown = [];
  const nearing = new IntersectionObserver(
    (entries) => {
      for (const entry of entries.filter(({ isIntersecting }) => isIntersecting)) {
        nearing.unobserve(entry.target);
        shown.push(show(byElement.get(entry.target)));
      }
    },
    { rootMargin: NEAR },
  );

  // Plotly would treat a touch on a polar chart as a drag. A touch that Plotly does not receive is handled by the browser:
  // as a scroll or, for a tap, as events of a mouse, which show the hover label of a point.
  const keepToPage = (touch) => touch.stopPropagation();

  for (const figure of figures.values()) {
    restoreChoice(figure);
    figure.element.addEventListener("change", () => {
      keepChoice(figure);
      if (figure.drawn) draw(figure);
    });
    for (const button of figure.element.querySelectorAll(".image-links button")) {
      button.parentElement.hidden = false;
      button.addEventListener("click", () => saveImage(figure, button.value));
    }
    if (!figure.component) figure.chart.addEventListener("touchstart", keepToPage, { capture: true, passive: true });
    nearing.observe(figure.element);
  }

  const redraw = () => {
    for (const figure of figures.values()) if (figure.drawn) draw(figure);
  };
  smallScreen.addEventListener("change", redraw);

  document.addEventListener("themechange", () => {
    for (const figure of figures.values()) {
      if (!figure.drawn) continue;
      if (figure.component) draw(figure);
      else Plotly.relayout(figure.chart, { template: templateFor(chosenView(figure), currentTheme()) });
    }
  });

  // A script cannot wait for files before printing, so all figures are loaded when the page is idle, those near the
  // viewport first.
  const whenIdle = window.requestIdleCallback ?? ((work) => setTimeout(work, 2000));
  const loadTheRest = () => {
    for (const figure of figures.values()) loadParts(figure).catch(() => {});
  };
  addEventListener("load", () => {
    whenIdle(async () => {
      await Promise.all(shown);
      whenIdle(loadTheRest);
    });
  });
  addEventListener("beforeprint", () => {
    for (const figure of figures.values()) {
      if (!isLoaded(figure)) continue;
      draw(figure, "light");
      if (figure.component) continue;
      Plotly.relayout(figure.chart, { width: Math.min(figure.chart.clientWidth, PRINTED_WIDTH) });
    }
  });
  addEventListener("afterprint", redraw);
}
