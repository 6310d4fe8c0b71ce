// The gates: what holds for all of the source at once. Each proves that it looked at every file it is meant to look at.
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BootstrapError } from "./announce.mjs";
import { ROOT } from "./bootstrap.mjs";
import { buildLibrary } from "./build-library.mjs";
import { complaintsOfPackage } from "./check-package.mjs";
import { runChild, wasInterrupted } from "./child.mjs";
import { countLookedAt } from "./knip-reporter.mjs";
import { addTotals, NO_TESTS } from "./totals.mjs";

const PURE = /^src\/((base|protocol|model|engine|lab)\/|media\/media-plane\.ts$)/;
const isTest = (path) => path.endsWith(".test.ts") || path.endsWith(".contract.ts");

const GATES = [
  { name: "types", run: (tools) => checkTypes(tools, "tsconfig.json", listFiles("src", ".ts")) },
  {
    name: "types of the pure folders, which cannot see the platform",
    run: (tools) => checkTypes(tools, "tsconfig.pure.json", pureFiles()),
  },
  { name: "format and lint", run: checkBiome },
  { name: "imports", run: checkImports },
  { name: "nothing unused", run: checkUnused },
  { name: "the package for others", run: checkPackage },
];

/** Runs each gate, prints its verdict and resolves to the totals; a gate counts as one test. */
export async function runGates(tools) {
  console.log("== gates");
  let totals = NO_TESTS;
  for (const { name, run } of GATES) {
    if (wasInterrupted()) break;
    const { ok, looked, output } = await run(tools);
    console.log(`${ok ? "ok  " : "FAIL"} ${name}: ${looked} files`);
    if (!ok) console.log(output.trim());
    totals = addTotals(totals, {
      passed: ok ? 1 : 0,
      failed: ok ? 0 : 1,
      skipped: 0,
      failures: ok ? [] : [{ name: `gate: ${name}`, why: "" }],
    });
  }
  return totals;
}

function pureFiles() {
  return listFiles("src", ".ts").filter((path) => PURE.test(path) && !isTest(path));
}

/** The paths under `folder`, from the root, that end with `ending`. */
function listFiles(folder, ending) {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(ROOT.length + 1))
    .filter((path) => !path.includes("node_modules/"))
    .sort();
}

function runTool({ node, env }, script, args) {
  return runChild(node, [join(ROOT, "node_modules", ...script), ...args], { cwd: ROOT, env, capture: true });
}

/** A gate's verdict: it found nothing wrong, and it did look at each of the `expected` files. */
function verdict({ clean, looked, expected, output }) {
  const seen = new Set(looked);
  const missed = expected.filter((path) => !seen.has(path));
  const blind = missed.length > 0 || expected.length === 0;
  const complaint = blind ? `It did not look at ${missed.slice(0, 10).join(", ") || "anything"}.` : "";
  return { ok: clean && !blind, looked: expected.length - missed.length, output: `${output}\n${complaint}` };
}

async function checkTypes(tools, project, expected) {
  const args = ["--noEmit", "--pretty", "false", "--listFiles", "-p", project];
  const { code, output } = await runTool(tools, ["typescript", "bin", "tsc"], args);
  const lines = output.split("\n");
  const own = lines.filter((line) => line.startsWith(`${ROOT}/`));
  const looked = own.map((line) => line.slice(ROOT.length + 1));
  return verdict({
    clean: code === 0,
    looked,
    expected,
    output: lines.filter((line) => !line.startsWith("/")).join("\n"),
  });
}

async function checkBiome(tools) {
  const biome = ["@biomejs", "biome", "bin", "biome"];
  const { code, output } = await runTool(tools, biome, ["ci", "--colors=off", "--error-on-warnings", "."]);
  const expected = ["src", "test", "tools"].flatMap((folder) => [
    ...listFiles(folder, ".ts"),
    ...listFiles(folder, ".mjs"),
  ]);
  const counted = Number(/^Checked (\d+) files/m.exec(output)?.[1] ?? 0);
  // Biome names no files it is content with: their number has to do.
  return { ok: code === 0 && counted >= expected.length, looked: counted, output };
}

async function checkImports() {
  const { cruise } = await import("dependency-cruiser");
  const { importRules } = await import("./import-rules.mjs");
  const { forbidden, options } = importRules(ROOT);
  const { output } = await cruise(["src"], { ...options, ruleSet: { forbidden }, validate: true, baseDir: ROOT });
  const { violations } = output.summary;
  return verdict({
    clean: violations.length === 0,
    looked: output.modules.map(({ source }) => source),
    expected: listFiles("src", ".ts"),
    output: violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`).join("\n"),
  });
}

async function checkUnused(tools) {
  const args = ["--no-progress", "--no-config-hints", "--reporter", "./tools/knip-reporter.mjs"];
  const { code, output } = await runTool(tools, ["knip", "bin", "knip.js"], args);
  const looked = countLookedAt(output);
  const expected = listFiles("src", ".ts").length + listFiles("tools", ".mjs").length;
  return { ok: code === 0 && looked >= expected, looked, output };
}

/** Builds it where nobody else does at the same time, and looks at it as one who installs it. */
async function checkPackage(tools) {
  const folder = mkdtempSync(join(tmpdir(), "demarc-package-"));
  try {
    const doors = await buildLibrary(tools, folder);
    const complaints = await complaintsOfPackage(folder);
    return { ok: complaints.length === 0 && doors.length > 0, looked: doors.length, output: complaints.join("\n") };
  } catch (error) {
    if (!(error instanceof BootstrapError)) throw error;
    return { ok: false, looked: 0, output: error.message };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
