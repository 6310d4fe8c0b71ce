// What the plane of rtpengine may be told at its start.

import type { Millis } from "../../base/index.ts";
import type { ServicePort } from "../forbidden-targets.ts";
import type { MediaLog } from "../media-log.ts";
import type { RtpengineInstance } from "./instances.ts";

/** A side of the border. Its name is that of an interface of each rtpengine (`--interface=NAME/ADDRESS`). */
export interface RtpengineNetwork {
  /** The IP literal that peers are told, unless an instance has another. */
  readonly address: string;
  /** The range that rtpengine has (`--port-min`, `--port-max`): no media is sent there. */
  readonly portFrom: number;
  readonly portTo: number;
  /** Behind NAT: the address peers are told instead (`--interface=NAME/ADDRESS!ADVERTISED`). */
  readonly advertise: string | null;
  /**
   * Who may be taken for a peer: the address that it named and no other, or whoever sends the first packet. Default none. rtpengine cannot hold a
   * peer to another port of its address.
   */
  readonly learn?: "none" | "any";
  /** Whether peers are offered RTCP on the port of RTP (RFC 5761). Default `accept`: only those that offer it have it. */
  readonly rtcpMux?: "accept" | "offer";
  /** Differentiated services code point of what is sent, 0 to 63. rtpengine marks both sides of a call alike. Default: none is set. */
  readonly dscp?: number;
}

export type RtpengineNetworks = Readonly<Record<string, RtpengineNetwork>>;

export interface RtpenginePlaneOptions {
  /** At least one. */
  readonly instances: readonly RtpengineInstance[];
  /** By name. */
  readonly networks: RtpengineNetworks;
  /** Tells this Demarc's calls from another's at the same rtpengine, and is the same after a restart. */
  readonly owner: string;
  /** After so long without RTP from either side a session's `timeout` event comes; a session's own limit goes first. 0 is never. */
  readonly mediaTimeoutMs: Millis;
  /** After so long in which one side of a stream is silent and the other speaks, a `one-way` event comes. Default 10,000; 0 is never. */
  readonly oneWayAfterMs?: Millis;
  readonly log: MediaLog;
  /** What else this machine answers on: no media is sent there. Default nothing. */
  readonly services?: () => readonly ServicePort[];
  /** How long calls that an earlier process left are carried on until a command names them. Default 60,000. */
  readonly orphanGraceMs?: Millis;
  /** How often counters are read for what is told without being asked. Default 2000. */
  readonly watchEveryMs?: Millis;
}
