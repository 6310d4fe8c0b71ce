import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { runChild } from "../../tools/child.mjs";
import { ROOT } from "./repository-files.ts";

// Inside the repository, for its settings to hold; in no folder of the source, for nobody to trip over it.
const folder = mkdtempSync(join(ROOT, "lint-proof-"));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ASYNC = "export async function f(): Promise<void> {\n  await f();\n}\n";

test.each([
  ["noFloatingPromises", `${ASYNC}export function g(): void {\n  f();\n}\n`],
  ["noExplicitAny", "export const a: any = 1;\n"],
  ["noUnusedImports", 'import { join } from "node:path";\n\nexport const a = 1;\n'],
  ["noUnusedVariables", "const a = 1;\n"],
  ["useImportType", 'import { Stats } from "node:fs";\n\nexport type A = Stats;\n'],
  ["noConsole", "console.log(1);\n"],
  ["noNonNullAssertion", "export const f = (a: string | null): string => a!;\n"],
  ["format", "export const a = 'single';\n"],
])("the linter's settings catch %s", async (rule, text) => {
  const path = join(folder, `${rule.toLowerCase()}.ts`);
  writeFileSync(path, text);
  const biome = join(ROOT, "node_modules", "@biomejs", "biome", "bin", "biome");
  const args = [biome, "ci", "--colors=off", "--vcs-enabled=false", path];
  const { code, output } = await runChild(process.execPath, args, { cwd: ROOT, capture: true });
  expect(code).not.toBe(0);
  expect(output).toContain(rule);
});
