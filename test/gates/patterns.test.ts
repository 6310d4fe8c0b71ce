import { describe, expect, test } from "vitest";
import { complaintOfPattern, patternsOf } from "./pattern-rules.ts";
import { readFiles } from "./repository-files.ts";

const NESTED = "repeats a repeat or a choice";
const SHARED = "has two repeats that can share characters";
const SEARCH = "searches for something that begins with a repeat";

test.each<[RegExp, string | null]>([
  [/^(a+)+$/, NESTED],
  [/^(?:a|ab)*$/, NESTED],
  [/^(?:a{1,3})*$/, NESTED],
  [/^(?:x(?:a*)*)?$/, NESTED],
  [/^a*a*$/, SHARED],
  [/^a+b?a+$/, SHARED],
  [/^[ab]*a[ac]*$/, SHARED],
  [/^(?:x|a*)(?:b|[a-c]*)$/, SHARED],
  [/^\s*(?:[^,]{0,200}),/, SHARED],
  [/[ \t]+$/, SEARCH],
  [/(?:a+|b)c/, SEARCH],
  [/^a|b*c/, SEARCH],
  [/^(?:\.[a-z]+b?[a-z]+)*$/, SHARED],
  [/^a+(?:\.a+)*[.a]+$/, SHARED],
  [/^(?:\.[.a]+)*$/, NESTED],
  [/^(?:a|ba+)*$/, NESTED],
  [/^(?:[^"\\]|\\.)*$/, null],
  [/^a+(?:\.a+)*$/, null],
  [/^a*$/, null],
  [/^a*b+a*$/, null],
  [/^[a-z]*[a-z]$/, null],
  [/^(?:[a-z]{2})*$/, null],
  [/^(?:25[0-5]|1\d\d){3}$/, null],
  [/^a{1,20}a{1,20}$/, null],
  [/[^a-z]+/, null],
  [/%(?![0-9A-Fa-f]{2})/, null],
  [/a[ \t]*b/, null],
  [/[ \t]+a/y, null],
  [/(a)\1/, "refers back to a group"],
])("%s: %s", (pattern, complaint) => expect(complaintOfPattern(pattern.source, pattern.flags)).toBe(complaint));

describe("the protocol layer", () => {
  test("has no pattern that takes more than linear time", () => {
    const files = readFiles("src/protocol", [".ts"]).filter(({ path }) => !path.endsWith(".test.ts"));
    const patterns = files.flatMap(({ path, text }) => patternsOf(path, text));
    expect(files.length).toBeGreaterThan(60);
    expect(patterns.length).toBeGreaterThan(30);
    const complaints = patterns.flatMap(({ place, source, flags }) => {
      const complaint = source === "(?" ? "is put together as text" : complaintOfPattern(source, flags);
      return complaint === null ? [] : [`${place}: /${source}/${flags} ${complaint}`];
    });
    expect(complaints.join("\n")).toBe("");
  });
});
