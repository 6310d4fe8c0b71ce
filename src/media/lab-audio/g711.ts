// G.711 encoding of 16-bit linear samples (ITU-T G.711), by the usual segment search.

export type Law = "PCMU" | "PCMA";

const MU_BIAS = 0x84;
const MU_CLIP = 32_635;

/** One sample, -32768 to 32767, in μ-law. */
export function encodeMuLaw(sample: number): number {
  const sign = sample < 0 ? 0x80 : 0;
  const magnitude = Math.min(Math.abs(sample), MU_CLIP) + MU_BIAS;
  const segment = 31 - Math.clz32(magnitude) - 7;
  const mantissa = (magnitude >> (segment + 3)) & 0x0f;
  return ~(sign | (segment << 4) | mantissa) & 0xff;
}

/** One sample, -32768 to 32767, in A-law. */
export function encodeALaw(sample: number): number {
  const sign = sample >= 0 ? 0x80 : 0;
  // One's complement of the negative half: -1 is as small as 0.
  const magnitude = (sample >= 0 ? sample : ~sample) >> 4;
  const segment = magnitude < 16 ? 0 : 31 - Math.clz32(magnitude) - 3;
  const mantissa = (segment < 2 ? magnitude : magnitude >> (segment - 1)) & 0x0f;
  return (sign | (segment << 4) | mantissa) ^ 0x55;
}

export function encodeSample(law: Law, sample: number): number {
  return law === "PCMA" ? encodeALaw(sample) : encodeMuLaw(sample);
}
