// @ts-check
// The namespace of all scripts: the only global that they define. templates/types/sumint.js describes it.
"use strict";
window.sumint = /** @type {Sumint} */ ({});
