// A file that changes under a running Demarc.

import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { formatFault } from "./fault.ts";
import { readConfiguration } from "./read-configuration.ts";
import { type ConfigurationWatch, watchConfiguration } from "./watch-configuration.ts";

const text = (country: string): string => `country: ${country}
networks:
  lan:
    listen: [{ transport: udp, address: 127.0.0.1, port: 5060 }]
    media: { address: 127.0.0.1, ports: 20000-24999 }
`;

let directory = "";
let file = "";
let watching: ConfigurationWatch | null = null;
/** What was heard, oldest first: a country, or a fault. */
let heard: string[] = [];
let wake: () => void = () => {};

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "demarc-watch-"));
  file = join(directory, "demarc.yaml");
  heard = [];
  await writeFile(file, text("US"));
});

afterEach(async () => {
  watching?.close();
  await rm(directory, { recursive: true });
});

async function start(): Promise<void> {
  const { fingerprint } = await readConfiguration(file, { purpose: "start" });
  const hear = (what: string): void => {
    heard.push(what);
    wake();
  };
  watching = watchConfiguration(
    file,
    {
      onChange: ({ country }) => hear(String(country)),
      onInvalid: (faults) => hear(faults.map(formatFault).join("\n").replace(`${directory}/`, "")),
    },
    { purpose: "start", fingerprint },
  );
}

async function heardSoFar(count: number): Promise<readonly string[]> {
  while (heard.length < count) {
    await new Promise<void>((done) => {
      wake = done;
    });
  }
  return heard;
}

test("a valid change is handed on, an invalid one is reported and changes nothing", async () => {
  await start();
  await writeFile(file, text("GB"));
  expect(await heardSoFar(1)).toEqual(["GB"]);
  await writeFile(file, text("Britain"));
  expect(await heardSoFar(2)).toEqual(["GB", expect.stringMatching(/^demarc\.yaml:1:10: country: expected the two/)]);
  await writeFile(file, text("FR"));
  expect((await heardSoFar(3))[2]).toBe("FR");
});

test("a file that is replaced is seen, and its neighbours are not", async () => {
  await start();
  await writeFile(join(directory, "other.yaml"), "x");
  await writeFile(join(directory, "next.yaml"), text("DE"));
  await rename(join(directory, "next.yaml"), file);
  expect(await heardSoFar(1)).toEqual(["DE"]);
});

test("a change between reading and watching is not lost", async () => {
  const { fingerprint } = await readConfiguration(file, { purpose: "start" });
  await writeFile(file, text("IT"));
  const seen = await new Promise((done) => {
    watching = watchConfiguration(
      file,
      { onChange: ({ country }) => done(country), onInvalid: done },
      { purpose: "start", fingerprint },
    );
  });
  expect(seen).toBe("IT");
});

test("the same text is no change, unless asked for", async () => {
  await start();
  await writeFile(file, text("US"));
  await watching?.reload();
  expect(heard).toEqual(["US"]);
});

test("a file that is gone is reported, and picked up when it is back", async () => {
  await start();
  await rename(file, join(directory, "aside"));
  expect(await heardSoFar(1)).toEqual(["demarc.yaml: cannot be read: there is no such file; check the path"]);
  await writeFile(file, text("ES"));
  expect((await heardSoFar(2))[1]).toBe("ES");
});
