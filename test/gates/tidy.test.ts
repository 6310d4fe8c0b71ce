import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ROOT, readFiles } from "./repository-files.ts";
import { complaintsOfSource, complaintsOfText, namedPaths } from "./tidy-rules.ts";

const SOURCE_FOLDERS = ["src", "test", "tools", "bench", "examples"];
const TEXT_ENDINGS = [".md", ".json", ".yaml", ".yml", ".xml", ".cc", ".h", ".gyp", ".sh"];

describe("the repository", () => {
  test("its source is tidy", () => {
    const files = SOURCE_FOLDERS.flatMap((folder) => readFiles(folder, [".ts", ".mjs"]));
    expect(files.filter(({ path }) => path.startsWith("src/")).length).toBeGreaterThan(20);
    expect(files.filter(({ path }) => path.startsWith("tools/")).length).toBeGreaterThan(5);
    expect(files.flatMap(complaintsOfSource).join("\n")).toBe("");
  });

  test("its other texts are tidy", () => {
    const files = readFiles(".", TEXT_ENDINGS);
    expect(files.length).toBeGreaterThan(5);
    expect(files.flatMap(complaintsOfText).join("\n")).toBe("");
  });

  test("its documents name no path that is missing", () => {
    const documents = readFiles(".", [".md"]);
    const named = documents.flatMap((file) => namedPaths(file).map((path) => ({ document: file.path, path })));
    expect(documents.length).toBeGreaterThan(2);
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter(({ path }) => !existsSync(join(ROOT, path)))).toEqual([]);
  });
});

const OPENING = "// What it is.\n";
const lines = (count: number): string => "  x();\n".repeat(count);

describe("the rules catch", () => {
  test.each([
    ["a file without an opening", "src/base/a.ts", "export const a = 1;\n"],
    ["a file that is too long", "src/base/a.ts", OPENING + "// x\n".repeat(400)],
    ["a function that is too long", "src/base/a.ts", `${OPENING}function f() {\n${lines(59)}}\n`],
    ["a closure that is too long", "src/base/a.ts", `${OPENING}const f = () => {\n${lines(59)}};\n`],
    ["too many parameters", "src/base/a.ts", `${OPENING}function f(a, b, c, d) {}\n`],
    ["a method of too many parameters", "src/base/a.ts", `${OPENING}class A { f(a, b, c, d) {} }\n`],
    ["a file named for nothing", "src/base/call-utils.ts", OPENING],
    ["a folder named for nothing", "src/common/a.ts", OPENING],
    ["a file that is not kebab-case", "src/base/callLimits.ts", OPENING],
    ["a second file in src", "src/other.ts", OPENING],
    ["a name that says nothing", "src/base/a.ts", `${OPENING}class CallManager {}\n`],
    ["a variable named data", "src/base/a.ts", `${OPENING}const data = 1;\n`],
    ["unfinished work", "src/base/a.ts", `${OPENING}// ${"TO"}${"DO"}: the rest\n`],
    ["work to be repaired", "src/base/a.ts", `${OPENING}// ${"FIX"}${"ME"}: the rest\n`],
    ["a path of one machine", "src/base/a.ts", `${OPENING}const a = "${"/ho"}me/someone/demarc";\n`],
    ["console outside cli", "src/runtime/a.ts", `${OPENING}console.log(1);\n`],
    ["any", "src/base/a.ts", `${OPENING}const a = b as any;\n`],
    ["process.env outside runtime/config", "src/runtime/a.ts", `${OPENING}f(process.env.HOME);\n`],
    ["a timer outside runtime", "src/api/a.ts", `${OPENING}setTimeout(f, 1);\n`],
    ["a clock in the pure world", "src/engine/a.ts", `${OPENING}const now = Date.now();\n`],
    ["the date in the pure world", "src/engine/a.ts", `${OPENING}const now = new Date();\n`],
    ["dice in the pure world", "src/lab/a.ts", `${OPENING}const dice = Math.random();\n`],
    ["dice in a test", "src/base/a.test.ts", "const dice = Math.random();\n"],
    ["a skipped test", "src/base/a.test.ts", 'test.skip("x", f);\n'],
    ["a test that runs alone", "test/integration/a.test.ts", 'it.only("x", f);\n'],
    ["inheritance", "src/base/a.ts", `${OPENING}class A extends B {}\n`],
  ])("%s", (_, path, text) => {
    expect(complaintsOfSource({ path, text })).toHaveLength(1);
  });

  test("nothing in a file that is tidy", () => {
    const text = `${OPENING}${"// x\n".repeat(300)}function f(a, b, c) {\n${lines(58)}}\nclass E extends Error {}\n`;
    expect(complaintsOfSource({ path: "src/base/call-limits.ts", text })).toEqual([]);
    const clocks = `${OPENING}setTimeout(f, Date.now());\n`;
    expect(complaintsOfSource({ path: "src/runtime/timer-wheel.ts", text: clocks })).toEqual([]);
    expect(complaintsOfSource({ path: "src/engine/a.ts", text: `${OPENING}const d = new Date(at);\n` })).toEqual([]);
  });

  test("the paths that a document names", () => {
    const text =
      "See `src/base/millis.ts:3`, `npm test`, [this](../README.md#top), [that](https://a.example/src/b.ts).";
    expect(namedPaths({ path: "docs/a.md", text })).toEqual(["src/base/millis.ts", "README.md"]);
  });
});
