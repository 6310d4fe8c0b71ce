// Overload: our own, which turns new calls away and says so; and that of a carrier, which is spared.
import { expect, it } from "vitest";
import { acknowledge, answer, callOut, take } from "./established.ts";
import { cancelOf, followUp, inviteFrom, type Message, replyTo } from "./peer.ts";
import { Rig } from "./rig.ts";

const OFFER = ';oc;oc-algo="loss,rate"';

const CONTROLLED = { "carrier-a": { signaling: { overloadControl: true } } };

function overload(rig: Rig): void {
  for (let sample = 0; sample < 6; sample += 1) rig.give({ kind: "load", lagMs: 500, busy: 1 });
}

function calm(rig: Rig): void {
  for (let sample = 0; sample < 20; sample += 1) rig.give({ kind: "load", lagMs: 0, busy: 0.1 });
}

const other = (n: number) => ({ callId: `other-${n}@inside.pbx`, branch: `z9hG4bKother${n}` });

it("new calls are turned away without a trace but the count, and come through when it is over", () => {
  const rig = new Rig();
  overload(rig);
  rig.receive("pbx", inviteFrom("10.0.0.20", 5080, other(1)));
  const [refusal] = rig.sentTo("pbx");
  expect(refusal?.firstLine).toBe("SIP/2.0 503 Service Unavailable");
  expect(Number(refusal?.header("Retry-After"))).toBeGreaterThanOrEqual(1);
  expect(rig.sentTo("carrier-a")).toEqual([]);
  expect(rig.engine.status()).toMatchObject({ calls: 0, transactions: 0, shed: 1 });
  calm(rig);
  callOut(rig, other(2));
  expect(rig.logs.filter((line) => line.startsWith("warn"))).toEqual([
    "warn Overloaded: new calls are turned away.",
    "warn The overload is over.",
  ]);
});

it("what is under way goes on: repetitions, answers, hang-ups", () => {
  const rig = new Rig();
  const invite = callOut(rig);
  overload(rig);
  rig.sentTo("pbx");
  rig.receive("pbx", inviteFrom("10.0.0.20", 5080));
  expect(rig.linesTo("pbx")).toEqual(["SIP/2.0 100 Trying"]);
  const established = answer(rig, invite);
  acknowledge(rig, established);
  rig.receive("pbx", followUp(established.ok, "BYE", { branch: "z9hG4bKbye1", sequence: 2, via: "10.0.0.20:5080" }));
  expect(rig.linesTo("pbx")).toEqual(["SIP/2.0 200 OK"]);
  rig.receive("carrier-a", replyTo(take(rig, "carrier-a", "BYE"), 200));
  rig.expectNothingLeft();
});

it("emergency calls and OPTIONS are served", () => {
  const rig = new Rig();
  overload(rig);
  callOut(rig, { ...other(1), to: "sip:911@127.0.0.1" });
  rig.sentTo("pbx");
  rig.receive("pbx", inviteFrom("10.0.0.20", 5080, other(2)).replaceAll("INVITE", "OPTIONS"));
  expect(rig.linesTo("pbx")).toEqual(["SIP/2.0 200 OK"]);
});

const via = (message: Message | undefined): string => message?.header("Via") ?? "";

/** An INVITE of a client that thins its calls itself. */
function offering(n: number, offer = OFFER): string {
  const { branch } = other(n);
  return inviteFrom("10.0.0.20", 5080, other(n)).replace(`branch=${branch}`, `branch=${branch}${offer}`);
}

const NOTHING_TO_LEAVE_OUT = /;branch=z9hG4bKother\d+;oc=0;oc-algo="loss";oc-validity=0;oc-seq=18000000\d\d\.\d{5}$/;

it("a client that offers to thin its calls is told by how much, and to stop thinning them when it is over", () => {
  const rig = new Rig();
  rig.receive("pbx", offering(1));
  expect(via(rig.sentTo("pbx")[0])).toMatch(NOTHING_TO_LEAVE_OUT);
  rig.give({ kind: "load", lagMs: 500, busy: 1 });
  rig.give({ kind: "load", lagMs: 500, busy: 1 });
  rig.receive("pbx", offering(2));
  const [trying] = rig.sentTo("pbx");
  expect(trying?.firstLine).toBe("SIP/2.0 100 Trying");
  expect(via(trying)).toMatch(/;oc=20;oc-algo="loss";oc-validity=2000;oc-seq=1800000000\.00000$/);
  overload(rig);
  rig.pass(100);
  rig.receive("pbx", offering(3));
  const [refusal] = rig.sentTo("pbx").filter(({ firstLine }) => firstLine.includes("503"));
  expect(refusal?.headers("Retry-After")).toEqual([]);
  expect(via(refusal)).toContain(";oc=100;");
  calm(rig);
  rig.receive("pbx", offering(4));
  expect(via(rig.sentTo("pbx").at(-1))).toMatch(/;oc=0;oc-algo="loss";oc-validity=0;oc-seq=1800000000\.10000$/);
});

it("each response says how it is then, whatever the one before said", () => {
  const rig = new Rig();
  rig.receive("pbx", offering(1));
  expect(via(rig.sentTo("pbx")[0])).toMatch(NOTHING_TO_LEAVE_OUT);
  overload(rig);
  rig.pass(1000);
  const invite = take(rig, "carrier-a", "INVITE");
  rig.receive("carrier-a", replyTo(invite, 180));
  expect(via(rig.sentTo("pbx")[0])).toMatch(/;oc=100;oc-algo="loss";oc-validity=2000;oc-seq=1800000001\.00000$/);
  calm(rig);
  rig.receive("carrier-a", replyTo(invite, 486));
  expect(via(rig.sentTo("pbx").at(-1))).toMatch(NOTHING_TO_LEAVE_OUT);
});

it("answers to CANCEL, refusals and answers without state say it too; the Vias behind the first are left alone", () => {
  const rig = new Rig();
  const wanted = offering(1).replace(/(\r\nVia: [^\r]*)/, "$1, SIP/2.0/UDP 10.9.9.9;oc;branch=z9hG4bKbehind");
  rig.receive("pbx", wanted);
  expect(via(rig.sentTo("pbx")[0])).toMatch(/;oc-seq=[\d.]+, SIP\/2\.0\/UDP 10\.9\.9\.9;oc;branch=z9hG4bKbehind$/);
  rig.receive("pbx", cancelOf(wanted));
  for (const answer of rig.sentTo("pbx")) expect(via(answer)).toContain(';oc=0;oc-algo="loss";');
  rig.receive("pbx", offering(2).replace("CSeq: 1 INVITE", "CSeq: 1 NOTIFY"));
  expect(rig.sentTo("pbx").map(({ firstLine }) => firstLine)).toEqual(["SIP/2.0 400 Bad Request"]);
});

it.each([
  ["nobody who did not ask", "", ""],
  ["nobody who knows another algorithm only", ';oc;oc-algo="window"', ';oc;oc-algo="window"'],
])("%s is told", (_who, offer, kept) => {
  const rig = new Rig();
  overload(rig);
  rig.receive("pbx", offering(1, offer));
  const [refusal] = rig.sentTo("pbx");
  expect(refusal?.firstLine).toContain("503");
  expect(via(refusal)).toBe(`SIP/2.0/UDP 10.0.0.20:5080;branch=${other(1).branch}${kept}`);
});

it("no stranger is told what we do", () => {
  const rig = new Rig();
  rig.receive("stranger", offering(1));
  const [refusal] = rig.sentTo("stranger");
  expect(refusal?.firstLine).toContain("403");
  expect(via(refusal)).toContain(OFFER);
});

it("a carrier is offered nothing unless its trunk says so; then in every request", () => {
  expect(callOut(new Rig()).header("Via")).not.toContain("oc");
  const rig = new Rig(CONTROLLED);
  const invite = callOut(rig);
  const established = answer(rig, invite);
  acknowledge(rig, established);
  rig.receive("pbx", followUp(established.ok, "BYE", { branch: "z9hG4bKbye1", sequence: 2, via: "10.0.0.20:5080" }));
  const cancelled = new Rig(CONTROLLED);
  cancelled.receive("pbx", inviteFrom("10.0.0.20", 5080));
  cancelled.receive("carrier-a", replyTo(take(cancelled, "carrier-a", "INVITE"), 180));
  cancelled.receive("pbx", cancelOf(inviteFrom("10.0.0.20", 5080)));
  const requests = [invite, ...rig.sentTo("carrier-a"), ...cancelled.sentTo("carrier-a")];
  expect(requests.map(({ firstLine }) => firstLine.split(" ")[0])).toEqual(["INVITE", "ACK", "BYE", "CANCEL"]);
  for (const request of requests) expect(via(request).endsWith(OFFER)).toBe(true);
});

it("a carrier that asks for fewer calls gets them left out, but emergencies, until its report runs out", () => {
  const rig = new Rig(CONTROLLED);
  const invite = callOut(rig);
  const report = ';oc=100;oc-algo="loss";oc-validity=5000;oc-seq=100.5';
  rig.receive("carrier-a", replyTo(invite, 486).replace(OFFER, report));
  rig.sentTo("carrier-a");
  rig.receive("pbx", inviteFrom("10.0.0.20", 5080, other(1)));
  expect(rig.sentTo("carrier-a")).toEqual([]);
  rig.receive("carrier-b", replyTo(take(rig, "carrier-b", "INVITE"), 486));
  callOut(rig, { ...other(2), to: "sip:911@127.0.0.1" });
  rig.pass(5000);
  callOut(rig, other(3));
  rig.pass(60_000);
  rig.expectNothingLeft();
});

it("a report that was not asked for is not heeded", () => {
  const rig = new Rig();
  const invite = callOut(rig);
  const report = ";oc=100;oc-seq=100.5;branch=";
  rig.receive("carrier-a", replyTo(invite, 486).replace(";branch=", report));
  rig.sentTo("carrier-a");
  callOut(rig, other(1));
  rig.pass(60_000);
  rig.expectNothingLeft();
});

it("what a carrier says in answer to a hang-up counts as well, and what it sends later for an earlier moment does not", () => {
  const rig = new Rig(CONTROLLED);
  const established = answer(rig, callOut(rig));
  acknowledge(rig, established);
  rig.receive("pbx", followUp(established.ok, "BYE", { branch: "z9hG4bKbye1", sequence: 2, via: "10.0.0.20:5080" }));
  const bye = take(rig, "carrier-a", "BYE");
  const report = (value: number, sequence: string): string =>
    `;oc=${value};oc-algo="loss";oc-validity=5000;oc-seq=${sequence}`;
  rig.receive("carrier-a", replyTo(bye, 200).replace(OFFER, report(0, "100.5")));
  const invite = callOut(rig, other(1));
  rig.receive("carrier-a", replyTo(invite, 180).replace(OFFER, report(100, "101.5")));
  rig.receive("carrier-a", replyTo(invite, 486).replace(OFFER, report(0, "101.4")));
  rig.sentTo("carrier-a");
  rig.receive("pbx", inviteFrom("10.0.0.20", 5080, other(2)));
  expect(rig.sentTo("carrier-a")).toEqual([]);
});

it("requests inside calls are let through, and take from the rate that a carrier gave", () => {
  const rig = new Rig(CONTROLLED);
  const established = answer(rig, callOut(rig));
  acknowledge(rig, established);
  const invite = callOut(rig, other(1));
  const rate = ';oc=1;oc-algo="rate";oc-validity=60000;oc-seq=1.1';
  rig.receive("carrier-a", replyTo(invite, 486).replace(OFFER, rate));
  const passes = (n: number): boolean => {
    rig.sentTo("carrier-a");
    rig.receive("pbx", inviteFrom("10.0.0.20", 5080, other(n)));
    const [sent] = rig.sentTo("carrier-a").filter(({ firstLine }) => firstLine.startsWith("INVITE"));
    if (sent !== undefined) rig.receive("carrier-a", replyTo(sent, 486));
    for (const { firstLine, ...rest } of rig.sentTo("carrier-b"))
      if (firstLine.startsWith("INVITE")) rig.receive("carrier-b", replyTo({ firstLine, ...rest } as Message, 486));
    return sent !== undefined;
  };
  // Five at once and one more; with each refused call goes an ACK, which counts.
  expect([2, 3, 4, 5].map(passes)).toEqual([true, true, true, false]);
  rig.receive("pbx", followUp(established.ok, "BYE", { branch: "z9hG4bKbye1", sequence: 2, via: "10.0.0.20:5080" }));
  rig.receive("carrier-a", replyTo(take(rig, "carrier-a", "BYE"), 200));
  rig.pass(1900);
  expect(passes(6)).toBe(false);
});

it("a carrier that never answers is asked by one call now and then, ever less often, until it does", () => {
  const rig = new Rig({ "carrier-a": { ...CONTROLLED["carrier-a"], targets: [{ uri: "sip:192.0.2.3:5060" }] } });
  let calls = 0;
  /** Whether a call goes to carrier-a, which is not there. */
  const tried = (): boolean => {
    calls += 1;
    rig.receive("pbx", inviteFrom("10.0.0.20", 5080, other(calls)));
    const [sent] = rig.sentTo("carrier-a");
    const next = rig.sentTo("carrier-b").find(({ firstLine }) => firstLine.startsWith("INVITE"));
    if (next !== undefined) rig.receive("carrier-b", replyTo(next, 486));
    if (sent === undefined) return false;
    rig.break("carrier-a");
    const later = rig.sentTo("carrier-b").find(({ firstLine }) => firstLine.startsWith("INVITE"));
    if (later !== undefined) rig.receive("carrier-b", replyTo(later, 486));
    return true;
  };
  expect(tried()).toBe(true);
  rig.pass(30_000);
  expect(tried()).toBe(true);
  rig.pass(30_000);
  expect([tried(), tried()]).toEqual([true, false]);
  for (const pause of [1000, 2000, 4000]) {
    rig.pass(pause - 1);
    expect(tried()).toBe(false);
    rig.pass(1);
    expect([tried(), tried()]).toEqual([true, false]);
  }
  rig.pass(8000);
  const probe = callOut(rig, other(100));
  rig.receive("pbx", inviteFrom("10.0.0.20", 5080, other(101)));
  expect(rig.sentTo("carrier-a")).toEqual([]);
  rig.receive("carrier-a", replyTo(probe, 486));
  rig.sentTo("carrier-a");
  callOut(rig, other(102));
});
