// `demarc trunks`: each trunk, what it carries, and how it stands with its peer.

import type { Command } from "commander";
import { readListing, type ShownTrunk, trunkSchema } from "./answer.ts";
import { DEFAULT_API, getJson } from "./client.ts";
import type { Output } from "./output.ts";
import { formatTable, formatTime } from "./table.ts";

const COLUMNS = [
  { title: "TRUNK" },
  { title: "ROLE" },
  { title: "NETWORK" },
  { title: "IN", align: "right" },
  { title: "OUT", align: "right" },
  { title: "TARGETS" },
  { title: "EMERGENCY TEST" },
  { title: "REGISTRATION" },
  { title: "SINCE (UTC)" },
  { title: "REASON" },
] as const;

interface TrunksOptions {
  readonly api: string;
  readonly json?: boolean;
}

async function showTrunks({ api, json }: TrunksOptions, output: Output): Promise<void> {
  const answer = await getJson(api, "/api/v1/trunks", {});
  if (json === true) return output.line(JSON.stringify(answer, null, 2));
  const { items } = readListing(trunkSchema, answer);
  const rows = items.map((trunk) => {
    const { state, since, reason } = standingOf(trunk);
    const { name, role, network, calls } = trunk;
    const counts = [String(calls.ingress), String(calls.egress)];
    return [name, role, network, ...counts, targetsOf(trunk), testOf(trunk), state, since, reason];
  });
  for (const line of formatTable(COLUMNS, rows, output)) output.line(line);
}

/** `up`, `1 of 2 down`; a dash where nothing is known of any. */
function targetsOf({ targets }: ShownTrunk): string {
  const down = targets.filter(({ state }) => state === "down").length;
  if (down > 0) return targets.length === 1 ? "down" : `${down} of ${targets.length} down`;
  return targets.some(({ state }) => state === "up") ? "up" : "-";
}

/** What came of the last test of the way of emergency calls, and the day; a dash where there was none. */
function testOf({ emergencyTest }: ShownTrunk): string {
  if (emergencyTest === null) return "-";
  return `${emergencyTest.ok ? "ok" : "FAILED"} ${emergencyTest.at.slice(0, 10)}`;
}

/** How the trunk is registered with its peer, or its peer with us. */
function standingOf({ registration, contacts }: ShownTrunk) {
  if (registration !== null) {
    const { state, since, reason, nextTryAt } = registration;
    const next = nextTryAt === null ? "" : `; tried again at ${formatTime(nextTryAt)}`;
    return { state, since: formatTime(since), reason: reason === null ? "" : `${reason}${next}` };
  }
  const [first] = contacts ?? [];
  if (contacts === null) return { state: "-", since: "-", reason: "" };
  if (first === undefined) return { state: "no contact", since: "-", reason: "the peer has not registered with us" };
  return {
    state: contacts.length === 1 ? "1 contact" : `${contacts.length} contacts`,
    since: formatTime(first.since),
    reason: "",
  };
}

export function addTrunks(program: Command, output: Output): void {
  program
    .command("trunks")
    .description(
      "list the trunks with the calls that they carry, whether their targets are there, and how they are registered",
    )
    .option("--api <url>", "address of the running server's API", DEFAULT_API)
    .option("--json", "print the API's answer")
    .addHelpText("after", "\nExample:\n  demarc trunks --json")
    .action((options: TrunksOptions) => showTrunks(options, output));
}
