// Calls that go elsewhere: put through (REFER), joined (Replaces), sent on (3xx), called again with a longer interval (422); and INFO, passed on.
import { beforeAll, describe, expect, test } from "vitest";
import { type Border, openBorder, type Played } from "./border.ts";
import {
  CARRIER,
  doorOf,
  EARLY_CARRIER,
  LAN,
  PASSING_CARRIER,
  PBX,
  TIMED_CARRIER,
  TRANSFERRING_PBX,
} from "./border-peers.ts";
import { countToneWindows } from "./goertzel.ts";
import { listenAt } from "./pcap.ts";
import { whyNot } from "./programs.ts";
import type { Sipp } from "./sipp.ts";
import { getsThrough, takesCall } from "./sipp-calls.ts";
import {
  acks,
  acksRefusal,
  answers,
  asks,
  calls,
  hangsUp,
  hears,
  inOrder,
  isAcked,
  isAsked,
  isCalled,
  isHungUp,
  type Step,
  talks,
  waits,
} from "./sipp-script.ts";
import { waitUntil } from "./wait-until.ts";

const no = whyNot("sipp", "baresip", "linphone-daemon", "tshark");
const EVENT_MS = 15_000;
const LISTENS = waits(800);
const AUDIO = "m=audio [1-9][0-9]* RTP/AVP";
/** Who is called in the end. */
const TARGET = EARLY_CARRIER;
const BETWEEN = { from: TRANSFERRING_PBX, to: CARRIER };

/** Is told how its transfer goes. */
function isTold(status: number, state: "active" | "terminated"): Step {
  const has = ["Event: refer", `Subscription-State: ${state}`, `SIP/2.0 ${status}`];
  return inOrder(isAsked("NOTIFY", { has }), answers(200));
}

/** Is asked to talk to someone else. */
const IS_JOINED = inOrder(isAsked("INVITE", { has: [AUDIO] }), answers(200, { sdp: {} }), isAcked());

function refers(to: string): Step {
  return inOrder(asks("REFER", { headers: [`Refer-To: <${to}>`] }), hears(202));
}

/** How many tenths of a second a SIPp was sent of a tone. */
function windowsHeard({ datagrams }: Pick<Played, "datagrams">, listener: Sipp, toneHz: number): number {
  const place = { address: listener.address, port: listener.mediaPort };
  return countToneWindows(listenAt(datagrams, place), toneHz).withTone;
}

describe.skipIf(no)(`calls that go elsewhere ${no ?? ""}`, () => {
  let border: Border;
  beforeAll(async () => {
    border = await openBorder();
    return border.close;
  });

  test("put through without asking: the caller's callee talks to the new one", async () => {
    const target = await border.answerAt(TARGET, [takesCall(), waits(1500), hangsUp()]);
    const played = await border.play({
      ...BETWEEN,
      caller: [
        getsThrough(),
        refers(`sip:${TARGET.number}@${LAN}`),
        ...[isTold(100, "active"), isTold(180, "active"), isTold(200, "terminated"), hangsUp()],
      ],
      callee: [takesCall(), IS_JOINED, isHungUp()],
    });
    expect(played.record).toMatchObject({ cause: "transferred", endedBy: "caller" });
    await target.succeeded(EVENT_MS);
    const record = await border.record(callIdOf(target));
    expect(record).toMatchObject({
      called: TARGET.number,
      cause: "normal-clearing",
      transferredFrom: played.record.id,
    });
    expect(windowsHeard(played, target, CARRIER.toneHz)).toBeGreaterThan(5);
    expect(windowsHeard(played, played.callee, TARGET.toneHz)).toBeGreaterThan(5);
  });

  test("put through to one who is busy: told so, and the call stands", async () => {
    const target = await border.answerAt(TARGET, [isCalled(), answers(486), isAcked()]);
    const played = await border.play({
      ...BETWEEN,
      caller: [
        getsThrough(),
        refers(`sip:${TARGET.number}@${LAN}`),
        ...[isTold(100, "active"), isTold(486, "terminated"), LISTENS, hangsUp()],
      ],
      callee: [takesCall(), isHungUp()],
    });
    await target.succeeded(EVENT_MS);
    expect(played.record).toMatchObject({ cause: "normal-clearing", endedBy: "caller" });
  });

  test("a trunk that may not put calls through: 603, and the call stands", async () => {
    const played = await border.play({
      from: PBX,
      to: CARRIER,
      caller: [
        getsThrough(),
        ...[asks("REFER", { headers: [`Refer-To: <sip:${TARGET.number}@${LAN}>`] }), hears(603), hangsUp()],
      ],
      callee: [takesCall(), isHungUp()],
    });
    expect(played.record).toMatchObject({ cause: "normal-clearing" });
  });

  test("put through after asking: the two that it talked to talk to each other", async () => {
    const target = await border.answerAt(TARGET, [takesCall(), IS_JOINED, waits(1500), hangsUp()]);
    const consultation = await border.callFrom(TRANSFERRING_PBX, TARGET, [getsThrough(), isHungUp()]);
    const { callId, local, remote } = await dialogOf(consultation);
    const replaces = encodeURIComponent(`${callId};to-tag=${remote};from-tag=${local}`);
    const played = await border.play({
      ...BETWEEN,
      caller: [
        getsThrough(),
        asks("INVITE", { sdp: { direction: "sendonly" } }),
        ...[hears(200), acks(), refers(`sip:${TARGET.number}@${LAN}?Replaces=${replaces}`)],
        ...[isTold(100, "active"), isTold(200, "terminated"), isHungUp()],
      ],
      callee: [
        takesCall(),
        ...[isAsked("INVITE", { has: ["a=sendonly"] }), answers(200, { sdp: { direction: "recvonly" } }), isAcked()],
        ...[IS_JOINED, isHungUp()],
      ],
    });
    await Promise.all([consultation.succeeded(EVENT_MS), target.succeeded(EVENT_MS)]);
    expect(played.record).toMatchObject({ cause: "transferred" });
    expect(windowsHeard(played, target, CARRIER.toneHz)).toBeGreaterThan(5);
    expect(windowsHeard(played, played.callee, TARGET.toneHz)).toBeGreaterThan(5);
  });

  test("another phone takes a call over by Replaces: the first is hung up", async () => {
    const sinceMs = Date.now();
    const callee = await border.answerAt(CARRIER, [takesCall(), IS_JOINED, isHungUp()]);
    const first = await border.callFrom(PBX, CARRIER, [getsThrough(), isHungUp()]);
    const { callId, local, remote } = await dialogOf(first);
    const headers = [`Replaces: ${callId};to-tag=${remote};from-tag=${local}`, "Require: replaces"];
    const taking = [calls({ headers }), hears(200), acks(), talks(), LISTENS, hangsUp()];
    const second = await border.callFrom(PBX, CARRIER, taking);
    await Promise.all([first, second, callee].map((party) => party.succeeded(EVENT_MS)));
    expect(await border.record(first.callId)).toMatchObject({ cause: "replaced", endedBy: "demarc" });
    expect(await border.record(second.callId)).toMatchObject({ cause: "normal-clearing", endedBy: "caller" });
    const datagrams = await border.datagrams(sinceMs);
    expect(windowsHeard({ datagrams }, second, CARRIER.toneHz)).toBeGreaterThan(5);
  });

  test("baresip puts baresip through to baresip", async () => {
    const pbx = await border.phone(TRANSFERRING_PBX);
    const [carrier, target] = await Promise.all([border.phone(CARRIER), border.phone(TARGET)]);
    await pbx.command("dial", `sip:${CARRIER.number}@${doorOf(TRANSFERRING_PBX)}`);
    const { id } = await pbx.event("CALL_ESTABLISHED", EVENT_MS);
    await border.hears(carrier, TRANSFERRING_PBX.toneHz);
    await pbx.command("transfer", `sip:${TARGET.number}@${LAN}`);
    await target.event("CALL_ESTABLISHED", EVENT_MS);
    await pbx.event("CALL_CLOSED", EVENT_MS);
    expect(await border.record(id!)).toMatchObject({ cause: "transferred" });
    await Promise.all([border.hears(carrier, TARGET.toneHz), border.hears(target, CARRIER.toneHz)]);
    await target.command("hangup");
    await carrier.event("CALL_CLOSED", EVENT_MS);
  });

  test("linphone asks first, and joins the two that it has called", async () => {
    const [carrier, target] = await Promise.all([border.phone(CARRIER), border.phone(TARGET)]);
    const pbx = await border.linphone(TRANSFERRING_PBX);
    await pbx.command(`call sip:${CARRIER.number}@${doorOf(TRANSFERRING_PBX)}`);
    const { id } = await carrier.event("CALL_ESTABLISHED", EVENT_MS);
    await pbx.event("LinphoneCallStreamsRunning", EVENT_MS);
    await pbx.command(`call sip:${TARGET.number}@${doorOf(TRANSFERRING_PBX)}`);
    await target.event("CALL_ESTABLISHED", EVENT_MS);
    await pbx.event("LinphoneCallStreamsRunning", EVENT_MS, 2);
    await pbx.command("call-transfer 1 2");
    await Promise.all([border.hears(carrier, TARGET.toneHz), border.hears(target, CARRIER.toneHz)]);
    await pbx.event("LinphoneCallEnd", EVENT_MS, 2);
    await carrier.command("hangup");
    await target.event("CALL_CLOSED", EVENT_MS);
    // Who was joined keeps the dialog that it had: this is the record of the call that it was joined into.
    expect(await border.records(id!, 2)).toMatchObject([{ cause: "transferred" }, { cause: "normal-clearing" }]);
  });

  test("sent on by who is called, to a number outside: the call goes there", async () => {
    const target = await border.answerAt(TARGET, [takesCall(), isHungUp()]);
    const played = await border.play({
      from: CARRIER,
      to: TRANSFERRING_PBX,
      caller: [getsThrough(), LISTENS, hangsUp()],
      callee: [isCalled(), answers(302, { headers: [`Contact: <sip:${TARGET.number}@${LAN}>`] }), isAcked()],
    });
    await target.succeeded(EVENT_MS);
    expect(played.record).toMatchObject({ status: 200, egressTrunk: TARGET.trunk, cause: "normal-clearing" });
    expect(windowsHeard(played, target, CARRIER.toneHz)).toBeGreaterThan(5);
  });

  test("sent on by a trunk whose callers are to follow: the caller gets it, with a place that leads here", async () => {
    const played = await border.play({
      from: PBX,
      to: PASSING_CARRIER,
      caller: [calls(), hears(302, { has: [`Contact: <sip:\\${TARGET.number}@${LAN}`] }), acksRefusal()],
      callee: [
        isCalled(),
        answers(302, { headers: [`Contact: <sip:${TARGET.number}@elsewhere.outside.example>`] }),
        isAcked(),
      ],
    });
    expect(played.record).toMatchObject({ status: 302 });
  });

  test("a tone in INFO is passed to a trunk that lists it, and to no other", async () => {
    const tone = { body: { type: "application/dtmf-relay", lines: ["Signal=5", "Duration=160"] } };
    const played = await border.play({
      from: PBX,
      to: PASSING_CARRIER,
      allow: ["INFO"],
      caller: [getsThrough(), asks("INFO", tone), hears(200), isHungUp()],
      callee: [
        takesCall(),
        ...[isAsked("INFO", { has: ["application/dtmf-relay", "Signal=5"] }), answers(200)],
        ...[asks("INFO", tone), hears(405), hangsUp()],
      ],
    });
    expect(played.record).toMatchObject({ cause: "normal-clearing", endedBy: "callee" });
  });

  const timer = (seconds: number) => ({ headers: ["Supported: timer", `Session-Expires: ${seconds}`] });

  test("too short an interval for the callee: it is called again with the one that it asks for", async () => {
    const played = await border.play({
      from: PBX,
      to: TIMED_CARRIER,
      caller: [
        calls(timer(1800)),
        ...[hears(180), hears(200, { has: ["Session-Expires: 1800;refresher=uac"] }), acks(), talks(), hangsUp()],
      ],
      callee: [
        ...[isCalled({ has: ["Session-Expires: 90"] }), answers(422, { headers: ["Min-SE: 600"] }), isAcked()],
        ...[isCalled({ has: ["Session-Expires: 600"] }), answers(180)],
        answers(200, { sdp: {}, headers: ["Require: timer", "Session-Expires: 600;refresher=uac"] }),
        ...[isAcked(), isHungUp()],
      ],
    });
    expect(played.record).toMatchObject({ cause: "normal-clearing" });
  });

  test("too short an interval of the caller: 422 with the least that is granted", async () => {
    const steps = [calls(timer(60)), hears(422, { has: ["Min-SE: 90"] }), acksRefusal()];
    const caller = await border.callFrom(PBX, CARRIER, steps);
    await caller.succeeded(EVENT_MS);
    expect(await border.record(caller.callId)).toMatchObject({ status: 422, cause: "bad-request" });
  });

  test("and in all of it nothing is malformed, and nothing of one side is seen on the other", async () => {
    await border.inspect();
  });
});

/** Of its first call. */
function callIdOf(sipp: Sipp): string {
  return /^Call-ID: *(\S+)/m.exec(sipp.messages())?.[1] ?? "";
}

/** The dialog of a caller that was answered, once it has acknowledged. */
async function dialogOf(caller: Sipp): Promise<{ callId: string; local: string; remote: string }> {
  const read = () => {
    const text = caller.messages();
    const answer = /^SIP\/2\.0 200 OK\r?\n(?:[^\n]+\n)*/m.exec(text)?.[0] ?? "";
    const tag = (header: string) => new RegExp(`^${header}:.*;tag=([^;\\r\\n]+)`, "m").exec(answer)?.[1] ?? "";
    return /^ACK /m.test(text) ? { callId: callIdOf(caller), local: tag("From"), remote: tag("To") } : null;
  };
  return waitUntil(read, { timeoutMs: EVENT_MS, describe: () => `the caller to be answered: ${caller.messages()}` });
}
