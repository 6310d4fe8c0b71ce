// Carriers that ask for credentials: the INVITE that is sent again, and those who ask and get nothing.
import { afterEach, describe, expect, it } from "vitest";
import {
  CREDENTIALS,
  challenge,
  establishChallenged,
  find,
  firstWords,
  startWithCredentials,
} from "./challenging-carrier.ts";
import { type ChallengeOptions, challengeLine, isRight, PASSWORD, parameterIn, USER } from "./digest-peer.ts";
import { byeFromPbx, callOut, type Established, take } from "./established.ts";
import { audioOf, cancelOf, followUp, inviteFrom, type Message, replyTo } from "./peer.ts";
import type { PeerName, Rig } from "./rig.ts";

let rig: Rig;
afterEach(() => rig.expectNothingLeft());

const branchOf = (message: Message) => /branch=([^;]*)/.exec(message.header("Via"))?.[1];

/** The PBX hangs up, after a while in which its INVITE was forgotten; the BYE that carrier-a gets. */
function hangUp(established: Established): Message {
  rig.pass(40_000);
  byeFromPbx(rig, established);
  return take(rig, "carrier-a", "BYE");
}

describe("an INVITE that is challenged", () => {
  it.each([
    ["Proxy-Authenticate", "Proxy-Authorization", "MD5", "auth"],
    ["WWW-Authenticate", "Authorization", "SHA-256", "auth"],
    ["Proxy-Authenticate", "Proxy-Authorization", "SHA-256", "auth-int"],
    ["WWW-Authenticate", "Authorization", "MD5", null],
  ] as const)("by %s is sent again with %s (%s, %s)", (header, answerHeader, algorithm, qop) => {
    rig = startWithCredentials();
    const first = callOut(rig);
    expect(first.headers(answerHeader)).toEqual([]);
    const messages = challenge(rig, first, { header, algorithm, qop });
    expect(firstWords(messages)).toEqual(["ACK", "INVITE"]);
    const again = find(messages, "INVITE");
    const [line = ""] = again.headers(answerHeader);
    expect(isRight(line, again)).toBe(true);
    expect([parameterIn(line, "opaque"), parameterIn(line, "qop"), parameterIn(line, "nc")]).toEqual([
      "opaque-1",
      qop ?? "",
      qop === null ? "" : "00000001",
    ]);
    expect(again.header("CSeq")).toBe("2 INVITE");
    expect(branchOf(again)).not.toBe(branchOf(first));
    for (const name of ["Call-ID", "From", "To", "Contact", "Max-Forwards"]) {
      expect(again.header(name)).toBe(first.header(name));
    }
    expect(again.firstLine).toBe(first.firstLine);
    expect(again.body).toBe(first.body);
    rig.receive("carrier-a", replyTo(again, 486));
    expect(rig.records).toMatchObject([{ status: 486, attempts: [{ trunk: "carrier-a", status: 486 }] }]);
  });

  it("becomes a call: the ACK repeats the credentials, the BYE has new ones", () => {
    rig = startWithCredentials();
    const established = establishChallenged(rig);
    const [invited = ""] = established.invite.headers("Proxy-Authorization");
    expect(established.ack.headers("Proxy-Authorization")).toEqual([invited]);
    expect(established.ack.header("CSeq")).toBe("2 ACK");
    const bye = hangUp(established);
    expect(bye.header("CSeq")).toBe("3 BYE");
    const [line = ""] = bye.headers("Proxy-Authorization");
    expect([isRight(line, bye), parameterIn(line, "nc")]).toEqual([true, "00000002"]);
    rig.receive("carrier-a", replyTo(bye, 200));
    expect(rig.records).toMatchObject([{ cause: "normal-clearing", endedBy: "caller", attempts: [{ status: 200 }] }]);
    expect(rig.logs.filter((line) => line.startsWith("warn"))).toEqual([]);
  });

  it("answers the strongest of several challenges that is of the realm", () => {
    rig = startWithCredentials();
    const extra = [
      challengeLine({ nonce: "weak" }),
      challengeLine({ nonce: "foreign", realm: "other.example", algorithm: "SHA-256" }),
      challengeLine({ nonce: "strong", algorithm: "SHA-256" }),
    ].join("");
    rig.receive("carrier-a", replyTo(callOut(rig), 407, { extra }));
    const again = take(rig, "carrier-a", "INVITE");
    expect(parameterIn(again.header("Proxy-Authorization"), "nonce")).toBe("strong");
    expect(again.headers("Proxy-Authorization")).toHaveLength(1);
    rig.receive("carrier-a", replyTo(again, 486));
  });

  it("by the proxy and then by the server behind it carries both", () => {
    rig = startWithCredentials();
    const second = find(challenge(rig, callOut(rig), { nonce: "of-proxy" }), "INVITE");
    const third = find(challenge(rig, second, { nonce: "of-server", header: "WWW-Authenticate" }), "INVITE");
    expect(isRight(third.header("Authorization"), third)).toBe(true);
    expect(isRight(third.header("Proxy-Authorization"), third)).toBe(true);
    expect(parameterIn(third.header("Proxy-Authorization"), "nc")).toBe("00000002");
    expect(third.header("CSeq")).toBe("3 INVITE");
    rig.receive("carrier-a", replyTo(third, 486));
  });

  it("with a nonce that has become stale is sent once more with the new one", () => {
    rig = startWithCredentials();
    const second = find(challenge(rig, callOut(rig)), "INVITE");
    const third = find(challenge(rig, second, { nonce: "nonce-2", stale: true }), "INVITE");
    expect(isRight(third.header("Proxy-Authorization"), third)).toBe(true);
    expect(parameterIn(third.header("Proxy-Authorization"), "nonce")).toBe("nonce-2");
    rig.receive("carrier-a", replyTo(third, 486));
  });

  it("goes on after a provisional response, and is cancelled like any other", () => {
    rig = startWithCredentials();
    const first = callOut(rig);
    rig.receive("carrier-a", replyTo(first, 100));
    const again = find(challenge(rig, first), "INVITE");
    rig.receive("pbx", cancelOf(inviteFrom("10.0.0.20", 5080)));
    expect(rig.linesTo("carrier-a")).toEqual([]);
    rig.receive("carrier-a", replyTo(again, 180));
    const cancel = take(rig, "carrier-a", "CANCEL");
    expect([branchOf(cancel), cancel.header("CSeq")]).toEqual([branchOf(again), "2 CANCEL"]);
    rig.receive("carrier-a", replyTo(cancel, 200));
    rig.receive("carrier-a", replyTo(again, 487));
    expect(rig.records).toMatchObject([{ cause: "cancelled", endedBy: "caller" }]);
  });

  it("after the caller has cancelled it is not sent again", () => {
    rig = startWithCredentials();
    const first = callOut(rig);
    rig.receive("pbx", cancelOf(inviteFrom("10.0.0.20", 5080)));
    expect(firstWords(challenge(rig, first))).toEqual(["ACK"]);
  });

  it("and then meets silence is given up in the time of the second one", () => {
    rig = startWithCredentials(CREDENTIALS, { failover: { attemptTimeout: "2s" } });
    const first = callOut(rig);
    rig.pass(1500);
    rig.sentTo("carrier-a");
    challenge(rig, first);
    rig.pass(1500);
    expect(rig.linesTo("carrier-b")).toEqual([]);
    rig.pass(600);
    const next = take(rig, "carrier-b", "INVITE");
    expect(next.headers("Proxy-Authorization")).toEqual([]);
    rig.receive("carrier-b", replyTo(next, 486));
    expect(rig.records).toMatchObject([{ attempts: [{ status: 408 }, { trunk: "carrier-b", status: 486 }] }]);
  });

  it("repeated by the network is answered once", () => {
    rig = startWithCredentials();
    const first = callOut(rig);
    const again = find(challenge(rig, first), "INVITE");
    expect(firstWords(challenge(rig, first))).toEqual(["ACK"]);
    rig.receive("carrier-a", replyTo(again, 486));
  });
});

describe("credentials that are wrong", () => {
  it.each<[string, ChallengeOptions]>([
    ["the same nonce", {}],
    ["the same nonce, said to be stale", { stale: true }],
    ["another nonce, not stale", { nonce: "nonce-2" }],
  ])("are not tried again: %s", (_name, options) => {
    rig = startWithCredentials({ ...CREDENTIALS, password: "wrong" });
    const again = find(challenge(rig, callOut(rig)), "INVITE");
    expect(isRight(again.header("Proxy-Authorization"), again)).toBe(false);
    expect(firstWords(challenge(rig, again, options))).toEqual(["ACK"]);
    expect(rig.linesTo("pbx")).toContain("SIP/2.0 502 Bad Gateway");
    const reason = "The peer refused the trunk's credentials";
    expect(rig.records).toMatchObject([{ status: 502, attempts: [{ status: 407, reason }] }]);
    expect(rig.logs).toContain(`warn ${reason}.`);
  });

  it("fail over where the trunk says so", () => {
    rig = startWithCredentials(CREDENTIALS, { failover: { onStatus: [407] } });
    const again = find(challenge(rig, callOut(rig)), "INVITE");
    challenge(rig, again);
    const next = take(rig, "carrier-b", "INVITE");
    rig.receive("carrier-b", replyTo(next, 486));
  });

  it("are given up after some rounds even if every nonce is said to be stale", () => {
    rig = startWithCredentials();
    let invite = callOut(rig);
    let rounds = 0;
    for (; rounds < 10; rounds += 1) {
      const messages = challenge(rig, invite, { nonce: `nonce-${rounds}`, stale: true });
      if (!firstWords(messages).includes("INVITE")) break;
      invite = find(messages, "INVITE");
    }
    expect(rounds).toBe(4);
  });
});

describe("who gets no credentials", () => {
  it.each<[string, object | null, ChallengeOptions, string]>([
    ["a trunk that has none", null, {}, "The peer asks for credentials, and the trunk has none"],
    [
      "another realm",
      CREDENTIALS,
      { realm: "other.example" },
      "The peer asks for no credentials that we know for the trunk's realm",
    ],
    [
      "an unknown way",
      CREDENTIALS,
      { qop: "auth-conf" },
      "The peer asks for no credentials that we know for the trunk's realm",
    ],
  ])("%s", (_name, credentials, options, reason) => {
    rig = startWithCredentials(credentials);
    expect(firstWords(challenge(rig, callOut(rig), options))).toEqual(["ACK"]);
    expect(rig.records).toMatchObject([{ status: 502, attempts: [{ status: 407, reason }] }]);
  });

  it("a challenge without a challenge", () => {
    rig = startWithCredentials();
    rig.receive("carrier-a", replyTo(callOut(rig), 407));
    expect(rig.linesTo("carrier-a")).toEqual([expect.stringMatching(/^ACK/)]);
  });

  it("a second realm in the same call, where none is configured", () => {
    rig = startWithCredentials({ username: USER, password: PASSWORD });
    const again = find(challenge(rig, callOut(rig)), "INVITE");
    expect(isRight(again.header("Proxy-Authorization"), again)).toBe(true);
    const other = { realm: "other.example", header: "WWW-Authenticate", nonce: "nonce-2" } as const;
    expect(firstWords(challenge(rig, again, other))).toEqual(["ACK"]);
  });

  it.each<PeerName>(["stranger", "carrier-b"])("%s, answering for the trunk", (peer) => {
    rig = startWithCredentials();
    const first = callOut(rig);
    rig.receive(peer, replyTo(first, 407, { extra: challengeLine() }));
    const sent = [...rig.sentTo("carrier-a"), ...rig.sentTo(peer)];
    expect(firstWords(sent)).toEqual(["ACK"]);
    expect(rig.records).toMatchObject([
      { attempts: [{ reason: "An address that is not the trunk's asks for its credentials" }] },
    ]);
  });

  it("whoever the trunk's Contact leads to (CVE-2021-41158): neither in ACK nor in BYE, asked or not", () => {
    rig = startWithCredentials();
    const invite = find(challenge(rig, callOut(rig)), "INVITE");
    const contact = "sip:192.0.2.99:5060";
    rig.receive("carrier-a", replyTo(invite, 200, { contact, body: audioOf("192.0.2.3", 7000, "0 101") }));
    const ok = take(rig, "pbx", "SIP/2.0 200");
    const ack = take(rig, "stranger", "ACK");
    expect(ack.headers("Proxy-Authorization")).toEqual([]);
    rig.receive("pbx", followUp(ok, "ACK", { branch: "z9hG4bKack1", sequence: 1, via: "10.0.0.20:5080" }));
    byeFromPbx(rig, { invite, ok });
    const bye = take(rig, "stranger", "BYE");
    expect(bye.headers("Proxy-Authorization")).toEqual([]);
    rig.receive("stranger", replyTo(bye, 407, { extra: challengeLine({ nonce: "nonce-2" }) }));
    expect(rig.linesTo("stranger")).toEqual([]);
    expect(rig.everything.filter(({ to, text }) => to !== "carrier-a" && text.includes("response="))).toEqual([]);
  });

  it("nobody gets the password, and nothing shows it", () => {
    rig = startWithCredentials();
    const established = establishChallenged(rig);
    const live = JSON.stringify([rig.engine.liveCalls(), rig.engine.status()]);
    rig.receive("carrier-a", replyTo(hangUp(established), 200));
    const seen = [live, JSON.stringify(rig.records), rig.logs.join(), ...rig.everything.map(({ text }) => text)];
    expect(seen.filter((text) => text.includes(PASSWORD))).toEqual([]);
  });
});
