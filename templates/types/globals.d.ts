// The globals of the report's scripts: their namespace, and the few functions of plotly.js that they call.

declare var sumint: Sumint;
declare var Plotly: PlotlyLibrary | undefined;

/** An element in which a chart was drawn. */
interface PlotlyElement {
  on(event: string, listener: (event: { points: { x: unknown; y: unknown }[] }) => void): void;
  layout?: ChartLayout;
}
interface PlotlyLibrary {
  /** Removes a chart from its element. */
  purge(chart: HTMLElement): void;
  /** Draws a chart in an element, or changes the one that is there. */
  react(chart: HTMLElement, data: Trace[], layout: ChartLayout, config: object): Promise<void>;
  /** Changes some properties of a chart's layout. */
  relayout(chart: HTMLElement, changes: object): Promise<void>;
  /** Saves a chart as an image. */
  downloadImage(chart: HTMLElement, options: { filename: string; format: string; scale?: number }): Promise<string>;
}
