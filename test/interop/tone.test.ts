import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { countToneWindows, toneShare } from "./goertzel.ts";
import { openGround } from "./ground.ts";
import { decodeALaw, decodeMuLaw, encodeALaw, encodeMuLaw, makeTone, readWav, writeWav } from "./tone.ts";

describe("the ear of the interop tests", () => {
  test("hears a tone, and no other", () => {
    const tone = makeTone(440, 0.1);
    expect(toneShare(tone, 440)).toBeGreaterThan(0.99);
    expect(toneShare(tone, 700)).toBeLessThan(0.01);
    expect(toneShare(makeTone(440, 0), 440)).toBe(0);
  });

  test("hears nothing in silence and in noise", () => {
    let state = 1;
    const noise = new Float64Array(8000).map(() => {
      state = (state * 48_271) % 2_147_483_647;
      return state / 2_147_483_647 - 0.5;
    });
    expect(countToneWindows({ samples: new Float64Array(8000), sampleRateHz: 8000 }, 440)).toEqual({
      withTone: 0,
      audible: 0,
    });
    expect(countToneWindows({ samples: noise, sampleRateHz: 8000 }, 440)).toEqual({ withTone: 0, audible: 10 });
  });

  test("hears how much of a recording has the tone, and where both tones overlap neither", () => {
    const one = makeTone(440, 1).samples;
    const other = makeTone(700, 1).samples;
    const half = Float64Array.from(one, (sample, index) => (index < 4000 ? sample : other[index]!));
    const both = Float64Array.from(one, (sample, index) => sample + other[index]!);
    expect(countToneWindows({ samples: half, sampleRateHz: 8000 }, 440)).toEqual({ withTone: 5, audible: 10 });
    expect(countToneWindows({ samples: both, sampleRateHz: 8000 }, 440)).toEqual({ withTone: 0, audible: 10 });
  });

  test("reads back the WAV it wrote", () => {
    const path = join(openGround().folder, "tone.wav");
    const tone = makeTone(440, 0.5);
    writeWav(path, tone);
    const read = readWav(path);
    expect(read.sampleRateHz).toBe(8000);
    expect(read.samples).toHaveLength(4000);
    expect(toneShare({ ...read, samples: read.samples.subarray(0, 800) }, 440)).toBeGreaterThan(0.99);
  });

  test("speaks G.711: the corner values of both laws, and a tone that survives both", () => {
    // ITU-T G.711 tables 1 and 2, scaled to 16 bits.
    expect([0xff, 0x80, 0x00].map((byte) => decodeMuLaw(byte) * 32_768)).toEqual([0, 32_124, -32_124]);
    expect([0xd5, 0x55, 0xaa, 0x2a].map((byte) => decodeALaw(byte) * 32_768)).toEqual([8, -8, 32_256, -32_256]);
    const tone = makeTone(440, 0.1);
    for (const samples of [
      Float64Array.from(encodeMuLaw(tone), decodeMuLaw),
      Float64Array.from(encodeALaw(tone), decodeALaw),
    ]) {
      expect(toneShare({ samples, sampleRateHz: 8000 }, 440)).toBeGreaterThan(0.99);
    }
  });
});
