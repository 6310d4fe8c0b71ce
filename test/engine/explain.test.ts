// What is explained against what the engine then does: the same call by a peer's own hand, in an engine of its own.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { seededRandom } from "../../src/base/index.ts";
import { type Answer, createEngine, type Explanation, nameOfQuestion, type Question } from "../../src/engine/index.ts";
import { type Configuration, parseConfiguration } from "../../src/model/index.ts";
import { createDigestHash } from "../../src/runtime/index.ts";
import { OFFICE, SAID, TRUNKS } from "./explained-office.ts";
import { inviteFrom, type Message, replyTo } from "./peer.ts";
import { Rig } from "./rig.ts";

const NOON = Date.parse("2026-11-27T12:00:00Z");

/** The rig's configuration, which the engine under question is given as well. */
function rigged(at: number): Rig {
  const rig = new Rig(TRUNKS, { besides: OFFICE });
  rig.now = at;
  return rig;
}

interface Asked {
  readonly from: "pbx" | "carrier-a" | "carrier-b";
  readonly to: string;
  readonly caller: string;
  readonly line: string | null;
  readonly at: number;
  /** What those outside say. */
  readonly said: keyof typeof SAID;
}

function answerOf({ said }: Asked, question: Question): Answer {
  return SAID[said][question.kind === "hook" ? 0 : 1];
}

const PEERS = { pbx: ["10.0.0.20", 5080], "carrier-a": ["192.0.2.3", 5060], "carrier-b": ["192.0.2.4", 5060] } as const;

/** What of a message does not change from call to call; the rig's media plane knows one address for all. */
function steady(text: string | undefined): string[] {
  const lines = (text ?? "").split("\r\n");
  const kept = lines.filter((line) =>
    /^(INVITE|SIP\/2\.0|From|P-Asserted-Identity|Privacy|Contact|m=|a=|Reason)/.test(line),
  );
  return kept.map((line) => line.replace(/;tag=.*/, "").replace(/^m=audio [0-9]+/, "m=audio"));
}

function happens(asked: Asked) {
  const { from, to, caller, line, at } = asked;
  const rig = rigged(at);
  const [host, port] = PEERS[from];
  const extra = line === null ? "" : `X-Line: ${line}\r\n`;
  const body = `v=0\r\no=- 1 1 IN IP4 ${host}\r\ns=-\r\nc=IN IP4 ${host}\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0 8 9 101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:9 G722/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\n`;
  const text = inviteFrom(host, port, {
    to: `sip:${to}@127.0.0.1`,
    from: `sip:${caller}@${host}:${port}`,
    extra,
    body,
  });
  rig.receive(from, text.replace('From: "Ann" ', "From: "));
  const asks: unknown[] = [];
  for (let next = rig.deciding.shift(); next !== undefined; next = rig.deciding.shift()) {
    const { token, question, call } = next;
    asks.push({ question, call: { ...call, id: "", startedAt: "" } });
    rig.give({ kind: "decided", token, answer: answerOf(asked, question) });
  }
  const tried: string[] = [];
  const invites: string[] = [];
  // Every target refuses: then each that there is has been asked.
  for (let round = 0; round < 10; round += 1) {
    const next = rig.everything.findLast(({ text: sent }) => sent.startsWith("INVITE "));
    if (next === undefined || invites.includes(next.text)) break;
    invites.push(next.text);
    tried.push(next.to);
    const message: Message = {
      firstLine: "",
      body: "",
      header: (name) => headerOf(next.text, name)[0] ?? "",
      headers: (name) => headerOf(next.text, name),
    };
    rig.receive(next.to, replyTo(message, 503));
  }
  const final = rig.everything.findLast(({ to: peer, text: sent }) => peer === from && /^SIP\/2\.0 [3-6]/.test(sent));
  return { rig, asks, tried, invites, final: final?.text ?? "" };
}

function headerOf(text: string, name: string): string[] {
  return text
    .split("\r\n")
    .filter((line) => line.startsWith(`${name}: `))
    .map((line) => line.slice(name.length + 2));
}

/** One for all: explaining leaves nothing behind. */
const { engine: asking } = rigged(NOON);

function explained(asked: Asked): Explanation {
  const { from, to, caller, line, at } = asked;
  const headers = line === null ? [] : [["X-Line", line] as const];
  const answers = new Map<string, Answer>();
  for (;;) {
    const answer = asking.explain({ from, to, caller, headers }, at, answers);
    if (typeof answer === "string") throw new Error(answer);
    const open = answer.asks.find((one) => one.answer === null);
    if (open === undefined) return answer;
    answers.set(nameOfQuestion(open.question), answerOf(asked, open.question));
  }
}

/** Everything that both can say of the call. */
function compare(asked: Asked): void {
  const answer = explained(asked);
  const { rig, asks, tried, invites, final } = happens(asked);
  const record = rig.records[0];
  expect({ caller: answer.caller, called: answer.called, emergency: answer.emergency, route: answer.route }).toEqual({
    caller: record?.caller,
    called: record?.called,
    emergency: record?.emergency,
    route: record?.route,
  });
  expect(answer.asks.map(({ question, call }) => ({ question, call: { ...call, id: "", startedAt: "" } }))).toEqual(
    asks,
  );
  expect(answer.targets.map(({ trunk }) => trunk)).toEqual(tried);
  expect(answer.targets.map(({ called }) => called)).toEqual(record?.attempts.map(({ called }) => called));
  expect(answer.tables.at(-1)?.matched ?? null).toBe(answer.route);
  for (const { tried: routes, matched } of answer.tables) {
    expect(routes.filter(({ why }) => why === null).map(({ route }) => route)).toEqual(
      matched === null ? [] : [matched],
    );
  }
  expect(steady(answer.invite?.join("\r\n"))).toEqual(steady(invites[0]));
  if (tried.length === 0) {
    expect(answer.status).toBe(Number(final.slice(8, 11)));
    expect(steady(answer.response?.join("\r\n"))).toEqual(steady(final));
  } else {
    expect(answer.status).toBe(200);
  }
}

const to = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      "911",
      "933",
      "9911",
      "+1911",
      "411",
      "4711",
      "alice",
      "+442079460000",
      "011442079460000",
      "+12025550100",
      "+12025550177",
    ),
  },
  { weight: 3, arbitrary: fc.stringMatching(/^\+?1(202555|303555|720|900|976)[0-9]{4}$/) },
  { weight: 2, arbitrary: fc.stringMatching(/^\+(44|4420|49|881|86)[0-9]{5,9}$/) },
  { weight: 1, arbitrary: fc.stringMatching(/^[0-9*#]{1,15}$/) },
);
const asked: fc.Arbitrary<Asked> = fc.record({
  from: fc.constantFrom("pbx", "pbx", "carrier-a", "carrier-b"),
  to,
  caller: fc.constantFrom("+12025550100", "+12025550177", "2025550101", "+13035550142", "1001", "anonymous"),
  line: fc.constantFrom(null, null, "blue", "red"),
  at: fc.oneof(
    fc.constant(NOON),
    fc.integer({ min: Date.parse("2026-01-01T00:00:00Z"), max: Date.parse("2027-01-01T00:00:00Z") }),
  ),
  said: fc.constantFrom(...(Object.keys(SAID) as (keyof typeof SAID)[])),
});

describe("explain and the engine", () => {
  it("agree on 10,000 calls that are made up", { timeout: 300_000 }, () => {
    fc.assert(fc.property(asked, compare), { numRuns: 10_000 });
  });
});

describe("an explanation", () => {
  const pbx: Asked = {
    from: "pbx",
    to: "+442079460000",
    caller: "+12025550100",
    line: null,
    at: Date.parse("2026-11-27T15:00:00Z"),
    said: "nothing",
  };

  it("tells each route and why, tables and what their edits make of it", () => {
    const answer = explained(pbx);
    expect(answer.tables).toEqual([
      {
        table: null,
        tried: [
          { route: "emergency", why: "it is no emergency call" },
          { route: "closed", why: "it is within the hours of office" },
          { route: "inbound", why: "it comes from pbx" },
          { route: "fax", why: "called +442079460000 is no number of ours" },
          { route: "line", why: "there is no X-Line" },
          { route: "asked", why: "called +442079460000 does not match" },
          { route: "own", why: "called +442079460000 does not match" },
          { route: "world", why: null },
        ],
        untold: 0,
        matched: "world",
      },
      {
        table: "world",
        tried: [
          { route: "germany", why: "called +442079460000 does not match" },
          { route: "uk", why: "another route says more of the called number" },
          { route: "london", why: null },
          { route: "home", why: "called +442079460000 does not match" },
          { route: "premium", why: "called +442079460000 does not match" },
        ],
        untold: 0,
        matched: "london",
      },
    ]);
    expect(answer.classOfService).toEqual({ name: "staff", allowed: true });
    expect(answer.targets.map(({ trunk, called, caller, state }) => [trunk, called, caller, state])).toEqual([
      ["carrier-a", "+44112079460000", "+12025550100", "ready"],
      ["carrier-b", "+44112079460000", "+12025550100", "ready"],
    ]);
    expect(answer.invite?.[0]).toBe("INVITE sip:+44112079460000@192.0.2.3:5060 SIP/2.0");
    expect(answer.response?.[0]).toBe("SIP/2.0 200 OK");
  });

  it("tells whom the call would ask, and goes by the fallback where nobody was", () => {
    const question = { from: "pbx", to: "+17205550142", caller: null, headers: [["X-Line", "red"] as const] };
    const answer = asking.explain(question, pbx.at);
    expect(answer).toMatchObject({
      asks: [
        {
          question: { kind: "hook", hook: "crm", route: "asked", from: "pbx", called: "+17205550142" },
          call: { headers: { "X-Line": "red" }, ingressTrunk: "pbx" },
          answer: null,
        },
      ],
      route: "home",
      status: 200,
    });
  });

  it("knows what the engine knows of limits and of targets that failed, and changes nothing", () => {
    const rig = rigged(pbx.at);
    rig.receive("pbx", inviteFrom("10.0.0.20", 5080, { to: "sip:+13035550199@127.0.0.1" }));
    rig.break("carrier-a");
    rig.sentTo("carrier-b");
    const before = JSON.stringify(rig.engine.snapshot());
    const answer = rig.engine.explain({ from: "pbx", to: "+13035550198", caller: null, headers: [] }, rig.now);
    expect(answer).toMatchObject({
      caller: "+12025550100",
      targets: [
        { trunk: "carrier-a", state: "failed lately" },
        { trunk: "carrier-b", state: "limit reached" },
      ],
    });
    expect(JSON.stringify(rig.engine.snapshot())).toBe(before);
  });

  it("says what is the matter where a call goes nowhere", () => {
    const night = explained({
      ...pbx,
      from: "carrier-a",
      to: "+12025550100",
      caller: "+13035550142",
      at: Date.parse("2026-11-27T03:00:00Z"),
    });
    expect([night.route, night.status, night.response?.[0], night.invite]).toEqual([
      "closed",
      480,
      "SIP/2.0 480 Closed",
      null,
    ]);
    const forbidden = explained({ ...pbx, to: "+19005550100" });
    expect([forbidden.classOfService, forbidden.tables, forbidden.status]).toEqual([
      { name: "staff", allowed: false },
      [],
      403,
    ]);
    const engine = rigged(NOON).engine;
    const question = { to: "911", caller: null, headers: [] };
    expect(engine.explain({ ...question, from: "__proto__" }, NOON)).toBe("unknown-trunk");
  });

  it("is given for trunks by certificate, by name and of IPv6, and refused for one that nothing identifies", () => {
    const parsed = parseConfiguration({
      networks: {
        six: {
          listen: [{ transport: "udp", address: "::1", port: 5060 }],
          media: { address: "::1", ports: "20000-20999" },
        },
        tls: {
          listen: [{ transport: "tls", address: "127.0.0.1", port: 5061, certificate: "c", peerCertificate: "ask" }],
          media: { address: "127.0.0.1", ports: "20000-20999" },
        },
      },
      certificates: { c: { certFile: "c.pem", keyFile: "c.key", caFile: "ca.pem" } },
      trunks: {
        six: {
          role: "pbx",
          network: "six",
          targets: [{ uri: "sip:[::2]:5060" }],
          identify: { addresses: ["::2/128"] },
        },
        cloud: {
          role: "cloud",
          network: "tls",
          targets: [{ uri: "sip:cloud.example;transport=tls" }],
          identify: { tlsNames: ["cloud.example"] },
        },
        stranger: { role: "pbx", network: "six", targets: [{ uri: "sip:[::3]:5060" }] },
      },
      routes: [
        { name: "to-cloud", match: { from: "six" }, to: ["cloud"] },
        { name: "to-six", to: ["six"] },
      ],
    });
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.failure));
    const engine = engineOf(parsed.value);
    const ask = (from: string) =>
      engine.explain({ from, to: "+12025550100", caller: "+13035550100", headers: [] }, NOON);
    expect(ask("six")).toMatchObject({ status: 200, targets: [{ trunk: "cloud", state: "not resolved here" }] });
    expect(ask("cloud")).toMatchObject({
      ingressTrunk: "cloud",
      status: 200,
      targets: [{ trunk: "six", state: "ready" }],
    });
    expect(ask("stranger")).toBe("unidentified-trunk");
  });

  it("stands any question", () => {
    const { engine } = rigged(NOON);
    const text = fc.oneof(fc.string({ unit: "binary", maxLength: 60 }), fc.string({ maxLength: 60 }));
    fc.assert(
      fc.property(text, text, text, (number, caller, value) => {
        const answer = engine.explain({ from: "pbx", to: number, caller, headers: [["X-Line", value]] }, NOON);
        expect(typeof answer === "string" ? 0 : (answer.status ?? 0)).toBeGreaterThanOrEqual(200);
      }),
      { numRuns: 500 },
    );
    expect(engine.status()).toMatchObject({ calls: 0, faults: 0, callsSinceStart: 0 });
  });
});

function engineOf(configuration: Configuration) {
  return createEngine({ configuration, random: seededRandom(1), hash: createDigestHash() });
}
