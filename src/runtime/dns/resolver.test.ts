// From a target to the places of its servers: a name server on loopback, a hosts file, and a clock of the test's own.
import type { Answer, NaptrData } from "dns-packet";
import { afterEach, expect, test } from "vitest";
import { seededRandom } from "../../base/index.ts";
import type { LocateQuery } from "../../protocol/transport/index.ts";
import { createDnsClient } from "./dns-client.ts";
import { createResolver } from "./resolver.ts";
import { openSampleNameServer, type SampleNameServer } from "./sample-name-server.ts";
import type { SystemNames } from "./system-names.ts";

const DEADLINE_MS = 60_000;
const open: SampleNameServer[] = [];
let now = 0;

afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

function naptr(name: string, more: Partial<NaptrData>): Answer {
  const rule = { order: 10, preference: 10, flags: "u", services: "E2U+sip", regexp: "", replacement: "", ...more };
  return { type: "NAPTR", name, ttl: 60, data: rule };
}

const ZONE: Readonly<Record<string, readonly Answer[]>> = {
  "NAPTR carrier.example": [
    {
      type: "NAPTR",
      name: "carrier.example",
      ttl: 60,
      data: {
        order: 1,
        preference: 1,
        flags: "S",
        services: "SIP+D2T",
        regexp: "",
        replacement: "_sip._tcp.carrier.example",
      },
    },
  ],
  "NAPTR 0.0.1.0.5.5.5.2.0.2.1.e164.arpa": [
    naptr("0.0.1.0.5.5.5.2.0.2.1.e164.arpa", { flags: "", services: "", regexp: "", replacement: "numbers.example" }),
  ],
  "NAPTR numbers.example": [
    naptr("numbers.example", { order: 20, regexp: "!^.*$!sip:late@example.com!" }),
    naptr("numbers.example", { preference: 2, regexp: "!^.*$!sip:info@example.com!" }),
    naptr("numbers.example", { preference: 1, regexp: "!^\\+1(.*)$!sip:\\1@example.com!" }),
    naptr("numbers.example", { preference: 0, services: "E2U+web:http", regexp: "!^.*$!http://example.com/!" }),
  ],
  "SRV _sip._tcp.carrier.example": [
    {
      type: "SRV",
      name: "_sip._tcp.carrier.example",
      ttl: 60,
      data: { priority: 2, weight: 0, port: 5062, target: "b.carrier.example" },
    },
    {
      type: "SRV",
      name: "_sip._tcp.carrier.example",
      ttl: 60,
      data: { priority: 1, weight: 0, port: 5061, target: "a.carrier.example" },
    },
  ],
  "A a.carrier.example": [{ type: "A", name: "a.carrier.example", ttl: 10, data: "192.0.2.1" }],
  "A b.carrier.example": [{ type: "A", name: "b.carrier.example", ttl: 60, data: "192.0.2.2" }],
  "A pbx.office.example": [{ type: "A", name: "pbx.office.example", ttl: 60, data: "192.0.2.3" }],
};
const SOA: Answer = {
  type: "SOA",
  name: "example",
  ttl: 30,
  data: { mname: "ns.example", rname: "admin.example", serial: 1, refresh: 1, retry: 1, expire: 1, minimum: 30 },
};

async function createWorld({ silent = false, deadlineMs = DEADLINE_MS } = {}) {
  const server = await openSampleNameServer((query) => {
    const [question] = query.questions ?? [];
    const answers = ZONE[`${question?.type} ${question?.name}`];
    if (silent) return null;
    return answers === undefined ? { rcode: 3, authorities: [SOA] } : { answers };
  });
  open.push(server);
  const random = seededRandom(1);
  const pins: Readonly<Record<string, readonly string[]>> = { localhost: ["127.0.0.1", "::1"] };
  const names: SystemNames = {
    servers: () => [server],
    pinned: (name) => pins[name] ?? null,
    candidates: (name) => (name.includes(".") ? [name] : [`${name}.office.example`, name]),
  };
  const client = createDnsClient({ servers: names.servers, random, patienceMs: [5000] });
  return { server, resolver: createResolver({ deadlineMs, client, names, random, clock: () => now }) };
}

const query = (host: string, more: Partial<LocateQuery> = {}): LocateQuery => ({
  host,
  port: null,
  transport: null,
  secure: false,
  reach: [
    { transport: "udp", family: 4 },
    { transport: "tcp", family: 4 },
  ],
  ...more,
});

const CARRIER = {
  ok: true,
  places: [
    { address: "192.0.2.1", port: 5061, transport: "tcp" },
    { address: "192.0.2.2", port: 5062, transport: "tcp" },
  ],
};

test("a domain leads over NAPTR, SRV and addresses to its servers; what is known is not asked again until it runs out", async () => {
  const { server, resolver } = await createWorld();
  now = 0;
  expect(await resolver.resolve(query("carrier.example"))).toEqual(CARRIER);
  expect(server.asked).toEqual([
    "udp NAPTR carrier.example",
    "udp SRV _sip._tcp.carrier.example",
    "udp A a.carrier.example",
    "udp A b.carrier.example",
  ]);
  now = 9_999;
  expect(await resolver.resolve(query("Carrier.example"))).toEqual(CARRIER);
  expect(server.asked).toHaveLength(4);
  now = 10_000;
  expect(await resolver.resolve(query("carrier.example"))).toEqual(CARRIER);
  expect(server.asked.slice(4)).toEqual(["udp A a.carrier.example"]);
});

test("a number leads over rules to its URIs; what is known is not asked again", async () => {
  const { server, resolver } = await createWorld();
  now = 0;
  const wanted = { number: "+12025550100", suffix: "e164.arpa" };
  const answer = { kind: "enum", uris: ["sip:2025550100@example.com", "sip:info@example.com"] };
  expect(await resolver.urisOf(wanted)).toEqual(answer);
  expect(await resolver.urisOf(wanted)).toEqual(answer);
  expect(server.asked).toEqual(["udp NAPTR 0.0.1.0.5.5.5.2.0.2.1.e164.arpa", "udp NAPTR numbers.example"]);
  expect(await resolver.urisOf({ ...wanted, number: "+12025550101" })).toEqual({ kind: "enum", uris: [] });
});

test("name servers that do not say are no answer to a number", async () => {
  const { resolver } = await createWorld({ silent: true });
  const answer = await resolver.urisOf({ number: "+12025550100", suffix: "e164.arpa" });
  expect(answer).toEqual({ kind: "none", detail: "the name servers do not answer" });
});

test("what does not exist is remembered too, for as long as its zone says", async () => {
  const { server, resolver } = await createWorld();
  now = 0;
  const wanted = query("no.example", { transport: "udp" });
  expect(await resolver.resolve(wanted)).toMatchObject({ ok: false, detail: expect.stringContaining("no address") });
  now = 29_999;
  expect(await resolver.resolve(wanted)).toMatchObject({ ok: false });
  expect(server.asked).toEqual(["udp SRV _sip._udp.no.example", "udp A no.example"]);
  now = 30_000;
  await resolver.resolve(wanted);
  expect(server.asked).toHaveLength(4);
});

test("a name that the machine pins is asked of nobody", async () => {
  const { server, resolver } = await createWorld();
  expect(await resolver.resolve(query("localhost"))).toEqual({
    ok: true,
    places: [{ address: "127.0.0.1", port: 5060, transport: "udp" }],
  });
  expect(server.asked).toEqual([]);
});

test("a short name is completed where its address is asked for", async () => {
  const { server, resolver } = await createWorld();
  const found = await resolver.resolve(query("pbx", { port: 5070 }));
  expect(found).toEqual({ ok: true, places: [{ address: "192.0.2.3", port: 5070, transport: "udp" }] });
  expect(server.asked).toEqual(["udp A pbx.office.example"]);
});

test("many who ask at once cost one question each", async () => {
  const { server, resolver } = await createWorld();
  const all = await Promise.all(Array.from({ length: 50 }, () => resolver.resolve(query("carrier.example"))));
  expect(all).toEqual(Array.from({ length: 50 }, () => CARRIER));
  expect(server.asked).toHaveLength(4);
});

test("name servers that keep silent are not waited for", async () => {
  const { resolver } = await createWorld({ silent: true, deadlineMs: 1 });
  expect(await resolver.resolve(query("slow.example"))).toEqual({
    ok: false,
    detail: "the name servers did not answer in time",
  });
});
