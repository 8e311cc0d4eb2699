// @ts-check
// Draws the charts. plotly.js and a figure's data are loaded when the figure is near the viewport, as scripts, since a
// page opened from a disk may load scripts, but may not fetch files.
"use strict";
{
  const NEAR = "800px 0px";
  // On A4 and on Letter, upright, a chart of this size leaves room for its title and its caption on the same page.
  const PRINTED_WIDTH = 640;
  const PRINTED_HEIGHT = 700;
  const PAGE_HEIGHT = 900; // a chart that is higher than a page is not drawn smaller, and continues on the next
  const SLOW_AFTER = 10_000; // milliseconds after which a note reports that a chart is still being loaded
  const NOT_LOADED = "This chart was not loaded. Wait a few seconds or scroll to it, then print again.";
  const PAPER = "#fff";
  const smallScreen = matchMedia("(max-width: 40rem)");

  const { html, one, all, messageOf } = sumint.elements;
  const { templateFor, layoutFor, dataFor } = sumint.charts;

  /** A figure of the page, and what is drawn in it. */
  class PageFigure {
    constructor(/** @type {HTMLElement} */ element) {
      this.element = element;
      this.name = element.dataset.figure ?? "";
      /** The name of the component that draws the figure; without one, Plotly draws it. */
      this.component = element.dataset.component;
      this.chart = one(element, ".chart", HTMLElement);
      /** What stands in place of the chart until it is drawn. */
      this.note = one(this.chart, ".chart-note", HTMLElement);
      /** @type {ComponentDrawing<unknown> | null} */
      this.drawing = null;
      /** @type {View[] | null} */
      this.views = null;
      this.isDrawn = false;
    }

    /** Writes why there is no chart into its place: at once, or only if the page is printed before the chart is drawn. */
    explain(/** @type {string} */ reason, /** @type {{ isShown: boolean }} */ { isShown }) {
      one(this.note, ".chart-reason", HTMLElement).textContent = reason;
      this.note.classList.toggle("is-shown", isShown);
    }

    get hasFailed() {
      return !this.isDrawn && this.note.classList.contains("is-shown");
    }

    get choices() {
      const controls = ".control input:checked, .control select";
      return [...this.element.querySelectorAll(controls)]
        .filter((control) => control instanceof HTMLInputElement || control instanceof HTMLSelectElement)
        .map(({ value }) => value);
    }

    get view() {
      if (!this.views) throw new Error(`figures/${this.name}.js has not been loaded`);
      const chosen = this.choices.join(".");
      return this.views.find(({ slug }) => slug === chosen) ?? this.views[0];
    }

    /** The chart of the chosen view. */
    get plot() {
      const { data, layout } = this.view;
      if (!data || !layout) throw new Error(`figures/${this.name}.js contains no chart`);
      return { data, layout };
    }
  }

  const figures = new Map(
    all(document, "[data-figure]", HTMLElement).map((element) => {
      const figure = new PageFigure(element);
      return [figure.name, figure];
    }),
  );
  /** @type {Record<ThemeName, ChartTheme> | null} */
  let themes = null;

  // On a slow connection the data of a figure may arrive before the themes of charts. The page has loaded when each of
  // its own scripts has run or has failed to load.
  /** @type {Promise<void>} */
  const themesKnown = new Promise((resolve, reject) => {
    sumint.registerChartThemes = (registered) => {
      themes = registered;
      resolve();
    };
    addEventListener("load", () => reject(new Error("assets/chart-themes.js could not be loaded")));
  });
  const themeOf = (/** @type {ThemeName} */ name) => {
    if (!themes) throw new Error("assets/chart-themes.js has not been loaded");
    return themes[name];
  };
  /** @type {Map<string, View[]>} */
  const registered = new Map();
  /** @type {Map<string, FigureNumbers>} */
  const numbers = new Map();
  sumint.registerFigure = (name, packed, ofFigure) => {
    const views = sumint.expandViews(packed);
    registered.set(name, views);
    numbers.set(name, ofFigure);
    const figure = figures.get(name);
    if (figure) figure.views = views;
  };
  sumint.viewsOf = (name) => registered.get(name);
  // Adds an option to the first control of a figure, with its views, and chooses it.
  sumint.addViews = (name, { slug, label }, views) => {
    const figure = figures.get(name);
    if (!figure?.views) throw new Error(`figures/${name}.js has not been loaded`);
    const select = one(figure.element, ".control select", HTMLSelectElement);
    if (![...select.options].some(({ value }) => value === slug)) {
      figure.views.push(...views);
      select.append(html("option", { value: slug }, label));
    }
    select.value = slug;
    select.dispatchEvent(new Event("change", { bubbles: true }));
    if (!figure.isDrawn) show(figure);
  };
  /** @type {Map<string, MakeComponent<any>>} */
  const components = new Map();
  sumint.registerComponent = (name, make) => {
    components.set(name, make);
  };

  const libraryOf = (/** @type {PageFigure} */ { component }) =>
    component ? `assets/${component}.js` : "assets/plotly.min.js";
  const loadParts = (/** @type {PageFigure} */ figure) =>
    Promise.all([themesKnown, sumint.loadScript(libraryOf(figure)), sumint.loadScript(`figures/${figure.name}.js`)]);
  const isLoaded = (/** @type {PageFigure} */ { component, views }) =>
    themes && views && (component ? components.has(component) : window.Plotly);
  const plotly = () => {
    if (!window.Plotly) throw new Error("assets/plotly.min.js has not been loaded");
    return window.Plotly;
  };

  const imageName = (/** @type {PageFigure} */ { name }) => name.replace("/", "-");
  // Plotly's own buttons would cover the first row of a chart; those for images and for a large view are below it.
  const CONFIG = { displayModeBar: false, displaylogo: false, showSendToCloud: false, responsive: true };

  // Plotly paints the cells of a heatmap into an image, which a server may block by a policy: without them the chart would
  // show labels alone. The event of a blocked image does not name its element.
  let blocksImages = false;
  const hasImages = (/** @type {PageFigure} */ { component, views }) =>
    !component && Boolean(views?.some(({ data }) => data?.some(({ type }) => type === "heatmap")));

  const drawChart = (
    /** @type {HTMLElement} */ chart,
    /** @type {PageFigure} */ figure,
    /** @type {ThemeName} */ theme,
  ) => {
    const { plot } = figure;
    const screen = { isSmall: smallScreen.matches };
    const layout = layoutFor(plot.layout, screen);
    const template = templateFor(plot, themeOf(theme));
    plotly().react(chart, dataFor(plot.data, layout, screen), { ...layout, template }, CONFIG);
  };
  const writeMinus = (/** @type {HTMLElement} */ chart) => {
    const texts = document.createTreeWalker(one(chart, ".hoverlayer", SVGGElement), NodeFilter.SHOW_TEXT);
    for (let text = texts.nextNode(); text; text = texts.nextNode()) {
      text.nodeValue = sumint.withMinus(text.nodeValue ?? "");
    }
  };
  /** @param {HTMLElement} chart */
  const watchHover = (chart) => {
    const drawn = /** @type {PlotlyElement} */ (/** @type {unknown} */ (chart));
    drawn.on("plotly_hover", () => writeMinus(chart));
    // A cell that stands for a sum opens it.
    drawn.on("plotly_click", ({ points }) => {
      const address = drawn.layout?.meta?.opens?.[`${points[0].x},${points[0].y}`];
      if (address) sumint.openAddress(address);
    });
  };

  const draw = (/** @type {PageFigure} */ figure, theme = sumint.currentTheme()) => {
    const { component, chart } = figure;
    if (blocksImages && hasImages(figure)) throw new Error("a policy of this server blocks the image of its cells");
    if (!figure.isDrawn) chart.replaceChildren();
    if (component) {
      drawComponent(figure, component, theme);
    } else {
      drawChart(chart, figure, theme);
      if (!figure.isDrawn) watchHover(chart);
    }
    figure.isDrawn = true;
  };
  // A component shows the payload of the chosen view in a theme's colours. A choice in it is stored in the address after
  // the choices of the controls; the component reports it by a change event.
  /** @type {(figure: PageFigure, component: string, theme: ThemeName) => void} */
  const drawComponent = (figure, component, theme) => {
    const make = components.get(component);
    if (!make) throw new Error(`assets/${component}.js registers no component`);
    figure.drawing ??= make(figure.chart, choicesWithin(figure).map(String));
    figure.drawing.show(figure.view.payload, themeOf(theme));
  };

  const show = async (/** @type {PageFigure} */ figure) => {
    const slow = setTimeout(() => figure.explain("This chart is still being loaded.", { isShown: true }), SLOW_AFTER);
    try {
      await loadParts(figure);
      draw(figure);
    } catch (error) {
      fail(figure, error);
    } finally {
      clearTimeout(slow);
    }
  };

  const fail = (/** @type {PageFigure} */ figure, /** @type {unknown} */ error) => {
    const reason = messageOf(error).replace(/\.$/, "");
    figure.explain(`This chart could not be drawn: ${reason}.`, { isShown: true });
    if (!figure.component) window.Plotly?.purge(figure.chart);
    figure.chart.replaceChildren(figure.note);
    figure.drawing = null;
    figure.isDrawn = false;
  };
  const drawOrExplain = (/** @type {PageFigure} */ figure, theme = sumint.currentTheme()) => {
    try {
      draw(figure, theme);
    } catch (error) {
      fail(figure, error);
    }
  };

  const saveImage = async (/** @type {PageFigure} */ figure, /** @type {string} */ format) => {
    if (!figure.isDrawn) await show(figure);
    const size = format === "png" ? { scale: 2 } : {};
    if (figure.isDrawn) plotly().downloadImage(figure.chart, { filename: imageName(figure), ...size, format });
  };

  // The CSV, the JSON for Plotly and the tables are made by a script that is loaded when one of them is asked for.
  const tools = async (/** @type {PageFigure} */ { name, component }) => {
    const scripts = ["assets/figure-data.js", `figures/${name}.js`];
    await Promise.all([themesKnown, ...scripts.map(sumint.loadScript)]);
    const [views, ofFigure] = [registered.get(name), numbers.get(name)];
    if (!views || !ofFigure) throw new Error(`figures/${name}.js holds no numbers`);
    const data = () => sumint.figureData(views, ofFigure, component);
    return { ...sumint.figureTools, data, columns: ofFigure.columns };
  };
  const saveNumbers = async (/** @type {PageFigure} */ figure, /** @type {string} */ format) => {
    const problem = one(figure.element, ".data-problem", HTMLElement);
    problem.textContent = "";
    try {
      const { data, columns, saveCsv, savePlotly } = await tools(figure);
      if (format === "csv") saveCsv(figure.name, data(), columns);
      else savePlotly(figure.name, figure.view, themeOf("light"));
    } catch (error) {
      problem.textContent = `This file could not be made: ${messageOf(error)}.`;
    }
  };
  const showNumbers = async (/** @type {PageFigure} */ figure, /** @type {HTMLElement} */ room) => {
    try {
      const { data, showTables } = await tools(figure);
      showTables(room, data(), figure.choices.join("."));
    } catch (error) {
      room.replaceChildren(html("p", {}, `These tables could not be made: ${messageOf(error)}.`));
    }
  };

  const expand = async (/** @type {PageFigure} */ figure) => {
    if (!figure.isDrawn) await show(figure);
    if (!figure.isDrawn) return;
    sumint.expand(
      one(figure.element, ".figure-title", HTMLElement).textContent?.trim() ?? "",
      (chart) => {
        const isNew = !chart.hasChildNodes();
        drawChart(chart, figure, sumint.currentTheme());
        if (isNew) watchHover(chart);
      },
      (chart) => plotly().purge(chart),
    );
  };

  // The reader's choices are stored in the address, so that a link shows the same view.
  const wantedChoices = (/** @type {PageFigure} */ { element }) =>
    new URLSearchParams(location.search).get(element.id)?.split(".") ?? [];
  const restoreChoice = (/** @type {PageFigure} */ figure) => {
    const wanted = wantedChoices(figure);
    for (const [index, control] of all(figure.element, ".control", HTMLElement).entries()) {
      for (const option of control.querySelectorAll("input, option")) {
        if (option instanceof HTMLOptionElement && option.value === wanted[index]) option.selected = true;
        if (option instanceof HTMLInputElement && option.value === wanted[index]) option.checked = true;
      }
    }
  };
  const choicesWithin = (/** @type {PageFigure} */ figure) =>
    figure.drawing?.choices() ?? wantedChoices(figure).slice(all(figure.element, ".control", Element).length);
  const keepChoice = (/** @type {PageFigure} */ figure) => {
    sumint.keepInAddress({ [figure.element.id]: [...figure.choices, ...choicesWithin(figure)].join(".") });
  };

  const byElement = new Map([...figures.values()].map((figure) => [/** @type {Element} */ (figure.element), figure]));
  /** @type {Promise<void>[]} */
  const drawings = [];
  const nearing = new IntersectionObserver(
    (entries) => {
      for (const { target } of entries.filter(({ isIntersecting }) => isIntersecting)) {
        nearing.unobserve(target);
        const figure = byElement.get(target);
        if (figure) drawings.push(show(figure));
      }
    },
    { rootMargin: NEAR },
  );

  // Plotly would treat a touch on a polar chart as a drag. A touch that Plotly does not receive is handled by the browser:
  // as a scroll or, for a tap, as events of a mouse, which show the hover label of a point.
  const keepFromPlotly = (/** @type {Event} */ touch) => touch.stopPropagation();

  // A server may forbid style attributes by a policy, which does not apply to what a script sets.
  const applyStyle = (/** @type {HTMLElement} */ element) => {
    const style = element.getAttribute("style");
    if (style && !element.style.length) element.style.cssText = style;
  };

  for (const figure of figures.values()) {
    figure.explain(NOT_LOADED, { isShown: false });
    applyStyle(figure.element);
    restoreChoice(figure);
    figure.element.addEventListener("change", () => {
      keepChoice(figure);
      if (figure.isDrawn) drawOrExplain(figure);
      else if (figure.hasFailed) show(figure);
    });
    for (const links of all(figure.element, ".image-links, .data-links button", HTMLElement)) links.hidden = false;
    for (const button of all(figure.element, ".data-links button", HTMLButtonElement)) {
      button.addEventListener("click", () => saveNumbers(figure, button.value));
    }
    for (const room of all(figure.element, "[data-numbers]", HTMLElement)) {
      const details = room.closest("details");
      const showIfOpen = () => {
        if (details?.open) showNumbers(figure, room);
      };
      details?.addEventListener("toggle", showIfOpen);
      figure.element.addEventListener("change", showIfOpen);
    }
    for (const button of all(figure.element, ".image-links button", HTMLButtonElement)) {
      button.addEventListener("click", () => saveImage(figure, button.value));
    }
    for (const button of all(figure.element, ".expand", HTMLButtonElement)) {
      button.hidden = false;
      button.addEventListener("click", () => expand(figure));
    }
    if (!figure.component) {
      figure.chart.addEventListener("touchstart", keepFromPlotly, { capture: true, passive: true });
    }
    nearing.observe(figure.element);
  }

  const redraw = () => {
    for (const figure of figures.values()) if (figure.isDrawn) drawOrExplain(figure);
  };
  smallScreen.addEventListener("change", redraw);
  document.addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI }) => {
    if (blocksImages || effectiveDirective !== "img-src" || !blockedURI.startsWith("data")) return;
    blocksImages = true;
    redraw();
  });

  document.addEventListener("themechange", () => {
    for (const figure of figures.values()) {
      if (!figure.isDrawn) continue;
      if (figure.component) drawOrExplain(figure);
      else {
        const template = templateFor(figure.plot, themeOf(sumint.currentTheme()));
        plotly().relayout(figure.chart, { template });
      }
    }
  });

  // A script cannot wait for files before printing, so figures are loaded when the page is idle, those near the viewport
  // first. Large ones and those of the opening page are loaded only when they are near.
  const waits = (/** @type {PageFigure} */ { element }) => element.closest("[data-figures=when-near]") !== null;
  const IDLE_BY = 2000; // milliseconds after which a busy page loads them all the same
  const whenIdle = window.requestIdleCallback ?? ((/** @type {() => void} */ work) => setTimeout(work, IDLE_BY));
  const loadTheRest = () => {
    for (const figure of figures.values()) if (!waits(figure)) loadParts(figure).catch(() => {});
  };
  addEventListener("load", () => {
    const prepare = async () => {
      await Promise.all(drawings);
      whenIdle(loadTheRest, { timeout: IDLE_BY });
    };
    whenIdle(prepare, { timeout: IDLE_BY });
  });
  addEventListener("beforeprint", () => {
    for (const figure of figures.values()) {
      if (!isLoaded(figure)) {
        loadParts(figure).catch(() => {}); // for the next print; this one shows its note
        continue;
      }
      drawOrExplain(figure, "light");
      if (figure.component || !figure.isDrawn) continue;
      const width = Math.min(figure.chart.clientWidth, PRINTED_WIDTH);
      const { clientHeight } = figure.chart;
      const height = clientHeight > PAGE_HEIGHT ? clientHeight : Math.min(clientHeight, PRINTED_HEIGHT);
      figure.chart.style.setProperty("--printed-height", `${height}px`);
      plotly().relayout(figure.chart, { width, height, paper_bgcolor: PAPER, plot_bgcolor: PAPER });
    }
  });
  addEventListener("afterprint", () => {
    redraw();
    for (const { chart, component, isDrawn } of figures.values()) {
      chart.style.removeProperty("--printed-height");
      if (isDrawn && !component) plotly().relayout(chart, { width: null, height: null, autosize: true });
    }
  });
}
