import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./scripts.mjs";

const { addressWith } = load("lib/address");

test("a setting is added to the address, which keeps its other settings and its anchor", () => {
  assert.equal(
    addressWith("file:///a%20site/page.html?claims=fails#gram", { "gram.view": "a b" }),
    "file:///a%20site/page.html?claims=fails&gram.view=a+b#gram",
  );
});

test("a setting is replaced, and an empty one removed", () => {
  const address = "https://example.org/page.html?one=1&two=2";
  assert.equal(addressWith(address, { one: "3", two: "" }), "https://example.org/page.html?one=3");
  assert.equal(addressWith(address, { one: "", two: "" }), "https://example.org/page.html");
});
