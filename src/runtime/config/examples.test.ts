// The examples load as they stand: ours to start with, those beside the repository as far as this build goes.

import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { formatFault } from "./fault.ts";
import { readConfiguration } from "./read-configuration.ts";

const ROOT = resolve(import.meta.dirname, "../../..");
const SHARED = resolve(ROOT, "../shared/examples");

const ours = (await readdir(resolve(ROOT, "examples"))).filter((name) => name.endsWith(".yaml"));

describe("examples", () => {
  test("there are some", () => expect(ours.length).toBeGreaterThanOrEqual(2));

  test.each(ours)("%s starts, and has at most 40 lines", async (name) => {
    const file = resolve(ROOT, "examples", name);
    const { configuration, faults, warnings } = await readConfiguration(file, { purpose: "start", environment: {} });
    expect([...faults, ...warnings].map(formatFault)).toEqual([]);
    expect(Object.keys(configuration?.trunks ?? {}).length).toBeGreaterThanOrEqual(2);
    expect((await readFile(file, "utf8")).trimEnd().split("\n").length).toBeLessThanOrEqual(40);
  });
});

describe.skipIf(!existsSync(SHARED))("shared examples (skipped where ../shared/examples is absent)", () => {
  test("office.yaml starts without a remark", async () => {
    const file = resolve(SHARED, "office.yaml");
    const { configuration, faults, warnings } = await readConfiguration(file, { purpose: "start", environment: {} });
    expect([...faults, ...warnings].map(formatFault)).toEqual([]);
    expect(Object.keys(configuration?.trunks ?? {})).toEqual(["pbx", "carrier-a", "carrier-b"]);
    expect(configuration?.routes.map(({ name }) => name)).toEqual([
      "emergency",
      "inbound",
      "premium-blocked",
      "outbound",
    ]);
    expect(configuration?.trunks["carrier-a"]?.failover.attemptTimeout).toBe(2000);
    const own = await readConfiguration(resolve(ROOT, "examples/office.yaml"), { purpose: "start", environment: {} });
    expect(own.configuration).toEqual(configuration);
  });

  test("secure-trunk.yaml is valid, and start says what is not done yet", async () => {
    const file = resolve(SHARED, "secure-trunk.yaml");
    const validated = await readConfiguration(file, { purpose: "validate", environment: {} });
    expect(validated.configuration?.trunks.provider?.media.encryption).toBe("sdes");
    expect(validated.faults).toEqual([]);
    const start = await readConfiguration(file, { purpose: "start", environment: {} });
    expect(start.configuration).toBeNull();
    expect(start.faults).toEqual(validated.warnings);
    const places = start.faults.map((fault) => `${fault.line}:${fault.column} ${fault.message.split(": ")[0]}`);
    expect(places).toEqual([
      "16:20 certificates.wan.certFile",
      "16:44 certificates.wan.keyFile",
      "16:67 certificates.wan.caFile",
      "29:52 trunks.provider.credentials.password",
    ]);
  });
});
