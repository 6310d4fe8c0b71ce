// Lost, repeated, late and crossing messages; targets that fail; media that fails; peers that are not who they say.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { acknowledge, answer, byeFromCarrier, byeFromPbx, CARRIER, callOut, establish, take } from "./established.ts";
import { audioOf, followBack, followUp, inviteFrom, type Message, replyTo } from "./peer.ts";
import { Rig } from "./rig.ts";

let rig: Rig;
beforeEach(() => {
  rig = new Rig();
});
afterEach(() => rig.expectNothingLeft());

describe("what is lost or repeated", () => {
  it("an INVITE again is the same call", () => {
    const invite = callOut(rig);
    rig.receive("pbx", inviteFrom("10.0.0.20", 5080));
    expect(rig.linesTo("carrier-a")).toEqual([]);
    expect(rig.linesTo("pbx")).toEqual(["SIP/2.0 100 Trying", "SIP/2.0 100 Trying"]);
    rig.receive("carrier-a", replyTo(invite, 486));
  });

  it("a 200 again is acknowledged again, without a second answer to the caller", () => {
    const established = establish(rig);
    rig.receive(
      "carrier-a",
      replyTo(established.invite, 200, { contact: CARRIER, body: audioOf("192.0.2.3", 7000, "0 101") }),
    );
    expect(rig.linesTo("carrier-a")).toEqual(["ACK sip:192.0.2.3:5060 SIP/2.0"]);
    expect(rig.linesTo("pbx")).toEqual([]);
    byeFromPbx(rig, established);
  });

  it("a 200 from a second fork is acknowledged and ended (RFC 3261 section 13.2.2.4)", () => {
    const established = establish(rig);
    rig.receive(
      "carrier-a",
      replyTo(established.invite, 200, { tag: "fork-2", contact: "sip:192.0.2.3:5070", body: audioOf("192.0.2.3") }),
    );
    expect(rig.linesTo("carrier-a")).toEqual(["ACK sip:192.0.2.3:5070 SIP/2.0", "BYE sip:192.0.2.3:5070 SIP/2.0"]);
    expect(rig.engine.liveCalls()).toMatchObject([{ state: "answered" }]);
    byeFromPbx(rig, established);
  });

  it("the 200 goes out again until the ACK comes; without one the call ends on both sides", () => {
    const established = answer(rig, callOut(rig));
    rig.pass(31_900);
    // T1 doubling to T2: after 0.5, 1.5, 3.5, 7.5, then every 4 s (RFC 3261 section 13.3.1.4).
    expect(rig.linesTo("pbx").filter((line) => line === "SIP/2.0 200 OK")).toHaveLength(10);
    rig.pass(200);
    expect(rig.linesTo("pbx")).toContain("BYE sip:ann@10.0.0.20:5080 SIP/2.0");
    expect(rig.linesTo("carrier-a")).toContain("BYE sip:192.0.2.3:5060 SIP/2.0");
    expect(rig.records).toMatchObject([{ cause: "lost-peer", endedBy: "demarc", aLeg: { remoteTag: "ann-tag" } }]);
    expect(established.ok.firstLine).toBe("SIP/2.0 200 OK");
  });

  it("a callee's BYE before the caller's ACK waits for that ACK (RFC 3261 section 15)", () => {
    const established = answer(rig, callOut(rig));
    byeFromCarrier(rig, established);
    expect(rig.linesTo("pbx")).toEqual([]);
    acknowledge(rig, established);
    expect(rig.linesTo("pbx")).toEqual(["BYE sip:ann@10.0.0.20:5080 SIP/2.0"]);
    expect(rig.records).toMatchObject([{ endedBy: "callee" }]);
  });

  it("a BYE that nobody answers ends all the same", () => {
    const established = establish(rig);
    byeFromPbx(rig, established);
    rig.pass(40_000);
    expect(rig.linesTo("carrier-a").filter((line) => line.startsWith("BYE"))).toHaveLength(11);
  });
});

describe("failover", () => {
  it("moves on at a 503", () => {
    const invite = callOut(rig);
    rig.receive("carrier-a", replyTo(invite, 503));
    const second = take(rig, "carrier-b", "INVITE");
    expect(second.header("Call-ID")).not.toBe(invite.header("Call-ID"));
    rig.receive("carrier-b", replyTo(second, 486));
    expect(rig.records).toMatchObject([
      {
        egressTrunk: "carrier-b",
        status: 486,
        attempts: [
          { trunk: "carrier-a", status: 503 },
          { trunk: "carrier-b", status: 486 },
        ],
      },
    ]);
  });

  it("moves on from a target that is silent for its attempt timeout, and takes back what it says later", () => {
    const invite = callOut(rig);
    rig.pass(2000);
    const second = take(rig, "carrier-b", "INVITE");
    rig.receive("carrier-b", replyTo(second, 100));
    rig.sentTo("carrier-a");
    rig.pass(5000);
    expect(rig.linesTo("carrier-a")).toEqual([]);
    rig.receive("carrier-a", replyTo(invite, 180));
    expect(rig.linesTo("carrier-a")).toEqual([expect.stringMatching(/^CANCEL/)]);
    rig.receive("carrier-a", replyTo(invite, 200, { contact: CARRIER, body: audioOf("192.0.2.3") }));
    expect(rig.linesTo("carrier-a")).toEqual([expect.stringMatching(/^ACK/), expect.stringMatching(/^BYE/)]);
    rig.receive("carrier-b", replyTo(second, 404));
    expect(rig.records).toMatchObject([{ cause: "unknown-number", attempts: [{ status: 408 }, { status: 404 }] }]);
  });

  it("moves on at once from a target that cannot be reached", () => {
    callOut(rig);
    rig.break("carrier-a");
    const second = take(rig, "carrier-b", "INVITE");
    rig.receive("carrier-b", replyTo(second, 486));
    expect(rig.records).toMatchObject([
      { attempts: [{ status: 503, reason: "The target cannot be reached" }, { status: 486 }] },
    ]);
  });

  it("does not ring a second phone after the first has rung", () => {
    const invite = callOut(rig);
    rig.receive("carrier-a", replyTo(invite, 180));
    rig.receive("carrier-a", replyTo(invite, 503));
    expect(rig.linesTo("carrier-b")).toEqual([]);
    expect(rig.linesTo("pbx")).toContain("SIP/2.0 500 Server Internal Error");
  });

  it("a busy answer is final (486 is not among the codes)", () => {
    rig.receive("carrier-a", replyTo(callOut(rig), 486));
    expect(rig.linesTo("carrier-b")).toEqual([]);
  });

  it("all targets silent: the caller hears so", () => {
    callOut(rig);
    rig.pass(6000);
    expect(rig.linesTo("pbx")).toEqual(["SIP/2.0 100 Trying", "SIP/2.0 408 Request Timeout"]);
    expect(rig.records).toMatchObject([
      { cause: "target-failure", endedBy: "demarc", attempts: [{ status: 408 }, { status: 408 }] },
    ]);
  });
});

describe("limits and refusals", () => {
  it("keeps the emergency reserve free, moves on at the limit, and never refuses an emergency", () => {
    const one = establish(rig, { callId: "1@i", branch: "z9hG4bK1" });
    const two = establish(rig, { callId: "2@i", branch: "z9hG4bK2" });
    rig.receive("pbx", inviteFrom("10.0.0.20", 5080, { callId: "3@i", branch: "z9hG4bK3" }));
    expect(rig.linesTo("carrier-a")).toEqual([]);
    rig.receive("carrier-b", replyTo(take(rig, "carrier-b", "INVITE"), 486));
    for (const [index, number] of ["911", "+911"].entries()) {
      rig.receive(
        "pbx",
        inviteFrom("10.0.0.20", 5080, {
          callId: `e${index}@i`,
          branch: `z9hG4bKe${index}`,
          to: `sip:${number}@127.0.0.1`,
        }),
      );
      const invite = take(rig, "carrier-a", "INVITE");
      expect(invite.firstLine).toBe(`INVITE sip:${number.replace("+", "")}@192.0.2.3:5060 SIP/2.0`);
      rig.receive("carrier-a", replyTo(invite, 486));
      rig.receive("carrier-b", replyTo(take(rig, "carrier-b", "INVITE"), 486));
    }
    expect(rig.records.slice(1)).toMatchObject([{ emergency: true }, { emergency: true }]);
    byeFromPbx(rig, two);
    rig.receive("pbx", followUp(one.ok, "BYE", { branch: "z9hG4bKother", sequence: 2, via: "10.0.0.20:5080" }));
  });

  it("answers 503 with Retry-After when every target is at its limit", () => {
    const invites: Message[] = [];
    for (const [n, carrier] of (["carrier-a", "carrier-a", "carrier-b"] as const).entries()) {
      rig.receive("pbx", inviteFrom("10.0.0.20", 5080, { callId: `${n}@i`, branch: `z9hG4bK${n}` }));
      invites.push(take(rig, carrier, "INVITE"));
    }
    rig.receive("pbx", inviteFrom("10.0.0.20", 5080, { callId: "one-more@i", branch: "z9hG4bKmore" }));
    expect(take(rig, "pbx", "SIP/2.0 503").header("Retry-After")).toBe("2");
    expect(rig.records).toMatchObject([
      { cause: "limit", endedBy: "demarc", attempts: [{ status: 503 }, { status: 503 }] },
    ]);
    for (const [n, invite] of invites.entries()) rig.receive(n < 2 ? "carrier-a" : "carrier-b", replyTo(invite, 486));
  });

  it.each([
    [{ to: "sip:+19005551234@127.0.0.1" }, "SIP/2.0 403 Premium numbers are blocked", "rejected"],
    [{ to: "sip:4711@127.0.0.1" }, "SIP/2.0 404 Not Found", "no-route"],
    [{ to: "http://carrier.example/call" }, "SIP/2.0 416 Unsupported URI Scheme", "bad-request"],
    [{ to: "tel:+19005551234" }, "SIP/2.0 403 Premium numbers are blocked", "rejected"],
    [{ maxForwards: 0 }, "SIP/2.0 483 Too Many Hops", "loop"],
    [{ extra: "Require: 100rel\r\n" }, "SIP/2.0 420 Bad Extension", "bad-request"],
    [{ body: "this is no SDP" }, "SIP/2.0 400 Malformed SDP", "bad-request"],
    [{ body: audioOf("10.0.0.20").replace("RTP/AVP", "RTP/SAVP") }, "SIP/2.0 488 Not Acceptable Here", "encryption"],
  ] as const)("refuses %j", (options, line, cause) => {
    rig.receive("pbx", inviteFrom("10.0.0.20", 5080, options));
    expect(rig.linesTo("pbx")).toEqual(["SIP/2.0 100 Trying", line]);
    expect(rig.linesTo("carrier-a")).toEqual([]);
    expect(rig.records).toMatchObject([{ cause, endedBy: "demarc" }]);
  });

  it("a stranger gets 403, ten of them a second and no more, and never a call", () => {
    for (let n = 0; n < 50; n += 1) rig.receive("stranger", inviteFrom("192.0.2.99", 5060, { branch: `z9hG4bK${n}` }));
    expect(rig.linesTo("stranger")).toEqual(Array.from({ length: 10 }, () => "SIP/2.0 403 Forbidden"));
    expect(rig.engine.status()).toMatchObject({ strangers: 50, callsSinceStart: 0, transactions: 0 });
  });
});

describe("who may speak in a call", () => {
  it("the same Call-ID from elsewhere is another matter", () => {
    const established = establish(rig);
    rig.receive(
      "carrier-b",
      inviteFrom("192.0.2.4", 5060, { to: "sip:+12025550100@127.0.0.2", branch: "z9hG4bKelsewhere" }),
    );
    expect(rig.linesTo("carrier-b")).toEqual(["SIP/2.0 482 Loop Detected"]);
    expect(rig.engine.liveCalls()).toHaveLength(1);
    byeFromPbx(rig, established);
  });

  it("the right tags from another trunk get 481", () => {
    const established = establish(rig);
    rig.receive(
      "carrier-b",
      followBack(established.invite, "BYE", { branch: "z9hG4bKspoof", sequence: 5, via: "192.0.2.4:5060" }),
    );
    rig.receive(
      "carrier-b",
      followUp(established.ok, "BYE", { branch: "z9hG4bKspoof2", sequence: 5, via: "192.0.2.4:5060" }),
    );
    expect(rig.linesTo("carrier-b")).toEqual([expect.stringMatching(/ 481 /), expect.stringMatching(/ 481 /)]);
    expect(rig.engine.liveCalls()).toMatchObject([{ state: "answered" }]);
    byeFromPbx(rig, established);
  });

  it("requests out of order get 500, unknown methods 405", () => {
    const established = establish(rig);
    const ask = (method: string, sequence: number): string => {
      rig.receive(
        "pbx",
        followUp(established.ok, method, { branch: `z9hG4bK${method}${sequence}`, sequence, via: "10.0.0.20:5080" }),
      );
      return rig.linesTo("pbx").join();
    };
    expect(ask("OPTIONS", 5)).toBe("SIP/2.0 200 OK");
    expect(ask("INFO", 4)).toBe("SIP/2.0 500 Server Internal Error");
    expect(ask("INFO", 6)).toBe("SIP/2.0 405 Method Not Allowed");
    expect(ask("BYE", 8)).toBe("SIP/2.0 200 OK");
  });

  it("noise changes nothing", () => {
    const established = establish(rig);
    for (const text of [
      "",
      "\0",
      "x".repeat(64_000),
      "INVITE",
      "\r\n\r\n",
      "SIP/2.0 200 OK\r\n\r\n",
      "ACK sip:x SIP/2.0\r\n\r\n",
    ]) {
      rig.receive("pbx", text);
      rig.receive("stranger", text);
    }
    expect(rig.engine.liveCalls()).toMatchObject([{ state: "answered" }]);
    byeFromPbx(rig, established);
  });
});

describe("media that fails", () => {
  it("no ports for the offer: the call ends with 500 after both targets", () => {
    rig.failMedia = "offer";
    rig.receive("pbx", inviteFrom("10.0.0.20", 5080));
    expect(rig.linesTo("pbx")).toEqual(["SIP/2.0 100 Trying", "SIP/2.0 500 Server Internal Error"]);
    expect(rig.records).toMatchObject([{ cause: "media-failure", attempts: [{ status: 500 }, { status: 500 }] }]);
  });

  it("what the plane cannot do: 488 after both targets, of which one may have it otherwise", () => {
    rig.failMedia = "offer";
    rig.failCause = "unsupported";
    rig.receive("pbx", inviteFrom("10.0.0.20", 5080));
    expect(rig.linesTo("pbx").at(-1)).toBe("SIP/2.0 488 Not Acceptable Here");
    expect(rig.records).toMatchObject([{ attempts: [{ status: 488 }, { status: 488 }] }]);
  });

  it("no joining of the answer: the target gets ACK and BYE, the caller 500", () => {
    const invite = callOut(rig);
    rig.failMedia = "answer";
    rig.receive("carrier-a", replyTo(invite, 200, { contact: CARRIER, body: audioOf("192.0.2.3", 7000, "0 101") }));
    expect(rig.linesTo("carrier-a")).toEqual([expect.stringMatching(/^ACK/), expect.stringMatching(/^BYE/)]);
    expect(rig.linesTo("pbx")).toContain("SIP/2.0 500 Server Internal Error");
  });

  it("an answer that is none", () => {
    const invite = callOut(rig);
    rig.receive("carrier-a", replyTo(invite, 200, { contact: CARRIER, body: audioOf("192.0.2.3", 7000, "18") }));
    expect(rig.linesTo("carrier-a")).toEqual([expect.stringMatching(/^ACK/), expect.stringMatching(/^BYE/)]);
    expect(rig.records).toMatchObject([{ status: 488, cause: "not-acceptable" }]);
  });

  it("a plane that never replies is not waited for", () => {
    rig.holdMedia = true;
    rig.receive("pbx", inviteFrom("10.0.0.20", 5080));
    rig.pass(60_000);
    expect(rig.linesTo("pbx")).toContain("SIP/2.0 500 Server Internal Error");
    expect(rig.records).toHaveLength(1);
  });

  it("a release that fails still leaves its record", () => {
    const established = establish(rig);
    rig.failMedia = "release";
    byeFromPbx(rig, established);
    expect(rig.records).toMatchObject([{ cause: "normal-clearing", quality: [] }]);
  });
});

describe("stopping", () => {
  it("takes no new calls while draining and hangs up the standing ones when asked", () => {
    establish(rig);
    rig.give({ kind: "drain", endCalls: false });
    rig.receive("pbx", inviteFrom("10.0.0.20", 5080, { callId: "2@i", branch: "z9hG4bK2" }));
    expect(take(rig, "pbx", "SIP/2.0 503").header("Retry-After")).toBe("30");
    rig.give({ kind: "drain", endCalls: true });
    expect(rig.linesTo("pbx")).toEqual(["BYE sip:ann@10.0.0.20:5080 SIP/2.0"]);
    expect(rig.records.map(({ cause }) => cause)).toEqual(["shutdown", "shutdown"]);
  });
});
