// Each trunk's own SIP timers, in both directions.
import { expect, it } from "vitest";
import { parseConfiguration } from "../../src/model/index.ts";
import { acknowledge, answer, CARRIER, callOut, take } from "./established.ts";
import { audioOf, followUp, inviteFrom, replyTo } from "./peer.ts";
import { flowOf, type PeerName, Rig } from "./rig.ts";

const SLOW = { signaling: { timers: { t1: "2s", t2: "8s", t4: "10s" } } };

/** The times at which a peer is sent something that begins so, in the next `ms`. */
function timesOf(rig: Rig, peer: PeerName, begins: string, ms: number): number[] {
  const times: number[] = [];
  const from = rig.now;
  rig.sentTo(peer);
  while (rig.now < from + ms) {
    rig.pass(100);
    if (rig.linesTo(peer).some((line) => line.startsWith(begins))) times.push(rig.now - from);
  }
  return times;
}

it("an INVITE goes out again by the timers of the trunk that it goes to, and is given up by its timer B", () => {
  const patient = { failover: { attemptTimeout: "64s" } };
  const rig = new Rig({ "carrier-a": { ...patient, signaling: { timers: { t1: "2s", timerB: "20s" } } } });
  callOut(rig);
  expect(timesOf(rig, "carrier-a", "INVITE", 20_000)).toEqual([2000, 6000, 14_000]);
  take(rig, "carrier-b", "INVITE");
  rig.receive("pbx", inviteFrom("10.0.0.20", 5080, { callId: "another@inside.pbx", branch: "z9hG4bKanother" }));
  rig.pass(60_000);
  rig.expectNothingLeft();
});

it("a BYE goes out again by T1 and T2 of its trunk until timer F", () => {
  const rig = new Rig({ "carrier-a": { signaling: { timers: { t1: "1s", t2: "2s", timerF: "6s" } } } });
  const established = answer(rig, callOut(rig));
  acknowledge(rig, established);
  rig.receive("pbx", followUp(established.ok, "BYE", { branch: "z9hG4bKbye1", sequence: 2, via: "10.0.0.20:5080" }));
  expect(timesOf(rig, "carrier-a", "BYE", 30_000)).toEqual([1000, 3000, 5000]);
  rig.expectNothingLeft();
});

it("a failure and an answer are repeated by the timers of the trunk that called", () => {
  const refusing = new Rig({ pbx: SLOW });
  refusing.receive("pbx", inviteFrom("10.0.0.20", 5080, { to: "sip:+19005550100@127.0.0.1" }));
  expect(timesOf(refusing, "pbx", "SIP/2.0 403", 20_000)).toEqual([2000, 6000, 14_000]);
  const answering = new Rig({ pbx: SLOW });
  const invite = callOut(answering);
  answering.receive("carrier-a", replyTo(invite, 200, { contact: CARRIER, body: audioOf("192.0.2.3", 7000, "0 101") }));
  expect(timesOf(answering, "pbx", "SIP/2.0 200", 20_000)).toEqual([2000, 6000, 14_000]);
});

it("over TCP a 2xx is repeated all the same until its ACK (RFC 3261 section 13.3.1.4), a failure is not", () => {
  const flow = { ...flowOf("pbx"), transport: "tcp" } as const;
  const ask = (rig: Rig, to: string): void => {
    const invite = inviteFrom("10.0.0.20", 5080, { to }).replace("SIP/2.0/UDP", "SIP/2.0/TCP");
    rig.give({ kind: "datagram", flow, text: invite });
  };
  const refusing = new Rig();
  ask(refusing, "sip:+19005550100@127.0.0.1");
  expect(take(refusing, "pbx", "SIP/2.0 403").header("Via")).toContain("SIP/2.0/TCP");
  expect(timesOf(refusing, "pbx", "SIP/2.0 403", 40_000)).toEqual([]);
  refusing.expectNothingLeft();
  const answering = new Rig();
  ask(answering, "sip:+13035550142@127.0.0.1");
  answer(answering, take(answering, "carrier-a", "INVITE"));
  expect(timesOf(answering, "pbx", "SIP/2.0 200", 12_000)).toEqual([500, 1500, 3500, 7500, 11_500]);
  answering.expectNothingLeft();
});

it("the settings must fit together", () => {
  const trunk = { role: "pbx", network: "lan", targets: [{ uri: "sip:10.0.0.9" }] };
  const lan = {
    listen: [{ transport: "udp", address: "127.0.0.1", port: 5060 }],
    media: { address: "127.0.0.1", ports: "20000-20999" },
  };
  const problems = (timers: object): string[] => {
    const parsed = parseConfiguration({ networks: { lan }, trunks: { t: { ...trunk, signaling: { timers } } } });
    return parsed.ok ? [] : parsed.failure.map(({ path, message }) => `${path.join(".")}: ${message}`);
  };
  expect(problems({ t1: "200ms", t2: "200ms" })).toEqual([]);
  expect(problems({ t1: "5s" })).toEqual(["trunks.t.signaling.timers.t2: t2 must not be shorter than t1"]);
  expect(problems({ t1: "1ms" })[0]).toMatch(/from 50ms to 10s/);
  expect(problems({ t3: "1s" })[0]).toMatch(/unknown key/);
});
