// Locating as a function of answer tables: what is asked, in which rounds, and where it leads (RFC 3263 section 4).
import { describe, expect, it } from "vitest";
import { seededRandom } from "../../base/index.ts";
import { type DnsAnswer, type NaptrRecord, questionKey, type SrvRecord } from "./dns-answers.ts";
import { type LocateQuery, type Locating, locateServers, type Reach } from "./locate-servers.ts";

const ALL: readonly Reach[] = [
  { transport: "udp", family: 4 },
  { transport: "tcp", family: 4 },
  { transport: "tls", family: 4 },
];
const DUAL: readonly Reach[] = [
  { transport: "udp", family: 4 },
  { transport: "udp", family: 6 },
];

function query(host: string, more: Partial<LocateQuery> = {}): LocateQuery {
  return { host, port: null, transport: null, secure: false, reach: ALL, ...more };
}

const naptr = (...rows: readonly (readonly [number, number, string, string])[]): DnsAnswer => {
  const records = rows.map(
    ([order, preference, service, replacement]): NaptrRecord => ({
      order,
      preference,
      flags: "s",
      service,
      regexp: "",
      replacement,
    }),
  );
  return { kind: "naptr", records };
};
const srv = (...rows: readonly (readonly [number, number, number, string])[]): DnsAnswer => ({
  kind: "srv",
  records: rows.map(([priority, weight, port, target]): SrvRecord => ({ priority, weight, port, target })),
});
const at = (...addresses: string[]): DnsAnswer => ({ kind: "addresses", addresses });
const NONE: DnsAnswer = { kind: "none" };
const SILENCE: DnsAnswer = { kind: "failed", detail: "the name servers do not answer" };

interface Run {
  readonly asked: readonly (readonly string[])[];
  readonly end: Locating;
}

/** Answers out of the table until there is nothing left to ask; every question that it does not list has no answer. */
function run(wanted: LocateQuery, table: Readonly<Record<string, DnsAnswer>>, seed = 1): Run {
  const known = new Map<string, DnsAnswer>();
  const asked: string[][] = [];
  for (;;) {
    const step = locateServers(wanted, known, seededRandom(seed));
    if (step.kind !== "ask") return { asked, end: step };
    const keys = step.questions.map(questionKey);
    expect(keys.length).toBeGreaterThan(0);
    for (const key of keys) {
      expect(known.has(key)).toBe(false);
      known.set(key, table[key] ?? NONE);
    }
    asked.push(keys);
  }
}

function places({ end }: Run): string[] {
  if (end.kind !== "found") throw new Error(JSON.stringify(end));
  return end.places.map(({ address, port, transport }) => `${transport} ${address} ${port}`);
}

/** RFC 3263 section 4's own domain, with one more server. */
const EXAMPLE = {
  "NAPTR example.com": naptr(
    [50, 50, "SIPS+D2T", "_sips._tcp.example.com"],
    [90, 50, "SIP+D2T", "_sip._tcp.example.com"],
    [100, 50, "SIP+D2U", "_sip._udp.example.com"],
  ),
  "SRV _sips._tcp.example.com": srv([1, 0, 5061, "secure.example.com"]),
  "SRV _sip._tcp.example.com": srv([2, 0, 5060, "server2.example.com"], [1, 0, 5060, "server1.example.com"]),
  "SRV _sip._udp.example.com": srv([0, 1, 5070, "server1.example.com"]),
  "A secure.example.com": at("192.0.2.9"),
  "A server1.example.com": at("192.0.2.1"),
  "A server2.example.com": at("192.0.2.2", "192.0.2.3"),
  "A example.com": at("192.0.2.80"),
} as const;

describe("what the URI decides by itself", () => {
  it.each([
    [query("192.0.2.7"), "udp 192.0.2.7 5060"],
    [query("192.0.2.7", { port: 5080 }), "udp 192.0.2.7 5080"],
    [query("192.0.2.7", { transport: "tcp" }), "tcp 192.0.2.7 5060"],
    [query("192.0.2.7", { secure: true }), "tls 192.0.2.7 5061"],
    [query("2001:db8::7", { reach: DUAL }), "udp 2001:db8::7 5060"],
    [query("192.0.2.7", { reach: [{ transport: "tcp", family: 4 }] }), "tcp 192.0.2.7 5060"],
  ])("an address needs no question: %o", (wanted, place) => {
    const done = run(wanted, {});
    expect(done.asked).toEqual([]);
    expect(places(done)).toEqual([place]);
  });

  it.each([
    [query("example.com", { port: 5070 }), "udp 192.0.2.80 5070"],
    [query("example.com", { port: 5070, transport: "tcp" }), "tcp 192.0.2.80 5070"],
    [query("example.com", { port: 5070, secure: true }), "tls 192.0.2.80 5070"],
  ])("a port rules NAPTR and SRV out: %o", (wanted, place) => {
    const done = run(wanted, EXAMPLE);
    expect(done.asked).toEqual([["A example.com"]]);
    expect(places(done)).toEqual([place]);
  });

  it("a transport rules NAPTR out", () => {
    const done = run(query("example.com", { transport: "tcp" }), EXAMPLE);
    expect(done.asked).toEqual([["SRV _sip._tcp.example.com"], ["A server1.example.com", "A server2.example.com"]]);
    expect(places(done)).toEqual(["tcp 192.0.2.1 5060", "tcp 192.0.2.2 5060", "tcp 192.0.2.3 5060"]);
  });

  it("what we have no listener for cannot be called", () => {
    expect(run(query("example.com", { transport: "wss" }), EXAMPLE).end).toMatchObject({ kind: "failed" });
    expect(run(query("2001:db8::7"), {}).end).toMatchObject({ kind: "failed" });
    expect(run(query("example.com", { secure: true, reach: DUAL }), EXAMPLE).end).toMatchObject({ kind: "failed" });
  });
});

describe("NAPTR", () => {
  it("the lowest order that both sides speak is taken, and no other", () => {
    const done = run(query("Example.COM."), EXAMPLE);
    expect(done.asked).toEqual([["NAPTR example.com"], ["SRV _sips._tcp.example.com"], ["A secure.example.com"]]);
    expect(places(done)).toEqual(["tls 192.0.2.9 5061"]);
    const withoutTls = ALL.filter(({ transport }) => transport !== "tls");
    expect(places(run(query("example.com", { reach: withoutTls }), EXAMPLE))[0]).toBe("tcp 192.0.2.1 5060");
    expect(places(run(query("example.com", { reach: DUAL }), EXAMPLE))).toEqual(["udp 192.0.2.1 5070"]);
  });

  it("sips takes encrypted services only, whatever the order says", () => {
    const table = { ...EXAMPLE, "NAPTR example.com": naptr([1, 1, "SIP+D2U", "_sip._udp.example.com"]) };
    expect(places(run(query("example.com", { secure: true }), table))).toEqual(["tls 192.0.2.9 5061"]);
  });

  it("equals of one order follow one another by preference", () => {
    const table = {
      ...EXAMPLE,
      "NAPTR example.com": naptr(
        [10, 2, "sip+d2u", "_sip._udp.example.com"],
        [10, 1, "SIP+d2t", "_sip._tcp.example.com"],
      ),
    };
    expect(places(run(query("example.com"), table))).toEqual([
      "tcp 192.0.2.1 5060",
      "tcp 192.0.2.2 5060",
      "tcp 192.0.2.3 5060",
      "udp 192.0.2.1 5070",
    ]);
  });

  it.each([
    ["flags", { flags: "u" }],
    ["a rewriting rule", { regexp: "!^.*$!sip:x@example.com!" }],
    ["no replacement", { replacement: "." }],
    ["another service", { service: "E2U+sip" }],
  ])("records with %s are not followed", (_what, odd) => {
    const record = {
      order: 1,
      preference: 1,
      flags: "S",
      service: "SIP+D2T",
      regexp: "",
      replacement: "x.example.com",
    };
    const answer: DnsAnswer = { kind: "naptr", records: [{ ...record, ...odd }] };
    const table = { ...EXAMPLE, "NAPTR example.com": answer, "SRV x.example.com": srv([0, 0, 1, "x.example"]) };
    expect(places(run(query("example.com", { reach: DUAL }), table))).toEqual(["udp 192.0.2.1 5070"]);
  });
});

describe("SRV without NAPTR", () => {
  const table = { ...EXAMPLE, "NAPTR example.com": NONE };

  it("every transport of ours is asked for, in our order of preference", () => {
    const done = run(query("example.com"), table);
    expect(done.asked[1]).toEqual([
      "SRV _sip._udp.example.com",
      "SRV _sip._tcp.example.com",
      "SRV _sips._tcp.example.com",
    ]);
    expect(places(done)).toEqual([
      "udp 192.0.2.1 5070",
      "tcp 192.0.2.1 5060",
      "tcp 192.0.2.2 5060",
      "tcp 192.0.2.3 5060",
      "tls 192.0.2.9 5061",
    ]);
  });

  it.each([
    [query("host.example"), "udp 192.0.2.5 5060"],
    [query("host.example", { transport: "tcp" }), "tcp 192.0.2.5 5060"],
    [query("host.example", { secure: true }), "tls 192.0.2.5 5061"],
    [query("host.example", { secure: true, transport: "tls" }), "tls 192.0.2.5 5061"],
  ])("without SRV the host itself is the server: %o", (wanted, place) => {
    expect(places(run(wanted, { "A host.example": at("192.0.2.5") }))).toEqual([place]);
  });

  it("a domain that refuses the service has none, whatever its address", () => {
    const refused = { "SRV _sip._udp.example.com": srv([0, 0, 0, "."]), "A example.com": at("192.0.2.80") };
    expect(run(query("example.com", { reach: DUAL }), refused)).toMatchObject({
      asked: [["NAPTR example.com"], ["SRV _sip._udp.example.com"]],
      end: { kind: "failed", detail: expect.stringContaining("no such service") },
    });
  });

  it("silence on SRV does not hide an address, and silence on everything is said", () => {
    const silent = { "NAPTR example.com": SILENCE, "SRV _sip._udp.example.com": SILENCE };
    const wanted = query("example.com", { reach: DUAL });
    expect(places(run(wanted, { ...silent, "A example.com": at("192.0.2.80") }))).toEqual(["udp 192.0.2.80 5060"]);
    expect(run(wanted, silent).end).toEqual({ kind: "failed", detail: "the name servers do not answer" });
    expect(run(wanted, {}).end).toMatchObject({ kind: "failed", detail: expect.stringContaining("no address") });
  });
});

it("names that no server can have are not asked about", () => {
  const odd = srv([1, 0, 5060, "a b.example"], [2, 0, 5060, `${"a".repeat(64)}.example`], [3, 0, 5060, "ok.example"]);
  const table = { "SRV _sip._udp.example.com": odd, "A ok.example": at("192.0.2.1") };
  const done = run(query("example.com", { transport: "udp" }), table);
  expect(done.asked).toEqual([["SRV _sip._udp.example.com"], ["A ok.example"]]);
  expect(places(done)).toEqual(["udp 192.0.2.1 5060"]);
});

describe("addresses", () => {
  it("of both families take turns, IPv6 first; local IPv6 last", () => {
    const wanted = query("dual.example", { reach: DUAL, port: 5060 });
    const addresses = (six: string[]): string[] =>
      places(
        run(wanted, { "A dual.example": at("192.0.2.1", "192.0.2.2", "192.0.2.3"), "AAAA dual.example": at(...six) }),
      );
    expect(addresses(["2001:db8::1", "2001:db8::2"])).toEqual([
      "udp 2001:db8::1 5060",
      "udp 192.0.2.1 5060",
      "udp 2001:db8::2 5060",
      "udp 192.0.2.2 5060",
      "udp 192.0.2.3 5060",
    ]);
    expect(addresses(["fd00::1"])[0]).toBe("udp 192.0.2.1 5060");
    expect(addresses(["::1"])[0]).toBe("udp ::1 5060");
  });

  it("are tried once, and a bounded number of them", () => {
    const same = srv([1, 0, 5060, "a.example"], [2, 0, 5060, "b.example"]);
    const table = {
      "SRV _sip._udp.twice.example": same,
      "A a.example": at("192.0.2.1"),
      "A b.example": at("192.0.2.1"),
    };
    const wanted = query("twice.example", { transport: "udp" });
    expect(places(run(wanted, table))).toEqual(["udp 192.0.2.1 5060"]);
    const many = at(...Array.from({ length: 500 }, (_, n) => `198.51.${n >> 8}.${n & 255}`));
    expect(places(run(query("many.example", { port: 1 }), { "A many.example": many }))).toHaveLength(32);
  });
});
