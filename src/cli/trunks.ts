// `demarc trunks`: each trunk, what it carries, and how it stands with its peer.

import type { Command } from "commander";
import { readListing, trunkSchema } from "./answer.ts";
import { DEFAULT_API, getJson } from "./client.ts";
import type { Output } from "./output.ts";
import { formatTable, formatTime } from "./table.ts";

const COLUMNS = [
  { title: "TRUNK" },
  { title: "ROLE" },
  { title: "NETWORK" },
  { title: "IN", align: "right" },
  { title: "OUT", align: "right" },
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
  const rows = items.map(({ name, role, network, calls, registration }) => [
    name,
    role,
    network,
    String(calls.ingress),
    String(calls.egress),
    registration?.state ?? "-",
    registration === null ? "-" : formatTime(registration.since),
    reasonOf(registration),
  ]);
  for (const line of formatTable(COLUMNS, rows, output)) output.line(line);
}

function reasonOf(registration: { readonly reason: string | null; readonly nextTryAt: string | null } | null): string {
  if (registration === null || registration.reason === null) return "";
  const { reason, nextTryAt } = registration;
  return nextTryAt === null ? reason : `${reason}; tried again at ${formatTime(nextTryAt)}`;
}

export function addTrunks(program: Command, output: Output): void {
  program
    .command("trunks")
    .description("list the trunks with the calls that they carry and how they are registered")
    .option("--api <url>", "address of the running server's API", DEFAULT_API)
    .option("--json", "print the API's answer")
    .addHelpText("after", "\nExample:\n  demarc trunks --json")
    .action((options: TrunksOptions) => showTrunks(options, output));
}
