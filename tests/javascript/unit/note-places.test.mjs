import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./scripts.mjs";

const { notePlace } = load("lib/note-places");

const SCREEN = { width: 400, height: 600 };
const NOTE = { width: 200, height: 100 };

test("a note stands below its words", () => {
  assert.deepEqual(notePlace({ left: 50, top: 100, bottom: 120 }, NOTE, SCREEN), { left: 50, top: 126 });
});

test("it stands above them where there is no room below", () => {
  assert.deepEqual(notePlace({ left: 50, top: 500, bottom: 520 }, NOTE, SCREEN), { left: 50, top: 394 });
});

test("it stands below them where there is no room on either side", () => {
  assert.deepEqual(notePlace({ left: 50, top: 50, bottom: 70 }, { width: 200, height: 590 }, SCREEN).top, 76);
});

test("it keeps clear of both edges of the screen", () => {
  assert.equal(notePlace({ left: 350, top: 0, bottom: 20 }, NOTE, SCREEN).left, 184);
  assert.equal(notePlace({ left: 2, top: 0, bottom: 20 }, NOTE, SCREEN).left, 16);
});
