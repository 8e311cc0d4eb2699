// @ts-check
// Filters and sorts tables of claims, by what the reader chooses; the choices are kept in the page's address. The report
// in a single file has two such tables: one of its own claims, and one of these beside another model's.
"use strict";
{
  const { html, one, all } = sumint.elements;

  const browse = (/** @type {HTMLElement} */ page) => {
    const state = page.dataset.filters ?? "claims";
    const nameOf = (/** @type {string} */ choice) => (page.dataset.filters ? `${state}.${choice}` : choice);
    const body = one(page, ".claims-table tbody", HTMLTableSectionElement);
    const rows = [...body.rows];
    const texts = new Map(rows.map((row) => [row, (row.textContent ?? "").toLowerCase()]));
    const verdicts = all(page, ".claims-filter input", HTMLInputElement);
    const choices = all(page, "select[data-filter]", HTMLSelectElement);
    const words = one(page, "input[type=search]", HTMLInputElement);
    const place = one(page, ".claims-place", HTMLElement);
    const heads = all(page, ".claims-table th[data-sort]", HTMLTableCellElement);
    /** @type {{ by: string, isFalling: boolean }} */
    let order = { by: "", isFalling: false };

    const verdict = () => verdicts.find(({ checked }) => checked)?.value ?? "all";
    const isShown = (/** @type {HTMLTableRowElement} */ row) =>
      ["all", row.dataset.verdict].includes(verdict()) &&
      choices.every(({ dataset, value }) => !value || row.dataset[dataset.filter ?? ""] === value) &&
      words.value
        .toLowerCase()
        .split(/\s+/)
        .every((word) => (texts.get(row) ?? "").includes(word));

    const before = (/** @type {HTMLTableRowElement} */ one, /** @type {HTMLTableRowElement} */ other) => {
      const [first, second] = [one, other].map((row) => row.dataset[order.by] ?? "");
      // A claim without a number comes last, however the others are sorted.
      if (!first || !second) return Number(!first) - Number(!second);
      const difference = order.by === "margin" ? Number(first) - Number(second) : first.localeCompare(second);
      return order.isFalling ? -difference : difference;
    };

    const show = () => {
      const sorted = order.by ? [...rows].sort(before) : rows;
      body.replaceChildren(...sorted);
      for (const row of rows) row.hidden = !isShown(row);
      const n = rows.filter(({ hidden }) => !hidden).length;
      place.textContent = n === rows.length ? "" : `${n} of ${rows.length} claims`;
      for (const head of heads) {
        if (head.dataset.sort !== order.by) head.removeAttribute("aria-sort");
        else head.setAttribute("aria-sort", order.isFalling ? "descending" : "ascending");
      }
    };

    const keep = () => {
      const filters = choices.map(({ dataset, value }) => [nameOf(dataset.filter ?? ""), value]);
      sumint.keepInAddress({
        [state]: verdict() === "all" ? "" : verdict(),
        ...Object.fromEntries(filters),
        [nameOf("find")]: words.value,
        [nameOf("sort")]: order.by && `${order.isFalling ? "-" : ""}${order.by}`,
      });
      show();
    };

    const restore = () => {
      const wanted = new URLSearchParams(location.search);
      const chosen = verdicts.find(({ value, disabled }) => value === wanted.get(state) && !disabled);
      if (chosen) chosen.checked = true;
      for (const choice of choices) {
        const value = wanted.get(nameOf(choice.dataset.filter ?? "")) ?? "";
        if ([...choice.options].some((option) => option.value === value)) choice.value = value;
      }
      words.value = wanted.get(nameOf("find")) ?? "";
      const [, sign, by] = /^(-?)(\w*)$/.exec(wanted.get(nameOf("sort")) ?? "") ?? [];
      if (heads.some(({ dataset }) => dataset.sort === by)) order = { by, isFalling: sign === "-" };
    };

    for (const head of heads) {
      const button = html("button", { type: "button" }, ...head.childNodes);
      button.addEventListener("click", () => {
        const by = head.dataset.sort ?? "";
        order = { by, isFalling: order.by === by && !order.isFalling };
        keep();
      });
      head.replaceChildren(button);
    }
    for (const input of [...verdicts, ...choices]) input.addEventListener("change", keep);
    words.addEventListener("input", keep);
    for (const label of all(page, ".claims-controls [hidden]", HTMLElement)) label.hidden = false;
    restore();
    show();
  };

  for (const page of all(document, ".claims-page", HTMLElement)) browse(page);
}
