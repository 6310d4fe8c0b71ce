import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";
import { ROOT } from "./repository-files.ts";

const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  allowImportingTsExtensions: true,
  noEmit: true,
  types: [],
};
const DOES_SOMETHING = ts.SymbolFlags.Function | ts.SymbolFlags.Class | ts.SymbolFlags.Variable;

/** What the doors give away that does something, by name, and whether its docstring says what. */
function exportsOf(doors: readonly string[]): Map<string, boolean> {
  const program = ts.createProgram(doors, OPTIONS);
  const checker = program.getTypeChecker();
  const found = new Map<string, boolean>();
  for (const door of doors) {
    const file = program.getSourceFile(door);
    const module = file && checker.getSymbolAtLocation(file);
    for (const exported of module ? checker.getExportsOfModule(module) : []) {
      const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
      if ((symbol.flags & DOES_SOMETHING) === 0) continue;
      found.set(exported.name, symbol.getDocumentationComment(checker).length > 0);
    }
  }
  return found;
}

test("everything that the library's doors give away says what it does", () => {
  const { exports } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
    exports: Record<string, string>;
  };
  const found = exportsOf(Object.values(exports).map((path) => join(ROOT, path)));
  expect(found.size).toBeGreaterThan(100);
  expect(found.has("TransactionLayer")).toBe(true);
  expect([...found].filter(([, told]) => !told).map(([name]) => name)).toEqual([]);
}, 60_000);
