// @ts-check
// The arrays in the payloads of components.
"use strict";
sumint.numbersOf = ({ float32 }) =>
  new Float32Array(Uint8Array.from(atob(float32), (byte) => byte.charCodeAt(0)).buffer);
