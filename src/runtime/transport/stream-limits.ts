// How much a peer may hold of us over connections, and for how long.

import type { Millis } from "../../base/index.ts";

export interface StreamLimits {
  /** Connections that one address may have open to us. */
  readonly connectionsPerSource: number;
  readonly connections: number;
  /** Without a byte in either direction. Longer than a call is silent between its session refreshes (RFC 4028: 30 min). */
  readonly idleMs: Millis;
  /** For the rest of a message after its first byte: who sends a byte a second holds nothing for long. */
  readonly messageMs: Millis;
  /** For a connection that we open, until messages can go over it: TLS and WebSocket handshakes included. */
  readonly connectMs: Millis;
  /** The same for one that was taken in: who connects and says nothing holds nothing for long. */
  readonly setupMs: Millis;
  /** Written and not taken by the peer. */
  readonly backlogBytes: number;
}

export const STREAM_LIMITS: StreamLimits = {
  connectionsPerSource: 100,
  connections: 10_000,
  idleMs: 3_600_000,
  messageMs: 10_000,
  connectMs: 4_000,
  setupMs: 5_000,
  backlogBytes: 1_048_576,
};
