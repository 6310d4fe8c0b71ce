// One call from INVITE to record, in both directions, and everything that ends it.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { acknowledge, answer, byeFromCarrier, byeFromPbx, CARRIER, callOut, establish, take } from "./established.ts";
import { audioOf, cancelOf, followUp, inviteFrom, replyTo } from "./peer.ts";
import { Rig } from "./rig.ts";

let rig: Rig;
beforeEach(() => {
  rig = new Rig();
});
afterEach(() => rig.expectNothingLeft());

describe("a call that is answered", () => {
  it("rings, is answered, is hung up by the caller, and leaves one record", () => {
    const invite = callOut(rig);
    expect(invite.firstLine).toBe("INVITE sip:+13035550142@192.0.2.3:5060 SIP/2.0");
    expect(invite.header("Max-Forwards")).toBe("69");
    expect(rig.linesTo("pbx")).toEqual(["SIP/2.0 100 Trying"]);
    rig.pass(300);
    rig.receive("carrier-a", replyTo(invite, 180));
    expect(rig.linesTo("pbx")).toEqual(["SIP/2.0 180 Ringing"]);
    rig.pass(1000);
    const established = answer(rig, invite);
    expect(established.ok.body).toContain("c=IN IP4 127.0.0.1\r\n");
    acknowledge(rig, established);
    rig.pass(5000);
    byeFromPbx(rig, established);
    expect(rig.linesTo("pbx")).toEqual(["SIP/2.0 200 OK"]);
    expect(rig.linesTo("carrier-a")).toEqual(["ACK sip:192.0.2.3:5060 SIP/2.0", "BYE sip:192.0.2.3:5060 SIP/2.0"]);
    expect(rig.records).toEqual([
      expect.objectContaining({
        startedAt: "2027-01-15T08:00:00.000Z",
        ringingAt: "2027-01-15T08:00:00.300Z",
        answeredAt: "2027-01-15T08:00:01.300Z",
        endedAt: "2027-01-15T08:00:06.300Z",
        durationMs: 5000,
        caller: "+12025550100",
        called: "+13035550142",
        ingressTrunk: "pbx",
        egressTrunk: "carrier-a",
        route: "outbound",
        status: 200,
        cause: "normal-clearing",
        endedBy: "caller",
        emergency: false,
      }),
    ]);
    expect(rig.records[0]?.bLeg).toMatchObject({
      codec: "PCMU/8000",
      remoteTag: "bob-tag",
      remoteAddress: "192.0.2.3:5060",
    });
  });

  it("is hung up by the callee", () => {
    const established = establish(rig);
    byeFromCarrier(rig, established);
    expect(rig.linesTo("carrier-a")).toEqual(["SIP/2.0 200 OK"]);
    const bye = take(rig, "pbx", "BYE");
    expect(bye.firstLine).toBe("BYE sip:ann@10.0.0.20:5080 SIP/2.0");
    expect(rig.records).toMatchObject([{ cause: "normal-clearing", endedBy: "callee" }]);
  });

  it("goes from a carrier to the owner of the number", () => {
    rig.receive(
      "carrier-a",
      inviteFrom("192.0.2.3", 5060, { to: "sip:+12025550100@127.0.0.2", from: "sip:+13035550142@carrier.example" }),
    );
    const invite = take(rig, "pbx", "INVITE");
    expect(invite.firstLine).toBe("INVITE sip:+12025550100@10.0.0.20:5080 SIP/2.0");
    rig.receive("pbx", replyTo(invite, 486));
    expect(rig.linesTo("carrier-a")).toEqual(["SIP/2.0 100 Trying", "SIP/2.0 486 Busy Here"]);
    expect(rig.records).toMatchObject([
      { ingressTrunk: "carrier-a", egressTrunk: "pbx", status: 486, cause: "busy", endedBy: "callee" },
    ]);
  });

  it("passes on of an answer only what was offered", () => {
    const invite = callOut(rig);
    rig.receive(
      "carrier-a",
      replyTo(invite, 200, { contact: CARRIER, body: audioOf("192.0.2.3", 7000, "9 18 8 101") }),
    );
    const ok = take(rig, "pbx", "SIP/2.0 200");
    expect(ok.body).toContain("m=audio 20000 RTP/AVP 8 101\r\n");
    acknowledge(rig, { invite, ok });
    byeFromPbx(rig, { invite, ok });
    expect(rig.records[0]?.aLeg.codec).toBe("PCMA/8000");
  });

  it("survives BYEs that cross", () => {
    const established = establish(rig);
    byeFromPbx(rig, established);
    byeFromCarrier(rig, established);
    expect(rig.linesTo("carrier-a")).toEqual(["BYE sip:192.0.2.3:5060 SIP/2.0", "SIP/2.0 200 OK"]);
    expect(rig.records).toHaveLength(1);
  });

  it("ends by an operator, by the longest duration, by dead media", () => {
    establish(rig, { callId: "one@inside", branch: "z9hG4bKone" });
    rig.give({ kind: "hang-up", call: rig.engine.liveCalls()[0]?.id ?? "" });
    expect(rig.linesTo("pbx")).toEqual(["BYE sip:ann@10.0.0.20:5080 SIP/2.0"]);
    establish(rig, { callId: "two@inside", branch: "z9hG4bKtwo" });
    rig.pass(60_000);
    rig.give({
      kind: "media-event",
      session: rig.engine.liveCalls()[0]?.id ?? "",
      event: { kind: "timeout", afterMs: 60_000 },
    });
    establish(rig, { callId: "three@inside", branch: "z9hG4bKthree" });
    rig.pass(12 * 3600 * 1000);
    expect(rig.records.map(({ cause }) => cause)).toEqual(["operator", "media-timeout", "max-duration"]);
    expect(rig.records.every(({ endedBy, status }) => endedBy === "demarc" && status === 200)).toBe(true);
  });
});

describe("early media", () => {
  it("passes what is heard while it rings, and a 180 after it", () => {
    const invite = callOut(rig);
    rig.sentTo("pbx");
    rig.receive("carrier-a", replyTo(invite, 183, { contact: CARRIER, body: audioOf("192.0.2.3", 7000, "0 101") }));
    const early = take(rig, "pbx", "SIP/2.0 183");
    expect(early.body).toContain("m=audio 20000 RTP/AVP 0 101\r\n");
    rig.receive("carrier-a", replyTo(invite, 180, { contact: CARRIER }));
    const established = answer(rig, invite);
    expect(established.ok.body).toBe(early.body);
    acknowledge(rig, established);
    byeFromPbx(rig, established);
  });

  it("takes an answer without SDP for what the early media said", () => {
    const invite = callOut(rig);
    rig.receive("carrier-a", replyTo(invite, 183, { contact: CARRIER, body: audioOf("192.0.2.3", 7000, "0 101") }));
    rig.receive("carrier-a", replyTo(invite, 200, { contact: CARRIER }));
    const ok = take(rig, "pbx", "SIP/2.0 200");
    expect(ok.body).toContain("m=audio 20000");
    acknowledge(rig, { invite, ok });
    byeFromPbx(rig, { invite, ok });
  });
});

describe("a call that is not answered", () => {
  it.each([
    [486, 486, "busy", "callee"],
    [404, 404, "unknown-number", "callee"],
    [603, 603, "rejected", "callee"],
    [488, 488, "not-acceptable", "callee"],
    [401, 502, "target-failure", "callee"],
    [407, 502, "target-failure", "callee"],
    [302, 480, "target-failure", "callee"],
    [487, 480, "no-answer", "callee"],
  ] as const)("passes %i on as %i (%s)", (from, towards, cause, endedBy) => {
    const invite = callOut(rig);
    rig.receive("carrier-a", replyTo(invite, from));
    expect(take(rig, "carrier-a", "ACK").header("CSeq")).toBe("1 ACK");
    expect(take(rig, "pbx", `SIP/2.0 ${towards}`).firstLine).not.toContain("inside-phrase");
    expect(rig.records).toMatchObject([
      { status: towards, cause, endedBy, attempts: [{ trunk: "carrier-a", status: from }] },
    ]);
  });

  it("is not ended for want of audio while it rings", () => {
    const invite = callOut(rig);
    rig.receive("carrier-a", replyTo(invite, 180));
    const session = rig.engine.liveCalls()[0]?.id ?? "";
    rig.give({ kind: "media-event", session, event: { kind: "timeout", afterMs: 60_000 } });
    expect(rig.engine.liveCalls()).toMatchObject([{ state: "ringing" }]);
    rig.receive("carrier-a", replyTo(invite, 486));
  });

  it("nor is the silence counted that began while it rang", () => {
    establish(rig);
    const session = rig.engine.liveCalls()[0]?.id ?? "";
    const silence = { kind: "media-event", session, event: { kind: "timeout", afterMs: 5000 } } as const;
    rig.pass(4999);
    rig.give(silence);
    expect(rig.records).toEqual([]);
    rig.pass(1);
    rig.give(silence);
    expect(rig.records.map(({ cause }) => cause)).toEqual(["media-timeout"]);
  });

  it.each([
    [{}, undefined],
    [{ "carrier-a": { limits: { noMediaTimeout: "30s" } } }, 30_000],
    [{ pbx: { limits: { noMediaTimeout: "20s" } }, "carrier-a": { limits: { noMediaTimeout: "30s" } } }, 20_000],
  ])("the plane is told how long a call may be silent: %j, %s", (settings, timeoutMs) => {
    const silent = new Rig(settings);
    establish(silent);
    const answers = silent.media.filter(({ kind }) => kind === "answer");
    expect(answers).toEqual([expect.objectContaining(timeoutMs === undefined ? {} : { timeoutMs })]);
    expect("timeoutMs" in (answers[0] ?? {})).toBe(timeoutMs !== undefined);
  });

  it("gives up when it rings too long", () => {
    const invite = callOut(rig);
    rig.receive("carrier-a", replyTo(invite, 180));
    rig.sentTo("carrier-a");
    rig.pass(180_000);
    expect(rig.linesTo("carrier-a")[0]).toBe("CANCEL sip:+13035550142@192.0.2.3:5060 SIP/2.0");
    expect(rig.linesTo("pbx")).toContain("SIP/2.0 480 Temporarily Unavailable");
    expect(rig.records).toMatchObject([{ cause: "no-answer", endedBy: "demarc" }]);
  });
});

describe("CANCEL", () => {
  it("is answered, ends the INVITE with 487 and is passed on", () => {
    const invite = callOut(rig);
    rig.receive("carrier-a", replyTo(invite, 180));
    rig.sentTo("pbx");
    rig.receive("pbx", cancelOf(inviteFrom("10.0.0.20", 5080)));
    expect(rig.linesTo("pbx")).toEqual(["SIP/2.0 200 OK", "SIP/2.0 487 Request Terminated"]);
    const cancel = take(rig, "carrier-a", "CANCEL");
    expect(cancel.header("Via")).toBe(invite.header("Via"));
    rig.receive("carrier-a", replyTo(cancel, 200));
    rig.receive("carrier-a", replyTo(invite, 487));
    expect(rig.linesTo("carrier-a")).toEqual([expect.stringMatching(/^ACK/)]);
    expect(rig.records).toMatchObject([{ status: 487, cause: "cancelled", endedBy: "caller" }]);
  });

  it("before any answer of the target waits for a provisional response (RFC 3261 section 9.1)", () => {
    const invite = callOut(rig);
    rig.receive("pbx", cancelOf(inviteFrom("10.0.0.20", 5080)));
    expect(rig.linesTo("carrier-a")).toEqual([]);
    rig.receive("carrier-a", replyTo(invite, 100));
    expect(rig.linesTo("carrier-a")).toEqual([expect.stringMatching(/^CANCEL/)]);
  });

  it("that crosses the answer ends in ACK and BYE", () => {
    const invite = callOut(rig);
    rig.receive("carrier-a", replyTo(invite, 180));
    rig.receive("pbx", cancelOf(inviteFrom("10.0.0.20", 5080)));
    rig.sentTo("carrier-a");
    rig.receive("carrier-a", replyTo(invite, 200, { contact: CARRIER, body: audioOf("192.0.2.3") }));
    expect(rig.linesTo("carrier-a")).toEqual(["ACK sip:192.0.2.3:5060 SIP/2.0", "BYE sip:192.0.2.3:5060 SIP/2.0"]);
    rig.receive("carrier-a", replyTo(invite, 200, { contact: CARRIER, body: audioOf("192.0.2.3") }));
    expect(rig.linesTo("carrier-a")).toEqual(["ACK sip:192.0.2.3:5060 SIP/2.0"]);
  });

  it("while the media plane joins the sides still wins", () => {
    const invite = callOut(rig);
    rig.holdMedia = true;
    rig.receive("carrier-a", replyTo(invite, 200, { contact: CARRIER, body: audioOf("192.0.2.3") }));
    rig.receive("pbx", cancelOf(inviteFrom("10.0.0.20", 5080)));
    rig.answerMedia();
    expect(rig.linesTo("carrier-a")).toEqual([expect.stringMatching(/^ACK/), expect.stringMatching(/^BYE/)]);
    expect(rig.linesTo("pbx")).toEqual(["SIP/2.0 100 Trying", "SIP/2.0 200 OK", "SIP/2.0 487 Request Terminated"]);
  });

  it("after the answer has no effect (RFC 3261 section 9.2)", () => {
    const established = establish(rig);
    rig.receive("pbx", cancelOf(inviteFrom("10.0.0.20", 5080)));
    expect(rig.linesTo("pbx")).toEqual(["SIP/2.0 200 OK"]);
    expect(rig.engine.liveCalls()).toMatchObject([{ state: "answered" }]);
    byeFromPbx(rig, established);
  });

  it("of nothing gets 481", () => {
    rig.receive("pbx", cancelOf(inviteFrom("10.0.0.20", 5080)));
    expect(rig.linesTo("pbx")).toEqual(["SIP/2.0 481 Call/Transaction Does Not Exist"]);
  });

  it("from another address ends nothing", () => {
    const invite = callOut(rig);
    rig.receive("carrier-b", cancelOf(inviteFrom("10.0.0.20", 5080)));
    expect(rig.linesTo("carrier-b")).toEqual([expect.stringMatching(/^SIP\/2.0 481/)]);
    expect(rig.engine.liveCalls()).toHaveLength(1);
    rig.receive("carrier-a", replyTo(invite, 486));
  });

  it("a BYE in the early dialog takes the call back too (RFC 3261 section 15)", () => {
    const invite = callOut(rig);
    rig.receive("carrier-a", replyTo(invite, 180));
    const ringing = take(rig, "pbx", "SIP/2.0 180");
    rig.receive("pbx", followUp(ringing, "BYE", { branch: "z9hG4bKearly", sequence: 2, via: "10.0.0.20:5080" }));
    expect(rig.linesTo("pbx")).toEqual(["SIP/2.0 200 OK", "SIP/2.0 487 Request Terminated"]);
  });
});
