// The file door: what is accepted, and the exact place of what is not.

import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { formatFault } from "./fault.ts";
import { type ReadOptions, readConfiguration, readConfigurationText } from "./read-configuration.ts";

const VALID = `networks:
  lan:
    listen: [{ transport: udp, address: 127.0.0.1, port: 5060 }]
    media: { address: 127.0.0.1, ports: 20000-24999 }
trunks:
  acme:
    role: pbx
    network: lan
    targets: [{ uri: "sip:127.0.0.1:5080" }]
`;

async function read(text: string, options: Partial<ReadOptions> = {}) {
  const reading = await readConfigurationText("office.yaml", text, { purpose: "start", environment: {}, ...options });
  return {
    configuration: reading.configuration,
    faults: reading.faults.map(formatFault),
    warnings: reading.warnings.map(formatFault),
  };
}

/** The faults of a text, of which nothing may come but faults. */
async function faultsOf(text: string, options: Partial<ReadOptions> = {}): Promise<readonly string[]> {
  const { configuration, faults } = await read(text, options);
  expect(configuration).toBeNull();
  for (const fault of faults) expect(fault).not.toContain("\n");
  return faults;
}

describe("a policy", () => {
  const named = `node: { policy: { file: policy.ts } }\nemergencyNumbers: []\n${VALID}`;
  let directory = "";
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "demarc-policy-file-"));
  });
  afterAll(() => rm(directory, { recursive: true }));

  test("that is not there keeps from starting, and is warned of", async () => {
    const missing = "office.yaml:1:17: node.policy: the policy policy.ts cannot be read";
    expect(await faultsOf(named)).toEqual([missing]);
    expect((await read(named, { purpose: "validate" })).warnings).toEqual([missing]);
  });

  test("that does not load is a fault with its own place", async () => {
    const [file, policy] = [join(directory, "office.yaml"), join(directory, "policy.ts")];
    const readFile = async (purpose: ReadOptions["purpose"]) => {
      const { configuration, faults } = await readConfiguration(file, { purpose, environment: {} });
      return [configuration === null, faults.map(formatFault)];
    };
    await writeFile(file, named);
    await writeFile(policy, "\nthrow new Error('one\\ntwo');\n");
    const fault = `${policy}:2:7: the policy does not load: Error: one two`;
    expect(await readFile("validate")).toEqual([true, [fault]]);
    expect(await readFile("start")).toEqual([true, [fault]]);
    await writeFile(policy, "export default {};\n");
    expect(await readFile("start")).toEqual([false, []]);
  });
});

describe("places", () => {
  test("a valid file has none", async () => {
    const { configuration, faults, warnings } = await read(`${VALID}emergencyNumbers: []\n`);
    expect(Object.keys(configuration?.trunks ?? {})).toEqual(["acme"]);
    expect([...faults, ...warnings]).toEqual([]);
  });

  test("of an unknown key: the key", async () => {
    expect(await faultsOf(VALID.replace("targets:", "tragets:"))).toEqual([
      'office.yaml:9:5: trunks.acme.tragets: unknown key; did you mean "targets"?',
    ]);
    expect(await faultsOf(VALID.replace("transport: udp", "trasport: udp"))).toEqual([
      "office.yaml:3:14: networks.lan.listen[0].transport: missing: expected udp, tcp, tls, ws or wss",
      'office.yaml:3:16: networks.lan.listen[0].trasport: unknown key; did you mean "transport"?',
    ]);
  });

  test("of a bad value: the value", async () => {
    expect(await faultsOf(VALID.replace("role: pbx", "role:    pbxx"))).toEqual([
      'office.yaml:7:14: trunks.acme.role: expected pbx, provider, cloud or gateway, got "pbxx"',
    ]);
    expect(await faultsOf(VALID.replace("port: 5060", 'port: "5060"'))).toEqual([
      'office.yaml:3:58: networks.lan.listen[0].port: expected a port, a whole number from 0 to 65535, got "5060"',
    ]);
  });

  test("of a value that is not there: its key", async () => {
    expect(await faultsOf(VALID.replace("role: pbx", "role:"))).toEqual([
      "office.yaml:7:10: trunks.acme.role: expected pbx, provider, cloud or gateway, got nothing",
    ]);
  });

  test("of a rule that cannot be carried out: the part that is wrong", async () => {
    const rules = `${VALID}    headers:
      pass: [X-Good, Via]
      out:
        - when: [{ header: X-A, matches: "/(a)\\\\1/" }]
          do: [{ set: X-B, value: "\${colour}" }]
    responses:
      in: [{ status: 7xx, to: { status: 486 } }]
    profile: asterix
`;
    expect((await faultsOf(rules)).map((fault) => fault.split(": ").slice(0, 2).join(": "))).toEqual([
      "office.yaml:11:22: trunks.acme.headers.pass[1]",
      "office.yaml:13:42: trunks.acme.headers.out[0].when[0].matches",
      "office.yaml:14:35: trunks.acme.headers.out[0].do[0].value",
      "office.yaml:16:22: trunks.acme.responses.in[0].status",
    ]);
    const [profile] = await faultsOf(`${VALID}    profile: asterix\n`);
    expect(profile).toBe(
      'office.yaml:10:14: trunks.acme.profile: there is no profile "asterix"; did you mean "asterisk"?',
    );
  });

  test("of names that do not agree, all at once and in the order of the file", async () => {
    const text = `${VALID.replace("network: lan", "network: lna")}routes:
  - { name: out, match: { from: acne }, to: [carrier] }
numbers:
  - { number: +12025550100, trunk: acme }
`;
    expect(await faultsOf(text)).toEqual([
      'office.yaml:13:15: numbers[0].number: expected an E.164 number in quotes, such as "+12025550100", got the number 12025550100; put it in quotes',
    ]);
    expect(await faultsOf(text.replace("+12025550100", '"+12025550100"'))).toEqual([
      'office.yaml:8:14: trunks.acme.network: there is no network "lna"; did you mean "lan"?',
      'office.yaml:11:33: routes[0].match.from[0]: there is no trunk "acne"; did you mean "acme"?',
      'office.yaml:11:46: routes[0].to[0]: there is no trunk "carrier"; there are: acme',
    ]);
  });

  test("through an alias", async () => {
    const text = `${VALID}    limits: &few { calls: 1 }
  other:
    role: pbx
    network: lan
    targets: [{ uri: "sip:127.0.0.1:5081" }]
    limits: *few
`;
    expect((await read(text)).configuration?.trunks.other?.limits.calls).toBe(1);
    expect(await faultsOf(text.replace("calls: 1", "calls: many"))).toEqual([
      'office.yaml:10:27: trunks.acme.limits.calls: expected a number of calls, a whole number from 0 to 1000000, got "many"',
      'office.yaml:10:27: trunks.other.limits.calls: expected a number of calls, a whole number from 0 to 1000000, got "many"',
    ]);
  });
});

describe("text that is no configuration", () => {
  test.each([
    ["nothing", "", "office.yaml:1:1: the file is empty; begin with networks and trunks"],
    ["only a remark", "# later\n", "office.yaml:1:1: the file is empty; begin with networks and trunks"],
    ["a word", "hello", 'office.yaml:1:1: expected a group of settings, got "hello"'],
    ["a list", "- a\n", "office.yaml:1:1: expected a group of settings, got a list"],
    ["a tab", "networks:\n\tlan: {}\n", "office.yaml:2:1: a tab stands in the indentation; use spaces"],
    ["a key twice", `${VALID}trunks: {}\n`, "office.yaml:10:1: this key stands here already; keep one of the two"],
    [
      "two documents",
      `${VALID}---\n${VALID}`,
      "office.yaml:10:1: the file holds more than one document; remove the --- and what follows",
    ],
    [
      "an alias to nothing",
      "a: *b\n",
      "office.yaml:1:4: this alias leads to no anchor that stands before it; write the value itself",
    ],
    [
      "a key of every object",
      "trunks:\n  __proto__: { role: pbx }\n",
      "office.yaml:2:3: this word cannot be a key; choose another",
    ],
    ["a key that is a list", "? [a, b]\n: c\n", "office.yaml:1:3: a key is a plain word here, not a list or a group"],
  ])("%s", async (_, text, fault) => {
    expect(await faultsOf(text)).toEqual([fault]);
  });

  test.each([
    ["an open quote", 'node: { name: "edge }\n'],
    ["an open bracket", "trunks: [\n"],
    ["a colon too many", "node: name: edge\n"],
    ["an unknown tag", "node: !!js/function edge\n"],
    ["control characters", "node: \u0000\u0001{}\n"],
  ])("%s is one line or a few, each with its place", async (_, text) => {
    const faults = await faultsOf(text);
    expect(faults.length).toBeGreaterThan(0);
    expect(faults.length).toBeLessThanOrEqual(5);
    for (const fault of faults) expect(fault).toMatch(/^office\.yaml:[1-9][0-9]*:[1-9][0-9]*: /);
  });

  test("an alias bomb is refused, not unfolded", async () => {
    const levels = ["a: &a [x, x, x, x, x, x, x, x, x]"];
    for (let level = 1; level < 10; level += 1) {
      const before = String.fromCharCode(96 + level);
      const name = String.fromCharCode(97 + level);
      levels.push(`${name}: &${name} [${new Array(9).fill(`*${before}`).join(", ")}]`);
    }
    expect(await faultsOf(levels.join("\n"))).toEqual([expect.stringContaining("aliases")]);
    expect(await faultsOf(`a: &a x\nb: [${new Array(200).fill("*a").join(", ")}]`)).toEqual([
      "office.yaml:2:405: more than 100 aliases; write the values themselves",
    ]);
  });

  test("nesting without end is refused", async () => {
    const faults = await faultsOf("[".repeat(100_000));
    expect(faults.length).toBeLessThanOrEqual(5);
  });
});

describe("files", () => {
  let directory = "";
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "demarc-config-"));
  });
  afterAll(() => rm(directory, { recursive: true }));

  async function faultsOfFile(name: string, bytes: Uint8Array | string | null): Promise<readonly string[]> {
    const file = join(directory, name);
    if (bytes !== null) await writeFile(file, bytes);
    const { configuration, faults } = await readConfiguration(file, { purpose: "start", environment: {} });
    expect(configuration).toBeNull();
    return faults.map((fault) => formatFault(fault).replace(`${directory}/`, ""));
  }

  test("that are not there", async () => {
    expect(await faultsOfFile("none.yaml", null)).toEqual([
      "none.yaml: cannot be read: there is no such file; check the path",
    ]);
  });

  test("that are directories", async () => {
    expect(await faultsOfFile(".", null)).toEqual([expect.stringContaining("it is no file")]);
  });

  test.skipIf(process.getuid?.() === 0)("that may not be read", async () => {
    await writeFile(join(directory, "locked.yaml"), VALID);
    await chmod(join(directory, "locked.yaml"), 0);
    expect(await faultsOfFile("locked.yaml", null)).toEqual([expect.stringContaining("it may not be read")]);
  });

  test("that are not UTF-8", async () => {
    const latin1 = Buffer.concat([Buffer.from("node:\n  name: "), Buffer.from([0x4d, 0xfc, 0x6c, 0x0a])]);
    expect(await faultsOfFile("latin1.yaml", latin1)).toEqual([
      "latin1.yaml:2: this line is not UTF-8 text; save the file as UTF-8",
    ]);
    const utf16 = Buffer.from(`\ufeff${VALID}`, "utf16le");
    expect(await faultsOfFile("utf16.yaml", utf16)).toEqual([
      "utf16.yaml:1: this line is not UTF-8 text; save the file as UTF-8",
    ]);
  });

  test("that begin with a byte order mark are read, with their places", async () => {
    const faults = await faultsOfFile("bom.yaml", `\ufeff${VALID.replace("role: pbx", "role: x")}`);
    expect(faults).toEqual([expect.stringMatching(/^bom\.yaml:7:11: /)]);
  });

  test("that are too large", async () => {
    expect(await faultsOfFile("large.yaml", new Uint8Array(10 * 1024 * 1024 + 1))).toEqual([
      "large.yaml: 10485761 bytes are too many; the limit is 10485760",
    ]);
  });

  test("of certificates: needed to start, missed when validated", async () => {
    const text = `${VALID}certificates:\n  wan: { certFile: here.pem, keyFile: gone.key }\nemergencyNumbers: []\n`;
    await writeFile(join(directory, "here.pem"), "-");
    const file = join(directory, "certificates.yaml");
    await writeFile(file, text);
    const expected = `${file}:11:39: certificates.wan.keyFile: the file gone.key cannot be read: there is no such file; check the path`;
    expect((await readConfiguration(file, { purpose: "start" })).faults.map(formatFault)).toEqual([expected]);
    const validated = await readConfiguration(file, { purpose: "validate" });
    expect(validated.configuration).not.toBeNull();
    expect(validated.warnings.map(formatFault)).toEqual([expected]);
  });

  test("of secrets, relative to the configuration", async () => {
    await writeFile(join(directory, "password"), "hunter2\n");
    await writeFile(join(directory, "nothing"), "");
    const withPassword = (password: string) => `${VALID}    credentials: { username: u, password: ${password} }\n`;
    const passwordOf = async (password: string, environment: Record<string, string> = {}) => {
      const file = join(directory, "secrets.yaml");
      await writeFile(file, withPassword(password));
      const { configuration, warnings } = await readConfiguration(file, { purpose: "validate", environment });
      const secret = configuration?.trunks.acme?.credentials?.password;
      const lines = warnings.map(formatFault).filter((line) => line.includes("password:"));
      return secret?.resolved === true ? secret.reveal() : lines;
    };
    expect(await passwordOf("{ file: password }")).toBe("hunter2");
    expect(await passwordOf('"${SECRET}"', { SECRET: "from outside" })).toBe("from outside");
    expect(await passwordOf('"${SECRET}"')).toEqual([
      `${directory}/secrets.yaml:10:43: trunks.acme.credentials.password: the variable SECRET is not set; set it where Demarc is started`,
    ]);
    expect(await passwordOf('"${SECRET}"', { SECRET: "" })).toEqual([expect.stringContaining("is empty")]);
    expect(await passwordOf("{ file: nothing }")).toEqual([expect.stringContaining("the file nothing is empty")]);
    expect(await passwordOf("{ file: gone }")).toEqual([expect.stringContaining("there is no such file")]);
    expect(await passwordOf("hunter2")).toBe("hunter2");
  });
});

describe("secrets", () => {
  const text = `${VALID}    credentials: { username: u, password: "\${SECRET}" }\n`;

  test("a missing one keeps Demarc from starting", async () => {
    expect((await faultsOf(text)).join("\n")).toContain("the variable SECRET is not set");
  });

  test("one that stands in the file is warned of, and not shown", async () => {
    const { warnings } = await read(text.replace("${SECRET}", "hunter2"), { purpose: "validate" });
    expect(warnings.join("\n")).toContain("the secret itself stands in the file");
    expect(warnings.join("\n")).not.toContain("hunter2");
  });

  test("are shown by nothing that prints the configuration", async () => {
    const { configuration } = await read(text, { purpose: "validate", environment: { SECRET: "hunter2" } });
    expect(configuration?.trunks.acme?.credentials?.password.reveal()).toBe("hunter2");
    expect(JSON.stringify(configuration)).not.toContain("hunter2");
    expect(Object.isFrozen(configuration) && Object.isFrozen(configuration?.trunks.acme?.credentials)).toBe(true);
  });
});
