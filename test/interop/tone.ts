// Tones to play and recordings to read: 16 bit WAV for baresip, G.711 for SIPp and for RTP payloads.
import { readFileSync, writeFileSync } from "node:fs";
import type { Recording } from "./goertzel.ts";

const SAMPLE_RATE_HZ = 8000;
const AMPLITUDE = 0.4;

/** A pure tone at 8 kHz. */
export function makeTone(frequencyHz: number, seconds: number): Recording {
  const samples = new Float64Array(Math.round(seconds * SAMPLE_RATE_HZ));
  for (let index = 0; index < samples.length; index += 1) {
    samples[index] = AMPLITUDE * Math.sin((2 * Math.PI * frequencyHz * index) / SAMPLE_RATE_HZ);
  }
  return { samples, sampleRateHz: SAMPLE_RATE_HZ };
}

export function writeWav(path: string, { samples, sampleRateHz }: Recording): void {
  const header = Buffer.alloc(44);
  header.write("RIFF", 0, "latin1");
  header.writeUInt32LE(36 + samples.length * 2, 4);
  header.write("WAVEfmt ", 8, "latin1");
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20); // PCM
  header.writeUInt16LE(1, 22); // one channel
  header.writeUInt32LE(sampleRateHz, 24);
  header.writeUInt32LE(sampleRateHz * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write("data", 36, "latin1");
  header.writeUInt32LE(samples.length * 2, 40);
  const body = Buffer.alloc(samples.length * 2);
  for (const [index, sample] of samples.entries()) body.writeInt16LE(Math.round(sample * 32_767), index * 2);
  writeFileSync(path, Buffer.concat([header, body]));
}

/**
 * Reads 16 bit PCM, its first channel. A recording still being written has no length in its header yet: then what is
 * there counts. Throws for anything that is no such WAV file.
 */
export function readWav(path: string): Recording {
  const file = readFileSync(path);
  if (file.toString("latin1", 0, 4) !== "RIFF" || file.toString("latin1", 8, 12) !== "WAVE") {
    throw new Error(`${path} is no WAV file`);
  }
  let channels = 1;
  let sampleRateHz = SAMPLE_RATE_HZ;
  for (let at = 12; at + 8 <= file.length; ) {
    const kind = file.toString("latin1", at, at + 4);
    const size = file.readUInt32LE(at + 4);
    const start = at + 8;
    if (kind === "fmt ") {
      channels = file.readUInt16LE(start + 2);
      sampleRateHz = file.readUInt32LE(start + 4);
      if (file.readUInt16LE(start + 14) !== 16) throw new Error(`${path} has no 16 bit samples`);
    }
    if (kind === "data") {
      const end = size === 0 ? file.length : Math.min(start + size, file.length);
      const samples = new Float64Array(Math.floor((end - start) / (2 * channels)));
      for (let index = 0; index < samples.length; index += 1) {
        samples[index] = file.readInt16LE(start + index * 2 * channels) / 32_768;
      }
      return { samples, sampleRateHz };
    }
    at = start + size + (size % 2);
  }
  throw new Error(`${path} has no samples`);
}

/** One byte of G.711 µ-law (ITU-T G.711) as -1 to 1. */
export function decodeMuLaw(byte: number): number {
  const inverted = ~byte & 0xff;
  const magnitude = (((inverted & 0x0f) << 3) + 0x84) << ((inverted >> 4) & 0x07);
  const value = magnitude - 0x84;
  return (inverted & 0x80 ? -value : value) / 32_768;
}

/** One byte of G.711 A-law as -1 to 1. */
export function decodeALaw(byte: number): number {
  const toggled = byte ^ 0x55;
  const segment = (toggled >> 4) & 0x07;
  const step = (toggled & 0x0f) << 4;
  const magnitude = segment === 0 ? step + 8 : (step + 0x108) << (segment - 1);
  return (toggled & 0x80 ? magnitude : -magnitude) / 32_768;
}

/** µ-law of a recording, as SIPp streams it: the nearest of the 256 values. */
export function encodeMuLaw(recording: Recording): Buffer {
  return encode(recording, decodeMuLaw);
}

/** The same in A-law. */
export function encodeALaw(recording: Recording): Buffer {
  return encode(recording, decodeALaw);
}

function encode({ samples }: Recording, decode: (byte: number) => number): Buffer {
  const values = Array.from({ length: 256 }, (_, byte) => ({ byte, value: decode(byte) }));
  values.sort((one, other) => one.value - other.value);
  const encoded = Buffer.alloc(samples.length);
  for (const [index, sample] of samples.entries()) encoded[index] = nearest(values, sample);
  return encoded;
}

function nearest(values: readonly { byte: number; value: number }[], sample: number): number {
  let low = 0;
  let high = values.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (values[middle]!.value <= sample) low = middle;
    else high = middle;
  }
  const below = values[low]!;
  const above = values[high]!;
  return sample - below.value <= above.value - sample ? below.byte : above.byte;
}
