import assert from "node:assert/strict";
import test from "node:test";
import { load, pack } from "./scripts.mjs";

const { pathsOf, nearest, asText, slug } = load("lib/numbers", "lib/cloud-paths").cloudPaths;

const path = (name, origin, route, magnitudes) => ({
  name,
  origin,
  route,
  magnitudes: pack(magnitudes, 2, 2),
  phases: pack([0, Math.PI / 2, Math.PI, -Math.PI / 2], 2, 2),
});
const PATHS = pathsOf({
  digits: ["C0", "C1"],
  sums: ["1+1=2", "2+2=4"],
  routes: ["direct", "through 1.0"],
  paths: [path("0.0", "0.0", "direct", [1, 2, 3, 4]), path("0.0 → 1.0", "0.0", "through 1.0", [0, 0, 0, 0])],
});

const near = (actual, expected) => assert.ok(Math.abs(actual - expected) < 1e-6, `${actual} is not ${expected}`);

test("a path has a cloud for each digit, on a dial with digit 0 at the top", () => {
  const [{ clouds, largest }] = PATHS;
  assert.deepEqual(
    clouds.map(({ name, role }) => [name, role]),
    [
      ["C0", 0],
      ["C1", 1],
    ],
  );
  assert.equal(largest, 4);
  near(clouds[0].y[0], -1);
  near(clouds[0].x[1], -2);
  near(clouds[1].y[0], 3);
  near(clouds[1].x[1], 4);
});

test("a path is in the column of its route, and one of zeros has an extent", () => {
  assert.deepEqual(
    PATHS.map(({ column }) => column),
    [0, 1],
  );
  assert.equal(PATHS[1].largest, 1);
});

test("the nearest point is that of a digit that is shown, within the distance", () => {
  assert.equal(nearest(PATHS[0], [true, true], 0.1, -0.9, 1), 0);
  assert.equal(nearest(PATHS[0], [true, true], -1.8, 0.1, 1), 1);
  assert.equal(nearest(PATHS[0], [false, true], 0.1, -0.9, 1), null);
  assert.equal(nearest(PATHS[0], [true, true], 9, 9, 1), null);
});

test("the sentence on a sum has the magnitude of every digit and where it points", () => {
  assert.equal(asText(PATHS[0], "2+2=4", 1), "2+2=4, 0.0: C0 2.00 towards digit 7.5; C1 4.00 towards digit 2.5.");
});

test("the name of a path has a form for addresses", () => {
  assert.equal(slug("0.1 → 1.0"), "0-1-1-0");
});
