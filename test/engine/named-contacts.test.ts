// Peers whose Contact or Record-Route is a host name: what we send them inside the call goes to where the name leads.
import { describe, expect, it } from "vitest";
import type { ResolveResult } from "../../src/engine/index.ts";
import type { ServerPlace } from "../../src/protocol/transport/index.ts";
import { challengeLine, isRight, PASSWORD, REALM, USER } from "./digest-peer.ts";
import { acknowledge, byeFromCarrier, byeFromPbx, callOut, type Established, take } from "./established.ts";
import { audioOf, cancelOf, followUp, inviteFrom, type Message, replyTo } from "./peer.ts";
import { flowOf, type PeerName, Rig, type Settings } from "./rig.ts";

const at = (address: string, port = 5060): ServerPlace => ({ address, port, transport: "udp" });
const CARRIER = at("192.0.2.3");
/** The rig plays it as the stranger. */
const ELSEWHERE = at("192.0.2.99");
const NAMED = "sip:gw@gw.carrier.example";
const UNKNOWN: ResolveResult = { ok: false, detail: "the name does not exist" };

const firstLines = (messages: readonly Message[]): string[] =>
  messages.map(({ firstLine }) => firstLine.split(" ")[0] ?? "");

describe.each([
  ["", {}],
  [", handed from engine to engine", { handOver: true }],
])("a name%s", (_how, options) => {
  const open = (more: Readonly<Partial<Record<PeerName, Settings>>> = {}): Rig => new Rig(more, options);

  function answerResolver(rig: Rig, places: readonly ServerPlace[] | null): void {
    const asked = rig.resolving.shift();
    if (asked === undefined) throw new Error("nothing was asked of the resolver");
    rig.give({ kind: "resolved", token: asked.token, result: places === null ? UNKNOWN : { ok: true, places } });
  }

  /** Carrier-a answers with this Contact, and the PBX acknowledges. */
  function answered(rig: Rig, contact = NAMED, extra = ""): Established {
    const invite = callOut(rig);
    const body = audioOf("192.0.2.3", 7000, "0 101");
    rig.receive("carrier-a", replyTo(invite, 200, { contact, body, extra }));
    const established = { invite, ok: take(rig, "pbx", "SIP/2.0 200") };
    acknowledge(rig, established);
    return established;
  }

  it("is asked about with all that its URI says, while the caller has its answer", () => {
    const rig = open();
    answered(rig, "sip:gw@gw.carrier.example:5090;transport=UDP");
    expect(rig.resolving.map(({ query }) => query)).toEqual([
      {
        host: "gw.carrier.example",
        port: 5090,
        transport: "udp",
        secure: false,
        reach: [{ transport: "udp", family: 4 }],
      },
    ]);
    expect(rig.sentTo("carrier-a")).toEqual([]);
  });

  it("gets its ACK, re-INVITE and BYE where it leads", () => {
    const rig = open();
    const established = answered(rig);
    answerResolver(rig, [ELSEWHERE]);
    const ack = take(rig, "stranger", "ACK");
    expect(ack.firstLine).toBe(`ACK ${NAMED} SIP/2.0`);
    const reinvite = followUp(established.ok, "INVITE", { branch: "z9hG4bKre1", sequence: 2, via: "10.0.0.20:5080" });
    rig.receive("pbx", withBody(reinvite, audioOf("10.0.0.20", 4002)));
    const again = take(rig, "stranger", "INVITE");
    expect(again.header("CSeq")).toBe("2 INVITE");
    // Said again, it is asked about again when there is something to send.
    rig.receive("carrier-a", replyTo(again, 200, { contact: NAMED, body: audioOf("192.0.2.3", 7000, "0 101") }));
    rig.receive("pbx", followUp(established.ok, "ACK", { branch: "z9hG4bKack2", sequence: 2, via: "10.0.0.20:5080" }));
    answerResolver(rig, [ELSEWHERE]);
    expect(firstLines(rig.sentTo("stranger"))).toEqual(["ACK"]);
    rig.receive("pbx", followUp(established.ok, "BYE", { branch: "z9hG4bKbye1", sequence: 3, via: "10.0.0.20:5080" }));
    const bye = take(rig, "stranger", "BYE");
    rig.receive("carrier-a", replyTo(bye, 200));
    expect([rig.sentTo("carrier-a"), rig.resolving]).toEqual([[], []]);
    rig.expectNothingLeft();
  });

  it.each([
    ["that nobody can have", "sip:gw@x7kq.invalid"],
    ["whose URI asks for the way that it came", "sip:gw@gw.carrier.example;ob"],
    ["and an address alike, where its URI asks for that", "sip:gw@192.0.2.99;ob"],
  ])("%s is not asked about: the ACK goes the way its messages came", (_what, contact) => {
    const rig = open();
    answered(rig, contact);
    expect(rig.resolving).toEqual([]);
    expect(take(rig, "carrier-a", "ACK").firstLine).toBe(`ACK ${contact} SIP/2.0`);
    expect(rig.sentTo("stranger")).toEqual([]);
  });

  it.each(["sip:ann@df7jal23ls0d.example;transport=ws", "sip:ann@192.0.2.99:5066;transport=ws"])(
    "of a browser is not called: %s is reached over its own connection",
    (contact) => {
      const listen = [
        { transport: "udp", address: "127.0.0.1", port: 5060 },
        { transport: "ws", address: "127.0.0.1", port: 5060 },
      ];
      const wan = {
        listen: [{ transport: "udp", address: "127.0.0.2", port: 5060 }],
        media: { address: "127.0.0.2", ports: "30000-34999" },
      };
      const lan = { listen, media: { address: "127.0.0.1", ports: "20000-24999" } };
      const rig = new Rig({}, { ...options, besides: { networks: { lan, wan } } });
      const flow = { ...flowOf("pbx"), transport: "ws" } as const;
      const invite = inviteFrom("10.0.0.20", 5080).replace("SIP/2.0/UDP", "SIP/2.0/WS");
      rig.give({ kind: "datagram", flow, text: invite.replace(/Contact: [^\r]*/, `Contact: <${contact}>`) });
      const towards = take(rig, "carrier-a", "INVITE");
      const body = audioOf("192.0.2.3", 7000, "0 101");
      rig.receive("carrier-a", replyTo(towards, 200, { contact: "sip:192.0.2.3:5060", body }));
      const established = { invite: towards, ok: take(rig, "pbx", "SIP/2.0 200") };
      const ack = followUp(established.ok, "ACK", { branch: "z9hG4bKack1", sequence: 1, via: "10.0.0.20:5080" });
      rig.give({ kind: "datagram", flow, text: ack });
      byeFromCarrier(rig, established);
      const bye = take(rig, "pbx", "BYE");
      expect([bye.firstLine, rig.resolving]).toEqual([`BYE ${contact} SIP/2.0`, []]);
      expect(bye.header("Via")).toContain("SIP/2.0/WS");
      rig.give({ kind: "datagram", flow, text: replyTo(bye, 200) });
      rig.expectNothingLeft();
    },
  );

  it("of a route counts, and the Contact behind it does not", () => {
    const rig = open();
    answered(rig, "sip:gw@192.0.2.200", "Record-Route: <sip:edge.carrier.example;lr>\r\n");
    expect(rig.resolving.map(({ query }) => query.host)).toEqual(["edge.carrier.example"]);
    answerResolver(rig, [ELSEWHERE]);
    const ack = take(rig, "stranger", "ACK");
    expect([ack.firstLine, ack.header("Route")]).toEqual([
      "ACK sip:gw@192.0.2.200 SIP/2.0",
      "<sip:edge.carrier.example;lr>",
    ]);
  });

  it.each<[string, readonly ServerPlace[]]>([
    ["that server where it is one of several", [ELSEWHERE, at("192.0.2.3", 5070), at("192.0.2.98")]],
    ["that server where none of the places can be reached", [{ ...ELSEWHERE, address: "2001:db8::1" }]],
    ["that server where there is no listener for the transport", [{ ...ELSEWHERE, transport: "tls" }]],
  ])("leads to %s", (_what, places) => {
    const rig = open();
    answered(rig);
    answerResolver(rig, places);
    expect(firstLines(rig.sentTo("carrier-a"))).toEqual(["ACK"]);
    expect(rig.sentTo("stranger")).toEqual([]);
  });

  it("that does not resolve costs nothing but a line in the log: what it gets goes the way its messages came", () => {
    const rig = open();
    const established = answered(rig);
    answerResolver(rig, null);
    take(rig, "carrier-a", "ACK");
    byeFromPbx(rig, established);
    rig.receive("carrier-a", replyTo(take(rig, "carrier-a", "BYE"), 200));
    expect(rig.resolving).toEqual([]);
    expect(rig.logs.filter((line) => line.includes("was not resolved"))).toHaveLength(1);
    rig.expectNothingLeft();
    expect(rig.records[0]?.cause).toBe("normal-clearing");
  });

  it("about which nothing is heard is waited for ten seconds, not longer", () => {
    const rig = open();
    answered(rig);
    rig.pass(9999);
    expect(rig.sentTo("carrier-a")).toEqual([]);
    rig.pass(1);
    expect(firstLines(rig.sentTo("carrier-a"))).toEqual(["ACK"]);
    // What comes after that changes nothing.
    answerResolver(rig, [ELSEWHERE]);
    expect(rig.sentTo("stranger")).toEqual([]);
  });

  it("that answers again is not acknowledged before it is known where, and each time from then on", () => {
    const rig = open();
    const invite = callOut(rig);
    const ok = replyTo(invite, 200, { contact: NAMED, body: audioOf("192.0.2.3", 7000, "0 101") });
    for (let n = 0; n < 3; n += 1) rig.receive("carrier-a", ok);
    expect([rig.sentTo("carrier-a"), rig.sentTo("stranger"), rig.resolving.length]).toEqual([[], [], 1]);
    answerResolver(rig, [ELSEWHERE]);
    const [ack] = rig.sentTo("stranger");
    rig.receive("carrier-a", ok);
    const [repeated] = rig.sentTo("stranger");
    expect([ack?.firstLine, repeated?.header("Via")]).toEqual([`ACK ${NAMED} SIP/2.0`, ack?.header("Via")]);
  });

  it("gets what was to be sent meanwhile in its order", () => {
    const rig = open();
    const established = answered(rig);
    byeFromPbx(rig, established);
    expect([rig.sentTo("carrier-a"), rig.sentTo("stranger"), rig.resolving.length]).toEqual([[], [], 1]);
    answerResolver(rig, [ELSEWHERE]);
    const sent = rig.sentTo("stranger");
    expect(sent.map((message) => message.header("CSeq"))).toEqual(["1 ACK", "2 BYE"]);
    rig.receive("carrier-a", replyTo(sent[1] as Message, 200));
    rig.expectNothingLeft();
  });

  it("a change that is over before it went out is not sent any more", () => {
    const rig = open();
    const established = answered(rig);
    answerResolver(rig, [ELSEWHERE]);
    take(rig, "stranger", "ACK");
    rig.receive(
      "pbx",
      followUp(established.ok, "INVITE", { branch: "z9hG4bKre1", sequence: 2, via: "10.0.0.20:5080" }),
    );
    const again = take(rig, "stranger", "INVITE");
    rig.receive("carrier-a", replyTo(again, 200, { contact: NAMED, body: audioOf("192.0.2.3", 7000, "0 101") }));
    byeFromCarrier(rig, established);
    answerResolver(rig, [ELSEWHERE]);
    expect(firstLines(rig.sentTo("stranger"))).toEqual(["ACK"]);
    rig.pass(60_000);
    expect(rig.engine.status().kept).toBe(0);
  });

  it("a hang-up that was held back is met with credentials like any other", () => {
    const rig = open({ "carrier-a": { credentials: { username: USER, password: PASSWORD, realm: REALM } } });
    const established = answered(rig);
    byeFromPbx(rig, established);
    answerResolver(rig, [at("192.0.2.3", 5070)]);
    const bye = rig.sentTo("carrier-a").find(({ firstLine }) => firstLine.startsWith("BYE")) as Message;
    rig.receive("carrier-a", replyTo(bye, 407, { extra: challengeLine() }));
    const again = take(rig, "carrier-a", "BYE");
    expect(isRight(again.header("Proxy-Authorization"), again)).toBe(true);
    rig.receive("carrier-a", replyTo(again, 200));
    rig.expectNothingLeft();
  });

  it("of the caller is asked about when there is something to tell it, and not before", () => {
    const rig = open();
    const contact = "Contact: <sip:ann@pbx.office.example>";
    const invite = inviteFrom("10.0.0.20", 5080).replace(/Contact: [^\r]*/, contact);
    rig.receive("pbx", invite);
    const towards = take(rig, "carrier-a", "INVITE");
    const body = audioOf("192.0.2.3", 7000, "0 101");
    rig.receive("carrier-a", replyTo(towards, 200, { contact: "sip:192.0.2.3:5060", body }));
    const established = { invite: towards, ok: take(rig, "pbx", "SIP/2.0 200") };
    acknowledge(rig, established);
    expect(rig.resolving).toEqual([]);
    byeFromCarrier(rig, established);
    expect(rig.resolving.map(({ query }) => query.host)).toEqual(["pbx.office.example"]);
    expect(rig.sentTo("pbx")).toEqual([]);
    answerResolver(rig, [at("10.0.0.20", 5099)]);
    const bye = take(rig, "pbx", "BYE");
    expect(bye.firstLine).toBe("BYE sip:ann@pbx.office.example SIP/2.0");
    rig.receive("pbx", replyTo(bye, 200));
    rig.expectNothingLeft();
  });

  it("that gives way to an address while it is asked about is let go", () => {
    const rig = open();
    const established = answered(rig);
    const update = followUpFromCarrier(established, "UPDATE", "sip:gw@192.0.2.99:5060");
    rig.receive("carrier-a", update);
    expect(firstLines(rig.sentTo("carrier-a"))).toEqual(["SIP/2.0"]);
    answerResolver(rig, [at("192.0.2.98")]);
    expect(firstLines(rig.sentTo("stranger"))).toEqual(["ACK"]);
  });

  it("that gives way to another is let go, and what waits goes on waiting for that one", () => {
    const rig = open();
    const established = answered(rig);
    rig.receive("carrier-a", followUpFromCarrier(established, "UPDATE", "sip:gw@two.carrier.example"));
    rig.sentTo("carrier-a");
    answerResolver(rig, [CARRIER]);
    expect([rig.sentTo("carrier-a"), rig.resolving.map(({ query }) => query.host)]).toEqual([
      [],
      ["two.carrier.example"],
    ]);
    answerResolver(rig, [ELSEWHERE]);
    expect(firstLines(rig.sentTo("stranger"))).toEqual(["ACK"]);
  });

  it("of a phone that rings gets its PRACK, and the answer of another phone is ended where that one's name leads", () => {
    const rig = open({ "carrier-a": { signaling: { reliableProvisional: "supported" } } });
    const invite = callOut(rig);
    const reliable = "Require: 100rel\r\nRSeq: 7\r\n";
    rig.receive("carrier-a", replyTo(invite, 180, { contact: NAMED, extra: reliable, tag: "one" }));
    answerResolver(rig, [ELSEWHERE]);
    expect(take(rig, "stranger", "PRACK").header("RAck")).toBe("7 1 INVITE");
    const body = audioOf("192.0.2.3", 7000, "0 101");
    rig.receive("carrier-a", replyTo(invite, 200, { contact: "sip:192.0.2.3:5060", body, tag: "two" }));
    take(rig, "carrier-a", "ACK");
    rig.receive("carrier-a", replyTo(invite, 200, { contact: NAMED, body, tag: "one" }));
    answerResolver(rig, [ELSEWHERE]);
    expect(firstLines(rig.sentTo("stranger"))).toEqual(["ACK", "BYE"]);
  });

  it("that answers when the caller has gone is acknowledged and hung up on where it leads", () => {
    const rig = open();
    const invite = callOut(rig);
    rig.receive("carrier-a", replyTo(invite, 180));
    rig.receive("pbx", cancelOf(inviteFrom("10.0.0.20", 5080)));
    rig.sentTo("carrier-a");
    rig.receive("carrier-a", replyTo(invite, 200, { contact: NAMED, body: audioOf("192.0.2.3") }));
    expect(rig.sentTo("carrier-a")).toEqual([]);
    answerResolver(rig, [ELSEWHERE]);
    const [, bye] = rig.sentTo("stranger");
    rig.receive("carrier-a", replyTo(bye as Message, 200));
    rig.expectNothingLeft();
  });

  it("of somebody who puts the other one through is told how that goes, and the party that is kept is asked where its name leads", () => {
    const rig = open({ pbx: { signaling: { transfer: "execute" } } });
    const established = answered(rig);
    answerResolver(rig, [ELSEWHERE]);
    take(rig, "stranger", "ACK");
    rig.sentTo("carrier-a");
    const lines = "Contact: <sip:ann@pbx.office.example>\r\nRefer-To: <sip:+14155550177@127.0.0.1>\r\n";
    const refer = followUp(established.ok, "REFER", { branch: "z9hG4bKrefer", sequence: 2, via: "10.0.0.20:5080" });
    rig.receive("pbx", refer.replace("Content-Length", `${lines}Content-Length`));
    rig.sentTo("pbx");
    expect(rig.resolving.map(({ query }) => query.host)).toEqual(["pbx.office.example"]);
    answerResolver(rig, [at("10.0.0.20", 5099)]);
    rig.receive("pbx", replyTo(take(rig, "pbx", "NOTIFY"), 200));
    const target = take(rig, "carrier-a", "INVITE");
    const body = audioOf("192.0.2.3", 7300, "0 101");
    rig.receive("carrier-a", replyTo(target, 200, { tag: "target", contact: "sip:192.0.2.3:5060", body }));
    expect(firstLines(rig.sentTo("stranger"))).toEqual(["INVITE"]);
    rig.pass(60_000);
    for (const bye of [...rig.sentTo("pbx"), ...rig.sentTo("stranger")])
      if (bye.firstLine.startsWith("BYE ")) rig.receive("carrier-a", replyTo(bye, 200));
    rig.expectNothingLeft();
  });

  it("whose late offer is answered gets our answer in its ACK there", () => {
    const rig = open();
    const invite = callOut(rig, { body: null });
    rig.receive("carrier-a", replyTo(invite, 200, { contact: NAMED, body: audioOf("192.0.2.3", 7000, "0") }));
    const ok = take(rig, "pbx", "SIP/2.0 200");
    const ack = followUp(ok, "ACK", { branch: "z9hG4bKack1", sequence: 1, via: "10.0.0.20:5080" });
    rig.receive("pbx", withBody(ack, audioOf("10.0.0.20", 4000, "0")));
    answerResolver(rig, [ELSEWHERE]);
    expect(take(rig, "stranger", "ACK").body).toContain("m=audio 30000");
  });
});

function withBody(request: string, sdp: string): string {
  return (
    request.replace(/Content-Length: 0(?=\r\n\r\n)/, `Content-Type: application/sdp\r\nContent-Length: ${sdp.length}`) +
    sdp
  );
}

/** A request of carrier-a inside the call that moves its Contact. */
function followUpFromCarrier({ invite }: Established, method: string, contact: string): string {
  return (
    `${method} sip:demarc@127.0.0.2 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.3:5060;branch=z9hG4bKmove\r\nMax-Forwards: 70\r\n` +
    `From: ${invite.header("To")};tag=bob-tag\r\nTo: ${invite.header("From")}\r\nCall-ID: ${invite.header("Call-ID")}\r\n` +
    `CSeq: 1 ${method}\r\nContact: <${contact}>\r\nContent-Length: 0\r\n\r\n`
  );
}
