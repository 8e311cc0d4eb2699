// Runs scripts of the report in this process, as a page does, and returns the namespace that they share.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import vm from "node:vm";

const SCRIPTS = new URL("../../../templates/assets/scripts/", import.meta.url);

export const load = (...names) => {
  globalThis.window = globalThis;
  for (const name of ["namespace", ...names]) {
    const filename = fileURLToPath(new URL(`${name}.js`, SCRIPTS));
    vm.runInThisContext(readFileSync(filename, "utf8"), { filename });
  }
  return globalThis.sumint;
};

// An array as report/figures/component_files.py packs it.
export const pack = (numbers, ...shape) => {
  const bytes = Buffer.from(new Float32Array(numbers).buffer);
  const grouped = [0, 1, 2, 3].flatMap((byte) => [...bytes].filter((_, place) => place % 4 === byte));
  return { float32: Buffer.from(grouped).toString("base64"), shape };
};
