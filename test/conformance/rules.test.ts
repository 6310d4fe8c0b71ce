// The rules of what happens inside calls: recited as it should be, nothing is wrong; with one thing said otherwise, the rule for it complains.
import { describe, expect, test } from "vitest";
import { peerKey } from "./key-names.ts";
import { changed, ESTABLISHED, HUNG_UP_BY_CALLER } from "./ladder-pieces.ts";
import { reciteLadder } from "./recital.ts";

const HELD =
  ESTABLISHED +
  changed({ at: 20, offer: "sdp[sendonly]", answer: "sdp[recvonly]" }) +
  changed({ at: 40, offer: "sdp", answer: "sdp" }) +
  HUNG_UP_BY_CALLER;

const UPDATED = ESTABLISHED + changed({ at: 20, method: "UPDATE", offer: "sdp[inactive]", answer: "sdp[inactive]" });

const DELAYED = `
  PBX -> Demarc: INVITE F1
  Demarc -> PBX: 100 F2 of F1
  Demarc -> CarrierA: INVITE F3
  CarrierA -> Demarc: 180 F5 of F3
  Demarc -> PBX: 180 F6 of F1
  CarrierA -> Demarc: 200 F7 of F3 sdp
  Demarc -> PBX: 200 F9 of F1 sdp
  PBX -> Demarc: ACK F10 of F9 sdp
  Demarc -> CarrierA: ACK F8 of F7 sdp
  ${HUNG_UP_BY_CALLER}
`;

const GLARE = `
  ${ESTABLISHED}
  PBX -> Demarc: INVITE F20 of F9 sdp[sendonly]
  Demarc -> CarrierA: INVITE F22 of F7 sdp[sendonly]
  PBX -> Demarc: UPDATE F30 of F9 sdp[inactive]
  Demarc -> PBX: 500 F31 of F30 {Retry-After: 7}
  CarrierA -> Demarc: INVITE F32 of F7 sdp[inactive]
  Demarc -> CarrierA: 491 F33 of F32
`;

const RELIABLE = `
  PBX -> Demarc: INVITE F1 sdp {Supported: 100rel}
  Demarc -> CarrierA: INVITE F3 sdp {Supported: 100rel}
  CarrierA -> Demarc: 183 F5 of F3 sdp {Require: 100rel}
  Demarc -> CarrierA: PRACK F6 of F5
  CarrierA -> Demarc: 200 F11 of F6
  Demarc -> PBX: 183 F20 of F1 sdp {Require: 100rel}
  PBX -> Demarc: PRACK F21 of F20
  Demarc -> PBX: 200 F22 of F21
  Demarc -> PBX: 180 F23 of F1 {Require: 100rel}
  PBX -> Demarc: PRACK F24 of F23
  Demarc -> PBX: 200 F25 of F24
  PBX -> Demarc: PRACK F26 of F23 {RAck: 4711 1 INVITE}
  Demarc -> PBX: 481 F27 of F26
  CarrierA -> Demarc: 200 F7 of F3
  Demarc -> CarrierA: ACK F8 of F7
  Demarc -> PBX: 200 F9 of F1
  PBX -> Demarc: ACK F10 of F9
`;

const TIMED = `
  PBX -> Demarc: INVITE F1 sdp {Supported: timer | Session-Expires: 120;refresher=uac}
  Demarc -> PBX: 422 F2 of F1 {Min-SE: 300}
  PBX -> Demarc: ACK F30 of F2
  PBX -> Demarc: INVITE F31 of F2 sdp {Supported: timer | Session-Expires: 1800}
  Demarc -> CarrierA: INVITE F3 sdp {Supported: timer | Session-Expires: 600 | Min-SE: 90}
  CarrierA -> Demarc: 422 F4 of F3 {Min-SE: 900}
  Demarc -> CarrierA: ACK F5 of F4
  Demarc -> CarrierA: INVITE F6 of F4 sdp[same] {Supported: timer | Session-Expires: 900 | Min-SE: 900}
  CarrierA -> Demarc: 200 F7 of F6 sdp {Require: timer | Session-Expires: 900;refresher=uac}
  Demarc -> CarrierA: ACK F8 of F7
  Demarc -> PBX: 200 F9 of F31 sdp {Require: timer | Session-Expires: 1800;refresher=uac}
  PBX -> Demarc: ACK F10 of F9
  Demarc -> CarrierA: INVITE F20 of F7 sdp[same] {Supported: timer | Session-Expires: 900;refresher=uac | Min-SE: 900}
`;

const REFERRED = `
  ${ESTABLISHED}
  PBX -> Demarc: REFER F20 of F9 {Refer-To: <sip:+14155550177@127.0.0.1>}
  Demarc -> PBX: 202 F21 of F20
  Demarc -> PBX: NOTIFY F22 of F9 sipfrag 100 {Event: refer | Subscription-State: active;expires=60}
  PBX -> Demarc: 200 F23 of F22
  Demarc -> PBX: NOTIFY F24 of F9 sipfrag 486 {Event: refer | Subscription-State: terminated;reason=noresource}
  PBX -> Demarc: 200 F25 of F24
`;

const KEYED = `
  PBX -> Demarc: INVITE F1 sdp[savp keys=1.AES.p1+2.GCM.p2]
  Demarc -> PBX: 100 F2 of F1
  Demarc -> CarrierA: INVITE F3 sdp[savp keys=1.GCM.d1+2.AES.d2]
  CarrierA -> Demarc: 200 F7 of F3 sdp[savp keys=1.GCM.c1]
  Demarc -> CarrierA: ACK F8 of F7
  Demarc -> PBX: 200 F9 of F1 sdp[savp keys=1.AES.e1]
  PBX -> Demarc: ACK F10 of F9
`;

const SAMPLES = { HELD, UPDATED, DELAYED, GLARE, RELIABLE, TIMED, REFERRED, KEYED };

test.each(Object.entries(SAMPLES))("nothing is wrong with %s", (_, text) => {
  expect(reciteLadder(text)).toEqual([]);
});

/** Changes each message that begins so and has `what`, its length told rightly. */
function distort(begins: string, what: RegExp, instead: string): (text: string) => string {
  return (text) => {
    if (!text.startsWith(begins) || !what.test(text)) return text;
    const changed = text.replace(what, instead);
    const length = changed.length - changed.indexOf("\r\n\r\n") - 4;
    return changed.replace(/^Content-Length: \d+/m, `Content-Length: ${length}`);
  };
}

const BODY = /Content-Type: .*$/s;
const NO_BODY = "Content-Length: 0\r\n\r\n";

describe("the rules notice", () => {
  test.each([
    [HELD, "INVITE ", /^o=- 1 2/m, "o=- 1 1", "the version of o= tells of a change and of nothing else"],
    [HELD, "INVITE ", /^o=- 1 2/m, "o=- 1 7", "the version of o= tells of a change and of nothing else"],
    [HELD, "INVITE ", /^o=- 1 2/m, "o=- 5 2", "the origin of the session"],
    [HELD, "SIP/2.0 200", /a=recvonly/, "a=sendrecv", "a direction that answers"],
    [HELD, "SIP/2.0 200", /RTP\/AVP 0 8 101/, "RTP/AVP 0 18", "no format that was not offered"],
    [HELD, "SIP/2.0 200", /a=recvonly/, "a=recvonly\r\nm=video 0 RTP/AVP 97", "a stream for each of the offer"],
    [HELD, "SIP/2.0 200", /m=audio/, "m=video", "the streams in the offer's order"],
    [HELD, "SIP/2.0 200", BODY, NO_BODY, "the answer in the 2xx (section 13.2.1)"],
    [
      HELD,
      "ACK ",
      /Content-Length: 0\r\n\r\n/,
      "Content-Type: application/sdp\r\nContent-Length: 0\r\n\r\nv=0\r\n",
      "no description in this ACK",
    ],
    [HELD, "INVITE ", /CSeq: 2 INVITE/, "CSeq: 1 INVITE", "CSeq (sections 12.2.1.1 and 13.2.2.4)"],
    [
      HELD,
      "SIP/2.0 180",
      /Content-Length: 0\r\n\r\n/,
      "Content-Type: application/sdp\r\nContent-Length: 0\r\n\r\nv=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 20000 RTP/AVP 8\r\n",
      "the same answer as before",
    ],
    [UPDATED, "SIP/2.0 200", BODY, NO_BODY, "the answer in the 2xx"],
    [UPDATED, "UPDATE ", /;tag=carrier-a-tag/, ";tag=nobody", "in a dialog"],
    [DELAYED, "ACK ", BODY, NO_BODY, "the answer in the ACK"],
    [DELAYED, "SIP/2.0 200", BODY, NO_BODY, "an offer in the 2xx"],
    [
      DELAYED,
      "SIP/2.0 180",
      /Content-Length: 0\r\n\r\n/,
      "Content-Type: application/sdp\r\nContent-Length: 0\r\n\r\nv=0\r\no=- 1 1 IN IP4 127.0.0.1\r\n",
      "no offer in what may be lost",
    ],
    [GLARE, "SIP/2.0 500", /Retry-After: 7/, "Retry-After: 60", "Retry-After of 0 to 10 seconds"],
    [GLARE, "SIP/2.0 500", /^SIP\/2.0 500/, "SIP/2.0 491", "500 to an offer at the wrong time"],
    [GLARE, "SIP/2.0 491", /^SIP\/2.0 491/, "SIP/2.0 488", "491 to an offer at the wrong time"],
    [RELIABLE, "PRACK ", /RAck: \d+/, "RAck: 99", "the RAck of a response that came"],
    [RELIABLE, "PRACK ", /RAck: (\d+) 1/, "RAck: $1 7", "the RAck of a response that came"],
    [RELIABLE, "SIP/2.0 180", /RSeq: \d+/, "RSeq: 7009", "the next RSeq"],
    [RELIABLE, "SIP/2.0 183", /RSeq: \d+/, "RSeq: 0", "the next RSeq"],
    [RELIABLE, "SIP/2.0 183", /Require: 100rel\r\n/, "", "RSeq with Require: 100rel"],
    [RELIABLE, "SIP/2.0 481", /^SIP\/2.0 481/, "SIP/2.0 200", "481 to a PRACK of nothing"],
    [RELIABLE, "SIP/2.0 200", /^SIP\/2.0 200(.*PRACK)/s, "SIP/2.0 481$1", "no 481 to a PRACK that matches"],
    [TIMED, "SIP/2.0 422", /Min-SE: 300/, "Min-SE: 90", "422 only of less than our Min-SE"],
    [TIMED, "INVITE ", /Supported: timer\r\n/, "", "Supported: timer"],
    [TIMED, "INVITE ", /Session-Expires: 600/, "Session-Expires: 60", "90 seconds at least"],
    [TIMED, "INVITE ", /Min-SE: 900/, "Min-SE: 90", "what the 422 asked for"],
    [TIMED, "INVITE ", /CSeq: 2 INVITE/, "CSeq: 3 INVITE", "the next CSeq"],
    [TIMED, "SIP/2.0 200", /;refresher=uac/, "", "who refreshes"],
    [TIMED, "SIP/2.0 200", /Session-Expires: 1800/, "Session-Expires: 3600", "no longer than was asked for"],
    [TIMED, "SIP/2.0 200", /Require: timer\r\n/, "", "Require: timer where the caller refreshes"],
    [TIMED, "SIP/2.0 200", /Session-Expires: .*\r\n/, "", "the Session-Expires that was asked for"],
    [REFERRED, "NOTIFY ", /Event: refer\r\n/, "", "Event (RFC 6665"],
    [REFERRED, "NOTIFY ", /terminated;reason=noresource/, "terminated", "reason=noresource"],
    [
      REFERRED,
      "NOTIFY ",
      /terminated;reason=noresource/,
      "active;expires=60",
      "the final status at the end and only there",
    ],
    [REFERRED, "NOTIFY ", /active;expires=60/, "active", "how long it stands"],
    [REFERRED, "NOTIFY ", /message\/sipfrag/, "text/plain", "a body of message/sipfrag"],
    [REFERRED, "NOTIFY ", /active;expires=60/, "terminated;reason=noresource", "no NOTIFY when all was told"],
    [REFERRED, "SIP/2.0 202", /^SIP\/2.0 202/, "SIP/2.0 603", "NOTIFY after the REFER was accepted"],
    [REFERRED, "SIP/2.0 202", /^SIP\/2.0 202/, "SIP/2.0 200", "202 where it is told of"],
    [KEYED, "INVITE ", /inline:[^|]+(?=.*\r\na=crypto:2)/, `inline:${peerKey("p2", "GCM")}`, "no key of another end"],
    [KEYED, "SIP/2.0 200", /inline:[^|]+/, `inline:${peerKey("p1", "AES")}`, "no key of another end"],
    [
      KEYED,
      "SIP/2.0 200",
      /inline:[^|]+/,
      `inline:${peerKey("d2", "AES")}`,
      "no key of another end, or of another leg",
    ],
    [KEYED, "INVITE ", /crypto:2/, "crypto:1", "each tag once"],
    [KEYED, "INVITE ", /a=crypto:.*\r\n/g, "", "keys for RTP/SAVP"],
    [KEYED, "INVITE ", /inline:./, "inline:", "keys as long as their suites want them"],
    [KEYED, "SIP/2.0 200", /crypto:1/, "crypto:3", "a line of keys that was offered"],
    [KEYED, "SIP/2.0 200", /AES_CM_128_HMAC_SHA1_80/, "AES_CM_128_HMAC_SHA1_32", "a line of keys that was offered"],
    [KEYED, "SIP/2.0 200", /(a=crypto:1)/, "a=crypto:2 x inline:y\r\n$1", "one line of keys"],
    [KEYED, "SIP/2.0 200", /RTP\/SAVP/, "RTP/AVP", "the profile of the offer"],
    [HELD, "INVITE ", /User-Agent: Demarc/, "User-Agent: inside-agent", "nothing of the other side's inside"],
    [HELD, "INVITE ", /c=IN IP4 127.0.0.2/, "c=IN IP4 10.0.0.20", "no address of the other side"],
  ])("in %#: %s", (ladder, begins, what, instead, rule) => {
    const rules = reciteLadder(ladder, distort(begins, what, instead)).map((complaint) => complaint.rule);
    expect(rules.join("\n")).toContain(rule);
  });

  test("what is owed at the end: a PRACK, and word of what became of a transfer", () => {
    const unacknowledged = RELIABLE.replace(/ *Demarc -> CarrierA: PRACK.*$/s, "");
    expect(reciteLadder(unacknowledged).map(({ rule }) => rule)).toEqual([
      "a PRACK of every reliable response (RFC 3262 section 4)",
    ]);
    const untold = REFERRED.replace(/ *Demarc -> PBX: NOTIFY F24.*$/s, "");
    expect(reciteLadder(untold).map(({ rule }) => rule)).toEqual(["told what became of it (RFC 3515 section 2.4.4)"]);
  });

  test("what comes too early: a second reliable response, a 2xx, an offer", () => {
    const early = RELIABLE.replace(/ *PBX -> Demarc: PRACK F21[^\n]*\n *Demarc -> PBX: 200 F22[^\n]*\n/, "");
    expect(reciteLadder(early).map(({ rule }) => rule)).toContain(
      "one reliable response at a time (RFC 3262 section 3)",
    );
    const answered = RELIABLE.replace(/ *PBX -> Demarc: PRACK F21.*PRACK F26[^\n]*\n[^\n]*\n/s, "");
    expect(reciteLadder(answered).map(({ rule }) => rule)).toContain(
      "no 2xx before the PRACK of a description (RFC 3262 section 3)",
    );
    const twice = `${ESTABLISHED}\nDemarc -> PBX: INVITE F20 of F9 sdp[sendonly]\nDemarc -> PBX: UPDATE F21 of F9 sdp[inactive]`;
    expect(reciteLadder(twice).map(({ rule }) => rule)).toContain("one offer at a time (RFC 3264 section 4)");
  });

  test("what is repeated too long: an answer after its ACK, a second final response", () => {
    expect(reciteLadder(`${ESTABLISHED}\nDemarc -> PBX: 200 F9 again`).map(({ rule }) => rule)).toEqual([
      "no more when the ACK has come (section 13.3.1.4, RFC 3262)",
    ]);
    const refused = reciteLadder(`${ESTABLISHED}\nDemarc -> PBX: 486 F20 of F1`).map(({ rule }) => rule);
    expect(refused).toContain("one final response, not 486 after it (section 17.2)");
  });

  test("refusals that do not say why", () => {
    for (const [status, rule] of [
      [420, "Unsupported in a 420"],
      [421, "Require in a 421"],
      [405, "Allow in a 405"],
      [489, "Allow-Events in a 489"],
      [302, "a Contact that leads through Demarc"],
    ] as const) {
      const complaints = reciteLadder(`PBX -> Demarc: INVITE F1 sdp\nDemarc -> PBX: ${status} F2 of F1`);
      expect(complaints.map((complaint) => complaint.rule).join()).toContain(rule);
    }
  });
});
