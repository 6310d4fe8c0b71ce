// Our own mistakes have a name; results carry one thing or the other; copies are equal.
import { expect, test } from "vitest";
import { InvariantError, invariant, unreachable } from "./invariant.ts";
import { failure, success } from "./result.ts";
import { flatCopy } from "./text.ts";

test("invariant throws for what is falsy and is silent otherwise", () => {
  for (const falsy of [false, null, undefined, 0, ""]) {
    expect(() => invariant(falsy, "must hold")).toThrow(new InvariantError("must hold"));
  }
  expect(() => invariant("yes", "must hold")).not.toThrow();
});

test("unreachable names the value that came", () => {
  expect(() => unreachable("odd" as never, "no such kind")).toThrow('no such kind: "odd"');
});

test("a result is one of two", () => {
  expect(success(1)).toEqual({ ok: true, value: 1 });
  expect(failure("why")).toEqual({ ok: false, failure: "why" });
});

test.each(["", "short", "a text of more than thirteen characters, \xe9 and all"])("flatCopy(%j) is equal", (text) => {
  expect(flatCopy(text)).toBe(text);
});
