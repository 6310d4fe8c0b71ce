// Overload: our own, which turns new calls away and says so; and that of a carrier, which is spared.
import { expect, it } from "vitest";
import { acknowledge, answer, callOut, take } from "./established.ts";
import { followUp, inviteFrom, type Message, replyTo } from "./peer.ts";
import { Rig } from "./rig.ts";

const OFFER = ';oc;oc-algo="loss,rate"';

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

it("a client that offers to thin its calls is told by how much, and to stop thinning them when it is over", () => {
  const rig = new Rig();
  const via = (message: Message | undefined): string => message?.header("Via") ?? "";
  const offering = (n: number): string => {
    const { branch } = other(n);
    return inviteFrom("10.0.0.20", 5080, other(n)).replace(`branch=${branch}`, `branch=${branch}${OFFER}`);
  };
  rig.receive("pbx", offering(1));
  expect(via(rig.sentTo("pbx")[0])).toContain(OFFER);
  rig.give({ kind: "load", lagMs: 500, busy: 1 });
  rig.give({ kind: "load", lagMs: 500, busy: 1 });
  rig.receive("pbx", offering(2));
  const [trying] = rig.sentTo("pbx");
  expect(trying?.firstLine).toBe("SIP/2.0 100 Trying");
  expect(via(trying)).toMatch(/;oc=20;oc-algo="loss";oc-validity=2000;oc-seq=1800000000\.000$/);
  overload(rig);
  rig.pass(100);
  rig.receive("pbx", offering(3));
  const [refusal] = rig.sentTo("pbx").filter(({ firstLine }) => firstLine.includes("503"));
  expect(refusal?.headers("Retry-After")).toEqual([]);
  expect(via(refusal)).toContain(";oc=100;");
  calm(rig);
  rig.receive("pbx", offering(4));
  expect(via(rig.sentTo("pbx").at(-1))).toMatch(/;oc=0;oc-algo="loss";oc-validity=0;oc-seq=1800000000\.100$/);
});

it("a carrier is offered nothing unless its trunk says so", () => {
  expect(callOut(new Rig()).header("Via")).not.toContain("oc");
  const rig = new Rig({ "carrier-a": { signaling: { overloadControl: true } } });
  expect(callOut(rig).header("Via")).toContain(OFFER);
});

it("a carrier that asks for fewer calls gets them left out, but emergencies, until its report runs out", () => {
  const rig = new Rig({ "carrier-a": { signaling: { overloadControl: true } } });
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
