import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./scripts.mjs";

const { asText } = load("lib/hover-text", "lib/picture-values", "lib/picture-live").pictureLive;

test("a sum of the reader's own is put in the words of a listed one", () => {
  const sum = {
    a: [0, 5],
    b: [0, 5],
    predicted: ["0", "0"],
    answer: ["1", "0"],
    phases: [0.27, 0],
    amounts: [0.27, -0.01],
    levels: { "H0.1 at B1": 0.81 },
  };
  const [whole, digits, layer0, layer1] = asText(sum, [{ name: "H0.1 at B1", column: 1 }]);
  assert.equal(
    whole,
    "05+05=10; the model predicts 00, which is wrong. C0 should be turned by 1 and is turned by 0.27: its angle lies nearer to 0.",
  );
  assert.equal(
    digits,
    "Each layer-0 head reads the digits of a column. They add up to 0 in column 0 and 10 in column 1.",
  );
  assert.match(layer0, /Column 1 adds up to 10, carry, level 0.81 at H0.1 at B1./);
  assert.match(
    layer1,
    /C0: 0, turned by 0.27 digits, gives 0 \(wrong, 1 is right\); C1: 0, turned by −0.01 digits, gives 0./,
  );
});
