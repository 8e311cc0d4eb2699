// @ts-check
// The arrays in the payloads of components: in base64, the lowest bytes of all numbers first, then the next ones.
"use strict";
{
  const SIZE = 4; // the bytes of a number

  sumint.numbersOf = ({ float32 }) => {
    const grouped = atob(float32);
    const n = grouped.length / SIZE;
    const bytes = new Uint8Array(grouped.length);
    for (let place = 0; place < grouped.length; place++)
      bytes[(place % n) * SIZE + Math.floor(place / n)] = grouped.charCodeAt(place);
    return new Float32Array(bytes.buffer);
  };
}
