// How a stream of speech sounded, estimated from what was lost on the way (the E-model, ITU-T G.107, with the codecs' values of G.113).

import type { Millis } from "../../base/index.ts";

/** Impairment of the codec itself (Ie) and how it stands losses (Bpl). */
const CODECS: Readonly<Record<string, { readonly impairment: number; readonly robustness: number }>> = {
  PCMU: { impairment: 0, robustness: 25.1 },
  PCMA: { impairment: 0, robustness: 25.1 },
  G722: { impairment: 0, robustness: 25.1 },
  G729: { impairment: 11, robustness: 19 },
  G723: { impairment: 15, robustness: 16.1 },
  GSM: { impairment: 20, robustness: 10 },
  ILBC: { impairment: 11, robustness: 32 },
  AMR: { impairment: 5, robustness: 10 },
};
/** Of a codec that is not in the table, Opus above all, which is at least as good as these. */
const OTHER = { impairment: 0, robustness: 20 };
/** R of a connection with nothing wrong with it. */
const BEST_R = 93.2;
/** Packets of 20 ms and a buffer that holds twice the jitter; how long the network itself takes is not known here. */
const PACKET_MS: Millis = 20;
/** Beyond this delay talking becomes hard (G.107 annex B). */
const HARD_MS: Millis = 177.3;

/**
 * From 1 (bad) to 4.41.
 * @param codec its name, in any case, with or without a clock rate; null for one that is not known
 */
export function estimateMos(heard: {
  readonly packets: number;
  readonly lost: number;
  readonly jitterMs: Millis;
  readonly codec: string | null;
}): number {
  const { packets, lost, jitterMs, codec } = heard;
  const name = (codec ?? "").split("/")[0]?.toUpperCase() ?? "";
  const { impairment, robustness } = Object.hasOwn(CODECS, name) ? (CODECS[name] ?? OTHER) : OTHER;
  const lossPercent = packets + lost === 0 ? 0 : (100 * lost) / (packets + lost);
  const delay = 2 * PACKET_MS + 2 * jitterMs;
  const delayImpairment = 0.024 * delay + (delay > HARD_MS ? 0.11 * (delay - HARD_MS) : 0);
  const equipment = impairment + ((95 - impairment) * lossPercent) / (lossPercent + robustness);
  const r = Math.max(0, Math.min(100, BEST_R - delayImpairment - equipment));
  return Math.max(1, 1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6);
}
