// Runs one project of vitest.config.ts and counts its tests; a runner that crashes counts as a failed test.
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { ROOT } from "./bootstrap.mjs";
import { runChild } from "./child.mjs";

export function vitestArguments(project) {
  return [join("node_modules", "vitest", "vitest.mjs"), "run", "--project", project];
}

/** Resolves to the totals of `project`, or of its `paths` only. Never throws for what the tests do. */
export async function runProject({ node, env, project, paths = [] }) {
  console.log(`\n== ${project} tests`);
  mkdirSync(join(ROOT, "test-results"), { recursive: true });
  const report = join("test-results", `${project}.json`);
  rmSync(join(ROOT, report), { force: true });
  const args = [
    ...vitestArguments(project),
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${report}`,
    ...paths,
  ];
  const { code } = await runChild(node, args, { cwd: ROOT, env });
  return countTests(readReport(join(ROOT, report)), code);
}

function readReport(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return null;
  }
}

/** Totals of a vitest JSON report, null when it left none, and of its exit code. */
export function countTests(report, code) {
  const totals = { passed: 0, failed: 0, skipped: 0, failures: [] };
  for (const file of report?.testResults ?? []) {
    const before = totals.failed;
    for (const test of file.assertionResults) {
      if (test.status === "passed") totals.passed += 1;
      else if (test.status === "failed")
        countFailure(totals, `${file.name} > ${test.fullName}`, test.failureMessages?.[0]);
      else totals.skipped += 1;
    }
    // A file that could not be loaded, or whose hooks failed, has no failing test of its own.
    if (file.status === "failed" && totals.failed === before) countFailure(totals, file.name, file.message);
  }
  // Errors outside any test, a crash, an interrupt, no test found: not a success, and nothing above says so.
  if (code !== 0 && totals.failed === 0) {
    countFailure(totals, "the runner", `ended with ${code} and no failed test: its own output says why`);
  }
  return totals;
}

function countFailure(totals, name, message) {
  totals.failed += 1;
  totals.failures.push({ name: name.replace(`${ROOT}/`, ""), why: opening(message ?? "") });
}

/** What a message says before its stack, without colours: a property's counterexample and seed are in its third line. */
function opening(message) {
  const lines = stripVTControlCharacters(message).trim().split("\n");
  const stack = lines.findIndex((line) => /^\s+at /.test(line));
  const text = lines.slice(0, stack < 0 ? 3 : Math.min(3, stack)).join(" | ");
  return text.length > 600 ? `${text.slice(0, 600)}...` : text;
}
