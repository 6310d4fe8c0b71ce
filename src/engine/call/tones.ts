// Tones between a side that has them in INFO and one that has them otherwise (media.dtmf): in the stream (RFC 4733), where the media plane makes and hears
// them, or in INFOs of ours.

import { readToneInfo, type Tone, toneInfo } from "../interop/index.ts";
import type { MediaResult, MediaSide } from "../media-contract.ts";
import { askMedia } from "./ask.ts";
import { type Call, type Leg, legOf, otherLeg } from "./call.ts";
import type { LegRequestArrived } from "./find-leg.ts";
import { sendLegRequest } from "./leg-request.ts";
import { wayTo } from "./onward-way.ts";
import { respondInCall } from "./respond-in-call.ts";
import { takesTones } from "./stream-tones.ts";
import { logCall, type Turn } from "./turn.ts";

/** As loud as telephones make them, in dBm0 below zero. */
const VOLUME = 10;
/** At the same time, on one leg: who does not answer gets no more. */
const MOST_WAITING = 16;

/** An INFO with a tone. False for one that is not to be turned: it is passed on, or refused, as any other. */
export function takeToneInfo({ call, leg, dialog, request, transaction }: LegRequestArrived, turn: Turn): boolean {
  const other = otherLeg(call, leg);
  if (leg.trunk.media.dtmf !== "info" || other === null) return false;
  const passes = other.trunk.signaling.passMethods.includes("INFO");
  if (other.trunk.media.dtmf === "info" && passes) return false;
  const tone = readToneInfo(request);
  if (tone === null) return false;
  const { localTag: toTag } = dialog;
  if (tone === "malformed") respondInCall(transaction, { status: 400, reason: "Malformed Tone", toTag }, turn);
  // Nobody hears it: it was well said all the same (RFC 6086 section 4.2.2 has no word for this).
  else if (!sendTone(call, other, { tone, turn })) respondInCall(transaction, { status: 488, toTag }, turn);
  else respondInCall(transaction, { status: 200, toTag }, turn);
  return true;
}

/** Gives a tone to a leg's peer, as its trunk has them. False where it cannot be given now. */
function sendTone(call: Call, to: Leg, { tone, turn }: { readonly tone: Tone; readonly turn: Turn }): boolean {
  if (to.trunk.media.dtmf === "info") return sendToneInfo(call, to, { tone, turn });
  if (call.end !== null || call.joining !== null || !call.mediaOpened || !takesTones(to)) return false;
  const { event, durationMs } = tone;
  const command = { kind: "tone", session: call.id, to: to.side, event, durationMs, volume: VOLUME } as const;
  askMedia(turn, { call: call.id, purpose: { kind: "tone" } }, command);
  return true;
}

function sendToneInfo(call: Call, to: Leg, { tone, turn }: { readonly tone: Tone; readonly turn: Turn }): boolean {
  const way = wayTo(call, to);
  const waiting = to.requests.filter(({ value }) => value.purpose.kind === "tone").length;
  if (way === null || waiting >= MOST_WAITING) return false;
  const outgoing = { method: "INFO", purpose: { kind: "tone" }, ...way, body: toneInfo(tone) } as const;
  return sendLegRequest(to, outgoing, turn) !== null;
}

/** The media plane has heard a tone of a side's: the other gets it in an INFO. */
export function onToneHeard(call: Call, heard: Tone & { readonly side: MediaSide; readonly turn: Turn }): void {
  const { side, turn } = heard;
  const to = legOf(call, side === "a" ? "b" : "a");
  if (to === null || to.trunk.media.dtmf !== "info") return;
  if (!sendToneInfo(call, to, { tone: heard, turn })) tellLost(call, "The other side takes no INFO now.", turn);
}

/** Whether the media plane could play it. */
export function onTonePlayed(call: Call, reply: { readonly result: MediaResult; readonly turn: Turn }): void {
  const { result, turn } = reply;
  if (!result.ok) tellLost(call, result.detail, turn);
}

function tellLost(call: Call, detail: string, turn: Turn): void {
  logCall(call, { level: "warn", message: "A tone was lost between the two sides.", fields: { detail } }, turn);
}
