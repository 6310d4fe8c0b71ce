// The office of examples/office.yaml, with baresip as the PBX and as the carriers: what each records of the other.
import { describe, expect, test } from "vitest";
import { type Baresip, waitForTone } from "./baresip.ts";
import { countToneWindows } from "./goertzel.ts";
import { openGround } from "./ground.ts";
import { CARRIER_A, CARRIER_B, LAN, OURS, openOffice, PBX, THEIRS, WAN } from "./office.ts";
import { whyNot } from "./programs.ts";
import { ANSWER_MS, expectHeardOnly, startPhone, talk, WINDOWS } from "./talking-phones.ts";
import { waitUntil } from "./wait-until.ts";

const no = whyNot("baresip", "tshark");
/** RFC 3550 section 6.2: about every 5 s, at random between half and one and a half of it. */
const REPORTS_MS = 30_000;

describe.skipIf(no)(`an office with baresip on both sides ${no ?? ""}`, () => {
  test("a call out through carrier-a: each records the other's tone", async () => {
    const ground = openGround();
    const { demarc, inspect } = await openOffice(ground);
    const [pbx, carrier] = await Promise.all([startPhone(ground, PBX), startPhone(ground, CARRIER_A)]);
    await pbx.command("dial", `sip:${THEIRS}@${LAN}`);
    await talk(pbx, carrier, { one: PBX.toneHz, other: CARRIER_A.toneHz });
    await pbx.command("hangup");
    await carrier.event("CALL_CLOSED", ANSWER_MS);
    const records = await demarc.records(1);
    expect(records).toMatchObject([
      { ingressTrunk: "pbx", egressTrunk: "carrier-a", status: 200, cause: "normal-clearing", endedBy: "caller" },
    ]);
    expectHeardOnly(pbx, { theirs: CARRIER_A.toneHz, own: PBX.toneHz });
    expectHeardOnly(carrier, { theirs: PBX.toneHz, own: CARRIER_A.toneHz });
    await inspect(records);
  });

  test("the RTCP of each reaches the other, under no name of the side it comes from", async () => {
    const ground = openGround();
    const { demarc, reports, inspect } = await openOffice(ground);
    const [pbx, carrier] = await Promise.all([startPhone(ground, PBX), startPhone(ground, CARRIER_A)]);
    await pbx.command("dial", `sip:${THEIRS}@${LAN}`);
    await carrier.event("CALL_ESTABLISHED", ANSWER_MS);
    await waitUntil(() => reports().lan > 0 && reports().wan > 0, {
      timeoutMs: REPORTS_MS,
      describe: () => `RTCP both ways; there were ${JSON.stringify(reports())}`,
    });
    await pbx.command("hangup");
    await carrier.event("CALL_CLOSED", ANSWER_MS);
    await inspect(await demarc.records(1));
  });

  test("a call out through carrier-b, as nobody is at carrier-a's place; the callee hangs up", async () => {
    const ground = openGround();
    const { demarc, inspect } = await openOffice(ground);
    const [pbx, carrier] = await Promise.all([startPhone(ground, PBX), startPhone(ground, CARRIER_B)]);
    await pbx.command("dial", `sip:${THEIRS}@${LAN}`);
    await talk(pbx, carrier, { one: PBX.toneHz, other: CARRIER_B.toneHz });
    await carrier.command("hangup");
    await pbx.event("CALL_CLOSED", ANSWER_MS);
    const records = await demarc.records(1);
    expect(records).toMatchObject([
      { egressTrunk: "carrier-b", status: 200, cause: "normal-clearing", endedBy: "callee" },
    ]);
    expect(records[0]!.attempts.map((attempt) => attempt.trunk)).toEqual(["carrier-a", "carrier-b"]);
    expectHeardOnly(pbx, { theirs: CARRIER_B.toneHz, own: PBX.toneHz });
    expectHeardOnly(carrier, { theirs: PBX.toneHz, own: CARRIER_B.toneHz });
    await inspect(records);
  });

  test("a call in from carrier-a reaches the PBX", async () => {
    const ground = openGround();
    const { demarc, inspect } = await openOffice(ground);
    const [pbx, carrier] = await Promise.all([startPhone(ground, PBX), startPhone(ground, CARRIER_A)]);
    await carrier.command("dial", `sip:${OURS}@${WAN}`);
    await talk(carrier, pbx, { one: CARRIER_A.toneHz, other: PBX.toneHz });
    await carrier.command("hangup");
    await pbx.event("CALL_CLOSED", ANSWER_MS);
    const records = await demarc.records(1);
    expect(records).toMatchObject([{ ingressTrunk: "carrier-a", egressTrunk: "pbx", cause: "normal-clearing" }]);
    expectHeardOnly(pbx, { theirs: CARRIER_A.toneHz, own: PBX.toneHz });
    expectHeardOnly(carrier, { theirs: PBX.toneHz, own: CARRIER_A.toneHz });
    await inspect(records);
  });

  test("the relay is killed in a call: the call lives, and the audio comes back both ways", async () => {
    const ground = openGround();
    const { demarc, inspect } = await openOffice(ground);
    const [pbx, carrier] = await Promise.all([startPhone(ground, PBX), startPhone(ground, CARRIER_A)]);
    await pbx.command("dial", `sip:${THEIRS}@${LAN}`);
    await talk(pbx, carrier, { one: PBX.toneHz, other: CARRIER_A.toneHz });
    const relay = await demarc.relayPid();
    process.kill(relay, "SIGKILL");
    await demarc.relayPid(relay);
    const before = { pbx: windowsOf(pbx, CARRIER_A.toneHz), carrier: windowsOf(carrier, PBX.toneHz) };
    await waitForTone(pbx, CARRIER_A.toneHz, before.pbx + WINDOWS);
    await waitForTone(carrier, PBX.toneHz, before.carrier + WINDOWS);
    expect(await demarc.calls()).toMatchObject([{ state: "answered" }]);
    await pbx.command("hangup");
    await carrier.event("CALL_CLOSED", ANSWER_MS);
    const records = await demarc.records(1);
    expect(records).toMatchObject([{ status: 200, cause: "normal-clearing", endedBy: "caller" }]);
    await inspect(records);
  });
});

function windowsOf(phone: Baresip, frequencyHz: number): number {
  return countToneWindows(phone.heard()!, frequencyHz).withTone;
}
