// The office of examples/office.yaml, with SIPp as the PBX and as both carriers.
import { describe, expect, test } from "vitest";
import type { CallRecord } from "../../src/engine/index.ts";
import { openGround } from "./ground.ts";
import * as office from "./office.ts";
import { CARRIER_A, CARRIER_B, OURS, openOffice, PBX, THEIRS } from "./office.ts";
import { whyNot } from "./programs.ts";
import { startSilentPeer } from "./silent-peer.ts";
import {
  calleeAnswers,
  calleeHangsUp,
  calleeRefuses,
  calleeRings,
  callerGivesUp,
  callerHangsUp,
  callerIsHungUp,
  callerIsRefused,
} from "./sipp-calls.ts";
import { waitUntil } from "./wait-until.ts";

const no = whyNot("sipp", "tshark");
const DONE_MS = 30_000;

/** Both sides of a call have done what their scenario says. */
async function bothSucceeded(...sides: readonly { succeeded(timeoutMs: number): Promise<unknown> }[]): Promise<void> {
  await Promise.all(sides.map((side) => side.succeeded(DONE_MS)));
}

function expectAudioBothWays(record: CallRecord): void {
  expect(record.quality).toHaveLength(1);
  for (const side of [record.quality[0]!.a, record.quality[0]!.b]) {
    expect(side.packets).toBeGreaterThan(50);
    expect(side.lost).toBe(0);
    expect(side.rejected).toBe(0);
    expect(side.jitterMs).toBeLessThan(30);
  }
}

describe.skipIf(no)(`an office with SIPp on both sides ${no ?? ""}`, () => {
  test("a call goes out through carrier-a, is answered, is heard both ways, ends by the caller", async () => {
    const ground = openGround();
    const { demarc, inspect } = await openOffice(ground);
    const callee = await office.answerAt(ground, CARRIER_A, calleeAnswers());
    const caller = await office.callFromPbx(ground, callerHangsUp(3000));
    const answered = async () => (await demarc.calls()).some((call) => call.state === "answered");
    await waitUntil(answered, { timeoutMs: 10_000, describe: () => `an answered call\n${caller.messages()}` });
    await bothSucceeded(caller, callee);
    const [record] = await demarc.records(1);
    expect(record).toMatchObject({
      caller: OURS,
      called: THEIRS,
      ingressTrunk: "pbx",
      egressTrunk: "carrier-a",
      route: "outbound",
      status: 200,
      cause: "normal-clearing",
      endedBy: "caller",
      emergency: false,
      attempts: [{ trunk: "carrier-a", target: `sip:${CARRIER_A.address}:5060`, status: 200 }],
      aLeg: { remoteAddress: `${PBX.address}:${caller.port}`, codec: "PCMU/8000" },
      bLeg: { remoteAddress: `${CARRIER_A.address}:5060`, codec: "PCMU/8000" },
    });
    expect(record!.aLeg.callId).not.toBe(record!.bLeg!.callId);
    expect(record!.durationMs).toBeGreaterThanOrEqual(2900);
    expect(Date.parse(record!.ringingAt!)).toBeLessThanOrEqual(Date.parse(record!.answeredAt!));
    expectAudioBothWays(record!);
    expect(await demarc.calls()).toEqual([]);
    const datagrams = await inspect([record!]);
    office.expectHears(datagrams, caller, CARRIER_A.toneHz);
    office.expectHears(datagrams, callee, PBX.toneHz);
  });

  test("the callee hangs up", async () => {
    const ground = openGround();
    const { demarc, inspect } = await openOffice(ground);
    const callee = await office.answerAt(ground, CARRIER_A, calleeHangsUp(2000));
    const caller = await office.callFromPbx(ground, callerIsHungUp());
    await bothSucceeded(caller, callee);
    const [record] = await demarc.records(1);
    expect(record).toMatchObject({ status: 200, cause: "normal-clearing", endedBy: "callee" });
    expectAudioBothWays(record!);
    await inspect([record!]);
  });

  test("the caller gives up while it rings", async () => {
    const ground = openGround();
    const { demarc, inspect } = await openOffice(ground);
    const callee = await office.answerAt(ground, CARRIER_A, calleeRings());
    const caller = await office.callFromPbx(ground, callerGivesUp());
    await bothSucceeded(caller, callee);
    const [record] = await demarc.records(1);
    expect(record).toMatchObject({
      status: 487,
      cause: "cancelled",
      endedBy: "caller",
      answeredAt: null,
      durationMs: 0,
    });
    await inspect([record!]);
  });

  test("the callee is busy, which is final: no other carrier is tried", async () => {
    const ground = openGround();
    const { demarc, inspect } = await openOffice(ground);
    const carrierB = await startSilentPeer(ground, CARRIER_B.address, CARRIER_B.port);
    const callee = await office.answerAt(ground, CARRIER_A, calleeRefuses(486));
    const caller = await office.callFromPbx(ground, callerIsRefused(486));
    await bothSucceeded(caller, callee);
    const [record] = await demarc.records(1);
    expect(record).toMatchObject({ status: 486, cause: "busy", endedBy: "callee", attempts: [{ status: 486 }] });
    expect(carrierB.heard).toEqual([]);
    await inspect([record!]);
  });

  test("carrier-a answers 503: the call goes through carrier-b", async () => {
    const ground = openGround();
    const { demarc, inspect } = await openOffice(ground);
    const refusing = await office.answerAt(ground, CARRIER_A, calleeRefuses(503));
    const callee = await office.answerAt(ground, CARRIER_B, calleeAnswers());
    const caller = await office.callFromPbx(ground, callerHangsUp());
    await bothSucceeded(caller, callee, refusing);
    const [record] = await demarc.records(1);
    expect(record).toMatchObject({
      egressTrunk: "carrier-b",
      status: 200,
      cause: "normal-clearing",
      attempts: [
        { trunk: "carrier-a", status: 503 },
        { trunk: "carrier-b", status: 200 },
      ],
    });
    expectAudioBothWays(record!);
    const datagrams = await inspect([record!]);
    office.expectHears(datagrams, caller, CARRIER_B.toneHz);
    office.expectHears(datagrams, callee, PBX.toneHz);
  });

  test("carrier-a is silent for 2 s: the call goes through carrier-b", async () => {
    const ground = openGround();
    const { demarc, inspect } = await openOffice(ground);
    const silent = await startSilentPeer(ground, CARRIER_A.address, CARRIER_A.port);
    const callee = await office.answerAt(ground, CARRIER_B, calleeAnswers());
    const caller = await office.callFromPbx(ground, callerHangsUp());
    await bothSucceeded(caller, callee);
    const [record] = await demarc.records(1);
    expect(silent.heard[0]).toMatch(/^INVITE /);
    expect(record).toMatchObject({
      egressTrunk: "carrier-b",
      status: 200,
      attempts: [
        { trunk: "carrier-a", status: 408 },
        { trunk: "carrier-b", status: 200 },
      ],
    });
    const waitedMs = Date.parse(record!.attempts[1]!.startedAt) - Date.parse(record!.attempts[0]!.startedAt);
    expect(waitedMs).toBeGreaterThanOrEqual(2000);
    expect(waitedMs).toBeLessThan(4000);
    await inspect([record!]);
  });

  test("a call from a carrier to one of our numbers reaches the PBX", async () => {
    const ground = openGround();
    const { demarc, inspect } = await openOffice(ground);
    const callee = await office.answerAt(ground, PBX, calleeAnswers());
    const caller = await office.callFromCarrier(ground, CARRIER_A, callerHangsUp());
    await bothSucceeded(caller, callee);
    const [record] = await demarc.records(1);
    expect(record).toMatchObject({
      caller: THEIRS,
      called: OURS,
      ingressTrunk: "carrier-a",
      egressTrunk: "pbx",
      route: "inbound",
      status: 200,
      cause: "normal-clearing",
      endedBy: "caller",
    });
    expectAudioBothWays(record!);
    const datagrams = await inspect([record!]);
    office.expectHears(datagrams, caller, PBX.toneHz);
    office.expectHears(datagrams, callee, CARRIER_A.toneHz);
  });

  test("premium numbers are refused with 403 and the reason of the route", async () => {
    const ground = openGround();
    const { demarc, inspect } = await openOffice(ground);
    const carrier = await startSilentPeer(ground, CARRIER_A.address, CARRIER_A.port);
    const caller = await office.callFromPbx(ground, callerIsRefused(403), { called: "+19005550123" });
    await bothSucceeded(caller);
    expect(caller.messages()).toContain("SIP/2.0 403 Premium numbers are blocked");
    const [record] = await demarc.records(1);
    expect(record).toMatchObject({
      called: "+19005550123",
      status: 403,
      cause: "rejected",
      endedBy: "demarc",
      route: "premium-blocked",
      egressTrunk: null,
      bLeg: null,
      attempts: [],
    });
    expect(carrier.heard).toEqual([]);
    await inspect([record!]);
  });

  test("911 goes out while the trunks' limits are reached, and other calls do not", async () => {
    const ground = openGround();
    // One ordinary call at a time, and carrier-a has no room but what it keeps for emergencies.
    const { demarc, inspect } = await openOffice(ground, [
      ["limits: { calls: 200, callsPerSecond: 100 }", "limits: { calls: 1, callsPerSecond: 100 }"],
      ["limits: { calls: 100, callsPerSecond: 50, emergencyReserve: 2 }", "limits: { calls: 2, emergencyReserve: 1 }"],
    ]);
    const callee = await office.answerAt(ground, CARRIER_A, calleeAnswers(), { calls: 2 });
    const standing = await office.callFromPbx(ground, callerHangsUp(8000));
    const answered = async () => (await demarc.calls()).some((call) => call.state === "answered");
    await waitUntil(answered, { timeoutMs: 10_000, describe: () => "the call that takes all room to be answered" });
    const refused = await office.callFromPbx(ground, callerIsRefused(503));
    await bothSucceeded(refused);
    const emergency = await office.callFromPbx(ground, callerHangsUp(1000), { called: "911" });
    await bothSucceeded(emergency);
    expect(await demarc.calls()).toHaveLength(1);
    await bothSucceeded(standing, callee);
    const records = await demarc.records(3);
    expect(records).toMatchObject([
      { called: THEIRS, emergency: false, status: 200 },
      { called: THEIRS, emergency: false, status: 503, cause: "limit", egressTrunk: null, endedBy: "demarc" },
      { emergency: true, route: "emergency", egressTrunk: "carrier-a", status: 200, cause: "normal-clearing" },
    ]);
    await inspect(records);
  });

  test("ten calls at once, each with its audio and its record", async () => {
    const ground = openGround();
    const { demarc, inspect } = await openOffice(ground);
    const callee = await office.answerAt(ground, CARRIER_A, calleeAnswers(), { calls: 10 });
    const caller = await office.callFromPbx(ground, callerHangsUp(4000), { calls: 10, atOnce: 10 });
    const standing = async () => (await demarc.calls()).filter((call) => call.state === "answered").length === 10;
    await waitUntil(standing, { timeoutMs: 15_000, describe: () => "ten answered calls" });
    await bothSucceeded(caller, callee);
    const records = await demarc.records(10);
    for (const record of records) {
      expect(record).toMatchObject({ status: 200, cause: "normal-clearing", egressTrunk: "carrier-a" });
      expectAudioBothWays(record);
    }
    const callIds = records.flatMap(({ aLeg, bLeg }) => [aLeg.callId, bLeg!.callId]);
    expect(new Set(callIds).size).toBe(20);
    await inspect(records);
  });

  test("a stranger gets 403 or silence, never a call", async () => {
    const ground = openGround();
    const { demarc, inspect } = await openOffice(ground);
    const stranger = await startSilentPeer(ground, office.STRANGER, 0);
    for (const [host, uri] of [
      [office.LAN_ADDRESS, `sip:${THEIRS}@${office.LAN}`],
      [office.WAN_ADDRESS, `sip:${OURS}@${office.WAN}`],
    ] as const) {
      stranger.send(inviteOfStranger(uri), 5060, host);
    }
    // A real call after them: by its end, the stranger's would have gone out too.
    const callee = await office.answerAt(ground, CARRIER_A, calleeAnswers(), { calls: 1 });
    const caller = await office.callFromPbx(ground, callerHangsUp(1000));
    await bothSucceeded(caller, callee);
    const records = await demarc.records(1, (record) => record.egressTrunk !== null);
    expect(records[0]).toMatchObject({ ingressTrunk: "pbx" });
    for (const answer of stranger.heard) expect(answer).toMatch(/^SIP\/2\.0 (100|403) /);
    const datagrams = await inspect(records);
    const invites = datagrams.filter(({ from, to, payload }) => {
      const ours = from.address === office.WAN_ADDRESS && to.address === CARRIER_A.address;
      return ours && payload.toString("latin1").startsWith("INVITE ");
    });
    expect(
      new Set(invites.map(({ payload }) => /^Call-ID: (.*)\r$/im.exec(payload.toString("latin1"))?.[1])).size,
    ).toBe(1);
  });

  test("Ctrl-C hangs up, writes the record, and ends with 0", async () => {
    const ground = openGround();
    const { demarc, restart, inspect } = await openOffice(ground);
    const callee = await office.answerAt(ground, CARRIER_A, calleeAnswers());
    const caller = await office.callFromPbx(ground, callerIsHungUp());
    const answered = async () => (await demarc.calls()).some((call) => call.state === "answered");
    await waitUntil(answered, { timeoutMs: 10_000, describe: () => "an answered call" });
    expect(await demarc.interrupt()).toBe(0);
    await bothSucceeded(caller, callee);
    const again = await restart();
    const records = await again.records(1);
    expect(records).toMatchObject([{ status: 200, cause: "shutdown", endedBy: "demarc" }]);
    await inspect(records);
  });
});

function inviteOfStranger(uri: string): string {
  const body = `v=0\r\no=- 1 1 IN IP4 ${office.STRANGER}\r\ns=-\r\nc=IN IP4 ${office.STRANGER}\r\nt=0 0\r\nm=audio 40000 RTP/AVP 0\r\n`;
  const head = [
    `INVITE ${uri} SIP/2.0`,
    `Via: SIP/2.0/UDP ${office.STRANGER};rport;branch=z9hG4bKstranger`,
    `From: <sip:+12025550100@${office.STRANGER}>;tag=stranger`,
    `To: <${uri}>`,
    `Call-ID: stranger-to-${uri.slice(-14)}`,
    "CSeq: 1 INVITE",
    `Contact: <sip:stranger@${office.STRANGER}>`,
    "Max-Forwards: 70",
    "Content-Type: application/sdp",
    `Content-Length: ${body.length}`,
  ];
  return `${head.join("\r\n")}\r\n\r\n${body}`;
}
