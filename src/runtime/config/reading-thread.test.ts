// What is read in a thread of its own is what is read at hand: the same configuration, secrets included, and the same faults.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Secret } from "../../model/index.ts";
import { readConfigurationText } from "./read-configuration.ts";
import { readConfigurationApart } from "./reading-thread.ts";

const EXAMPLES = join(import.meta.dirname, "../../../examples");
const environment = { PASSWORD: "pa${ss}", TOKEN: "t" };

function office(trunks: number, routes: number): string {
  const lines = [
    "networks:",
    "  lan: { listen: [{ transport: udp, address: 127.0.0.1, port: 5060 }], media: { address: 127.0.0.1, ports: 20000-20099 } }",
    "trunks:",
  ];
  for (let n = 0; n < trunks; n += 1) {
    const address = `10.0.${n >> 8}.${n & 255}`;
    const credentials = n % 7 === 0 ? `, credentials: { username: u${n}, password: "\${PASSWORD}" }` : "";
    lines.push(
      `  t${n}: { role: provider, network: lan, targets: [{ uri: "sip:${address}:5060" }], identify: { addresses: [${address}] }${credentials} }`,
    );
  }
  lines.push("routes:");
  for (let n = 0; n < routes; n += 1)
    lines.push(`  - { name: r${n}, match: { called: "+1${2_000_000 + n}*" }, to: [t${n % trunks}] }`);
  return `${lines.join("\n")}\n`;
}

/** Of all secrets the text too, which no comparison sees. */
function secretsIn(value: unknown, path = ""): string[] {
  if (value instanceof Secret) return [`${path}=${value.resolved ? value.reveal() : "?"}`];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, entry]) => secretsIn(entry, `${path}/${key}`));
}

async function both(file: string, text: string, purpose: "start" | "validate" = "validate") {
  const options = { purpose, environment } as const;
  return Promise.all([readConfigurationText(file, text, options), readConfigurationApart(file, text, options)]);
}

test.each(readdirSync(EXAMPLES).filter((name) => name.endsWith(".yaml")))("%s", async (name) => {
  const file = join(EXAMPLES, name);
  const [here, apart] = await both(file, readFileSync(file, "utf8"));
  expect(here.configuration).not.toBeNull();
  expect(apart).toEqual(here);
  expect(secretsIn(apart.configuration)).toEqual(secretsIn(here.configuration));
});

test("hundreds of trunks with their secrets and hundreds of routes, in their order", async () => {
  const [here, apart] = await both("/etc/office.yaml", office(450, 350), "start");
  expect(here.faults).toEqual([]);
  expect(apart).toEqual(here);
  expect(Object.keys(apart.configuration?.trunks ?? {})).toEqual(Object.keys(here.configuration?.trunks ?? {}));
  const secrets = secretsIn(apart.configuration);
  expect(secrets).toHaveLength(65);
  expect(new Set(secrets.map((secret) => secret.split("=")[1]))).toEqual(new Set(["pa${ss}"]));
  expect(JSON.stringify(apart)).not.toContain("pa${ss}");
});

test.each([
  ["a wrong value", office(3, 3).replace("role: provider", "role: nobody")],
  ["no YAML", "networks: ["],
  ["a trunk twice among many", office(300, 1).replace("  t299:", "  t7:")],
  ["a secret that is not there", office(8, 1).replaceAll("PASSWORD", "NOT_SET")],
])("the faults of %s", async (_what, text) => {
  const [here, apart] = await both("/etc/office.yaml", text, "start");
  expect(here.faults.length).toBeGreaterThan(0);
  expect(apart).toEqual(here);
});

test("a thread that cannot be had is a fault, not an exception", async () => {
  const text = office(3, 3);
  const broken = { purpose: "start", environment: { PASSWORD: (() => "") as unknown as string } } as const;
  const { configuration, faults } = await readConfigurationApart("/etc/office.yaml", text, broken);
  expect(configuration).toBeNull();
  expect(faults).toMatchObject([
    { file: "/etc/office.yaml", message: expect.stringMatching(/^it could not be read: /) },
  ]);
});
