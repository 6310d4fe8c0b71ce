// The linear matcher: the same as the platform's own expressions say, in steps that grow with the text and nothing else.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compilePattern, type Pattern, runPattern, testPattern } from "./pattern.ts";

function compiled(source: string, ignoreCase = false): Pattern {
  const result = compilePattern(source, ignoreCase);
  if (!result.ok) throw new Error(result.failure);
  return result.value;
}

describe("compilePattern", () => {
  it.each([
    ["(?=a)", "only (…) and (?:…) are taken; nothing is looked at ahead or behind (character 1 of the expression)"],
    ["(?<n>a)", "only (…) and (?:…) are taken; nothing is looked at ahead or behind (character 1 of the expression)"],
    ["(a)\\1", "\\1 is not taken; \\d \\w \\s \\D \\W \\S and escaped punctuation are (character 4 of the expression)"],
    ["\\bx", "\\b is not taken; \\d \\w \\s \\D \\W \\S and escaped punctuation are (character 1 of the expression)"],
    ["x\\", "\\ is not taken; \\d \\w \\s \\D \\W \\S and escaped punctuation are (character 2 of the expression)"],
    ["(a", "a parenthesis is not closed (character 3 of the expression)"],
    ["a)", "this parenthesis closes nothing (character 2 of the expression)"],
    ["[a", "a class is not closed with ] (character 3 of the expression)"],
    ["[z-a]", "this range in a class has no order (character 5 of the expression)"],
    ["*a", "there is nothing to repeat here (character 1 of the expression)"],
    ["a**", "a repeat of a repeat; put the inner one in (?:…) (character 3 of the expression)"],
    ["^*", "^ and $ cannot be repeated (character 3 of the expression)"],
    [
      "a{x}",
      "expected a count such as {3} or {2,5}; for the character itself write \\{ (character 2 of the expression)",
    ],
    ["a{3,2}", "the greater count comes second (character 2 of the expression)"],
    ["a{101}", "a count is at most 100 (character 2 of the expression)"],
    ["((a{100}){100}){100}", "the expression's counts make it too long; repeat less, or with * and +"],
    ["()()()()()()()()()()", "at most 9 groups; (?:…) does not count (character 19 of the expression)"],
    ["a".repeat(201), "an expression has at most 200 characters"],
    ["\u20ac", "write only characters of ISO 8859-1 (character 2 of the expression)"],
  ])("refuses %s", (source, why) => {
    expect(compilePattern(source)).toEqual({ ok: false, failure: why });
  });
});

describe("runPattern", () => {
  it.each([
    ["^\\+1(\\d{3})(\\d{4})?", "+12025550100", ["+12025550", "202", "5550"]],
    ["a|ab", "xab", ["a"]],
    ["(a*)(a*)", "aa", ["aa", "aa", ""]],
    ["(a*?)(a*)", "aa", ["aa", "", "aa"]],
    ["(a|b)*c", "ababc", ["ababc", "b"]],
    ["x*", "aaa", [""]],
    ["[^;]+$", "one;two", ["two"]],
    ["[]a]+", "]a]", ["]a]"]],
    ["(?:ab){2,3}", "abababab", ["ababab"]],
    ["$", "abc", [""]],
    ["(a*)*b", "aab", ["aab", "aa"]],
  ])("%s in %s", (source, text, groups) => {
    expect(runPattern(compiled(source), text).match?.groups).toEqual(groups);
  });

  it("lets case go where it is told to", () => {
    expect(testPattern(compiled("^cisco[a-c]", true), "CISCOB")).toBe(true);
    expect(testPattern(compiled("^cisco"), "CISCO")).toBe(false);
  });

  it("finds what the platform's own expressions find", () => {
    const atom = fc.constantFrom("a", "b", ".", "[ab]", "[^a]", "\\d", "(a)", "(?:b|a)", "(a|b)", "c");
    const part = fc
      .tuple(atom, fc.constantFrom("", "", "*", "+", "?", "{2}", "{1,2}", "*?", "+?"))
      .map((pair) => pair.join(""));
    const source = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => parts.join(""));
    const whole = fc.tuple(fc.constantFrom("", "^"), source, fc.constantFrom("", "$")).map((pair) => pair.join(""));
    fc.assert(
      fc.property(whole, fc.stringMatching(/^[abc1]{0,12}$/), (expression, text) => {
        const own = runPattern(compiled(expression), text).match;
        const theirs = new RegExp(expression).exec(text);
        expect(own?.from ?? -1).toBe(theirs?.index ?? -1);
        expect(own?.groups[0] ?? null).toBe(theirs?.[0] ?? null);
      }),
      { numRuns: 2000 },
    );
  });

  it("takes steps that are linear in the text, for the expressions that take others forever", () => {
    for (const source of [
      "(a+)+$",
      "(a|a)*b",
      "(a|aa)+$",
      "(.*a){12}$",
      "(?:a?){30}a{30}",
      "^(([a-z])+.)+[A-Z]([a-z])+$",
      "a*a*a*a*b",
    ]) {
      const pattern = compiled(source);
      const length = pattern.program.length;
      const [short, long] = [1000, 4000].map((count) => runPattern(pattern, `${"a".repeat(count)}!`).steps) as [
        number,
        number,
      ];
      expect(short).toBeLessThanOrEqual(1002 * length * 3);
      expect(long / short, source).toBeLessThan(4.2);
    }
  });
});
