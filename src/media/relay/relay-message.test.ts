import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type RelayReport, type RelayRequest, readReport, readRequest } from "./relay-message.ts";

const SIDE = { network: "lan", bound: null };
const REMOTE = {
  kind: "address",
  address: "192.0.2.1",
  rtpPort: 4000,
  rtcpAddress: "192.0.2.1",
  rtcpPort: 4001,
  learn: "any",
  manySources: false,
  mux: true,
  udptl: false,
} as const;
const TONES = { send: 101, receive: 97, rateHz: 8000 };
const ICE = { fragment: "frag", password: "a password of many" };
const CHECKED = { kind: "checked", manySources: true, mux: false } as const;
const KEYS = { suite: "AEAD_AES_128_GCM", receive: "AAAA", receiveMark: "0001", send: "AAAB" } as const;
const COUNTERS = {
  packets: 1,
  bytes: 2,
  lost: 3,
  duplicates: 9,
  reordered: 10,
  jitterMs: 0.5,
  ssrcChanges: 11,
  dscp: 46,
  rtcpPackets: 4,
  rejected: 5,
  malformed: 6,
  unauthentic: 12,
  replayed: 13,
  inKernel: 1,
  firstPacketAt: 7,
  lastPacketAt: 8,
};

const TERMS = {
  role: "server",
  fingerprints: [{ digest: "sha-256", value: "AB:CD" }],
  suites: ["AEAD_AES_128_GCM"],
  association: "one 1",
} as const;

const REQUESTS: readonly RelayRequest[] = [
  {
    id: 1,
    op: "configure",
    networks: [{ name: "lan", address: "::1", portFrom: 1, portTo: 65_535, dscp: -1, kernel: true }],
  },
  {
    id: 2,
    op: "open",
    session: 1,
    streams: [{ slot: 0, a: SIDE, b: { network: "wan", bound: { address: "::1", port: 2 } } }],
    memo: "{}",
  },
  {
    id: 3,
    op: "aim",
    session: 1,
    revision: 1,
    timeoutMs: 0,
    oneWayMs: 5,
    streams: [
      {
        slot: 0,
        a: REMOTE,
        b: { kind: "hold" },
        keys: [KEYS, null],
        dtls: [null, null],
        ice: [null, ICE],
        tones: [TONES, null],
        clockRates: [0, 8000],
      },
      {
        slot: 1,
        a: { kind: "closed" },
        b: REMOTE,
        keys: [null, null],
        dtls: [null, TERMS],
        ice: [null, null],
        tones: [null, null],
        clockRates: [],
      },
      {
        slot: 2,
        a: CHECKED,
        b: REMOTE,
        keys: [null, null],
        dtls: [null, null],
        ice: [ICE, null],
        tones: [null, null],
        clockRates: [],
      },
    ],
  },
  { id: 4, op: "close", session: 1, slots: [0] },
  { id: 5, op: "read", session: 1, slots: [] },
  { id: 6, op: "status" },
  { id: 7, op: "hello" },
  { id: 8, op: "list", after: 0 },
  { id: 9, op: "stop" },
  { id: 10, op: "tone", session: 1, slot: 0, side: 1, event: 16, durationMs: 8000, volume: 63 },
];

const TONE = { event: "tone", session: 1, slot: 0, side: 1, tone: 11, durationMs: 160 } as const;

const REPORTS: readonly RelayReport[] = [
  TONE,
  { id: 1, result: { kind: "done" } },
  { id: 2, result: { kind: "opened", ports: [[20_000, 30_000]], fingerprint: "AB:CD" } },
  { id: 3, result: { kind: "counters", counters: [null, [COUNTERS, COUNTERS]] } },
  {
    id: 4,
    result: {
      kind: "status",
      status: {
        streams: 1,
        sockets: 4,
        wire: "epoll",
        threads: 1,
        kernel: "not built",
        kernelFlows: 0,
        frameFlows: 1,
        forwarded: 5,
        unaddressed: 6,
        unsendable: 7,
      },
    },
  },
  { id: 5, result: { kind: "failed", failure: "no-ports", detail: "" } },
  { id: 6, result: { kind: "hello", protocol: "1-8", pid: 4711, slots: 16 } },
  {
    id: 7,
    result: {
      kind: "sessions",
      sessions: [
        { session: 1, memo: "{}", aim: null, ports: [[0, 20_000, 0]], fingerprint: "AB:CD" },
        {
          session: 2,
          memo: "{}",
          aim: { revision: 1, timeoutMs: 5, oneWayMs: 0, streams: [] },
          ports: [],
          fingerprint: "AB:CD",
        },
      ],
      more: true,
    },
  },
  { event: "first-packet", session: 1, slot: 0, side: 1 },
  { event: "one-way", session: 1, slot: 0, side: 0 },
  { event: "secured", session: 1, slot: 0, side: 0, suite: "AEAD_AES_256_GCM" },
  { event: "unsecured", session: 1, slot: 0, side: 1, fault: "fingerprint" },
  { event: "timeout", session: 4_294_967_295 },
];

/** Every message that differs from `value` in one place: the field left out, or of another kind. */
function spoil(value: unknown): unknown[] {
  if (typeof value !== "object" || value === null) return [{}, undefined, "?", -2, 1e300, true];
  const copies = Object.entries(value).flatMap(([key, inner]) =>
    spoil(inner).map((spoiled) =>
      Array.isArray(value) ? value.with(Number(key), spoiled) : { ...value, [key]: spoiled },
    ),
  );
  return [...copies, "?", null, 7];
}

describe("what crosses between the processes", () => {
  test.each(REQUESTS)("a request is read as it was written: $op", (request) => {
    expect(readRequest(JSON.parse(JSON.stringify(request)))).toEqual(request);
  });

  test.each(REPORTS)("a report is read as it was written: %j", (report) => {
    expect(readReport(JSON.parse(JSON.stringify(report)))).toEqual(report);
  });

  test("a message with one field spoiled is refused, or is another whole message", () => {
    let refused = 0;
    const cases = [
      ...REQUESTS.flatMap((request) => spoil(request).map((spoiled) => [spoiled, readRequest(spoiled)])),
      ...REPORTS.flatMap((report) => spoil(report).map((spoiled) => [spoiled, readReport(spoiled)])),
    ];
    for (const [spoiled, read] of cases) {
      if (read === null) refused += 1;
      else expect(spoiled).toMatchObject(read as object);
    }
    expect(refused).toBeGreaterThan(cases.length * 0.8);
  });

  test("any other value is refused without throwing", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(readRequest(value)).toBeNull();
        expect(readReport(value)).toBeNull();
      }),
    );
  });
});
