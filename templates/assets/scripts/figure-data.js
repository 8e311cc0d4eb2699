// @ts-check
// The numbers of a figure as CSV and as tables, and its chart as JSON for Plotly, made on a click from the data that
// the page has loaded.
"use strict";
{
  const MOST_CELLS = 50_000; // a browser lays out a longer table slowly
  const KEPT_FOR = 10_000; // milliseconds for which a file that is being saved is kept

  const { html } = sumint.elements;

  const save = (/** @type {string} */ content, /** @type {string} */ type, /** @type {string} */ name) => {
    const href = URL.createObjectURL(new Blob([content], { type }));
    html("a", { href, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(href), KEPT_FOR);
  };

  const fileName = (/** @type {string} */ name) => name.replace("/", "-");

  /** @type {(table: NumberTable) => HTMLTableElement} */
  const tableElement = ({ caption, head, rows }) => {
    const top = head.map((text) => html("th", { scope: "col" }, text));
    const lines = rows.map(([first, ...cells]) =>
      html("tr", {}, html("th", { scope: "row" }, first), ...cells.map((text) => html("td", {}, text))),
    );
    return html(
      "table",
      { class: "number-table" },
      ...(caption ? [html("caption", {}, caption)] : []),
      html("thead", {}, html("tr", {}, ...top)),
      html("tbody", {}, ...lines),
    );
  };

  const nCells = (/** @type {NumberTable[]} */ tables) =>
    tables.reduce((sum, { head, rows }) => sum + head.length * rows.length, 0);

  /** @type {FigureTools["showTables"]} */
  const showTables = (room, data, slug) => {
    const { views } = data;
    const list = html("div", { class: "numbers-tables" });
    const show = (/** @type {FigureView} */ view) => {
      const tables = sumint.numberTables(view);
      const isTooLong = nCells(tables) > MOST_CELLS;
      list.replaceChildren(
        ...(isTooLong ? [html("p", {}, "These tables would be too long for a page.")] : tables.map(tableElement)),
      );
    };
    const chosen = views.findIndex(({ address }) => address === slug || address.startsWith(`${slug}.`));
    const select = html(
      "select",
      {},
      ...views.map(({ label }, index) => html("option", { value: index }, label || data.controls.join(", "))),
    );
    select.value = String(Math.max(0, chosen));
    select.addEventListener("change", (event) => {
      event.stopPropagation(); // it changes no choice of the figure
      show(views[Number(select.value)]);
    });
    const choice = html("label", { class: "numbers-choice" }, "Numbers of ", select);
    room.replaceChildren(...(views.length > 1 ? [choice] : []), list);
    show(views[Number(select.value)]);
  };

  sumint.figureTools = {
    showTables,
    saveCsv: (name, data, columns) =>
      save(sumint.tidyRows.csvOf(data, columns), "text/csv;charset=utf-8", `${fileName(name)}.csv`),
    saveTable: (name, columns, names, csv) =>
      save(sumint.tidyRows.csvOfTable(columns, names, csv), "text/csv;charset=utf-8", `${fileName(name)}.csv`),
    plotlyJson: ({ data, layout }, theme) => {
      if (!data || !layout) throw new Error("there is no chart");
      const template = sumint.charts.templateFor({ data, layout }, theme);
      return `${JSON.stringify({ data, layout: { ...layout, template } })}\n`;
    },
    savePlotly: (name, view, theme) => {
      const json = sumint.figureTools.plotlyJson(view, theme);
      save(json, "application/json", `${[fileName(name), view.slug].filter(Boolean).join(".")}.json`);
    },
  };
}
