// A target that is a name has several places: an attempt goes from one to the next before the call goes to another target.
import { describe, expect, it } from "vitest";
import type { ResolveResult } from "../../src/engine/index.ts";
import type { ServerPlace } from "../../src/protocol/transport/index.ts";
import { take } from "./established.ts";
import { audioOf, inviteFrom, type Message, replyTo } from "./peer.ts";
import { flowOf, type PeerName, Rig } from "./rig.ts";

const at = (address: string, port = 5060): ServerPlace => ({ address, port, transport: "udp" });
/** The rig plays it as carrier-a. */
const FIRST = at("192.0.2.3");
/** The rig plays it as the stranger. */
const SECOND = at("192.0.2.99");
const NAMED = { "carrier-a": { targets: [{ uri: "sip:carrier-a.example" }], limits: { calls: 3 } } };

function answerResolver(rig: Rig, result: ResolveResult): void {
  const asked = rig.resolving.shift();
  if (asked === undefined) throw new Error("nothing was asked of the resolver");
  rig.give({ kind: "resolved", token: asked.token, result });
}

let calls = 0;

/** The PBX calls, and carrier-a's name leads to these places. */
function call(rig: Rig, places: readonly ServerPlace[], to?: string): void {
  calls += 1;
  const options = {
    callId: `places-${calls}@inside.pbx`,
    branch: `z9hG4bKplaces${calls}`,
    ...(to === undefined ? {} : { to }),
  };
  rig.receive("pbx", inviteFrom("10.0.0.20", 5080, options));
  answerResolver(rig, { ok: true, places });
}

function ok(rig: Rig, peer: PeerName, invite: Message): void {
  const contact = "sip:192.0.2.99:5060";
  rig.receive(peer, replyTo(invite, 200, { contact, body: audioOf("192.0.2.99", 7000, "0 101") }));
}

function branchOf(message: Message): string {
  return /branch=([^;]*)/.exec(message.header("Via"))?.[1] ?? "";
}

describe("a name", () => {
  it("is asked for with all that its URI says, and with what its network has listeners for", () => {
    const rig = new Rig({ "carrier-a": { targets: [{ uri: "sip:carrier-a.example:5070;transport=udp" }] } });
    rig.receive("pbx", inviteFrom("10.0.0.20", 5080));
    expect(rig.resolving[0]?.query).toEqual({
      host: "carrier-a.example",
      port: 5070,
      transport: "udp",
      secure: false,
      reach: [{ transport: "udp", family: 4 }],
    });
  });

  it("that does not resolve costs no time", () => {
    const rig = new Rig(NAMED);
    rig.receive("pbx", inviteFrom("10.0.0.20", 5080));
    answerResolver(rig, { ok: false, detail: "the name does not exist" });
    expect(rig.linesTo("carrier-b")[0]).toMatch(/^INVITE/);
  });

  it("whose places none of our listeners reaches costs none either", () => {
    const rig = new Rig(NAMED);
    call(rig, [{ address: "2001:db8::1", port: 5060, transport: "udp" }]);
    expect(rig.linesTo("carrier-b")[0]).toMatch(/^INVITE/);
  });
});

describe("the next place is asked", () => {
  it.each<[string, (rig: Rig, invite: Message) => void]>([
    ["when the first cannot be reached", (rig) => rig.break("carrier-a")],
    [
      "when ICMP says that the first did not get it",
      (rig, invite) => {
        const [quoted = ""] = rig.everything
          .filter(({ text }) => text.startsWith(invite.firstLine))
          .map(({ text }) => text);
        rig.give({ kind: "unreachable", flow: flowOf("carrier-a"), quoted: quoted.slice(0, 300) });
      },
    ],
    ["when the first says 503", (rig, invite) => rig.receive("carrier-a", replyTo(invite, 503))],
    ["when the first is silent", (rig) => rig.pass(2000)],
  ])("%s, with the same INVITE in another transaction", (_why, fail) => {
    const rig = new Rig(NAMED);
    call(rig, [FIRST, SECOND]);
    const first = take(rig, "carrier-a", "INVITE");
    fail(rig, first);
    const second = take(rig, "stranger", "INVITE");
    for (const name of ["From", "To", "Call-ID", "CSeq", "Contact"])
      expect(second.header(name)).toBe(first.header(name));
    expect(second.firstLine).toBe(first.firstLine);
    expect(second.body).toBe(first.body);
    expect(branchOf(second)).not.toBe(branchOf(first));
    expect(rig.sentTo("carrier-b")).toEqual([]);
    ok(rig, "stranger", second);
    expect(take(rig, "pbx", "SIP/2.0 200").firstLine).toBe("SIP/2.0 200 OK");
  });

  it("and only then the next target; the record has one attempt for both places", () => {
    const rig = new Rig(NAMED);
    call(rig, [FIRST, SECOND]);
    rig.break("carrier-a");
    rig.break("stranger");
    const invite = take(rig, "carrier-b", "INVITE");
    rig.receive("carrier-b", replyTo(invite, 486));
    rig.expectNothingLeft();
    expect(rig.records[0]?.attempts.map(({ trunk, status }) => `${trunk} ${status}`)).toEqual([
      "carrier-a 503",
      "carrier-b 486",
    ]);
  });

  it("but not after a refusal of the call itself, nor once it has rung", () => {
    const refused = new Rig(NAMED);
    call(refused, [FIRST, SECOND]);
    refused.receive("carrier-a", replyTo(take(refused, "carrier-a", "INVITE"), 486));
    expect(refused.sentTo("stranger")).toEqual([]);
    const rang = new Rig(NAMED);
    call(rang, [FIRST, SECOND]);
    const invite = take(rang, "carrier-a", "INVITE");
    rang.receive("carrier-a", replyTo(invite, 180));
    rang.receive("carrier-a", replyTo(invite, 503));
    expect(rang.sentTo("stranger")).toEqual([]);
    for (const rig of [refused, rang]) rig.expectNothingLeft();
  });

  it("a bounded number of times", () => {
    const rig = new Rig(NAMED);
    call(
      rig,
      Array.from({ length: 20 }, (_, n) => at("192.0.2.3", 6000 + n)),
    );
    rig.pass(60_000);
    const branches = new Set(
      rig
        .sentTo("carrier-a")
        .filter(({ firstLine }) => firstLine.startsWith("INVITE"))
        .map(branchOf),
    );
    expect(branches.size).toBe(8);
    rig.expectNothingLeft();
  });
});

describe("a place that was left for its silence", () => {
  function leave(): { rig: Rig; first: Message; second: Message } {
    const rig = new Rig(NAMED);
    call(rig, [FIRST, SECOND]);
    const first = take(rig, "carrier-a", "INVITE");
    rig.pass(2000);
    rig.sentTo("carrier-a");
    return { rig, first, second: take(rig, "stranger", "INVITE") };
  }

  it("is not called again, and costs nothing when it never speaks", () => {
    const { rig, second } = leave();
    ok(rig, "stranger", second);
    rig.sentTo("carrier-a");
    rig.pass(40_000);
    expect(rig.sentTo("carrier-a")).toEqual([]);
    rig.give({ kind: "drain", endCalls: true });
    rig.expectNothingLeft();
  });

  it("is cancelled when it rings after all, and its 487 is acknowledged", () => {
    const { rig, first, second } = leave();
    rig.receive("carrier-a", replyTo(first, 180));
    const cancel = take(rig, "carrier-a", "CANCEL");
    expect(branchOf(cancel)).toBe(branchOf(first));
    rig.receive("carrier-a", replyTo(cancel, 200));
    rig.receive("carrier-a", replyTo(first, 487));
    expect(rig.linesTo("carrier-a")[0]).toMatch(/^ACK/);
    expect(rig.linesTo("pbx").filter((line) => !line.includes(" 100 "))).toEqual([]);
    rig.receive("stranger", replyTo(second, 486));
    expect(rig.linesTo("pbx")).toEqual(["SIP/2.0 486 Busy Here"]);
    rig.expectNothingLeft();
  });

  it("is forgotten when its CANCEL brings nothing", () => {
    const { rig, first, second } = leave();
    rig.receive("carrier-a", replyTo(first, 100));
    take(rig, "carrier-a", "CANCEL");
    rig.receive("stranger", replyTo(second, 486));
    rig.expectNothingLeft();
  });

  it("has its late answer acknowledged and ended, each time it is repeated", () => {
    const { rig, first, second } = leave();
    ok(rig, "stranger", second);
    take(rig, "stranger", "ACK");
    const late = replyTo(first, 200, { tag: "late", contact: "sip:192.0.2.3:5060", body: audioOf("192.0.2.3") });
    rig.receive("carrier-a", late);
    const lines = rig.linesTo("carrier-a").map((line) => line.split(" ")[0]);
    expect(lines).toEqual(["ACK", "BYE"]);
    rig.receive("carrier-a", late);
    expect(rig.linesTo("carrier-a").map((line) => line.split(" ")[0])).toEqual(["ACK"]);
    rig.give({ kind: "drain", endCalls: true });
    rig.expectNothingLeft();
  });

  it("does not keep the call from ending while the caller hangs up", () => {
    const { rig } = leave();
    rig.give({ kind: "drain", endCalls: true });
    rig.expectNothingLeft();
  });
});

describe("what is remembered of places", () => {
  it("one that was silent stands behind the others for half a minute", () => {
    const rig = new Rig(NAMED);
    call(rig, [FIRST, SECOND]);
    rig.pass(2000);
    rig.receive("stranger", replyTo(take(rig, "stranger", "INVITE"), 486));
    rig.sentTo("carrier-a");
    call(rig, [FIRST, SECOND]);
    expect(rig.sentTo("carrier-a")).toEqual([]);
    rig.receive("stranger", replyTo(take(rig, "stranger", "INVITE"), 486));
    rig.pass(30_000);
    call(rig, [FIRST, SECOND]);
    take(rig, "carrier-a", "INVITE");
    rig.pass(60_000);
    rig.expectNothingLeft();
  });

  it("a target of which every place failed stands behind the call's other targets, and is asked when they refuse", () => {
    const rig = new Rig(NAMED);
    call(rig, [FIRST]);
    rig.break("carrier-a");
    rig.receive("carrier-b", replyTo(take(rig, "carrier-b", "INVITE"), 486));
    rig.sentTo("carrier-a");
    call(rig, [FIRST]);
    expect(rig.sentTo("carrier-a")).toEqual([]);
    rig.receive("carrier-b", replyTo(take(rig, "carrier-b", "INVITE"), 503));
    answerResolver(rig, { ok: true, places: [FIRST] });
    rig.receive("carrier-a", replyTo(take(rig, "carrier-a", "INVITE"), 486));
    call(rig, [FIRST]);
    take(rig, "carrier-a", "INVITE");
    rig.pass(60_000);
    rig.expectNothingLeft();
    expect(rig.records[1]?.attempts.map(({ trunk, status }) => `${trunk} ${status}`)).toEqual([
      "carrier-a 503",
      "carrier-b 503",
      "carrier-a 486",
    ]);
  });

  it("one that asked to be left alone is, for as long as it said, and the call goes elsewhere", () => {
    const rig = new Rig(NAMED);
    call(rig, [FIRST]);
    rig.receive("carrier-a", replyTo(take(rig, "carrier-a", "INVITE"), 503, { extra: "Retry-After: 120\r\n" }));
    rig.receive("carrier-b", replyTo(take(rig, "carrier-b", "INVITE"), 486));
    rig.sentTo("carrier-a");
    rig.pass(119_000);
    call(rig, [FIRST]);
    rig.receive("carrier-b", replyTo(take(rig, "carrier-b", "INVITE"), 503));
    expect(rig.sentTo("carrier-a")).toEqual([]);
    expect(rig.records).toHaveLength(2);
    rig.pass(1000);
    call(rig, [FIRST]);
    take(rig, "carrier-a", "INVITE");
    rig.pass(60_000);
    rig.expectNothingLeft();
  });

  it("but emergency calls go there when there is nobody else", () => {
    const rig = new Rig(NAMED);
    call(rig, [FIRST]);
    rig.receive("carrier-a", replyTo(take(rig, "carrier-a", "INVITE"), 503, { extra: "Retry-After: 120\r\n" }));
    rig.receive("carrier-b", replyTo(take(rig, "carrier-b", "INVITE"), 486));
    rig.sentTo("carrier-a");
    call(rig, [FIRST], "sip:911@127.0.0.1");
    rig.break("carrier-b");
    answerResolver(rig, { ok: true, places: [FIRST] });
    expect(rig.linesTo("carrier-a")[0]).toMatch(/^INVITE/);
    rig.pass(60_000);
    rig.expectNothingLeft();
  });

  it("a Retry-After of a day is believed for ten minutes", () => {
    const rig = new Rig(NAMED);
    call(rig, [FIRST]);
    rig.receive("carrier-a", replyTo(take(rig, "carrier-a", "INVITE"), 503, { extra: "Retry-After: 86400\r\n" }));
    rig.receive("carrier-b", replyTo(take(rig, "carrier-b", "INVITE"), 486));
    rig.pass(600_000);
    rig.sentTo("carrier-a");
    call(rig, [FIRST]);
    take(rig, "carrier-a", "INVITE");
    rig.pass(60_000);
    rig.expectNothingLeft();
  });
});
