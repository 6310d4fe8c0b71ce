// `demarc numbers import` and `export`, on files.
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { runCli } from "./run-cli.ts";

const CONFIG = `networks:
  lan: { listen: [{ transport: udp, address: 127.0.0.1, port: 5060 }], media: { address: 127.0.0.1, ports: 20000-20999 } }
trunks: { pbx: { role: pbx, network: lan, targets: [{ uri: "sip:127.0.0.1:5080" }] } }
numbers:
  - { number: "+12025550100", trunk: pbx }
`;

let directory = "";
let config = "";
let csv = "";

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "demarc-numbers-"));
  config = join(directory, "demarc.yaml");
  csv = join(directory, "numbers.csv");
});
beforeEach(async () => {
  await writeFile(config, CONFIG, { mode: 0o640 });
  await writeFile(csv, "number,last,trunk\n+12025550101,+12025550109,pbx\n+12025550100,,pbx\n");
});
afterAll(() => rm(directory, { recursive: true }));

async function run(...args: readonly string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const output = { line: (text: string) => out.push(text), remark: (text: string) => err.push(text), color: false };
  const code = await runCli(args, { output, start: async () => 0, version: "1" });
  return { code, out, err };
}

test("a dry run says what would change and writes nothing", async () => {
  expect(await run("numbers", "import", csv, "--config", config, "--dry-run")).toEqual({
    code: 0,
    out: ["would add 1: +12025550101 to +12025550109", "1 as they were"],
    err: ["Nothing was written: this was a dry run."],
  });
  expect(await readFile(config, "utf8")).toBe(CONFIG);
});

test("an import is in the file, whose permissions stay, and comes out again", async () => {
  const { code, out } = await run("numbers", "import", csv, "--config", config);
  expect([code, out[0]]).toEqual([0, "added 1: +12025550101 to +12025550109"]);
  expect((await stat(config)).mode & 0o777).toBe(0o640);
  expect(await run("numbers", "export", "--config", config)).toEqual({
    code: 0,
    out: [
      "number,last,trunk,pool,owner,callerName,emergencyLocation,classOfService,calls,tags",
      "+12025550100,,pbx,,,,,,,",
      "+12025550101,+12025550109,pbx,,,,,,,",
    ],
    err: [],
  });
});

test("a conflict refuses all of it, with both places", async () => {
  await writeFile(csv, "number,last,trunk\n+12025550105,,pbx\n+12025550099,+12025550101,pbx\n");
  expect(await run("numbers", "import", csv, "--config", config)).toEqual({
    code: 1,
    out: [],
    err: [
      `${csv}:3: +12025550099 to +12025550101 overlaps +12025550100 at ${config}:5; take one of them out`,
      `${csv}: nothing was imported`,
    ],
  });
  expect(await readFile(config, "utf8")).toBe(CONFIG);
  const { out } = await run("numbers", "import", csv, "--config", config, "--json");
  expect(JSON.parse(out.join("\n"))).toMatchObject({ applied: false, errors: [{ line: 3 }] });
});

test("files that are not there are named", async () => {
  const gone = join(directory, "gone");
  expect((await run("numbers", "import", gone, "--config", config)).err[0]).toMatch(
    /gone: cannot be read: there is no such file/,
  );
  expect((await run("numbers", "import", csv, "--config", gone)).code).toBe(1);
  expect((await run("numbers", "export", "--config", gone)).code).toBe(1);
  expect((await run("numbers", "import", csv)).code).toBe(2);
});
