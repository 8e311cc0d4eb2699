// @ts-check
// A number to some decimal places, with separators of thousands and a true minus sign, as in the texts.
"use strict";

sumint.decimals = (value, places) => {
  const [before, after = ""] = Math.abs(value).toFixed(places).split(".");
  const text = before.replace(/\B(?=(\d{3})+$)/g, ",") + (after && `.${after}`);
  return value < 0 && /[1-9]/.test(text) ? `−${text}` : text;
};
