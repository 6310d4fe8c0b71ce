// What a relay may be told at its start.

import type { ServicePort } from "../forbidden-targets.ts";
import type { MediaLog } from "../media-log.ts";
import type { RelayNetworks } from "./relay-network.ts";

export interface RelayPlaneOptions {
  /** By name. */
  readonly networks: RelayNetworks;
  /** Holds the socket to the relay process. Made, with mode 0700, when it is not there; refused when others have access. */
  readonly socketDir: string;
  /**
   * After so long without RTP from either side a session's `timeout` event comes, and again after as long; a session's own limit goes first.
   * Sessions on hold have none. 0 is never.
   */
  readonly mediaTimeoutMs: number;
  /** After so long in which one side of a stream is silent and the other speaks, a `one-way` event comes. Default 10,000; 0 is never. */
  readonly oneWayAfterMs?: number;
  readonly log: MediaLog;
  /** What else this machine answers on: no media is sent there. Default nothing. */
  readonly services?: () => readonly ServicePort[];
  /** Packet threads in the relay process. Default 1 for each two processors, 8 at most. */
  readonly threads?: number;
  /** Leaves io_uring alone, even where the kernel has it. */
  readonly withoutIoUring?: boolean;
  /**
   * How long a relay carries its sessions on when this process has died, and how long, once the next process has found them, until those
   * for which no command came are released. Default 60,000.
   */
  readonly orphanGraceMs?: number;
  /** How long a command may wait for a relay that is being restarted. Default 2000. */
  readonly commandDeadlineMs?: number;
  /** The most streams at a time, each of 4 sockets and some 3 kB. Default 16,384. */
  readonly maxStreams?: number;
}
