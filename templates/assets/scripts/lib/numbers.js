// @ts-check
// The arrays in the payloads of components: in base64, the lowest bytes of all numbers first, then the next ones.
"use strict";
{
  /** @type {(content: string, size: number) => ArrayBuffer} */
  const bytesOf = (content, size) => {
    const grouped = atob(content);
    const n = grouped.length / size;
    const bytes = new Uint8Array(grouped.length);
    for (let place = 0; place < grouped.length; place++)
      bytes[(place % n) * size + Math.floor(place / n)] = grouped.charCodeAt(place);
    return bytes.buffer;
  };

  sumint.numbersOf = (packed) => {
    if ("float32" in packed) return new Float32Array(bytesOf(packed.float32, Float32Array.BYTES_PER_ELEMENT));
    const { uint16, least, step } = packed;
    const steps = new Uint16Array(bytesOf(uint16, Uint16Array.BYTES_PER_ELEMENT));
    return Float32Array.from(steps, (n) => least + step * n);
  };
}
