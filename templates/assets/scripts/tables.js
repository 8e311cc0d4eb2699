// @ts-check
// Sorts, filters and pages through a long table, of which the page shows a few rows. The rows are loaded when they are
// first needed, as a script, since a page opened from a disk may not fetch files.
"use strict";
{
  const PAUSE = 120; // milliseconds without a key, after which is searched

  const { html, one, all, messageOf } = sumint.elements;
  const { addressOf, unpacked, textsOf, select, orderOf, placeText } = sumint.tableRows;

  /** @type {Map<string, { packed: PackedColumn[], names: string[][], csv: PackedCsv }>} */
  const registered = new Map();
  sumint.registerTable = (name, packed, names, csv = {}) => {
    registered.set(name, { packed, names, csv });
  };

  class BrowsedTable {
    constructor(/** @type {HTMLElement} */ figure) {
      this.name = figure.dataset.table ?? "";
      this.id = figure.id;
      this.heads = all(figure, "thead th", HTMLElement);
      this.body = one(figure, "tbody", HTMLTableSectionElement);
      this.size = this.body.rows.length;
      this.choices = all(figure, ".table-controls select", HTMLSelectElement);
      this.words = one(figure, ".table-controls input", HTMLInputElement);
      this.place = one(figure, ".table-place", HTMLElement);
      this.turns = all(figure, ".table-turn button", HTMLButtonElement);
      /** @type {SortOrder | null} */
      this.order = null;
      this.first = 0;
      /** @type {{ columns: Column[], texts: string[], names: string[][], csv: TableCsv } | null} */
      this.data = null;
      this.restore();
      this.addListeners();
      const controls = ".table-controls, .table-turn button, .data-links button";
      for (const control of all(figure, controls, HTMLElement)) control.hidden = false;
      this.problem = one(figure, ".data-problem", HTMLElement);
      one(figure, ".data-links button", HTMLButtonElement).addEventListener("click", () => this.save());
      if (Object.values(this.settings).some(Boolean)) this.show();
    }

    get settings() {
      /** @type {Settings} */
      const settings = { sort: this.order ? `${this.order.falling ? "-" : ""}${this.order.column}` : "" };
      for (const choice of this.choices) settings[choice.dataset.column ?? ""] = choice.value;
      return { ...settings, find: this.words.value, from: this.first ? String(this.first + 1) : "" };
    }

    restore() {
      const wanted = new URLSearchParams(location.search);
      const read = (/** @type {string} */ setting) => wanted.get(`${this.id}.${setting}`) ?? "";
      this.order = orderOf(read("sort"), this.heads.length);
      for (const choice of this.choices) {
        const value = read(choice.dataset.column ?? "");
        if ([...choice.options].some((option) => option.value === value)) choice.value = value;
      }
      this.words.value = read("find");
      this.first = Math.max(0, Number.parseInt(read("from"), 10) - 1 || 0);
    }

    keep() {
      const settings = Object.entries(this.settings).map(([setting, value]) => [`${this.id}.${setting}`, value]);
      sumint.keepInAddress(Object.fromEntries(settings));
    }

    addListeners() {
      for (const [column, head] of this.heads.entries()) {
        const button = html("button", { type: "button" }, ...head.childNodes);
        button.addEventListener("click", () => {
          this.order = { column, falling: this.order?.column === column && !this.order.falling };
          this.change();
        });
        head.replaceChildren(button);
      }
      for (const choice of this.choices) choice.addEventListener("change", () => this.change());
      let pause = 0;
      this.words.addEventListener("input", () => {
        clearTimeout(pause);
        pause = setTimeout(() => this.change(), PAUSE);
      });
      for (const turn of this.turns) {
        turn.addEventListener("click", () => {
          this.first = Math.max(0, this.first + Number(turn.value) * this.size);
          this.keep();
          this.show();
        });
      }
    }

    change() {
      this.first = 0;
      this.keep();
      this.show();
    }

    async load() {
      await sumint.loadScript(`data/${this.name}.js`);
      const table = registered.get(this.name);
      if (!table) throw new Error(`data/${this.name}.js registers no rows`);
      const columns = table.packed.map(unpacked);
      return {
        columns,
        texts: textsOf(columns),
        names: table.names,
        csv: { ...table.csv, columns: table.csv.columns?.map(unpacked) },
      };
    }

    async save() {
      this.problem.textContent = "";
      try {
        await sumint.loadScript("assets/figure-data.js");
        this.data ??= await this.load();
        sumint.figureTools.saveTable(this.name, this.data.columns, this.data.names, this.data.csv);
      } catch (error) {
        this.problem.textContent = `This file could not be made: ${messageOf(error)}.`;
      }
    }

    async show() {
      try {
        this.data ??= await this.load();
      } catch {
        this.place.textContent = "The rows could not be loaded; the files below hold them.";
        return;
      }
      const { columns, texts } = this.data;
      const choices = this.choices.map(({ dataset, value }) => ({ column: Number(dataset.column), value }));
      const rows = select(columns, texts, { choices, words: this.words.value, order: this.order });
      this.first = Math.min(Math.max(this.first, 0), Math.max(rows.length - 1, 0));
      const shown = rows.slice(this.first, this.first + this.size);
      const none = html("tr", {}, html("td", { colspan: this.heads.length }, "No row is like that."));
      this.body.replaceChildren(
        ...(shown.length
          ? shown.map((row) =>
              rowElement(
                columns,
                row,
                this.heads.map(({ className }) => className),
              ),
            )
          : [none]),
      );
      this.place.textContent = placeText(this.first, shown.length, rows.length, columns[0].values.length);
      for (const [column, head] of this.heads.entries()) {
        if (this.order?.column !== column) head.removeAttribute("aria-sort");
        else head.setAttribute("aria-sort", this.order.falling ? "descending" : "ascending");
      }
      for (const turn of this.turns) {
        turn.disabled = Number(turn.value) < 0 ? this.first === 0 : this.first + this.size >= rows.length;
      }
    }
  }

  /** @type {(columns: Column[], row: number, classes: string[]) => HTMLTableRowElement} */
  const rowElement = (columns, row, classes) => {
    const cells = columns.map(({ written }, column) => {
      const href = addressOf(columns, column, row);
      return html("td", { class: classes[column] }, href ? html("a", { href }, written[row]) : written[row]);
    });
    return html("tr", {}, ...cells);
  };

  for (const figure of all(document, "[data-table]", HTMLElement)) new BrowsedTable(figure);
}
