// The map that knows its limit.
import { expect, test } from "vitest";
import { BoundedMap } from "./bounded-map.ts";

test("refuses new keys when full, counts it, and still replaces", () => {
  const map = new BoundedMap<string, number>(2);
  expect([map.set("a", 1), map.set("b", 2), map.full, map.set("c", 3), map.set("a", 4)]).toEqual([
    true,
    true,
    true,
    false,
    true,
  ]);
  expect([...map.entries()]).toEqual([
    ["a", 4],
    ["b", 2],
  ]);
  expect([map.size, map.refused, map.has("c"), map.get("c")]).toEqual([2, 1, false, undefined]);
});

test("has room again after a deletion", () => {
  const map = new BoundedMap<string, number>(1);
  map.set("a", 1);
  expect([map.delete("a"), map.delete("a"), map.full, map.set("b", 2)]).toEqual([true, false, false, true]);
  expect([[...map.keys()], [...map.values()]]).toEqual([["b"], [2]]);
});
