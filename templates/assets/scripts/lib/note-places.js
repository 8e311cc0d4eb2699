// @ts-check
// The place of a note: below the words that it explains, or above them where there is no room below.
"use strict";
{
  const GAP = 6;
  const EDGE = 16;

  const between = (/** @type {number} */ least, /** @type {number} */ value, /** @type {number} */ most) =>
    Math.max(least, Math.min(value, most));

  sumint.notePlace = (words, note, screen) => {
    const left = between(EDGE, words.left, screen.width - EDGE - note.width);
    const below = words.bottom + GAP;
    const above = words.top - GAP - note.height;
    const fits = below + note.height <= screen.height || above < 0;
    return { left, top: fits ? below : above };
  };
}
