// Sorts, filters and pages through a long table, of which the page shows a few rows. The rows are loaded when they are
// first needed, as a script, since a page opened from a disk may not fetch files.
"use strict";
{
  const PAUSE = 120; // milliseconds without a key, after which is searched
  const registered = new Map();
  window.registerTable = (name, columns) => registered.set(name, columns);

  const inOrder = new Intl.Collator("en", { numeric: true });
  const compare = (one, other) =>
    typeof one === "number" && typeof other === "number" ? one - other : inOrder.compare(one, other);

  // A column with few different values lists each of them once.
  const unpacked = ({ values, which, written, addresses }) => {
    const whole = which ? which.map((place) => values[place]) : values;
    return { values: whole, written: written ?? whole.map(String), addresses };
  };

  const make = (tag, properties, ...children) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  };

  class BrowsedTable {
    constructor(figure) {
      this.name = figure.dataset.table;
      this.id = figure.id;
      this.heads = [...figure.querySelectorAll("thead th")];
      this.body = figure.querySelector("tbody");
      this.size = this.body.rows.length;
      this.choices = [...figure.querySelectorAll(".table-controls select")];
      this.words = figure.querySelector(".table-controls input");
      this.place = figure.querySelector(".table-place");
      this.turns = [...figure.querySelectorAll(".table-turn button")];
      this.sorted = null;
      this.first = 0;
      this.restore();
      this.listen();
      for (const hidden of figure.querySelectorAll(".table-controls, .table-turn button")) hidden.hidden = false;
      if (this.isAsked) this.show();
    }

    get settings() {
      const settings = { sort: this.sorted ? `${this.sorted.falling ? "-" : ""}${this.sorted.column}` : "" };
      for (const choice of this.choices) settings[choice.dataset.column] = choice.value;
      return { ...settings, find: this.words.value, from: this.first ? String(this.first + 1) : "" };
    }

    get isAsked() {
      return Object.values(this.settings).some(Boolean);
    }

    restore() {
      const wanted = new URLSearchParams(location.search);
      const read = (setting) => wanted.get(`${this.id}.${setting}`) ?? "";
      const [, falling, column] = read("sort").match(/^(-?)(\d+)$/) ?? [];
      if (column < this.heads.length) this.sorted = { column: Number(column), falling: Boolean(falling) };
      for (const choice of this.choices) {
        const value = read(choice.dataset.column);
        if ([...choice.options].some((option) => option.value === value)) choice.value = value;
      }
      this.words.value = read("find");
      this.first = Math.max(0, Number.parseInt(read("from"), 10) - 1 || 0);
    }

    keep() {
      const named = Object.entries(this.settings).map(([setting, value]) => [`${this.id}.${setting}`, value]);
      keepInAddress(Object.fromEntries(named));
    }

    listen() {
      this.heads.forEach((head, column) => {
        const button = make("button", { type: "button" }, ...head.childNodes);
        button.addEventListener("click", () => {
          this.sorted = { column, falling: this.sorted?.column === column && !this.sorted.falling };
          this.change();
        });
        head.replaceChildren(button);
      });
      for (const choice of this.choices) choice.addEventListener("change", () => this.change());
      let pause;
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

    async show() {
      try {
        await loadScript(`data/${this.name}.js`);
      } catch {
        this.place.textContent = "The rows could not be loaded; the files below hold them.";
        return;
      }
      this.columns ??= registered.get(this.name).map(unpacked);
      const rows = this.rows();
      this.first = Math.min(Math.max(this.first, 0), Math.max(rows.length - 1, 0));
      const shown = rows.slice(this.first, this.first + this.size);
      this.body.replaceChildren(...(shown.length ? shown.map((row) => this.row(row)) : [this.none()]));
      this.place.textContent = this.placed(rows.length, shown.length);
      this.heads.forEach((head, column) => {
        if (this.sorted?.column !== column) head.removeAttribute("aria-sort");
        else head.setAttribute("aria-sort", this.sorted.falling ? "descending" : "ascending");
      });
      for (const turn of this.turns) {
        turn.disabled = Number(turn.value) < 0 ? this.first === 0 : this.first + this.size >= rows.length;
      }
    }

    // The indices of the selected rows, in the current order.
    rows() {
      let rows = [...this.columns[0].values.keys()];
      for (const choice of this.choices) {
        if (!choice.value) continue;
        const { values } = this.columns[choice.dataset.column];
        rows = rows.filter((row) => values[row].split(", ").includes(choice.value));
      }
      for (const word of this.words.value.toLowerCase().split(/\s+/).filter(Boolean)) {
        rows = rows.filter((row) => this.texts[row].includes(word));
      }
      if (!this.sorted) return rows;
      const { column, falling } = this.sorted;
      const { values } = this.columns[column];
      return rows.sort((one, other) => (falling ? -1 : 1) * compare(values[one], values[other]) || one - other);
    }

    // Each row as one text with separated cells, for the search.
    get texts() {
      this.foundIn ??= this.columns[0].values.map((_, row) =>
        this.columns.map(({ written }) => written[row].toLowerCase()).join("\n"),
      );
      return this.foundIn;
    }

    row(row) {
      const cells = this.columns.map(({ written, values, addresses }) => {
        const href = addresses?.[values[row]];
        return make("td", {}, href ? make("a", { href }, written[row]) : written[row]);
      });
      return make("tr", {}, ...cells);
    }

    none() {
      return make("tr", {}, make("td", { colSpan: this.heads.length, textContent: "No row is like that." }));
    }

    placed(n, nShown) {
      const all = this.columns[0].values.length;
      const written = (number) => number.toLocaleString("en");
      const range = nShown ? `${written(this.first + 1)}–${written(this.first + nShown)} of ${written(n)}` : "0";
      return n === all ? range : `${range}, chosen from ${written(all)}`;
    }
  }

  for (const figure of document.querySelectorAll("[data-table]")) new BrowsedTable(figure);
}
