// Requests inside a call that a carrier asks credentials for: the BYE, a change, and both at once.
import { afterEach, describe, expect, it } from "vitest";
import {
  CREDENTIALS,
  challenge,
  establishChallenged,
  find,
  firstWords,
  startWithCredentials,
} from "./challenging-carrier.ts";
import { type ChallengeOptions, isRight, PASSWORD, parameterIn, USER } from "./digest-peer.ts";
import { answer, byeFromPbx, CARRIER, callOut, type Established, take } from "./established.ts";
import { audioOf, cancelOf, followUp, inviteFrom, type Message, replyTo } from "./peer.ts";
import { flowOf, type Rig } from "./rig.ts";

let rig: Rig;
afterEach(() => rig.expectNothingLeft());

/** The PBX hangs up, after a while in which its INVITE was forgotten; the BYE that carrier-a gets. */
function hangUp(established: Established): Message {
  rig.pass(40_000);
  byeFromPbx(rig, established);
  return take(rig, "carrier-a", "BYE");
}

describe("a BYE that is challenged", () => {
  it("is sent again with credentials for the new nonce", () => {
    rig = startWithCredentials();
    const bye = hangUp(establishChallenged(rig));
    const messages = challenge(rig, bye, { nonce: "nonce-2" });
    expect(firstWords(messages)).toEqual(["BYE"]);
    const again = find(messages, "BYE");
    expect(isRight(again.header("Proxy-Authorization"), again)).toBe(true);
    expect([again.header("CSeq"), parameterIn(again.header("Proxy-Authorization"), "nc")]).toEqual([
      "4 BYE",
      "00000001",
    ]);
    rig.receive("carrier-a", replyTo(again, 200));
    expect(rig.engine.status().kept).toBe(0);
  });

  it("although its INVITE was not, is met with the realm that is configured", () => {
    rig = startWithCredentials();
    const established = answer(rig, callOut(rig));
    rig.receive("pbx", followUp(established.ok, "ACK", { branch: "z9hG4bKack1", sequence: 1, via: "10.0.0.20:5080" }));
    const bye = hangUp(established);
    expect(bye.headers("Proxy-Authorization")).toEqual([]);
    const again = find(challenge(rig, bye), "BYE");
    expect(isRight(again.header("Proxy-Authorization"), again)).toBe(true);
    rig.receive("carrier-a", replyTo(again, 200));
  });

  it.each<[string, object, ChallengeOptions]>([
    ["where no realm is configured and none was learned", { username: USER, password: PASSWORD }, {}],
    ["by another realm", CREDENTIALS, { realm: "other.example" }],
  ])("gets nothing %s", (_name, credentials, options) => {
    rig = startWithCredentials(credentials);
    const established = answer(rig, callOut(rig));
    rig.receive("pbx", followUp(established.ok, "ACK", { branch: "z9hG4bKack1", sequence: 1, via: "10.0.0.20:5080" }));
    expect(challenge(rig, hangUp(established), options)).toEqual([]);
    expect(rig.logs.filter((line) => line.includes("the call may still stand on its side"))).toHaveLength(1);
    expect(rig.engine.status().kept).toBe(0);
  });

  it("of an answer that came too late is met as well", () => {
    rig = startWithCredentials();
    const invite = find(challenge(rig, callOut(rig)), "INVITE");
    rig.receive("carrier-a", replyTo(invite, 180));
    rig.receive("pbx", cancelOf(inviteFrom("10.0.0.20", 5080)));
    rig.sentTo("carrier-a");
    rig.receive("carrier-a", replyTo(invite, 200, { contact: CARRIER, body: audioOf("192.0.2.3") }));
    const bye = take(rig, "carrier-a", "BYE");
    const again = find(challenge(rig, bye, { nonce: "nonce-2" }), "BYE");
    expect(isRight(again.header("Proxy-Authorization"), again)).toBe(true);
    rig.receive("carrier-a", replyTo(again, 200));
  });

  it("twice with the same nonce is given up", () => {
    rig = startWithCredentials();
    const bye = hangUp(establishChallenged(rig));
    const again = find(challenge(rig, bye, { nonce: "nonce-2" }), "BYE");
    expect(challenge(rig, again, { nonce: "nonce-2" })).toEqual([]);
    expect(rig.engine.status().kept).toBe(0);
  });

  it("and then never answered is forgotten", () => {
    rig = startWithCredentials();
    const bye = hangUp(establishChallenged(rig));
    challenge(rig, bye, { nonce: "nonce-2" });
    rig.pass(32_100);
    expect(rig.engine.status().kept).toBe(0);
  });

  it("that cannot be delivered is forgotten", () => {
    rig = startWithCredentials();
    hangUp(establishChallenged(rig));
    rig.break("carrier-a");
    expect(rig.engine.status().kept).toBe(0);
  });

  it("of a call that came from the carrier is met as well", () => {
    rig = startWithCredentials();
    const host = flowOf("carrier-a").remoteAddress;
    const invite = inviteFrom(host, 5060, { to: "sip:+12025550142@127.0.0.2", from: "sip:+13035550100@192.0.2.3" });
    rig.receive("carrier-a", invite);
    const towardsPbx = take(rig, "pbx", "INVITE");
    rig.receive("pbx", replyTo(towardsPbx, 200, { contact: "sip:10.0.0.20:5080", body: audioOf("10.0.0.20", 4000) }));
    const ok = take(rig, "carrier-a", "SIP/2.0 200");
    rig.receive("carrier-a", followUp(ok, "ACK", { branch: "z9hG4bKack3", sequence: 1, via: `${host}:5060` }));
    const [live] = rig.engine.liveCalls();
    rig.give({ kind: "hang-up", call: live?.id ?? "" });
    const bye = take(rig, "carrier-a", "BYE");
    const again = find(challenge(rig, bye), "BYE");
    expect(isRight(again.header("Proxy-Authorization"), again)).toBe(true);
    rig.receive("carrier-a", replyTo(again, 200));
  });
});

it("Authentication-Info names the nonce of the BYE", () => {
  rig = startWithCredentials();
  const invite = find(challenge(rig, callOut(rig), { header: "WWW-Authenticate" }), "INVITE");
  const extra = 'Authentication-Info: nextnonce="nonce-9"\r\n';
  rig.receive(
    "carrier-a",
    replyTo(invite, 200, { contact: CARRIER, body: audioOf("192.0.2.3", 7000, "0 101"), extra }),
  );
  const ok = take(rig, "pbx", "SIP/2.0 200");
  expect(take(rig, "carrier-a", "ACK").headers("Authorization")).toEqual(invite.headers("Authorization"));
  rig.receive("pbx", followUp(ok, "ACK", { branch: "z9hG4bKack1", sequence: 1, via: "10.0.0.20:5080" }));
  const bye = hangUp({ invite, ok });
  const [line = ""] = bye.headers("Authorization");
  expect([parameterIn(line, "nonce"), parameterIn(line, "nc"), isRight(line, bye)]).toEqual([
    "nonce-9",
    "00000001",
    true,
  ]);
  rig.receive("carrier-a", replyTo(bye, 200));
});

describe.each([false, true])("the BYE of a second fork that answers too (it had rung before: %s)", (rang) => {
  it("is challenged, and sent again under the next number", () => {
    rig = startWithCredentials();
    const invite = find(challenge(rig, callOut(rig)), "INVITE");
    if (rang) rig.receive("carrier-a", replyTo(invite, 180, { contact: CARRIER, tag: "second" }));
    const established = answer(rig, invite);
    const body = audioOf("192.0.2.3", 7200, "0 101");
    rig.sentTo("carrier-a");
    rig.receive("carrier-a", replyTo(invite, 200, { contact: CARRIER, body, tag: "second" }));
    const bye = find(rig.sentTo("carrier-a"), "BYE");
    expect(bye.header("CSeq")).toBe("3 BYE");
    const again = find(challenge(rig, bye, { nonce: "nonce-2", stale: true }), "BYE");
    expect(again.header("CSeq")).toBe("4 BYE");
    expect(again.header("To")).toMatch(/;tag=second$/);
    expect(isRight(again.header("Proxy-Authorization"), again)).toBe(true);
    rig.receive("carrier-a", replyTo(again, 200));
    rig.receive("pbx", followUp(established.ok, "ACK", { branch: "z9hG4bKack1", sequence: 1, via: "10.0.0.20:5080" }));
    byeFromPbx(rig, established);
  });
});

describe("a change and the hang-up under way at once, both challenged", () => {
  /** The PBX changes its session and hangs up before carrier-a has said anything; what carrier-a got. */
  function changeAndHangUp(): { invite: Message; bye: Message } {
    const established = answer(rig, callOut(rig));
    const ask = (method: string, sequence: number): void => {
      const branch = `z9hG4bK${method}${sequence}`;
      rig.receive("pbx", followUp(established.ok, method, { branch, sequence, via: "10.0.0.20:5080" }));
    };
    ask("ACK", 1);
    rig.sentTo("carrier-a");
    ask("INVITE", 2);
    const invite = take(rig, "carrier-a", "INVITE");
    ask("BYE", 3);
    return { invite, bye: take(rig, "carrier-a", "BYE") };
  }

  it("the change is not sent again after the BYE, and the BYE is sent again with credentials", () => {
    rig = startWithCredentials();
    const { invite, bye } = changeAndHangUp();
    expect(firstWords(challenge(rig, invite))).toEqual(["ACK"]);
    const again = find(challenge(rig, bye), "BYE");
    expect(isRight(again.header("Proxy-Authorization"), again)).toBe(true);
    rig.receive("carrier-a", replyTo(again, 200));
  });

  it("the other way round too, and no nonce count is used twice", () => {
    rig = startWithCredentials();
    const { invite, bye } = changeAndHangUp();
    const again = find(challenge(rig, bye), "BYE");
    expect(firstWords(challenge(rig, invite))).toEqual(["ACK"]);
    rig.receive("carrier-a", replyTo(again, 200));
  });

  it("a change that is challenged has its credentials in the ACK of its 2xx too", () => {
    rig = startWithCredentials();
    const established = answer(rig, callOut(rig));
    const options = { branch: "z9hG4bKx", via: "10.0.0.20:5080" };
    rig.receive("pbx", followUp(established.ok, "ACK", { ...options, sequence: 1 }));
    rig.sentTo("carrier-a");
    const offer = audioOf("10.0.0.20", 4002);
    const change = followUp(established.ok, "INVITE", { ...options, branch: "z9hG4bKy", sequence: 2 });
    const described = `Content-Type: application/sdp\r\nContent-Length: ${offer.length}\r\n\r\n${offer}`;
    rig.receive("pbx", change.replace(/Content-Length: 0\r\n\r\n$/, described));
    const again = find(challenge(rig, take(rig, "carrier-a", "INVITE")), "INVITE");
    const body = audioOf("192.0.2.3", 7000, "0 101");
    rig.receive("carrier-a", replyTo(again, 200, { contact: CARRIER, body }));
    rig.receive("pbx", followUp(established.ok, "ACK", { ...options, branch: "z9hG4bKv", sequence: 2 }));
    const ack = take(rig, "carrier-a", "ACK");
    expect(ack.header("Proxy-Authorization")).toBe(again.header("Proxy-Authorization"));
    expect(isRight(again.header("Proxy-Authorization"), again)).toBe(true);
    rig.receive("pbx", followUp(established.ok, "BYE", { ...options, branch: "z9hG4bKz", sequence: 3 }));
    const bye = take(rig, "carrier-a", "BYE");
    expect(parameterIn(bye.header("Proxy-Authorization"), "nc")).toBe("00000002");
    rig.receive("carrier-a", replyTo(bye, 200));
  });

  it("two requests that are challenged with one nonce count up in it", () => {
    rig = startWithCredentials();
    const established = answer(rig, callOut(rig));
    const options = { branch: "z9hG4bKx", via: "10.0.0.20:5080" };
    rig.receive("pbx", followUp(established.ok, "ACK", { ...options, sequence: 1 }));
    rig.sentTo("carrier-a");
    rig.receive("pbx", followUp(established.ok, "INVITE", { ...options, branch: "z9hG4bKy", sequence: 2 }));
    const first = find(challenge(rig, take(rig, "carrier-a", "INVITE")), "INVITE");
    rig.receive("carrier-a", replyTo(first, 488));
    take(rig, "carrier-a", "ACK");
    rig.sentTo("pbx");
    rig.receive("pbx", followUp(established.ok, "BYE", { ...options, branch: "z9hG4bKz", sequence: 3 }));
    const bye = take(rig, "carrier-a", "BYE");
    const counts = [first, bye].map((message) => parameterIn(message.header("Proxy-Authorization"), "nc"));
    expect(counts).toEqual(["00000001", "00000002"]);
    rig.receive("carrier-a", replyTo(bye, 200));
  });
});
