// G.711 against the values of its tables, and against a decoder written from them.

import { expect, test } from "vitest";
import { encodeALaw, encodeMuLaw } from "./g711.ts";
import { FRAME_BYTES, frameOf } from "./tone.ts";

/** ITU-T G.711 tables 2a and 2b, read as expansion: sign, segment, step. */
function decodeMuLaw(code: number): number {
  const bits = ~code & 0xff;
  const magnitude = ((((bits & 0x0f) << 3) + 0x84) << ((bits >> 4) & 7)) - 0x84;
  return bits & 0x80 ? -magnitude : magnitude;
}

function decodeALaw(code: number): number {
  const bits = code ^ 0x55;
  const segment = (bits >> 4) & 7;
  const step = ((bits & 0x0f) << 4) + 8;
  const magnitude = segment === 0 ? step : (step + 0x100) << (segment - 1);
  return bits & 0x80 ? magnitude : -magnitude;
}

test.each([
  [encodeMuLaw, 0, 0xff],
  [encodeMuLaw, 32_767, 0x80],
  [encodeMuLaw, -32_768, 0x00],
  [encodeALaw, 0, 0xd5],
  [encodeALaw, -1, 0x55],
  [encodeALaw, 32_767, 0xaa],
  [encodeALaw, -32_768, 0x2a],
])("%o encodes %i as %i", (encode, sample, code) => {
  expect(encode(sample)).toBe(code);
});

test("what is encoded is within half a step of what was said, for every sample", () => {
  for (let sample = -32_768; sample <= 32_767; sample += 7) {
    const step = Math.max(16, Math.abs(sample) / 16);
    expect(Math.abs(decodeALaw(encodeALaw(sample)) - sample), `A-law ${sample}`).toBeLessThanOrEqual(step);
    if (Math.abs(sample) > 32_635) continue;
    expect(Math.abs(decodeMuLaw(encodeMuLaw(sample)) - sample), `mu-law ${sample}`).toBeLessThanOrEqual(step);
  }
});

/** Energy at one frequency over the energy of all, 0 to 1 (Goertzel). */
function shareAt(samples: readonly number[], hertz: number): number {
  const coefficient = 2 * Math.cos((2 * Math.PI * hertz) / 8000);
  let [last, before, energy] = [0, 0, 0];
  for (const sample of samples) {
    [last, before] = [sample + coefficient * last - before, last];
    energy += sample * sample;
  }
  return (last * last + before * before - coefficient * last * before) / ((samples.length / 2) * energy);
}

test.each(["PCMU", "PCMA"] as const)("the tone in %s is 1004 Hz, without a break between frames and rounds", (law) => {
  const decode = law === "PCMU" ? decodeMuLaw : decodeALaw;
  const samples = Array.from({ length: 60 }, (_, frame) => [...frameOf("tone", law, frame)].map(decode)).flat();
  expect(samples).toHaveLength(60 * FRAME_BYTES);
  expect(shareAt(samples, 1004)).toBeGreaterThan(0.99);
  expect(shareAt(samples, 440)).toBeLessThan(0.01);
});
