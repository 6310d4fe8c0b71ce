// baresip on both sides of the border: hold, tones, early media, long ringing.
import { beforeAll, describe, expect, test } from "vitest";
import type { Baresip } from "./baresip.ts";
import { type Border, openBorder } from "./border.ts";
import { CARRIER, doorOf, IMPATIENT_CARRIER, PBX, type Peer } from "./border-peers.ts";
import { whyNot } from "./programs.ts";
import { answers, isAcked, isCalled, isHungUp, talks, waits } from "./sipp-script.ts";
import { waitUntil } from "./wait-until.ts";

const no = whyNot("baresip", "tshark");
const EVENT_MS = 15_000;
async function dial(phone: Baresip, from: Peer, to: Peer): Promise<void> {
  await phone.command("dial", `sip:${to.number}@${doorOf(from)}`);
}

/** Resolves to the Call-ID that the caller gave. */
async function established(caller: Baresip, callee: Baresip): Promise<string> {
  const [event] = await Promise.all([
    caller.event("CALL_ESTABLISHED", EVENT_MS),
    callee.event("CALL_ESTABLISHED", EVENT_MS),
  ]);
  return event.id!;
}

describe.skipIf(no)(`a border with baresip on both sides ${no ?? ""}`, () => {
  let border: Border;
  beforeAll(async () => {
    border = await openBorder();
    return border.close;
  });

  /** Each hears the other from now on. */
  async function talk(pbx: Baresip, carrier: Baresip): Promise<void> {
    await Promise.all([border.hears(pbx, CARRIER.toneHz), border.hears(carrier, PBX.toneHz)]);
  }

  /** Which way the streams go in the descriptions of changes that a peer was sent. */
  async function directionsAsked(peer: Peer, sinceMs: number): Promise<string[]> {
    const asked = (await border.datagrams(sinceMs))
      .filter(({ to }) => to.address === peer.address)
      .map(({ payload }) => payload.toString("latin1"))
      .filter((text) => text.startsWith("INVITE "));
    const cseq = (text: string) => /^CSeq: (\d+) /m.exec(text)?.[1] ?? "";
    const once = new Map(
      asked.map((text) => [cseq(text), /^a=(send|recv|sendrecv|sendonly|recvonly|inactive)\r$/m.exec(text)?.[1] ?? ""]),
    );
    return [...once.values()];
  }

  test("each holds the other and comes back: they hear each other again", async () => {
    const sinceMs = Date.now();
    const [pbx, carrier] = await Promise.all([border.phone(PBX), border.phone(CARRIER)]);
    await dial(pbx, PBX, CARRIER);
    const callId = await established(pbx, carrier);
    await talk(pbx, carrier);
    /** Both have agreed to `count` changes, the first description among them. */
    const agreed = (count: number) =>
      Promise.all([pbx.event("CALL_REMOTE_SDP", EVENT_MS, count), carrier.event("CALL_REMOTE_SDP", EVENT_MS, count)]);
    await pbx.command("hold");
    await agreed(2);
    await pbx.command("resume");
    await agreed(3);
    await talk(pbx, carrier);
    await carrier.command("hold");
    await agreed(4);
    await carrier.command("resume");
    await agreed(5);
    await talk(pbx, carrier);
    await pbx.command("hangup");
    await carrier.event("CALL_CLOSED", EVENT_MS);
    expect(await border.record(callId)).toMatchObject({ cause: "normal-clearing", endedBy: "caller" });
    expect(await directionsAsked(CARRIER, sinceMs)).toEqual(["sendrecv", "sendonly", "sendrecv"]);
    expect(await directionsAsked(PBX, sinceMs)).toEqual(["sendonly", "sendrecv"]);
  });

  test("the keys that one presses are heard by the other", async () => {
    const [pbx, carrier] = await Promise.all([border.phone(PBX), border.phone(CARRIER)]);
    await dial(pbx, PBX, CARRIER);
    const callId = await established(pbx, carrier);
    await talk(pbx, carrier);
    const keysOf = (phone: Baresip) =>
      phone.events.filter(({ type }) => type === "CALL_DTMF_START").map(({ param }) => param);
    for (const [presses, hears, keys] of [
      [pbx, carrier, ["1", "5", "#"]],
      [carrier, pbx, ["0", "*", "9"]],
    ] as const) {
      for (const [index, key] of keys.entries()) {
        await presses.command("sndcode", key);
        await hears.event("CALL_DTMF_END", EVENT_MS, index + 1);
      }
      await waitUntil(() => keysOf(hears).length >= keys.length, {
        timeoutMs: EVENT_MS,
        describe: () => `${keys.join("")}; heard ${keysOf(hears).join("")}`,
      });
      expect(keysOf(hears)).toEqual(keys);
    }
    await carrier.command("hangup");
    await pbx.event("CALL_CLOSED", EVENT_MS);
    expect(await border.record(callId)).toMatchObject({ cause: "normal-clearing", endedBy: "callee" });
  });

  test("what the callee plays before it answers is heard; then it answers", async () => {
    const carrier = await border.answerAt(CARRIER, [
      isCalled(),
      answers(183, { sdp: {} }),
      talks(),
      waits(2500),
      answers(200, { sdp: {} }),
      isAcked(),
      isHungUp(),
    ]);
    const pbx = await border.phone(PBX);
    await dial(pbx, PBX, CARRIER);
    await pbx.event("CALL_PROGRESS", EVENT_MS);
    await border.hears(pbx, CARRIER.toneHz);
    expect(pbx.events.map(({ type }) => type)).not.toContain("CALL_ESTABLISHED");
    const { id } = await pbx.event("CALL_ESTABLISHED", EVENT_MS);
    await border.hears(pbx, CARRIER.toneHz);
    await pbx.command("hangup");
    await carrier.succeeded(EVENT_MS);
    expect(await border.record(id!)).toMatchObject({ cause: "normal-clearing", endedBy: "caller" });
  });

  // It sends a description in its 183 and no sound.
  test("a callee that takes sound before it answers hears the caller; then it answers", async () => {
    const [pbx, carrier] = await Promise.all([border.phone(PBX), border.phone(CARRIER, "early")]);
    await dial(pbx, PBX, CARRIER);
    await pbx.event("CALL_PROGRESS", EVENT_MS);
    await border.hears(carrier, PBX.toneHz);
    expect(pbx.events.map(({ type }) => type)).not.toContain("CALL_ESTABLISHED");
    await carrier.command("accept");
    const callId = await established(pbx, carrier);
    await talk(pbx, carrier);
    await pbx.command("hangup");
    await carrier.event("CALL_CLOSED", EVENT_MS);
    const record = await border.record(callId);
    expect(record).toMatchObject({ cause: "normal-clearing", endedBy: "caller" });
    expect(record.quality[0]?.a.firstPacketAt).toBeLessThan(Date.parse(record.answeredAt ?? ""));
  });

  test("it rings for as long as its trunk lets it: then both stop", async () => {
    const [pbx, carrier] = await Promise.all([border.phone(PBX), border.phone(IMPATIENT_CARRIER, "manual")]);
    await dial(pbx, PBX, IMPATIENT_CARRIER);
    const { id } = await pbx.event("CALL_RINGING", EVENT_MS);
    await carrier.event("CALL_INCOMING", EVENT_MS);
    await Promise.all([pbx.event("CALL_CLOSED", EVENT_MS), carrier.event("CALL_CLOSED", EVENT_MS)]);
    expect(await border.record(id!)).toMatchObject({ cause: "no-answer", answeredAt: null });
  });

  test("it rings until it is answered", async () => {
    const [pbx, carrier] = await Promise.all([border.phone(PBX), border.phone(CARRIER, "manual")]);
    await dial(pbx, PBX, CARRIER);
    await pbx.event("CALL_RINGING", EVENT_MS);
    await carrier.command("accept");
    const callId = await established(pbx, carrier);
    await talk(pbx, carrier);
    await pbx.command("hangup");
    await carrier.event("CALL_CLOSED", EVENT_MS);
    expect(await border.record(callId)).toMatchObject({ cause: "normal-clearing" });
  });

  test("and in all of it nothing is malformed, and nothing of one side is seen on the other", async () => {
    await border.inspect();
  });
});
