// A session description (RFC 8866) as plain data, lines in the order they were read.

export interface Attribute {
  /** Without `a=`: `rtpmap`, `sendrecv`, `fmtp` … Case as written. */
  readonly name: string;
  /** What follows the colon; null for a property attribute such as `sendrecv`. */
  readonly value: string | null;
}

export interface Connection {
  /** `IP4` or `IP6`. */
  readonly addressType: string;
  /** Address without brackets; the TTL and count of a multicast address stay attached. */
  readonly address: string;
}

export interface Origin {
  readonly username: string;
  /** Digits; kept as text because 64 bits do not fit a number. */
  readonly sessionId: string;
  readonly sessionVersion: string;
  readonly addressType: string;
  readonly address: string;
}

export interface MediaDescription {
  /** `audio`, `video`, `image`, `application` … */
  readonly type: string;
  /** 0 to 65535; 0 refuses the stream. */
  readonly port: number;
  /** The number behind the port, `49170/2`; null where none is written. */
  readonly portCount: number | null;
  /** `RTP/AVP`, `RTP/SAVP`, `udptl` … */
  readonly protocol: string;
  /** Payload types for RTP, as written. */
  readonly formats: readonly string[];
  readonly title: string | null;
  readonly connection: Connection | null;
  /** The text of each `b=` line. */
  readonly bandwidths: readonly string[];
  readonly attributes: readonly Attribute[];
}

export interface SessionDescription {
  readonly origin: Origin;
  readonly sessionName: string;
  readonly connection: Connection | null;
  readonly bandwidths: readonly string[];
  /** The text of the `t=` line, mostly `0 0`. */
  readonly timing: string;
  readonly attributes: readonly Attribute[];
  readonly media: readonly MediaDescription[];
}
