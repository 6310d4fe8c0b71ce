// The payloads that the lab plays, made once: a sine of 1004 Hz, which no encoder's frame divides, and silence.

import { encodeSample, type Law } from "./g711.ts";

export const FRAME_MS = 20;
/** Samples, and so bytes of G.711, in a frame at 8000 Hz. */
export const FRAME_BYTES = 160;

const SAMPLING_HZ = 8000;
const TONE_HZ = 1004;
/** 251 whole waves and 25 whole frames of two rounds each: after it everything repeats. */
const PERIOD_FRAMES = 25;
/** Some 9 dB below the loudest sine that G.711 can carry. */
const AMPLITUDE = 11_000;

function makeFrames(law: Law, sampleAt: (index: number) => number): readonly Buffer[] {
  return Array.from({ length: PERIOD_FRAMES }, (_, frame) => {
    const payload = Buffer.alloc(FRAME_BYTES);
    for (let index = 0; index < FRAME_BYTES; index += 1) {
      payload[index] = encodeSample(law, sampleAt(frame * FRAME_BYTES + index));
    }
    return payload;
  });
}

const tone = (index: number) => Math.round(AMPLITUDE * Math.sin((2 * Math.PI * TONE_HZ * index) / SAMPLING_HZ));
const silence = () => 0;

const FRAMES = {
  tone: { PCMU: makeFrames("PCMU", tone), PCMA: makeFrames("PCMA", tone) },
  silence: { PCMU: makeFrames("PCMU", silence), PCMA: makeFrames("PCMA", silence) },
} as const;

/** The payload of the `index`th frame from the start. */
export function frameOf(sound: "tone" | "silence", law: Law, index: number): Buffer {
  return FRAMES[sound][law][index % PERIOD_FRAMES] as Buffer;
}
