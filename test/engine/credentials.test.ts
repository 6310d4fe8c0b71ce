// Carriers that ask for credentials: the INVITE and the BYE that are sent again, and those who ask and get nothing.
import { afterEach, describe, expect, it } from "vitest";
import { type ChallengeOptions, challengeLine, isRight, PASSWORD, parameterIn, REALM, USER } from "./digest-peer.ts";
import { answer, byeFromPbx, CARRIER, callOut, type Established, take } from "./established.ts";
import { audioOf, cancelOf, followUp, inviteFrom, type Message, replyTo } from "./peer.ts";
import { flowOf, type PeerName, Rig } from "./rig.ts";

const CREDENTIALS = { username: USER, password: PASSWORD, realm: REALM };

let rig: Rig;
function start(credentials: object | null = CREDENTIALS, carrierA: object = {}): void {
  rig = new Rig({ "carrier-a": { credentials, ...carrierA } });
}
afterEach(() => rig.expectNothingLeft());

/** Carrier-a challenges a request; what it got for it. */
function challenge(request: Message, options: ChallengeOptions = {}): Message[] {
  const status = options.header === "WWW-Authenticate" ? 401 : 407;
  rig.receive("carrier-a", replyTo(request, status, { extra: challengeLine(options) }));
  return rig.sentTo("carrier-a");
}

function find(messages: readonly Message[], method: string): Message {
  const found = messages.find(({ firstLine }) => firstLine.startsWith(method));
  if (found === undefined) throw new Error(`no ${method} in ${messages.map(({ firstLine }) => firstLine).join(" | ")}`);
  return found;
}

const firstLines = (messages: readonly Message[]) => messages.map(({ firstLine }) => firstLine.split(" ")[0]);
const branchOf = (message: Message) => /branch=([^;]*)/.exec(message.header("Via"))?.[1];

/** A call that was challenged once, answered and acknowledged. */
function establishChallenged(options: ChallengeOptions = {}): Established & { readonly ack: Message } {
  const invite = find(challenge(callOut(rig), options), "INVITE");
  const established = answer(rig, invite);
  const ack = take(rig, "carrier-a", "ACK");
  rig.receive("pbx", followUp(established.ok, "ACK", { branch: "z9hG4bKack1", sequence: 1, via: "10.0.0.20:5080" }));
  rig.sentTo("pbx");
  return { ...established, ack };
}

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
    start();
    const first = callOut(rig);
    expect(first.headers(answerHeader)).toEqual([]);
    const messages = challenge(first, { header, algorithm, qop });
    expect(firstLines(messages)).toEqual(["ACK", "INVITE"]);
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
    start();
    const established = establishChallenged();
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
    start();
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
    start();
    const second = find(challenge(callOut(rig), { nonce: "of-proxy" }), "INVITE");
    const third = find(challenge(second, { nonce: "of-server", header: "WWW-Authenticate" }), "INVITE");
    expect(isRight(third.header("Authorization"), third)).toBe(true);
    expect(isRight(third.header("Proxy-Authorization"), third)).toBe(true);
    expect(parameterIn(third.header("Proxy-Authorization"), "nc")).toBe("00000002");
    expect(third.header("CSeq")).toBe("3 INVITE");
    rig.receive("carrier-a", replyTo(third, 486));
  });

  it("with a nonce that has become stale is sent once more with the new one", () => {
    start();
    const second = find(challenge(callOut(rig)), "INVITE");
    const third = find(challenge(second, { nonce: "nonce-2", stale: true }), "INVITE");
    expect(isRight(third.header("Proxy-Authorization"), third)).toBe(true);
    expect(parameterIn(third.header("Proxy-Authorization"), "nonce")).toBe("nonce-2");
    rig.receive("carrier-a", replyTo(third, 486));
  });

  it("goes on after a provisional response, and is cancelled like any other", () => {
    start();
    const first = callOut(rig);
    rig.receive("carrier-a", replyTo(first, 100));
    const again = find(challenge(first), "INVITE");
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
    start();
    const first = callOut(rig);
    rig.receive("pbx", cancelOf(inviteFrom("10.0.0.20", 5080)));
    expect(firstLines(challenge(first))).toEqual(["ACK"]);
  });

  it("and then meets silence is given up in the time of the second one", () => {
    start(CREDENTIALS, { failover: { attemptTimeout: "2s" } });
    const first = callOut(rig);
    rig.pass(1500);
    rig.sentTo("carrier-a");
    challenge(first);
    rig.pass(1500);
    expect(rig.linesTo("carrier-b")).toEqual([]);
    rig.pass(600);
    const next = take(rig, "carrier-b", "INVITE");
    expect(next.headers("Proxy-Authorization")).toEqual([]);
    rig.receive("carrier-b", replyTo(next, 486));
    expect(rig.records).toMatchObject([{ attempts: [{ status: 408 }, { trunk: "carrier-b", status: 486 }] }]);
  });

  it("repeated by the network is answered once", () => {
    start();
    const first = callOut(rig);
    const again = find(challenge(first), "INVITE");
    expect(firstLines(challenge(first))).toEqual(["ACK"]);
    rig.receive("carrier-a", replyTo(again, 486));
  });
});

describe("credentials that are wrong", () => {
  it.each<[string, ChallengeOptions]>([
    ["the same nonce", {}],
    ["the same nonce, said to be stale", { stale: true }],
    ["another nonce, not stale", { nonce: "nonce-2" }],
  ])("are not tried again: %s", (_name, options) => {
    start({ ...CREDENTIALS, password: "wrong" });
    const again = find(challenge(callOut(rig)), "INVITE");
    expect(isRight(again.header("Proxy-Authorization"), again)).toBe(false);
    expect(firstLines(challenge(again, options))).toEqual(["ACK"]);
    expect(rig.linesTo("pbx")).toContain("SIP/2.0 502 Bad Gateway");
    const reason = "The peer refused the trunk's credentials";
    expect(rig.records).toMatchObject([{ status: 502, attempts: [{ status: 407, reason }] }]);
    expect(rig.logs).toContain(`warn ${reason}.`);
  });

  it("fail over where the trunk says so", () => {
    start(CREDENTIALS, { failover: { onStatus: [407] } });
    const again = find(challenge(callOut(rig)), "INVITE");
    challenge(again);
    const next = take(rig, "carrier-b", "INVITE");
    rig.receive("carrier-b", replyTo(next, 486));
  });

  it("are given up after some rounds even if every nonce is said to be stale", () => {
    start();
    let invite = callOut(rig);
    let rounds = 0;
    for (; rounds < 10; rounds += 1) {
      const messages = challenge(invite, { nonce: `nonce-${rounds}`, stale: true });
      if (!firstLines(messages).includes("INVITE")) break;
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
    start(credentials);
    expect(firstLines(challenge(callOut(rig), options))).toEqual(["ACK"]);
    expect(rig.records).toMatchObject([{ status: 502, attempts: [{ status: 407, reason }] }]);
  });

  it("a challenge without a challenge", () => {
    start();
    rig.receive("carrier-a", replyTo(callOut(rig), 407));
    expect(rig.linesTo("carrier-a")).toEqual([expect.stringMatching(/^ACK/)]);
  });

  it("a second realm in the same call, where none is configured", () => {
    start({ username: USER, password: PASSWORD });
    const again = find(challenge(callOut(rig)), "INVITE");
    expect(isRight(again.header("Proxy-Authorization"), again)).toBe(true);
    const other = { realm: "other.example", header: "WWW-Authenticate", nonce: "nonce-2" } as const;
    expect(firstLines(challenge(again, other))).toEqual(["ACK"]);
  });

  it.each<PeerName>(["stranger", "carrier-b"])("%s, answering for the trunk", (peer) => {
    start();
    const first = callOut(rig);
    rig.receive(peer, replyTo(first, 407, { extra: challengeLine() }));
    const sent = [...rig.sentTo("carrier-a"), ...rig.sentTo(peer)];
    expect(firstLines(sent)).toEqual(["ACK"]);
    expect(rig.records).toMatchObject([
      { attempts: [{ reason: "An address that is not the trunk's asks for its credentials" }] },
    ]);
  });

  it("whoever the trunk's Contact leads to (CVE-2021-41158): neither in ACK nor in BYE, asked or not", () => {
    start();
    const invite = find(challenge(callOut(rig)), "INVITE");
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
    start();
    const established = establishChallenged();
    const live = JSON.stringify([rig.engine.liveCalls(), rig.engine.status()]);
    rig.receive("carrier-a", replyTo(hangUp(established), 200));
    const seen = [live, JSON.stringify(rig.records), rig.logs.join(), ...rig.everything.map(({ text }) => text)];
    expect(seen.filter((text) => text.includes(PASSWORD))).toEqual([]);
  });
});

describe("a BYE that is challenged", () => {
  it("is sent again with credentials for the new nonce", () => {
    start();
    const bye = hangUp(establishChallenged());
    const messages = challenge(bye, { nonce: "nonce-2" });
    expect(firstLines(messages)).toEqual(["BYE"]);
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
    start();
    const established = answer(rig, callOut(rig));
    rig.receive("pbx", followUp(established.ok, "ACK", { branch: "z9hG4bKack1", sequence: 1, via: "10.0.0.20:5080" }));
    const bye = hangUp(established);
    expect(bye.headers("Proxy-Authorization")).toEqual([]);
    const again = find(challenge(bye), "BYE");
    expect(isRight(again.header("Proxy-Authorization"), again)).toBe(true);
    rig.receive("carrier-a", replyTo(again, 200));
  });

  it.each<[string, object, ChallengeOptions]>([
    ["where no realm is configured and none was learned", { username: USER, password: PASSWORD }, {}],
    ["by another realm", CREDENTIALS, { realm: "other.example" }],
  ])("gets nothing %s", (_name, credentials, options) => {
    start(credentials);
    const established = answer(rig, callOut(rig));
    rig.receive("pbx", followUp(established.ok, "ACK", { branch: "z9hG4bKack1", sequence: 1, via: "10.0.0.20:5080" }));
    expect(challenge(hangUp(established), options)).toEqual([]);
    expect(rig.logs.filter((line) => line.includes("the call may still stand on its side"))).toHaveLength(1);
    expect(rig.engine.status().kept).toBe(0);
  });

  it("of an answer that came too late is met as well", () => {
    start();
    const invite = find(challenge(callOut(rig)), "INVITE");
    rig.receive("carrier-a", replyTo(invite, 180));
    rig.receive("pbx", cancelOf(inviteFrom("10.0.0.20", 5080)));
    rig.sentTo("carrier-a");
    rig.receive("carrier-a", replyTo(invite, 200, { contact: CARRIER, body: audioOf("192.0.2.3") }));
    const bye = take(rig, "carrier-a", "BYE");
    const again = find(challenge(bye, { nonce: "nonce-2" }), "BYE");
    expect(isRight(again.header("Proxy-Authorization"), again)).toBe(true);
    rig.receive("carrier-a", replyTo(again, 200));
  });

  it("twice with the same nonce is given up", () => {
    start();
    const bye = hangUp(establishChallenged());
    const again = find(challenge(bye, { nonce: "nonce-2" }), "BYE");
    expect(challenge(again, { nonce: "nonce-2" })).toEqual([]);
    expect(rig.engine.status().kept).toBe(0);
  });

  it("and then never answered is forgotten", () => {
    start();
    const bye = hangUp(establishChallenged());
    challenge(bye, { nonce: "nonce-2" });
    rig.pass(32_100);
    expect(rig.engine.status().kept).toBe(0);
  });

  it("that cannot be delivered is forgotten", () => {
    start();
    hangUp(establishChallenged());
    rig.break("carrier-a");
    expect(rig.engine.status().kept).toBe(0);
  });

  it("of a call that came from the carrier is met as well", () => {
    start();
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
    const again = find(challenge(bye), "BYE");
    expect(isRight(again.header("Proxy-Authorization"), again)).toBe(true);
    rig.receive("carrier-a", replyTo(again, 200));
  });
});

it("Authentication-Info names the nonce of the BYE", () => {
  start();
  const invite = find(challenge(callOut(rig), { header: "WWW-Authenticate" }), "INVITE");
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
    start();
    const invite = find(challenge(callOut(rig)), "INVITE");
    if (rang) rig.receive("carrier-a", replyTo(invite, 180, { contact: CARRIER, tag: "second" }));
    const established = answer(rig, invite);
    const body = audioOf("192.0.2.3", 7200, "0 101");
    rig.sentTo("carrier-a");
    rig.receive("carrier-a", replyTo(invite, 200, { contact: CARRIER, body, tag: "second" }));
    const bye = find(rig.sentTo("carrier-a"), "BYE");
    expect(bye.header("CSeq")).toBe("3 BYE");
    const again = find(challenge(bye, { nonce: "nonce-2", stale: true }), "BYE");
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
    start();
    const { invite, bye } = changeAndHangUp();
    expect(firstLines(challenge(invite))).toEqual(["ACK"]);
    const again = find(challenge(bye), "BYE");
    expect(isRight(again.header("Proxy-Authorization"), again)).toBe(true);
    rig.receive("carrier-a", replyTo(again, 200));
  });

  it("the other way round too, and no nonce count is used twice", () => {
    start();
    const { invite, bye } = changeAndHangUp();
    const again = find(challenge(bye), "BYE");
    expect(firstLines(challenge(invite))).toEqual(["ACK"]);
    rig.receive("carrier-a", replyTo(again, 200));
  });

  it("two requests that are challenged with one nonce count up in it", () => {
    start();
    const established = answer(rig, callOut(rig));
    const options = { branch: "z9hG4bKx", via: "10.0.0.20:5080" };
    rig.receive("pbx", followUp(established.ok, "ACK", { ...options, sequence: 1 }));
    rig.sentTo("carrier-a");
    rig.receive("pbx", followUp(established.ok, "INVITE", { ...options, branch: "z9hG4bKy", sequence: 2 }));
    const first = find(challenge(take(rig, "carrier-a", "INVITE")), "INVITE");
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
