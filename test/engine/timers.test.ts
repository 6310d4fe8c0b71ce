// Each trunk's own SIP timers, in both directions.
import { expect, it } from "vitest";
import { parseConfiguration } from "../../src/model/index.ts";
import { acknowledge, answer, CARRIER, callOut, take } from "./established.ts";
import { audioOf, followUp, inviteFrom, replyTo } from "./peer.ts";
import { type PeerName, Rig } from "./rig.ts";

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
