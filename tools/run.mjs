// What `npm start`, `npm test` and `npm run …` do: set the checkout up, then run the command. Runs on Node 20.
import { join } from "node:path";
import { announce, BootstrapError } from "./announce.mjs";
import { bootstrap, installPackages, ROOT } from "./bootstrap.mjs";
import { buildLibrary, LIBRARY_FOLDER } from "./build-library.mjs";
import { runChild, wasInterrupted } from "./child.mjs";
import { runGates } from "./gates.mjs";
import { provideSystemPackages } from "./system-packages.mjs";
import { addTotals, formatFailures, formatTotals, NO_TESTS } from "./totals.mjs";
import { runProject, vitestArguments } from "./vitest-project.mjs";

/** In the order of `npm test`: what fails fastest comes first. */
const PROJECTS = ["unit", "simulation", "integration", "fuzz", "interop"];

/** What `check` runs beside the gates: the limits of files and functions. `npm test` has it among its unit tests. */
const TIDINESS = "test/gates/tidy.test.ts";

const COMMANDS = {
  start: ({ node, env }, args) => runNode(node, env, ["src/main.ts", "start", ...args]),
  test: (tools) => test(tools),
  check: async (tools) =>
    finish(addTotals(await runGates(tools), await runProject({ ...tools, project: "unit", paths: [TIDINESS] }))),
  unit: (tools, args) => runVitest(tools, "unit", args),
  integration: (tools, args) => runVitest(tools, "integration", args),
  interop: (tools, args) => {
    provideSystemPackages();
    return runVitest(tools, "interop", args);
  },
  sim: ({ node, env }, args) => runNode(node, env, ["test/simulation/run.ts", ...args]),
  fuzz: ({ node, env }, args) => runNode(node, env, ["test/fuzz/run.ts", ...args]),
  bench: ({ node, env }, args) => runNode(node, env, ["bench/index.ts", ...args]),
  race: async (tools, args) => {
    await installPackages(join(ROOT, "bench", "race"), tools);
    return runNode(tools.node, tools.env, ["bench/race/race.ts", ...args]);
  },
  build: async (tools) => {
    await buildLibrary(tools, LIBRARY_FOLDER);
    announce(`the package is in dist: \`npm pack ./dist\` makes one file of it`);
    return 0;
  },
  format: ({ node, env }) =>
    runNode(node, env, [join("node_modules", "@biomejs", "biome", "bin", "biome"), "check", "--write", "."]),
};

async function runNode(node, env, args) {
  return (await runChild(node, args, { cwd: ROOT, env })).code;
}

async function runVitest({ node, env }, project, args) {
  return runNode(node, env, [...vitestArguments(project), ...args]);
}

async function test(tools) {
  provideSystemPackages();
  // What is there now may build more of the native code.
  await bootstrap();
  let totals = await runGates(tools);
  for (const project of PROJECTS) {
    if (wasInterrupted()) break;
    totals = addTotals(totals, await runProject({ ...tools, project }));
  }
  return finish(totals);
}

function finish(totals) {
  console.log(`\n${formatFailures(totals)}${formatTotals(totals)}`);
  return totals.failed > 0 || totals.passed === 0 || wasInterrupted() ? 1 : 0;
}

async function main([name, ...args]) {
  const command = COMMANDS[name];
  if (command === undefined) {
    announce(`unknown command ${JSON.stringify(name)}; there are ${Object.keys(COMMANDS).join(", ")}`);
    return 2;
  }
  try {
    return await command(await bootstrap(), args);
  } catch (error) {
    if (!(error instanceof BootstrapError)) throw error;
    announce(error.message);
    if (name === "test") console.log(`\n${formatTotals({ ...NO_TESTS, failed: 1 })}`);
    return 1;
  }
}

process.exitCode = await main(process.argv.slice(2));
