// Words known where they stand.
import fc from "fast-check";
import { expect, test } from "vitest";
import { wordsIn } from "./known-words.ts";
import { LOADED, load } from "./loaded-text.ts";
import { methodIn } from "./methods.ts";

const WORDS = ["a", "of", "red", "blue", "green", "yellow", "magenta", "the eight"];
const colourIn = wordsIn(WORDS);

/** What is made of a stretch of text. */
function found(text: string, { from = 0, to = text.length } = {}): string {
  load(text);
  return colourIn(text, from, to);
}

test("what stands there is given as it stands there, known or not", () => {
  const word = fc.oneof(fc.constantFrom(...WORDS), fc.string({ unit: fc.constantFrom(..."aeglnorRy:") }));
  fc.assert(
    fc.property(word, word, word, (before, text, behind) => {
      const from = before.length;
      expect(found(before + text + behind, { from, to: from + text.length })).toBe(text);
    }),
  );
});

test("also at the very end of what can be read", () => {
  const text = `${"x".repeat(LOADED.length - 4)}red`;
  expect(found(text, { from: text.length - 3 })).toBe("red");
});

test("other capitals, or another character in any place, make another word", () => {
  for (const word of ["Red", "rEd", "reD", "gxeen", "yexlow", "yelxow", "redd"]) expect(found(word)).toBe(word);
});

test("every method is read as written", () => {
  for (const method of ["INVITE", "ACK", "BYE", "SUBSCRIBE", "PUBLISH", "invite", "INVITEX", "A", "NEWMETHOD"]) {
    load(method);
    expect(methodIn(method, 0, method.length)).toBe(method);
  }
});
