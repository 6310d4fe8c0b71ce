// `demarc import`: trunks on the answer's side, what was left on the other.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runCli } from "./run-cli.ts";

let directory = "";
let list = "";

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "demarc-import-"));
  list = join(directory, "dispatcher.list");
  await writeFile(list, "1 sip:10.0.0.1:5060 0 10\n1 sip:10.0.0.2 4\n");
});
afterAll(() => rm(directory, { recursive: true }));

async function run(...args: readonly string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const output = { line: (text: string) => out.push(text), remark: (text: string) => err.push(text), color: false };
  const code = await runCli(["import", ...args], { output, start: async () => 0, version: "1" });
  return { code, out, err };
}

test("trunks are printed as a file has them, what was left with its line", async () => {
  expect(await run("kamailio", list, "--network", "lan")).toEqual({
    code: 0,
    out: [
      "trunks:",
      "  set-1:",
      "    role: pbx",
      "    network: lan",
      "    targets:",
      "      - uri: sip:10.0.0.1:5060",
      "        priority: 10",
    ],
    err: [`${list}:2: sip:10.0.0.2 is inactive or disabled there`, `${list}: 1 trunk; 1 not carried over as it stands`],
  });
});

test("both as JSON", async () => {
  const { out } = await run("kamailio", list, "--json");
  expect(JSON.parse(out.join("\n"))).toMatchObject({ trunks: { "set-1": { network: "wan" } }, left: [{ line: 2 }] });
});

test("nothing to carry over, no file and no such system are failures", async () => {
  expect((await run("asterisk", list)).code).toBe(1);
  expect((await run("freeswitch", join(directory, "gone"))).err[0]).toMatch(/gone: cannot be read/);
  expect((await run("opensips", list)).code).toBe(2);
});
