// Numbers in from a table: the whole of it or nothing, and everything else in the file as it was.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatCsvRow, parseCsv } from "./csv.ts";
import { importNumbers } from "./import-numbers.ts";
import { formatNumberTable } from "./number-table.ts";
import { readConfigurationText } from "./read-configuration.ts";

const CONFIG = `# the office
networks:
  lan:
    listen: [{ transport: udp, address: 127.0.0.1, port: 5060 }] # one is enough
    media: { address: 127.0.0.1, ports: 20000-20999 }
trunks:
  pbx: { role: pbx, network: lan, targets: [{ uri: "sip:127.0.0.1:5080" }] }
emergencyNumbers: []
numbers:
  # the pool
  - { range: ["+12025550100", "+12025550199"], pool: spare }
  - { number: "+12025550100", trunk: pbx } # the desk
`;

async function bring(csv: string, config = CONFIG) {
  const result = await importNumbers({ file: "demarc.yaml", text: config }, { file: "n.csv", text: csv });
  return result.ok ? result.value : result.failure.map(({ file, line, message }) => `${file}:${line}: ${message}`);
}

async function imported(csv: string, config = CONFIG) {
  const result = await bring(csv, config);
  if (!("text" in result)) throw new Error(result.join("\n"));
  return result;
}

describe("import", () => {
  it("adds, changes and leaves alone; comments stay", async () => {
    const csv =
      '\uFEFFnumber,last,trunk,owner,callerName,tags\r\n+12025550101,+12025550109,pbx,"Acme, Ltd.",Acme,gold fax\r\n+12025550100,,pbx,Desk,,\r\n\r\n';
    const { text, added, changed, unchanged } = await imported(csv);
    expect([added.length, changed.length, unchanged]).toEqual([1, 1, 0]);
    expect(text).toBe(
      CONFIG.replace('{ number: "+12025550100", trunk: pbx }', '{ number: "+12025550100", trunk: pbx, owner: Desk }') +
        '  - { range: [ "+12025550101", "+12025550109" ], trunk: pbx, owner: "Acme, Ltd.", callerName: Acme, tags: [ gold, fax ] }\n',
    );
    const { configuration, faults } = await readConfigurationText("x", text, { purpose: "validate" });
    expect(faults).toEqual([]);
    expect(configuration?.numbers[2]).toMatchObject({ owner: "Acme, Ltd.", callerName: "Acme", tags: ["gold", "fax"] });
    const again = await imported(csv, text);
    expect([again.text, again.added.length, again.changed.length, again.unchanged]).toEqual([text, 0, 0, 2]);
  });

  it("begins a list where there is none, and takes semicolons", async () => {
    const without = CONFIG.slice(0, CONFIG.indexOf("numbers:"));
    const { text, added } = await imported("number;trunk\n+12025550100;pbx\n", without);
    expect(added).toHaveLength(1);
    expect(text).toBe(`${without}numbers:\n  - { number: "+12025550100", trunk: pbx }\n`);
  });

  it.each([
    ["numbers: []", 'numbers: \n  - { number: "+12025550100", trunk: pbx }'],
    [
      'numbers: [ { number: "+12025550109", trunk: pbx } ] # one',
      'numbers: [ { number: "+12025550109", trunk: pbx }, { number: "+12025550100", trunk: pbx } ] # one',
    ],
    [
      "numbers:\n- number: '+12025550109'\n  trunk: pbx # here\n# behind",
      "numbers:\n- number: '+12025550109'\n  trunk: pbx # here\n- { number: \"+12025550100\", trunk: pbx }\n# behind",
    ],
    [
      "numbers:\r\n  - number: '+12025550100'\r\n    trunk: pbx\r\n    owner: Ann\r\n",
      'numbers:\r\n  - { number: "+12025550100", trunk: pbx }\r\n',
    ],
  ])("writes into %j", async (list, written) => {
    const without = CONFIG.slice(0, CONFIG.indexOf("numbers:"));
    const { text } = await imported("number,trunk\n+12025550100,pbx\n", `${without}${list}`);
    expect(text).toBe(`${without}${written}`);
  });

  it("brings back what was put out", async () => {
    const { configuration } = await readConfigurationText("x", CONFIG, { purpose: "validate" });
    const table = `${formatNumberTable(configuration?.numbers ?? []).join("\n")}\n`;
    expect((await imported(table)).text).toBe(CONFIG);
  });

  it.each([
    ["", ["n.csv:1: the file is empty; it begins with a line of column names"]],
    [
      "numbr,trunk\n",
      ['n.csv:1: unknown column "numbr"; did you mean "number"?', "n.csv:1: there is no column number"],
    ],
    ["number,number\n", ["n.csv:1: the column number stands here twice"]],
    [
      "number,trunk\n+1,pbx\n2025550100,pbx\n",
      [
        'n.csv:2: number: expected an E.164 number in quotes, such as "+12025550100"',
        'n.csv:3: number: expected an E.164 number in quotes, such as "+12025550100"',
      ],
    ],
    ["number,trunk\n+12025550120,pbx,more\n", ["n.csv:2: 3 cells under 2 columns"]],
    ['number,trunk\n+12025550120,"pbx\n', ["n.csv:2: a quote is opened here and not closed"]],
    ["number,trunk\n+12025550120,\n", ["n.csv:2: trunk: missing: expected the name of the trunk, or of a pool"]],
    ["number,trunk\n+12025550120,pbxx\n", ['n.csv:2: numbers[2].trunk: there is no trunk "pbxx"; did you mean "pbx"?']],
    [
      "number,last,trunk\n+12025550099,+12025550101,pbx\n",
      ["n.csv:2: +12025550099 to +12025550101 overlaps +12025550100 at demarc.yaml:12; take one of them out"],
    ],
    [
      "number,trunk\n+12025550120,pbx\n+12025550121,pbx\n+12025550120,pbx\n",
      ["n.csv:4: +12025550120 overlaps +12025550120 at n.csv:2; take one of them out"],
    ],
    [
      "number,trunk\n+12025550100,pbx\n+12025550100,pbx\n",
      ["n.csv:3: +12025550100 overlaps +12025550100 at n.csv:2; take one of them out"],
    ],
  ])("refuses %j whole", async (csv, faults) => {
    expect(await bring(csv)).toEqual(faults);
  });

  it("refuses a configuration that is wrong already", async () => {
    expect(await bring("number\n", "networks: 1\n")).toEqual([
      "demarc.yaml:1: networks: expected networks by name, got the number 1",
    ]);
  });
});

describe("comma-separated values", () => {
  it("are read as they were written", () => {
    const cell = fc.string({ unit: fc.constantFrom("a", '"', ",", ";", " ", "\n", "\r", "é"), maxLength: 8 });
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell), { maxLength: 6 }), (cells) => {
        const kept = cells.filter((row) => row.some((text) => text !== ""));
        const text = [["x", "y"], ...kept].map(formatCsvRow).join("\r\n");
        const table = parseCsv("f", text);
        expect(table.ok && table.value.rows.map((row) => row.cells)).toEqual(kept);
      }),
    );
  });

  it("are any text at all, and give a table or a fault with its line", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("a", '"', ",", "\n", "\r") }), (text) => {
        const table = parseCsv("f", text);
        expect(table.ok || (table.failure.line ?? 0) >= 1).toBe(true);
      }),
    );
  });
});
