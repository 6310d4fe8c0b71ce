// `demarc import`: trunks out of another system's configuration.

import { Argument, type Command } from "commander";
import { formatFault, readFileText } from "../runtime/config/index.ts";
import { type Carried, readDispatcher, readFreeswitch, readPjsip, writeTrunks } from "../runtime/foreign/index.ts";
import { type Output, printable } from "./output.ts";

const READERS: Readonly<Record<string, (text: string, network: string) => Carried>> = {
  asterisk: readPjsip,
  freeswitch: readFreeswitch,
  kamailio: readDispatcher,
};

interface ImportOptions {
  readonly network: string;
  readonly json?: boolean;
}

/** The exit code: 0 where there are trunks, 1 where none is. */
async function importTrunks(
  of: { system: string; file: string },
  { network, json = false }: ImportOptions,
  output: Output,
): Promise<number> {
  const { system, file } = of;
  const text = await readFileText(file);
  if (!text.ok) {
    output.remark(formatFault(text.failure));
    return 1;
  }
  const carried = READERS[system]?.(text.value, network) ?? { trunks: {}, left: [] };
  const left = [...carried.left].sort((one, other) => one.line - other.line);
  const count = Object.keys(carried.trunks).length;
  if (json) output.line(JSON.stringify({ trunks: carried.trunks, left }, null, 2));
  else if (count > 0) for (const line of writeTrunks(carried).trimEnd().split("\n")) output.line(line);
  if (!json)
    for (const { line, message } of left)
      output.remark(formatFault({ file, line, column: null, message: printable(message) }));
  output.remark(`${file}: ${count} trunk${count === 1 ? "" : "s"}; ${left.length} not carried over as it stands`);
  return count > 0 ? 0 : 1;
}

export function addImport(program: Command, output: Output, exit: (code: number) => void): void {
  program
    .command("import")
    .description(
      "print trunks made of another system's configuration, and say what could not be carried over; nothing is changed",
    )
    .addArgument(new Argument("<system>", "whose file it is").choices(Object.keys(READERS)))
    .argument("<file>", "pjsip.conf of Asterisk, a gateway file of FreeSWITCH, a dispatcher list of Kamailio")
    .option("--network <name>", "the network in which the trunks will be", "wan")
    .option("--json", "print trunks and what was left as JSON")
    .addHelpText("after", "\nExample:\n  demarc import asterisk /etc/asterisk/pjsip.conf --network wan > trunks.yaml")
    .action(async (system: string, file: string, options: ImportOptions) =>
      exit(await importTrunks({ system, file }, options, output)),
    );
}
