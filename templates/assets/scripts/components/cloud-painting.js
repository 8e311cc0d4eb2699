// @ts-check
// Draws clouds of points on a canvas, since tens of thousands of points are too many for one element each.
"use strict";
{
  const MARGIN = 26; // of the large diagram, for the digits around it
  const N_DIGITS = 10;

  const penOf = (/** @type {HTMLCanvasElement} */ canvas) => {
    const pen = canvas.getContext("2d");
    if (!pen) throw new Error("this browser draws on no canvas");
    return pen;
  };

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {PathClouds} path
   * @param {CloudAppearance} appearance
   * @param {{ margin: number, dot: number, ring: number }} sizes
   */
  const paint = (canvas, path, { colours, shown, selected }, { margin, dot, ring }) => {
    const size = canvas.clientWidth;
    const ratio = window.devicePixelRatio || 1;
    canvas.width = canvas.height = Math.round(size * ratio);
    const pen = penOf(canvas);
    const middle = size / 2;
    const unit = (middle - margin) / path.largest;
    pen.setTransform(ratio, 0, 0, ratio, middle * ratio, middle * ratio);
    pen.strokeStyle = colours.grid;
    for (const share of [1, 0.5]) {
      pen.beginPath();
      pen.arc(0, 0, (middle - margin) * share, 0, 2 * Math.PI);
      pen.stroke();
    }
    const clouds = path.clouds.filter(({ role }) => shown[role]);
    pen.globalAlpha = 0.5;
    for (const { x, y, role } of clouds) {
      pen.fillStyle = colours.digits[role % colours.digits.length];
      for (let i = 0; i < x.length; i += 1) pen.fillRect(x[i] * unit - dot / 2, y[i] * unit - dot / 2, dot, dot);
    }
    pen.globalAlpha = 1;
    if (selected === null) return;
    for (const { x, y, role } of clouds) {
      pen.beginPath();
      pen.arc(x[selected] * unit, y[selected] * unit, ring, 0, 2 * Math.PI);
      pen.fillStyle = colours.digits[role % colours.digits.length];
      pen.strokeStyle = colours.ink;
      pen.fill();
      pen.stroke();
    }
  };

  /** @type {CloudPainting["paintLarge"]} */
  const paintLarge = (canvas, path, appearance) => {
    paint(canvas, path, appearance, { margin: MARGIN, dot: 2.5, ring: 5 });
    const pen = penOf(canvas);
    const reach = canvas.clientWidth / 2 - MARGIN / 2;
    pen.fillStyle = appearance.colours.muted;
    pen.font = `11px ${appearance.colours.sans}`;
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    for (const digit of sumint.elements.times(N_DIGITS, (value) => value)) {
      const angle = (2 * Math.PI * digit) / N_DIGITS;
      pen.fillText(String(digit), reach * Math.sin(angle), -reach * Math.cos(angle));
    }
  };

  sumint.cloudPainting = {
    MARGIN,
    coloursOf: ({ roles, template: { layout } }) => ({
      digits: Object.keys(roles)
        .filter((role) => role.startsWith("digit-"))
        .map((role) => roles[role]),
      grid: roles.guide,
      ink: layout.font.color,
      muted: layout.polar.angularaxis.tickfont.color,
      sans: layout.font.family,
    }),
    paintSmall: (canvas, path, appearance) => paint(canvas, path, appearance, { margin: 1, dot: 1, ring: 2.5 }),
    paintLarge,
  };
}
