// What is accepted, and what it becomes.

import { describe, expect, test } from "vitest";
import { SRTP_SUITES } from "../protocol/sdp/index.ts";
import { accepted, carrier, configuration, refused, wan } from "./sample-configuration.ts";
import { Secret } from "./secret.ts";

const PLAIN_MEDIA = { codecs: null, encryption: "none", dtmf: "rfc4733", hold: "auto", fax: "off", ice: "off" };
const DEFAULT_HEADERS = {
  pass: [],
  remove: [],
  set: {},
  reason: "none",
  userToUser: false,
  sessionId: "none",
  in: [],
  out: [],
};

const DEFAULT_IDENTITY = {
  trust: true,
  format: "e164",
  country: null,
  trunkPrefix: "auto",
  stripPrefix: null,
  addPrefix: null,
  callerHeader: "from",
  callerNumber: null,
  callerName: "pass",
  withheld: "auto",
  domain: "own",
  userPhone: false,
  diversion: "none",
};

const UNLIMITED = { calls: null, callsPerSecond: null, burst: null };

describe("what the file does not say", () => {
  test("is filled in", () => {
    const read = accepted(configuration());
    expect(read.node).toEqual({ name: "demarc", dataDir: "./data", mediaGrace: 60_000, rtpengine: [], policy: null });
    expect(read.api.listen).toEqual({ address: "127.0.0.1", port: 8080 });
    expect(read.country).toBeNull();
    expect(read.emergencyNumbers).toEqual(["112", "911", "999"]);
    const japan = accepted(configuration({ country: "JP" })).emergencyNumbers;
    expect(japan).toEqual(["112", "911", "999", "110", "119"]);
    expect(accepted(configuration({ country: "JP", emergencyNumbers: ["110"] })).emergencyNumbers).toEqual(["110"]);
    expect(read.certificates).toEqual({});
    expect(read.numbers).toEqual([]);
    expect(read.routes).toEqual([]);
    expect(read.networks.lan?.advertise).toBeNull();
  });

  test("of a trunk too", () => {
    expect(accepted(configuration()).trunks.carrier).toEqual({
      name: "carrier",
      role: "provider",
      profile: null,
      network: "wan",
      targets: [
        { uri: "sip:127.0.0.3:5060", host: "127.0.0.3", port: 5060, transport: null, priority: 10, weight: 100 },
      ],
      identify: { addresses: [], tlsNames: [], digest: false },
      rates: null,
      registration: null,
      credentials: null,
      tls: { verifyName: null, wildcard: false, certificate: null },
      media: { ...PLAIN_MEDIA, srtpSuites: SRTP_SUITES },
      signaling: {
        sessionExpires: null,
        minSessionExpires: 90_000,
        sessionRefresh: "auto",
        reliableProvisional: "off",
        update: "auto",
        delayedOffer: true,
        forks: "fold",
        earlyMedia: "pass",
        ringback: "pass",
        transfer: "refuse",
        redirect: "refuse",
        passMethods: [],
        passBodies: ["application/dtmf-relay", "application/dtmf", "application/media_control+xml", "text/plain"],
        timers: { t1: 500, t2: 4000, t4: 5000, timerB: 32_000, timerF: 32_000 },
        overloadControl: false,
      },
      identity: DEFAULT_IDENTITY,
      headers: DEFAULT_HEADERS,
      responses: { byCause: false, in: [], out: [] },
      health: { optionsEvery: null, downAfter: 3, upAfter: 2 },
      failover: { attemptTimeout: 4000, onStatus: [408, 480, 500, 502, 503, 504] },
      limits: {
        calls: null,
        callsPerSecond: null,
        burst: null,
        emergencyReserve: 0,
        from: UNLIMITED,
        to: UNLIMITED,
        classOfService: null,
        ringTimeout: 180_000,
        maxDuration: 43_200_000,
        noMediaTimeout: null,
      },
      emergency: { callbackNumber: null, location: null, convey: "none" },
    });
  });

  test("and the whole is frozen", () => {
    const read = accepted(configuration());
    const trunk = read.trunks.pbx;
    for (const part of [read, read.trunks, trunk, trunk?.limits, trunk?.targets, read.networks.lan?.listen]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
  });
});

describe("values", () => {
  test.each([
    ["500ms", 500],
    ["4s", 4000],
    ["1m", 60_000],
  ])("duration %s", (text, ms) => {
    const read = accepted(configuration({ trunks: { c: carrier({ failover: { attemptTimeout: text } }) } }));
    expect(read.trunks.c?.failover.attemptTimeout).toBe(ms);
  });

  test.each([
    [4, "expected a duration with its unit, such as 500ms, 4s, 30m or 12h, got the number 4"],
    ["4", "expected a duration with its unit, such as 500ms, 4s, 30m or 12h"],
    ["4 s", "expected a duration with its unit, such as 500ms, 4s, 30m or 12h"],
    ["-4s", "expected a duration with its unit, such as 500ms, 4s, 30m or 12h"],
    ["1d", "expected a duration from 500ms to 64s"],
  ])("refuses the duration %j", (value, message) => {
    const input = configuration({ trunks: { c: carrier({ failover: { attemptTimeout: value } }) } });
    expect(refused(input)).toEqual([`trunks.c.failover.attemptTimeout: ${message}`]);
  });

  test.each([
    ["sip:10.0.0.20", { host: "10.0.0.20", port: null, transport: null }],
    ["sip:10.0.0.20:5070", { host: "10.0.0.20", port: 5070, transport: null }],
    ["sip:sip.carrier-a.example;transport=UDP", { host: "sip.carrier-a.example", port: null, transport: "udp" }],
  ])("target %s", (uri, expected) => {
    expect(accepted(configuration({ trunks: { c: carrier({ targets: [{ uri }] }) } })).trunks.c?.targets[0]).toEqual({
      uri,
      ...expected,
      priority: 10,
      weight: 100,
    });
  });

  test("target over IPv6 and with encryption", () => {
    const six = wan({
      listen: [
        { transport: "udp", address: "2001:db8::1", port: 5060 },
        { transport: "tls", address: "2001:db8::1", port: 5061, certificate: "wan" },
      ],
    });
    const read = accepted({
      networks: { wan: six },
      certificates: { wan: { certFile: "a.pem", keyFile: "a.key" } },
      trunks: { c: carrier({ targets: [{ uri: "sip:[2001:db8::20]:5060" }, { uri: "sips:sip.carrier.example" }] }) },
    });
    expect(read.trunks.c?.targets).toMatchObject([
      { host: "2001:db8::20", port: 5060, transport: null },
      { host: "sip.carrier.example", port: null, transport: "tls" },
    ]);
  });

  test.each([
    "10.0.0.20:5060",
    "sip:",
    "sip:300.0.0.1",
    "sip:10.0.0.1:0",
    "sip:10.0.0.1:65536",
    "sip:user@10.0.0.1",
    "sip:10.0.0.1?Subject=x",
    "sip:10.0.0.1;lr",
    "sip:10.0.0.1;transport=sctp",
    "sip:10.0.0.1;transport=constructor",
    "sip:-bad.example",
    "sip:a..example",
    "sips:10.0.0.1;transport=udp",
    "sip:10.0.0.1\r\nX: y",
  ])("refuses the target %j", (uri) => {
    const input = configuration({ trunks: { c: carrier({ targets: [{ uri }] }) } });
    expect(refused(input)).toEqual([expect.stringMatching(/^trunks\.c\.targets\[0\]\.uri: /)]);
  });

  test.each([
    ["+1*", { kind: "prefix", prefix: "+1" }],
    ["*", { kind: "prefix", prefix: "" }],
    ["+13035550100", { kind: "exact", number: "+13035550100" }],
    ["911", { kind: "exact", number: "911" }],
    ["/^\\+1(202|303)[0-9]+$/", { kind: "regexp", source: "^\\+1(202|303)[0-9]+$" }],
    ["/^(?:[0-9]{3}){2}$/", { kind: "regexp", source: "^(?:[0-9]{3}){2}$" }],
    ["/[(+]+/", { kind: "regexp", source: "[(+]+" }],
    ["/(1+)+$/", { kind: "regexp", source: "(1+)+$" }],
  ])("pattern %s", (called, expected) => {
    const read = accepted(configuration({ routes: [{ name: "r", match: { called }, to: ["pbx"] }] }));
    expect(read.routes[0]?.match.called).toEqual({ patterns: [expected], lists: [] });
  });

  test.each([
    ["", "expected, in quotes, a number"],
    ["+1*2", "expected, in quotes, a number"],
    ["//", "is empty"],
    ["/abc", "ends with a slash"],
    ["/abc/i", "ends with a slash"],
    ["/(/", "a parenthesis is not closed"],
    ["/(?=1)/", "nothing is looked at ahead or behind"],
    ["/(a)\\1/", "\\1 is not taken"],
    ["/((1{90}){90}){90}/", "make it too long"],
    [`/${"1".repeat(201)}/`, "at most 200 characters"],
    [1, "got the number 1; put it in quotes"],
  ])("refuses the pattern %j", (called, part) => {
    const problems = refused(configuration({ routes: [{ name: "r", match: { called }, to: ["pbx"] }] }));
    expect(problems).toEqual([expect.stringMatching(/^routes\[0\]\.match\.called: /)]);
    expect(problems[0]).toContain(part);
  });

  test.each([
    [
      ["carrier", "pbx"],
      {
        kind: "trunks",
        entries: [
          { trunk: "carrier", weight: null },
          { trunk: "pbx", weight: null },
        ],
      },
    ],
    [[{ trunk: "carrier", weight: 7 }], { kind: "trunks", entries: [{ trunk: "carrier", weight: 7 }] }],
    ["numbers", { kind: "numbers" }],
    [
      { reject: 403, reason: "No" },
      { kind: "reject", status: 403, reason: "No", cause: null },
    ],
    [{ reject: 603 }, { kind: "reject", status: 603, reason: null, cause: null }],
  ])("destination %j", (to, expected) => {
    expect(accepted(configuration({ routes: [{ name: "r", to }] })).routes[0]?.to).toEqual(expected);
  });

  test("a number and a range become blocks", () => {
    const numbers = [
      { number: "+12025550100", trunk: "pbx", emergencyLocation: "hq" },
      { range: ["+12025550101", "+12025550199"], trunk: "pbx" },
    ];
    const locations = { hq: { point: { latitude: 1, longitude: 2 } } };
    expect(accepted(configuration({ numbers, locations })).numbers).toMatchObject([
      { first: "+12025550100", last: "+12025550100", trunk: "pbx", emergencyLocation: "hq" },
      { first: "+12025550101", last: "+12025550199", trunk: "pbx", emergencyLocation: null },
    ]);
  });

  test("codecs are known by any spelling and kept in one", () => {
    const read = accepted(configuration({ trunks: { c: carrier({ media: { codecs: ["pcma", "OPUS"] } }) } }));
    expect(read.trunks.c?.media.codecs).toEqual(["PCMA", "opus"]);
  });
});

describe("secrets", () => {
  const withPassword = (password: unknown) =>
    configuration({ trunks: { c: carrier({ credentials: { username: "u", password } }) } });

  test.each([
    ["${CARRIER_PASSWORD}", { kind: "environment", name: "CARRIER_PASSWORD" }],
    [{ file: "secrets/a" }, { kind: "file", path: "secrets/a" }],
    ["hunter2", { kind: "literal" }],
  ])("%j", (password, source) => {
    const secret = accepted(withPassword(password)).trunks.c?.credentials?.password;
    expect(secret).toBeInstanceOf(Secret);
    expect(secret?.source).toEqual(source);
    expect(secret?.resolved).toBe(source.kind === "literal");
  });

  test.each([
    [4711],
    [{ file: 7 }],
    [{ path: "x" }],
    [{ file: "a", b: "hunter2" }],
    ["${1X}"],
    ["${A"],
    [""],
    [null],
    [["hunter2"]],
  ])("refuses %j and does not repeat it", (password) => {
    const lines = refused(withPassword(password));
    expect(lines).toEqual([expect.stringMatching(/^trunks\.c\.credentials\.password: /)]);
    expect(lines.join()).not.toMatch(/4711|hunter2/);
  });

  test("a missing password is missing", () => {
    expect(refused(withPassword(undefined))).toEqual([expect.stringContaining("password: missing: ")]);
  });
});
