// @ts-check
// The appearance of Plotly's charts: the colours of traces by their roles, and the layout for a screen.
"use strict";
{
  const PREFIX = /^(label|mark):/;
  const LABEL = "label:"; // before the role of a line in that of the trace that writes the line's name
  const SMALL_CHART = 335; // the width of a chart on a small screen in pixels
  const CHARACTER = 6.7; // the width of a character in the size of labels
  const MARGIN = 60; // the margin for row labels if a chart sets none

  // The role of a trace is in its meta. Plotly assigns a template's defaults for a trace type to the traces in order, so
  // one entry per trace gives each the colour of its role. report/figures/theme.py does the same for the saved figures.
  /** @type {ChartThemes["templateFor"]} */
  const templateFor = ({ data }, { template, series, roles }) => {
    /** @type {Record<string, Record<string, any>[]>} */
    const defaults = {};
    for (const { type, meta } of data) {
      const base = template.data[type]?.[0] ?? {};
      const inRole = { ...base };
      if (meta !== undefined) {
        const isLabel = String(meta).startsWith(LABEL);
        const role = String(meta).replace(PREFIX, "");
        const color = roles[role] ?? series[Number(role) % series.length];
        for (const part of isLabel ? ["textfont"] : ["line", "marker"])
          if (base[part]) inRole[part] = { ...base[part], color };
      }
      defaults[type] = [...(defaults[type] ?? []), inRole];
    }
    return { ...template, data: { ...template.data, ...defaults } };
  };

  /** @type {ChartThemes["layoutFor"]} */
  const layoutFor = (original, { isSmall }) => {
    const layout = structuredClone(original);
    // A figure with panels contains their positions on a small screen.
    const places = isSmall ? (layout.meta?.narrow ?? {}) : {};
    for (const [part, place] of Object.entries(places)) {
      layout[part] = Array.isArray(place) ? place : { ...layout[part], ...place };
    }
    return layout;
  };

  // Plotly shrinks the text in the cells of a heatmap until it fits: on a small screen, until nobody can read it.
  /** @type {ChartThemes["dataFor"]} */
  const dataFor = (original, layout, { isSmall }) => {
    const data = structuredClone(original);
    for (const trace of isSmall ? data : []) {
      if (trace.type !== "heatmap" || !trace.texttemplate) continue;
      const [start, end] = layout[`xaxis${(trace.xaxis ?? "x").slice(1)}`]?.domain ?? [0, 1];
      const linesOf = (/** @type {string} */ text) => text.split("<br>").map((line) => line.replace(/<[^>]*>/g, ""));
      const lengths = trace.text
        .flat()
        .flatMap(linesOf)
        .map((/** @type {string} */ line) => line.length);
      const longest = Math.max(...lengths);
      const charactersAcross = (SMALL_CHART - (layout.margin?.l ?? MARGIN)) / CHARACTER;
      if (trace.x.length * (longest + 1) > charactersAcross * (end - start)) delete trace.texttemplate;
    }
    return data;
  };

  sumint.charts = { templateFor, layoutFor, dataFor };
}
