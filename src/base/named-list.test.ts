import { expect, test } from "vitest";
import { dropNamed, type NamedList, namedValue, setNamed } from "./named-list.ts";

test("a value is found by its name, replaced in its place, and dropped", () => {
  const list: NamedList<number> = [];
  for (const [name, value] of [
    ["b", 1],
    ["__proto__", 2],
    ["10", 3],
    ["b", 4],
  ] as const)
    setNamed(list, name, value);
  expect(list.map(({ name, value }) => [name, value])).toEqual([
    ["b", 4],
    ["__proto__", 2],
    ["10", 3],
  ]);
  expect(["b", "__proto__", "10", "constructor"].map((name) => namedValue(list, name))).toEqual([4, 2, 3, undefined]);
  expect([dropNamed(list, "__proto__"), dropNamed(list, "__proto__")]).toEqual([true, false]);
  expect(list.map(({ name }) => name)).toEqual(["b", "10"]);
});
