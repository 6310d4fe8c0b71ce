// The record of a call: what CDRs, the API and the console show of it (CONFIGURATION.md names the fields).

import type { CallCause, EndedBy } from "./causes.ts";
import type { StreamStatistics } from "./media-contract.ts";

export interface AttemptRecord {
  readonly trunk: string;
  /** The target's URI as configured, or as a redirection named it. */
  readonly target: string;
  /** The number that it was called for: the call's own, or where a redirection led. */
  readonly called: string;
  /** ISO 8601, UTC, milliseconds. */
  readonly startedAt: string;
  /** Final SIP status; 408 when it never answered; null when the attempt was abandoned without one. */
  readonly status: number | null;
  /** The reason phrase, or what happened instead. */
  readonly reason: string;
}

export interface LegRecord {
  readonly callId: string;
  readonly localTag: string;
  readonly remoteTag: string;
  /** `address:port` of our and of the peer's side of the signalling. */
  readonly localAddress: string;
  readonly remoteAddress: string;
  /** The codec of the first audio stream as negotiated, `PCMU/8000`; null when none was. */
  readonly codec: string | null;
  /** The SRTP suite that its audio was encrypted with last, `AEAD_AES_256_GCM`; null in the clear. */
  readonly encryption: string | null;
}

export interface CallRecord {
  readonly id: string;
  readonly startedAt: string;
  readonly ringingAt: string | null;
  readonly answeredAt: string | null;
  readonly endedAt: string;
  /** From answer to end; 0 when not answered. */
  readonly durationMs: number;
  /** E.164 as understood, or the user part as received where no number could be read from it. */
  readonly caller: string;
  readonly called: string;
  readonly ingressTrunk: string | null;
  readonly egressTrunk: string | null;
  /** The name of the route that matched. */
  readonly route: string | null;
  /** Final SIP status towards the caller. */
  readonly status: number;
  readonly cause: CallCause;
  readonly endedBy: EndedBy;
  readonly emergency: boolean;
  /** The `id` of the call out of which a party of this one came, by transfer or since its other party was replaced; null mostly. */
  readonly transferredFrom: string | null;
  /** What the policy has called it; mostly none. */
  readonly tags: readonly string[];
  readonly attempts: readonly AttemptRecord[];
  /** Per stream, what each side sent us. */
  readonly quality: readonly StreamStatistics[];
  readonly aLeg: LegRecord;
  readonly bLeg: LegRecord | null;
}
