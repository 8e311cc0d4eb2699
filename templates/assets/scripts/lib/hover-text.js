// @ts-check
// The text of hover labels, in which Plotly writes a hyphen before a negative number.
"use strict";
{
  const MINUS = "\u2212";

  sumint.withMinus = (text) => text.replace(/(^|[\s(=±])-(?=[\d.])/g, `$1${MINUS}`);
}
