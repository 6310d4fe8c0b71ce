// `demarc explain` on a draft, as a person sees it.
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { runCli } from "./run-cli.ts";

const DRAFT = resolve(import.meta.dirname, "../../examples/routing.yaml");

async function run(...args: readonly string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const output = { line: (text: string) => out.push(text), remark: (text: string) => err.push(text), color: false };
  const code = await runCli(["explain", ...args], { output, start: async () => 0, version: "1" });
  return { code, out, err };
}

const MORNING = "2026-12-28T15:00:00Z";

test("says who calls, each route and why, the targets, and both messages", async () => {
  const { code, out } = await run("--config", DRAFT, "--from", "pbx", "--to", "3035550142", "--at", MORNING);
  expect(code).toBe(0);
  expect(out.slice(0, 12)).toEqual([
    "2026-12-28T15:00:00.000Z, from pbx:",
    '  caller +12025550100 "Example Corp"',
    "  called +13035550142",
    "class of service staff: allowed",
    "routes:",
    "  no        emergency: it is no emergency call",
    "  no        closed: it is within the hours of office",
    "  no        inbound: it comes from pbx",
    "  takes it  outbound",
    "routes of table carriers:",
    "  no        abroad: another route says more of the called number",
    "  takes it  home",
  ]);
  const text = out.join("\n");
  expect(text).toContain("\nto the first target:\n  INVITE sip:");
  expect(text).toContain("\nto the caller, if the target answers:\n  SIP/2.0 200 OK\n");
});

test("says it as JSON, and by its exit code where the call goes nowhere", async () => {
  const { code, out } = await run("--config", DRAFT, "--from", "pbx", "--to", "+19005550100", "--json");
  expect(code).toBe(1);
  expect(JSON.parse(out.join("\n"))).toMatchObject({ status: 403, targets: [], classOfService: { allowed: false } });
});

test("depends on the time", async () => {
  const at = async (time: string) =>
    (
      await run(
        "--config",
        DRAFT,
        "--from",
        "national",
        "--to",
        "+12025550100",
        "--caller",
        "+13035550142",
        "--at",
        time,
      )
    ).out;
  expect(await at(MORNING)).toContain("  takes it  inbound");
  expect(await at("2026-12-25T15:00:00Z")).toContain("  takes it  closed");
});

test.each([
  [["--from", "pbxx"], "query-invalid: there is no trunk pbxx"],
  [["--from", "voicemail"], "query-invalid: no call can come from voicemail"],
  [["--from", "pbx", "--at", "noon"], "query-invalid: --at noon is no time"],
  [["--from", "pbx", "--header", "none"], "query-invalid: --header none is no header line"],
])("%j is refused", async (args, message) => {
  const { code, err } = await run("--config", DRAFT, "--to", "1", ...args);
  expect([code, err[0]]).toEqual([1, `demarc: ${message}`]);
});

test("says in which order the trunks stand, and what put them there", async () => {
  const draft = resolve(import.meta.dirname, "../../examples/least-cost.yaml");
  const { code, out } = await run("--config", draft, "--from", "pbx-1", "--to", "3035550142", "--at", MORNING);
  expect(code).toBe(0);
  const from = out.indexOf("trunks, least-cost:");
  expect(out.slice(from, from + 3)).toEqual([
    "trunks, least-cost:",
    "  carrier-b: 0.009 USD for 120 s to +1",
    "  carrier-a: 0.0136 USD for 120 s to +1303",
  ]);
  const later = await run("--config", draft, "--from", "carrier-a", "--to", "+12025550100", "--at", MORNING);
  expect(later.out.join("\n")).toContain("trunks, round-robin:\n  pbx-1\n  pbx-2\n");
});
