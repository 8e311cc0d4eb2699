// @ts-check
// The numbers of a figure in the form of its JSON file, from the views that its script registers.
// report/figures/export.py describes the form, and does the same when the report is built.
"use strict";
{
  const DIGITS = 7; // the significant digits in single precision
  const CHANNELS = ["x", "y", "z", "r", "theta", "error_y", "text"];
  const NOT_MEASURED = /^(guide$|label:|mark:)/; // the roles of traces that repeat the numbers of others
  const AXIS = /^[xy]axis\d*$/;
  const LINE_BREAK = /<br>/g;

  /** @type {Record<string, new (buffer: ArrayBuffer) => ArrayLike<number>>} */
  const ARRAYS = {
    ...{ f4: Float32Array, f8: Float64Array, i1: Int8Array, i2: Int16Array, i4: Int32Array },
    ...{ u1: Uint8Array, u2: Uint16Array, u4: Uint32Array },
  };

  const plainNumber = (/** @type {number} */ number) =>
    Number.isFinite(number) ? (Number.isInteger(number) ? number : Number(number.toPrecision(DIGITS))) : null;

  // An array as Plotly packs it: nested if it has a shape of several axes.
  /** @type {(packed: { dtype: string, bdata: string, shape?: string }) => any[]} */
  const unpacked = ({ dtype, bdata, shape = "" }) => {
    const bytes = Uint8Array.from(atob(bdata), (letter) => letter.charCodeAt(0));
    const numbers = Array.from(new ARRAYS[dtype](bytes.buffer), plainNumber);
    const width = Number(shape.split(",")[1] ?? 0);
    if (!width) return numbers;
    return sumint.elements.times(numbers.length / width, (row) => numbers.slice(row * width, (row + 1) * width));
  };
  /** @type {(value: any) => any} */
  const plain = (value) => {
    if (value?.bdata) return unpacked(value);
    if (Array.isArray(value)) return value.map(plain);
    return typeof value === "number" ? plainNumber(value) : value;
  };

  const channelOf = (/** @type {Trace} */ trace, /** @type {string} */ channel) => {
    if (channel === "z" && trace.type === "heatmap" && trace.customdata) return trace.customdata;
    if (channel === "error_y") return trace.error_y?.array;
    if (channel === "text" && Array.isArray(trace.text) && !trace.z)
      return trace.text.map((/** @type {string} */ text) => text.replace(LINE_BREAK, " "));
    return trace[channel];
  };

  /** @type {(trace: Trace, panels: Record<string, string>) => FigureTrace} */
  const dataOfTrace = (trace, panels) => {
    const subplot = trace.subplot ?? trace.xaxis;
    /** @type {FigureTrace} */
    const data = { type: trace.type, name: trace.name ?? "" };
    if (subplot in panels) data.panel = panels[subplot];
    if (trace.type.startsWith("scatterpolar")) data.theta_unit = trace.thetaunit ?? "degrees";
    if (trace.xaxis) data.x_axis = trace.xaxis;
    if (trace.yaxis) data.y_axis = trace.yaxis;
    for (const channel of CHANNELS) {
      const values = channelOf(trace, channel);
      if (values !== undefined && values !== null) data[channel] = plain(values);
    }
    return data;
  };

  /** @type {(view: Pick<View, "data" | "layout">) => FigurePart} */
  const ofChart = ({ data = [], layout = {} }) => {
    const axes = Object.entries(layout).filter(([key]) => AXIS.test(key));
    const titles = axes.map(([key, axis]) => [key.replace("axis", ""), axis.title?.text ?? ""]);
    return {
      axes: { ...Object.fromEntries(titles), ...layout.meta?.axes },
      traces: data
        .filter(({ meta }) => !NOT_MEASURED.test(String(meta)))
        .map((trace) => dataOfTrace(trace, layout.meta?.panels ?? {})),
    };
  };

  /** @type {(view: View, component?: string) => FigureView[]} */
  const ofView = ({ choices, slug, ...view }, component) => {
    if (!component) return [{ label: choices.join(", "), choices, address: slug, ...ofChart(view) }];
    const partsOf = sumint.componentParts[component];
    if (!partsOf) throw new Error("its numbers are in the JSON file alone");
    return Object.entries(partsOf(view.payload)).map(([name, part]) => {
      const all = [...choices, name];
      const address = [slug, sumint.slug(name)].filter(Boolean).join(".");
      return { label: all.join(", "), choices: all, address, ...part };
    });
  };

  sumint.slug = (label) =>
    label
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, "-")
      .replace(/^-|-$/g, "");

  sumint.figureData = (views, { controls, views: others }, component) => ({
    controls,
    views: others ? sumint.expandViews(others) : views.flatMap((view) => ofView(view, component)),
  });
}
