// What is written down and read again is what it was, with the same objects in the same places.
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { readGraph, type Written, writeGraph } from "./value-graph.ts";

const copy = (value: unknown, ...of: [((value: object) => Written | null)?, ((name: Written) => object | null)?]) =>
  readGraph(JSON.parse(JSON.stringify(writeGraph(value, of[0]))), of[1]);

test("any value of JSON comes back as it was", () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
      // The sign of a zero is not written.
      expect(copy(value)).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

describe("an object that stands in two places", () => {
  it("is one object again, within itself too", () => {
    const shared: Record<string, unknown> = { name: "b" };
    const list = [shared];
    shared.list = list;
    const value = { one: shared, other: { deep: [shared, list] } };
    const back = copy(value) as typeof value;
    expect(back).toEqual(value);
    expect(back.other.deep[0]).toBe(back.one);
    expect(back.other.deep[1]).toBe(back.one.list);
  });

  it("is told from another that is equal", () => {
    const back = copy([{ a: 1 }, { a: 1 }]) as object[];
    expect(back[0]).not.toBe(back[1]);
  });
});

it("a substitute stands for an object, and stands for the same one everywhere", () => {
  const trunk = { secret: "x" };
  const value = { one: trunk, list: [trunk, { of: trunk }] };
  const substitute = (item: object) => (item === trunk ? "carrier" : null);
  expect(JSON.stringify(writeGraph(value, substitute))).not.toContain("secret");
  const back = copy(value, substitute, (name) => (name === "carrier" ? trunk : null)) as typeof value;
  expect([back.one, back.list[0]]).toEqual([trunk, trunk]);
  expect(back.one).toBe(trunk);
  expect(copy(value, substitute, () => null)).toBeNull();
});

it.each<[string, unknown, string]>([
  ["a function", { a: [() => 1] }, "function at .a[0]"],
  ["an object with a class", { a: new Map() }, "a class at .a"],
  ["no number", { a: { b: Number.NaN } }, "number at .a.b"],
  ["infinity", [Number.POSITIVE_INFINITY], "number at [0]"],
  ["a bigint", 1n, "bigint at "],
  ["what would be read as a reference", { a: { $same: 0 } }, "names that mean something else at .a"],
])("what JSON cannot hold is refused with its place: %s", (_name, value, place) => {
  expect(() => writeGraph(value)).toThrow(place);
});

it("what is undefined is left out", () => {
  expect(copy({ a: undefined, b: 1 })).toEqual({ b: 1 });
});
