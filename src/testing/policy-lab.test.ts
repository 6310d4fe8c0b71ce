import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Policy } from "../engine/index.ts";
import type { LabOptions } from "./lab-call.ts";
import { openLab } from "./policy-lab.ts";

const CONFIGURATION = `
country: US
emergencyNumbers: ["911"]
networks:
  lan: { listen: [{ transport: udp, address: 127.0.0.1, port: 5060 }], media: { address: 127.0.0.1, ports: 20000-20999 } }
  wan: { listen: [{ transport: tls, address: 127.0.0.2, port: 5061, certificate: wan, peerCertificate: require }], media: { address: 127.0.0.2, ports: 21000-21999 }, advertise: 203.0.113.9 }
certificates: { wan: { certFile: none.pem, keyFile: none.key, caFile: none.pem } }
trunks:
  pbx: { role: pbx, network: lan, identify: { digest: true }, credentials: { username: pbx, password: "\${NOBODY_HAS_THIS}" }, registration: { accept: true } }
  carrier-a:
    role: provider
    network: wan
    targets: [{ uri: "sip:one.carrier.example;transport=tls", priority: 10 }, { uri: "sip:two.carrier.example;transport=tls", priority: 20 }]
    identify: { tlsNames: [carrier.example] }
    media: { encryption: sdes }
    failover: { attemptTimeout: 2s }
  carrier-b: { role: provider, network: wan, targets: [{ uri: "sip:192.0.2.4;transport=tls" }], identify: { addresses: [192.0.2.4] } }
numbers: [{ range: ["+12025550100", "+12025550199"], trunk: pbx }]
calendars: { office: { timeZone: America/New_York, hours: [{ days: mon-fri, from: "09:00", to: "17:00" }] } }
routes:
  - { name: emergency, match: { emergency: true }, to: [carrier-a] }
  - { name: inbound, match: { from: [carrier-a, carrier-b] }, to: numbers }
  - { name: closed, match: { outside: office }, to: { reject: 480, reason: "Closed" } }
  - { name: outbound, to: [carrier-a, carrier-b] }
`;

const OUT = { from: "pbx", caller: "+12025550100", called: "+13035550142" };

let directory = "";

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "demarc-lab-"));
  writeFileSync(join(directory, "demarc.yaml"), CONFIGURATION);
});
afterEach(() => rmSync(directory, { recursive: true }));

/** On a Monday at ten in New York. */
const open = (options: Partial<LabOptions> = {}) =>
  openLab({ file: join(directory, "demarc.yaml"), at: "2026-01-05T15:00:00Z", ...options });

describe("a lab", () => {
  test("plays the operator's trunks, whatever they are known and secured by outside", async () => {
    const lab = await open();
    const out = await lab.call({ ...OUT, callerName: "Sales", headers: { "X-Line": "1" }, talkMs: 3_600_000 });
    expect(out).toMatchObject({
      status: 200,
      decisions: [],
      targets: [
        {
          trunk: "carrier-a",
          target: "sip:one.carrier.example;transport=tls",
          called: "+13035550142",
          caller: "+12025550100",
          headers: { "max-forwards": ["69"] },
        },
      ],
      record: {
        durationMs: expect.any(Number),
        cause: "normal-clearing",
        endedBy: "caller",
        startedAt: "2026-01-05T15:00:00.001Z",
      },
    });
    expect(out.record.durationMs).toBeCloseTo(3_600_000, -2);
    const inbound = await lab.call({ from: "carrier-b", caller: "+13035550142", called: "+12025550107" });
    expect(inbound).toMatchObject({ status: 200, targets: [{ trunk: "pbx", target: "sip:pbx" }] });
  });

  test("goes by its own clock, and gives the same every time", async () => {
    const night = await open({ at: "2026-01-05T23:00:00Z" });
    expect(await night.call(OUT)).toMatchObject({ status: 480, targets: [], record: { route: "closed" } });
    const one = await (await open({ seed: 3 })).call(OUT);
    expect(await (await open({ seed: 3 })).call(OUT)).toEqual(one);
  });

  test("has peers that refuse, ring, are silent, hang up, and callers that give up", async () => {
    const lab = await open({ answers: { "carrier-a": "silent", "carrier-b": { ringMs: 20, talkMs: 500 } } });
    const { targets, record } = await lab.call(OUT);
    expect(targets.map(({ target }) => target)).toEqual([
      "sip:one.carrier.example;transport=tls",
      "sip:two.carrier.example;transport=tls",
      "sip:192.0.2.4;transport=tls",
    ]);
    expect(record).toMatchObject({ endedBy: "callee", durationMs: expect.any(Number), egressTrunk: "carrier-b" });
    const busy = await open({ answers: { "carrier-a": { status: 486 } } });
    expect(await busy.call(OUT)).toMatchObject({ status: 486, record: { cause: "busy" } });
    const ringing = await open({ answers: { "carrier-a": "rings" } });
    expect(await ringing.call({ ...OUT, patienceMs: 3000 })).toMatchObject({
      status: 487,
      record: { cause: "cancelled" },
    });
  });

  test("places calls that come at once one after another", async () => {
    const lab = await open({ policy: { onCall: ({ called }) => ({ tags: [called.slice(-4)] }) } });
    const outcomes = await Promise.all(
      ["0141", "0142", "0143"].map((end) => lab.call({ ...OUT, called: `+1303555${end}` })),
    );
    expect(outcomes.map(({ record }) => record.tags)).toEqual([["0141"], ["0142"], ["0143"]]);
  });

  test.each([
    [
      "a trunk that is not there",
      (lab: Awaited<ReturnType<typeof open>>) => lab.call({ ...OUT, from: "px" }),
      /there is no trunk px/,
    ],
    ["a time that is none", () => open({ at: "yesterday" }), /at: "yesterday" is no time/],
    ["a file that is not there", () => openLab({ file: "none.yaml" }), /none\.yaml/],
  ])("says what is wrong with %s", async (_, act, message) => {
    const lab = await open();
    await expect(act(lab)).rejects.toThrow(message);
    // The lab goes on.
    expect((await lab.call(OUT)).status).toBe(200);
  });

  test("says what is wrong with the configuration, or with the policy that it names", async () => {
    writeFileSync(
      join(directory, "wrong.yaml"),
      CONFIGURATION.replace("to: [carrier-a, carrier-b]", "to: [carrier-c]"),
    );
    await expect(openLab({ file: join(directory, "wrong.yaml") })).rejects.toThrow(
      /routes\[3\]\.to\[0\]: there is no trunk "carrier-c"/,
    );
    writeFileSync(join(directory, "named.yaml"), `node: { policy: policy.mjs }\n${CONFIGURATION}`);
    writeFileSync(join(directory, "policy.mjs"), "export default { onCalls() {} };");
    await expect(openLab({ file: join(directory, "named.yaml") })).rejects.toThrow(/unknown hook "onCalls"/);
  });
});

describe("a policy in a lab", () => {
  const played = async (policy: Policy, options: Partial<LabOptions> = {}) =>
    (await open({ policy, ...options })).call(OUT);

  test("is asked and told as by Demarc, and what it said is shown", async () => {
    const told: unknown[] = [];
    const { decisions, record, status } = await played({
      onCall: ({ headers, ...call }) => void told.push(["onCall", call.called, headers["user-agent"]]) as undefined,
      async onRoute({ route, targets }) {
        await new Promise((go) => setImmediate(go));
        told.push(["onRoute", route, targets.length]);
        return { to: ["carrier-b"], tags: ["b"] };
      },
      onAnswer: ({ egressTrunk, tags }) => ({ end: egressTrunk === "carrier-b" && tags.includes("b") }),
      onEnd: ({ cause }) => void told.push(["onEnd", cause]),
    });
    expect(status).toBe(200);
    expect(told).toEqual([
      ["onCall", "+13035550142", expect.anything()],
      ["onRoute", "outbound", 3],
      ["onEnd", "rejected"],
    ]);
    expect(decisions).toEqual([
      { hook: "onCall", said: null, fault: null },
      { hook: "onRoute", said: { to: ["carrier-b"], tags: ["b"] }, fault: null },
      { hook: "onAnswer", said: { end: true }, fault: null },
      { hook: "onEnd", said: null, fault: null },
    ]);
    expect(record).toMatchObject({ egressTrunk: "carrier-b", tags: ["b"], endedBy: "demarc" });
  });

  test.each<[string, Policy, RegExp]>([
    [
      "throws",
      {
        onCall: () => {
          throw new Error("no database");
        },
      },
      /^Error: no database$/,
    ],
    [
      "names what is not there",
      { onCall: () => ({ to: ["carrier-z"] }) },
      /^onCall decided to\[0\]: there is no trunk "carrier-z"/,
    ],
    ["is late", { onCall: () => new Promise(() => undefined) }, /^Error: onCall did not decide within 500 ms$/],
  ])("that %s leaves the call to its fallback, and that is shown", async (_, policy, fault) => {
    const { status, decisions } = await played(policy);
    expect(status).toBe(200);
    expect(decisions[0]?.fault).toMatch(fault);
  });

  test("cannot change what the engine has, nor hold on to it", async () => {
    const { status, record } = await played({
      onCall(call) {
        (call as { called: string }).called = "+19005550100";
        return { tags: ["kept"] };
      },
    });
    expect([status, record.called, record.tags]).toEqual([200, "+13035550142", ["kept"]]);
  });

  test("hears of an emergency call at its end alone", async () => {
    const lab = await open({ policy: { onCall: () => ({ reject: 403 }), onEnd: () => undefined } });
    const { status, decisions } = await lab.call({ ...OUT, called: "911" });
    expect([status, decisions.map(({ hook }) => hook)]).toEqual([200, ["onEnd"]]);
  });
});
