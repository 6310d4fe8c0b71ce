// The interpreter itself: a ladder that is not what happens, or a message that breaks a rule, must not pass.
import { describe, expect, test } from "vitest";
import { cancelOf, followBack, followUp, inviteFrom, readMessage, replyTo } from "../engine/peer.ts";
import { CANCEL_RACES } from "./border-flows.ts";
import type { Ladder } from "./ladder-pieces.ts";
import { playLadder } from "./ladder-run.ts";
import { parseLadder } from "./ladder-script.ts";
import { MessageRules } from "./message-rules.ts";
import { RFC_3665 } from "./rfc-3665.ts";

function ladderNamed(ladders: readonly Ladder[], begins: string): string {
  const found = ladders.find(({ name }) => name.startsWith(begins));
  if (found === undefined) throw new Error(`no ladder ${begins}`);
  return found.text;
}

const SUCCESS = ladderNamed(RFC_3665, "3.1 successful");
const HUNG_UP_BY_CALLER = ladderNamed(RFC_3665, "3.1 hung up");
const PROXIED = ladderNamed(RFC_3665, "3.2");
const BUSY = ladderNamed(RFC_3665, "3.9");
const NO_ANSWER = ladderNamed(RFC_3665, "3.8");
const CROSSED = ladderNamed(CANCEL_RACES, "the 200 crosses");

describe("a ladder that is not what happens", () => {
  test.each([
    ["a message is missing", "Demarc -> PBX: SIP/2.0 180 Ringing", /^.*180 F6 of F1$/m, ""],
    [
      "a message is too many",
      "Demarc did not say: Demarc -> CarrierA: BYE F99",
      "Demarc -> CarrierA: ACK F8 of F7",
      "Demarc -> CarrierA: ACK F8 of F7\nDemarc -> CarrierA: BYE F99",
    ],
    ["a status is another", "Demarc -> PBX: 183 F6", "Demarc -> PBX: 180 F6", "Demarc -> PBX: 183 F6"],
    [
      "a message goes elsewhere",
      "Demarc did not say: Demarc -> CarrierB: INVITE F3",
      "Demarc -> CarrierA: INVITE F3",
      "Demarc -> CarrierB: INVITE F3",
    ],
    [
      "a response answers something else",
      "Demarc -> CarrierA: 200 F12 of F10",
      "Demarc -> CarrierA: 200 F12 of F11",
      "Demarc -> CarrierA: 200 F12 of F10",
    ],
    ["a body is not told", "200 F9 of F1: with a body", "200 F9 of F1 sdp", "200 F9 of F1"],
    ["a body is told that is not there", "180 F6 of F1 sdp: with a body", "180 F6 of F1", "180 F6 of F1 sdp"],
    ["the last message is missing", "before: the end", "Demarc -> PBX: BYE F13\n  PBX -> Demarc: 200 F14 of F13", ""],
    ["the record says otherwise", "deeply equal", "by callee", "by caller"],
    ["there is no record", "deeply equal", /^.*record:.*$/m, ""],
    [
      "another number is called",
      " sip:4711@",
      "Demarc -> CarrierA: INVITE F3 sdp",
      "Demarc -> CarrierA: INVITE F3 sdp to 4711",
    ],
    ["a weakness is told that is none", "no weakness any more: of the flesh", /$/, "weakness: of the flesh"],
  ])("%s", (_, complaint, line, instead) => {
    const wrong = SUCCESS.replace(line, instead);
    expect(wrong).not.toBe(SUCCESS);
    expect(() => playLadder(wrong)).toThrow(complaint);
  });

  test.each([
    "PBX -> CarrierA: INVITE F1",
    "PBX -> Demarc: INVITE",
    "PBX -> Demarc: INVITE F1 quickly",
    "PBX -> Demarc: INVITE F1 again",
    "PBX -> Demarc: INVITE F1\nDemarc -> PBX: 100 F1",
    "Demarc -> PBX: 100 F2 of F1",
    "wait long",
    "record: fine",
  ])("is no ladder: %s", (text) => {
    expect(() => parseLadder(text)).toThrow(text.split("\n").at(-1));
  });
});

/** Changes what begins so, by replacing one thing in it. */
function distort(begins: string, what: RegExp, instead: string): (text: string) => string {
  return (text) => (text.startsWith(begins) ? text.replace(what, instead) : text);
}

/** The rules of a section that were broken. */
function rulesOf({ complaints }: MessageRules, section: string): string[] {
  return complaints.map(({ rule }) => rule).filter((rule) => rule.endsWith(`(${section})`));
}

describe("the rules notice", () => {
  test.each([
    ["SIP/2.0 180", "answers a request", SUCCESS, /branch=[^\r]*/, "branch=z9hG4bKother"],
    ["SIP/2.0 180", "Via as in the request", SUCCESS, /Via: /, "Via: SIP/2.0/UDP 10.9.9.9;branch=z9hG4bK-F1\r\nVia: "],
    ["SIP/2.0 180", "From as in the request", SUCCESS, /From: "Ann"/, 'From: "Bob"'],
    ["SIP/2.0 180", "Call-ID as in the request", SUCCESS, /Call-ID: /, "Call-ID: x"],
    ["SIP/2.0 180", "a tag in To", SUCCESS, /(To: [^\r]*);tag=[^\r]*/, "$1"],
    ["SIP/2.0 180", "the tag of the other responses", SUCCESS, /(To: [^\r]*;tag=)/, "$1x"],
    ["SIP/2.0 200", "a Contact (section 12.1.1)", SUCCESS, /Contact: [^\r]*\r\n/, ""],
    ["SIP/2.0 200", "Content-Length", SUCCESS, /Content-Length: 1/, "Content-Length: 2"],
    ["SIP/2.0 200", "Content-Type", SUCCESS, /Content-Type: [^\r]*\r\n/, ""],
    ["INVITE ", "one hop less", SUCCESS, /Max-Forwards: 69/, "Max-Forwards: 70"],
    ["INVITE ", "the branch's cookie", SUCCESS, /branch=z9hG4bK/, "branch="],
    ["INVITE ", "one Via", SUCCESS, /Via: /, "Via: SIP/2.0/UDP 10.0.0.20;branch=z9hG4bKinside\r\nVia: "],
    ["INVITE ", "a Call-ID of its own", SUCCESS, /Call-ID: [^\r]*/, "Call-ID: F1@10.0.0.20"],
    ["INVITE ", "a Contact (section 8.1.1.8)", SUCCESS, /Contact: [^\r]*\r\n/, ""],
    ["INVITE ", "a tag in From", SUCCESS, /(From: [^\r]*);tag=[^\r]*/, "$1"],
    ["INVITE ", "exactly one CSeq", SUCCESS, /CSeq: 1 INVITE\r\n/, ""],
    ["ACK ", "CSeq (sections 12.2.1.1 and 13.2.2.4)", SUCCESS, /CSeq: 1 /, "CSeq: 2 "],
    ["ACK ", "to the remote target", SUCCESS, /^ACK \S+/, "ACK sip:elsewhere@192.0.2.3"],
    ["ACK ", "in a dialog", SUCCESS, /(To: [^\r]*;tag=)/, "$1x"],
    ["BYE ", "in a dialog", SUCCESS, /(From: [^\r]*;tag=)/, "$1x"],
    ["BYE ", "Max-Forwards", SUCCESS, /Max-Forwards: [^\r]*\r\n/, ""],
    ["BYE ", "CSeq (sections 12.2.1.1 and 13.2.2.4)", HUNG_UP_BY_CALLER, /CSeq: 2 /, "CSeq: 1 "],
    ["ACK ", "Route is the route set", PROXIED, /Route: [^\r]*\r\n/, ""],
    ["BYE ", "Route is the route set", PROXIED, /Route: [^\r]*\r\n/, ""],
    ["SIP/2.0 180", "Record-Route as in the request", PROXIED, /Record-Route: [^\r]*\r\n/, ""],
    ["ACK ", "in a dialog", BUSY, /branch=z9hG4bK/, "branch=z9hG4bKother"],
    ["ACK ", "To as in the failure", BUSY, /(To: [^\r]*);tag=[^\r]*/, "$1"],
    ["ACK ", "the CSeq number of its INVITE (section 17.1.1.3)", BUSY, /CSeq: 1 /, "CSeq: 2 "],
    ["ACK ", "the Request-URI of its INVITE (section 17.1.1.3)", BUSY, /^ACK \S+/, "ACK sip:192.0.2.3"],
    ["CANCEL ", "the branch of its INVITE", NO_ANSWER, /branch=z9hG4bK/, "branch=z9hG4bKother"],
    ["CANCEL ", "To as in its INVITE", NO_ANSWER, /(To: [^\r]*)/, "$1;tag=x"],
    ["CANCEL ", "the CSeq number of its INVITE (section 9.1)", NO_ANSWER, /CSeq: 1 /, "CSeq: 2 "],
    ["CANCEL ", "the Request-URI of its INVITE (section 9.1)", NO_ANSWER, /^CANCEL \S+/, "CANCEL sip:192.0.2.3"],
    ["BYE ", "CSeq (sections 12.2.1.1 and 13.2.2.4)", CROSSED, /CSeq: \d+ BYE/, "CSeq: 1 BYE"],
  ])("%s… without %s", (begins, rule, ladder, what, instead) => {
    let changed = 0;
    const change = distort(begins, what, instead);
    const counted = (text: string): string => {
      const now = change(text);
      if (now !== text) changed += 1;
      return now;
    };
    expect(() => playLadder(ladder, { distort: counted })).toThrow(rule);
    expect(changed).toBeGreaterThan(0);
  });

  test("a CANCEL that comes too early or too late", () => {
    const invite = inviteFrom("127.0.0.2", 5060, { maxForwards: 69 });
    const complaintsAfter = (...statuses: readonly number[]): string[] => {
      const rules = new MessageRules();
      rules.heard("pbx", inviteFrom("10.0.0.20", 5080, { callId: "another" }), 0);
      rules.said("carrier-a", invite, 0);
      for (const status of statuses) rules.heard("carrier-a", replyTo(readMessage(invite), status), 0);
      rules.said("carrier-a", cancelOf(invite), 0);
      return rulesOf(rules, "section 9.1");
    };
    expect(complaintsAfter()).toEqual(["not before a provisional response (section 9.1)"]);
    expect(complaintsAfter(100)).toEqual([]);
    expect(complaintsAfter(100, 486)).toEqual(["not after a final response (section 9.1)"]);
  });

  test("a BYE to a caller that has not acknowledged, unless it had its time", () => {
    const invite = inviteFrom("10.0.0.20", 5080);
    const ok = replyTo(readMessage(invite), 200, { contact: "sip:127.0.0.1:5060" });
    const bye = followBack(readMessage(invite), "BYE", { branch: "z9hG4bKbye", sequence: 1, via: "127.0.0.1:5060" });
    const complaintsOf = (byeAt: number, acknowledged: boolean): string[] => {
      const rules = new MessageRules();
      rules.heard("pbx", invite, 0);
      rules.said("pbx", ok, 0);
      const ack = followUp(readMessage(ok), "ACK", { branch: "z9hG4bKack", sequence: 1, via: "10.0.0.20:5080" });
      if (acknowledged) rules.heard("pbx", ack, 1);
      rules.said("pbx", bye, byeAt);
      return rulesOf(rules, "section 15");
    };
    expect(complaintsOf(1000, false)).toEqual(["not before the ACK of the answer (section 15)"]);
    expect(complaintsOf(1000, true)).toEqual([]);
    expect(complaintsOf(32_000, false)).toEqual([]);
  });
});

describe("a loss", () => {
  test("of everything that repeats a message is noticed, be it a request or a response", () => {
    const { sent } = playLadder(SUCCESS);
    const recovered: string[] = [];
    for (let lose = 1; lose <= sent; lose += 1) {
      try {
        recovered.push(playLadder(SUCCESS, { lose, loseRepetitions: true }).lost ?? "");
      } catch {
        // As it should be: it was needed.
      }
    }
    expect(recovered).toEqual(["SIP/2.0 100 Trying", "SIP/2.0 180 Ringing"]);
  });

  test("of a message that is never sent is none", () => {
    expect(playLadder(BUSY, { lose: 1000 }).lost).toBeNull();
  });
});
