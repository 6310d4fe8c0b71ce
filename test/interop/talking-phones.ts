// Two baresips that talk: each with a tone of its own, so that what it hears, and what is heard on the wire to it, tells whose it is.
import { expect } from "vitest";
import { type Baresip, type BaresipOptions, startBaresip, waitForTone } from "./baresip.ts";
import { countToneWindows } from "./goertzel.ts";
import type { Ground } from "./ground.ts";
import { OURS, PBX, THEIRS } from "./office.ts";
import { type CapturedDatagram, listenAt } from "./pcap.ts";

export const ANSWER_MS = 15_000;
/** Tenths of a second of a tone that make a conversation. */
export const WINDOWS = 20;

/** At a place of the office's: the PBX has our number, all others have theirs. */
export function startPhone(ground: Ground, place: typeof PBX, more: Partial<BaresipOptions> = {}): Promise<Baresip> {
  const { address, port, toneHz } = place;
  return startBaresip(ground, { address, port, toneHz, user: place === PBX ? OURS : THEIRS, ...more });
}

/** An edit of the office's file: the trunk has these settings of `media`. */
export function withMedia(trunk: "pbx" | "carrier-a", media: string): readonly [string, string] {
  return trunk === "pbx"
    ? ["identify: { addresses: [127.0.0.1/32] }", `identify: { addresses: [127.0.0.1/32] }\n    media: { ${media} }`]
    : ["media: { codecs: [PCMU, PCMA] }", `media: { codecs: [PCMU, PCMA], ${media} }`];
}

/** Both are in the call, and each has heard the other. */
export async function talk(one: Baresip, other: Baresip, tones: { one: number; other: number }): Promise<void> {
  await Promise.all([one.event("CALL_ESTABLISHED", ANSWER_MS), other.event("CALL_ESTABLISHED", ANSWER_MS)]);
  await Promise.all([waitForTone(one, tones.other, WINDOWS), waitForTone(other, tones.one, WINDOWS)]);
}

export function expectHeardOnly(phone: Baresip, { theirs, own }: { theirs: number; own: number }): void {
  const heard = phone.heard();
  if (heard === null) throw new Error("nothing was heard");
  expect(countToneWindows(heard, theirs).withTone).toBeGreaterThanOrEqual(WINDOWS);
  expect(countToneWindows(heard, own).withTone).toBe(0);
}

/** Tenths of a second of a tone that whoever taps the wire to a phone hears. */
export function tappedAt(datagrams: readonly CapturedDatagram[], { media }: Baresip, toneHz: number): number {
  const [from, to] = media.ports;
  let windows = 0;
  for (let port = from; port <= to; port += 2)
    windows += countToneWindows(listenAt(datagrams, { address: media.address, port }), toneHz).withTone;
  return windows;
}
