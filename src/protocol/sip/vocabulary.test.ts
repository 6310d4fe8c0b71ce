// Words known where they stand.
import { expect, test } from "vitest";
import { load } from "./loaded-text.ts";
import { METHODS } from "./methods.ts";
import { Vocabulary } from "./vocabulary.ts";

const colours = new Vocabulary(["red", "green", "blue"]);

/** What a vocabulary makes of a stretch of text: its index, and the text cut out. */
function found(words: Vocabulary, text: string, { from = 0, to = text.length } = {}): [number, string] {
  load(text);
  return [words.indexIn(from, to), words.cutIn(text, from, to)];
}

test("finds a word by its index, and nothing else", () => {
  expect(found(colours, "a red b", { from: 2, to: 5 })).toEqual([0, "red"]);
  expect(found(colours, "blue")).toEqual([2, "blue"]);
  expect(found(colours, "a black b", { from: 2, to: 7 })).toEqual([-1, "black"]);
  expect(found(colours, "a")).toEqual([-1, "a"]);
});

test("a word of the same length, first and last character is another word", () => {
  for (const word of ["Blue", "blxe", "bluee", "gxxxn"]) expect(found(colours, word)).toEqual([-1, word]);
});

test("a word whose bucket is taken is cut out like any other", () => {
  const taken = new Vocabulary(["abc", "axc"]);
  expect([found(taken, "abc"), found(taken, "axc")]).toEqual([
    [0, "abc"],
    [-1, "axc"],
  ]);
});

test("knows every method by itself", () => {
  for (const method of ["INVITE", "ACK", "BYE", "CANCEL", "OPTIONS", "REGISTER", "PRACK", "UPDATE", "REFER", "INFO"]) {
    expect(found(METHODS, method)[0]).toBeGreaterThanOrEqual(0);
  }
});
