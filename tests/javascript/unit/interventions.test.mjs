import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./scripts.mjs";

const { parseChanges, writeChanges, placeOf, whyWithoutEffect, sumOfTokens } = load(
  "lib/numbers",
  "lib/network",
  "lib/live-sums",
  "lib/interventions",
).interventions;

const PAYLOAD = {
  n_digits: 4,
  n_heads: 3,
  n_layers: 2,
  position_names: Array.from({ length: 14 }, (_, position) => `p${position}`),
  vocabulary: [..."0123456789+="],
  sites: [
    { head: 0, position: 3 },
    { head: 1, position: 9 },
  ],
  subspaces: [{ head: 1, position: 9 }, {}, {}],
};

test("interventions are written into an address and read from it", () => {
  const changes = [
    { kind: "mean", part: "z", layer: 0, head: 1, position: 9, meanOf: "all" },
    { kind: "mean", part: "k", layer: 1, head: null, position: 9, meanOf: "carry" },
    { kind: "zero", part: "z", layer: 1, head: 2, position: null, meanOf: "all" },
    { kind: "patch", part: "v", layer: 0, head: 0, position: 3, meanOf: "all" },
    { kind: "dose", site: 1, dose: -0.5 },
    { kind: "along", subspace: 2 },
    { kind: "across", subspace: 0 },
    { kind: "token", position: 3, token: 7 },
    { kind: "via", way: "pattern" },
  ];
  const written = writeChanges(changes);
  assert.equal(
    written,
    "mean.0.1.9,mean-k.1.all.9.carry,zero.1.2.all,patch-v.0.0.3,dose.1.-0.5,along.2,across.0,token.3.7,via.pattern",
  );
  assert.deepEqual(parseChanges(written, PAYLOAD), { changes, isWhole: true });
  assert.deepEqual(parseChanges("", PAYLOAD), { changes: [], isWhole: true });
});

test("what cannot be read of an address is left out, and said to be", () => {
  const broken = [
    ...[
      "mean.2.0.1",
      "mean.0.3.1",
      "mean.0.0.14",
      "mean.0.0",
      "boom",
      "dose.2.1",
      "dose.0.99",
      "dose.0.x",
      "token.14.1",
    ],
    ...["token.1.12", "patch.0.-1.2", "<script>", "mean-x.0.0.1", "mean.0.0.1.carry", "zero-k.0.0.1.carry"],
    ...["mean-k.0.0.1.some", "along.3", "along.0.1", "dose-k.0.1", "via.z", "via", "token.1.2.3"],
  ];
  for (const item of broken) assert.deepEqual(parseChanges(item, PAYLOAD), { changes: [], isWhole: false }, item);
  const { changes, isWhole } = parseChanges("boom,zero.0.0.1", PAYLOAD);
  assert.equal(isWhole, false);
  assert.equal(changes.length, 1);
});

test("replaced operand tokens form another sum, unless one is no digit", () => {
  const replaced = (token) => sumOfTokens({ a: 4070, b: 1762 }, [{ kind: "token", position: 0, token }], 4);
  assert.deepEqual(replaced(0), { a: 70, b: 1762 });
  assert.equal(replaced(10), null);
});

test("an intervention is without effect if a later one replaces all that it changes", () => {
  const isWithout = (text) => {
    const { changes } = parseChanges(text, PAYLOAD);
    return changes.map((_, index) => whyWithoutEffect(index, changes, PAYLOAD) !== "");
  };
  assert.deepEqual(isWithout("mean.0.1.9,zero.0.1.all"), [true, false]);
  assert.deepEqual(isWithout("zero.0.1.all,mean.0.1.9"), [false, false]);
  assert.deepEqual(isWithout("dose.1.1,patch.0.1.9"), [true, false]);
  assert.deepEqual(isWithout("patch.0.1.9,dose.1.1"), [false, false]);
  assert.deepEqual(isWithout("along.0,mean.0.all.9"), [true, false]);
  assert.deepEqual(isWithout("mean-k.0.1.9,mean.0.1.9"), [false, false]);
  assert.deepEqual(isWithout("token.3.7,mean.0.all.all"), [false, false]);
  assert.deepEqual(isWithout("via.q"), [true]);
  assert.deepEqual(isWithout("mean.1.0.all,via.q"), [false, true]);
  assert.deepEqual(isWithout("mean.0.0.all,via.k,via.q"), [false, true, false]);
  assert.deepEqual(isWithout("token.3.7,via.direct"), [false, false]);
});

test("two interventions on the same take each other's place", () => {
  const placesOf = (text) => parseChanges(text, PAYLOAD).changes.map(placeOf);
  for (const text of [
    "zero.0.1.9,patch.0.1.9",
    "dose.0.1,dose.0.2",
    "along.1,across.1",
    "via.q,via.k",
    "token.1.2,token.1.3",
  ])
    assert.equal(new Set(placesOf(text)).size, 1, text);
  assert.equal(new Set(placesOf("zero.0.1.9,zero-k.0.1.9,zero.0.1.8,dose.0.1,dose.1.1,along.0")).size, 6);
});
