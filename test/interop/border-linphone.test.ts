// linphone inside and baresip outside: hold, tones, early media. linphone changes the payload type of its tones in the middle of a call.
import { beforeAll, describe, expect, test } from "vitest";
import type { Baresip } from "./baresip.ts";
import { type Border, openBorder } from "./border.ts";
import { CARRIER, doorOf, PBX } from "./border-peers.ts";
import type { Linphone } from "./linphone.ts";
import { whyNot } from "./programs.ts";
import { answers, isAcked, isCalled, isHungUp, talks, waits } from "./sipp-script.ts";

const no = whyNot("linphone-daemon", "baresip", "sipp", "tshark");
const EVENT_MS = 15_000;
const DIALS = `call sip:${CARRIER.number}@${doorOf(PBX)}`;

describe.skipIf(no)(`a border between linphone and baresip ${no ?? ""}`, () => {
  let border: Border;
  beforeAll(async () => {
    border = await openBorder();
    return border.close;
  });

  /** Each hears the other from now on. */
  async function talk(pbx: Linphone, carrier: Baresip): Promise<void> {
    await pbx.talk();
    await Promise.all([border.hears(pbx, CARRIER.toneHz), border.hears(carrier, PBX.toneHz)]);
  }

  /** The keys that each presses are heard by the other; `nth` time. */
  async function press(pbx: Linphone, carrier: Baresip, nth: number): Promise<void> {
    await pbx.command(`dtmf ${nth}`);
    expect(await carrier.event("CALL_DTMF_START", EVENT_MS, nth)).toMatchObject({ param: String(nth) });
    await carrier.command("sndcode", String(nth + 4));
    expect(await pbx.event("receiving-tone", EVENT_MS, nth)).toContain(`Tone: ${nth + 4}`);
  }

  test("each holds the other and comes back, and the keys that they press are heard all along", async () => {
    const [pbx, carrier] = await Promise.all([border.linphone(PBX), border.phone(CARRIER)]);
    await pbx.command(DIALS);
    await pbx.event("LinphoneCallStreamsRunning", EVENT_MS);
    const { id } = await carrier.event("CALL_ESTABLISHED", EVENT_MS);
    await talk(pbx, carrier);
    await press(pbx, carrier, 1);
    await pbx.command("call-pause 1");
    await pbx.event("LinphoneCallPaused\n", EVENT_MS);
    await pbx.command("call-resume 1");
    await pbx.event("LinphoneCallStreamsRunning", EVENT_MS, 2);
    await talk(pbx, carrier);
    await press(pbx, carrier, 2);
    await carrier.command("hold");
    await pbx.event("LinphoneCallPausedByRemote", EVENT_MS);
    await carrier.command("resume");
    await pbx.event("LinphoneCallStreamsRunning", EVENT_MS, 3);
    await talk(pbx, carrier);
    await press(pbx, carrier, 3);
    await pbx.command("terminate 1");
    await carrier.event("CALL_CLOSED", EVENT_MS);
    expect(await border.record(id!)).toMatchObject({
      ingressTrunk: PBX.trunk,
      cause: "normal-clearing",
      endedBy: "caller",
    });
  });

  test("what the callee plays before it answers is heard; then it answers", async () => {
    const carrier = await border.answerAt(CARRIER, [
      ...[isCalled(), answers(183, { sdp: {} }), talks(), waits(2500)],
      ...[answers(200, { sdp: {} }), isAcked(), isHungUp()],
    ]);
    const pbx = await border.linphone(PBX);
    await pbx.command(DIALS);
    await pbx.event("LinphoneCallOutgoingEarlyMedia", EVENT_MS);
    await border.hears(pbx, CARRIER.toneHz);
    await pbx.event("LinphoneCallStreamsRunning", EVENT_MS);
    await border.hears(pbx, CARRIER.toneHz);
    await pbx.command("terminate 1");
    await carrier.succeeded(EVENT_MS);
  });

  test("linphone is called, rings, answers, and is hung up", async () => {
    const [pbx, carrier] = await Promise.all([border.linphone(PBX), border.phone(CARRIER)]);
    await carrier.command("dial", `sip:${PBX.number}@${doorOf(CARRIER)}`);
    await pbx.event("LinphoneCallIncomingReceived", EVENT_MS);
    await carrier.event("CALL_RINGING", EVENT_MS);
    await pbx.command("answer 1");
    const { id } = await carrier.event("CALL_ESTABLISHED", EVENT_MS);
    await pbx.event("LinphoneCallStreamsRunning", EVENT_MS);
    await talk(pbx, carrier);
    await carrier.command("hangup");
    await pbx.event("LinphoneCallEnd", EVENT_MS);
    expect(await border.record(id!)).toMatchObject({ egressTrunk: PBX.trunk, cause: "normal-clearing" });
  });

  test("and in all of it nothing is malformed, and nothing of one side is seen on the other", async () => {
    await border.inspect();
  });
});
