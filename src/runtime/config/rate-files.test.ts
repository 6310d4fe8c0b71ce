// Tables of rates beside the configuration: read whole, or refused with the line that is wrong.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { formatFault } from "./fault.ts";
import { readConfiguration } from "./read-configuration.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "demarc-rates-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function read(table: string | null, deck = "{ currency: USD, file: r.csv }") {
  const file = join(folder, "demarc.yaml");
  await writeFile(
    file,
    `networks:
  wan: { listen: [{ transport: udp, address: 127.0.0.1, port: 5060 }], media: { address: 127.0.0.1, ports: 20000-24999 } }
trunks:
  a: { role: provider, network: wan, targets: [{ uri: "sip:127.0.0.3" }], identify: { addresses: [127.0.0.3] }, rates: deck }
emergencyNumbers: []
rateDecks:
  deck: ${deck}
`,
  );
  if (table === null) await rm(join(folder, "r.csv"), { force: true });
  else await writeFile(join(folder, "r.csv"), table);
  const { configuration, faults } = await readConfiguration(file, { purpose: "start", environment: {} });
  const told = faults.map((fault) => formatFault(fault).replaceAll(`${folder}/`, ""));
  return { rates: configuration?.rateDecks.deck?.rates ?? null, told };
}

test("semicolons, a missing plus and empty cells are taken, and rates that stand in the file besides", async () => {
  const { rates, told } = await read(
    "prefix;perMinute;increments;from\r\n49;0.01;60/60;2026-12-01\r\n+49;0.02;;\r\n",
    '{ currency: EUR, file: r.csv, rates: [{ prefix: "+1", perMinute: 1 }] }',
  );
  expect(told).toEqual([]);
  const second = { firstSeconds: 1, nextSeconds: 1 };
  expect(rates).toEqual([
    { prefix: "+1", perMinute: 1e9, connect: 0, increments: second, from: null, until: null },
    {
      prefix: "+49",
      perMinute: 1e7,
      connect: 0,
      increments: { firstSeconds: 60, nextSeconds: 60 },
      from: Date.parse("2026-12-01"),
      until: null,
    },
    { prefix: "+49", perMinute: 2e7, connect: 0, increments: second, from: null, until: null },
  ]);
});

test.each([
  ["prefix,perMinute\n49,0.01\n49,zero\n", ["r.csv:3: perMinute: expected a price in the deck's currency"]],
  ["prefix,perMinute\n49,1\n48,1\n49,2\n", ["r.csv:4: line 2 has a rate for this prefix from the same moment"]],
  ["prefix,price\n49,1\n", ['r.csv:1: unknown column "price"']],
  ["perMinute\n1\n", ["r.csv:1: there is no column prefix"]],
  ["prefix,perMinute\n49,1,2\n", ["r.csv:2: 3 cells under 2 columns"]],
  ["", ["r.csv:1: the file is empty"]],
  [null, ["demarc.yaml:7:32: rateDecks.deck.file: the table of rates cannot be read: there is no such file"]],
])("%j is refused: %j", async (table, expected) => {
  const { rates, told } = await read(table);
  expect(rates).toBeNull();
  expect(told).toHaveLength(expected.length);
  for (const [at, text] of expected.entries()) expect(told[at]).toContain(text);
});
