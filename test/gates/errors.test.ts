import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ERROR_CODES } from "../../src/base/index.ts";
import { ROOT, readFiles } from "./repository-files.ts";

test("docs/errors.md lists each code with its sentence, and no other", () => {
  const page = readFileSync(join(ROOT, "docs", "errors.md"), "utf8");
  const rows = [...page.matchAll(/^\| `([a-z-]+)` \| ([^|]+) \| ([^|]+) \|$/gm)];
  expect(rows.length).toBeGreaterThan(5);
  expect(Object.fromEntries(rows.map(([, code, meaning]) => [code, meaning]))).toEqual(ERROR_CODES);
});

test("each code is used", () => {
  const files = ["src", "tools"].flatMap((folder) => readFiles(folder, [".ts", ".mjs"]));
  const product = files.filter(({ path }) => !path.endsWith(".test.ts") && path !== "src/base/demarc-error.ts");
  const unused = Object.keys(ERROR_CODES).filter((code) => !product.some(({ text }) => text.includes(code)));
  expect(unused).toEqual([]);
});
