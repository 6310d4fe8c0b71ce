// What every transport is to the rest of the runtime: opened with its listeners, then it sends, hears and counts.

import type { Listener } from "../../model/index.ts";
import type { Flow, TransportName } from "../../protocol/transport/index.ts";
import type { Log } from "../telemetry/index.ts";

/** What of a listener must be said; the rest is as the model's defaults have it. */
export type ListenerSettings = Pick<Listener, "transport" | "address" | "port" | "certificate"> &
  Partial<Listener> & {
    /** How packets are marked, 0 to 63; null or none leaves it to the system. */
    readonly dscp?: number | null;
  };

export interface TransportEvents {
  /** One SIP message. Characters are bytes, one to one (latin1). */
  onMessage(flow: Flow, text: string): void;
  /** What was sent on the flow did not arrive, as far as the system lets us know. */
  onError(flow: Flow, detail: string): void;
  /** ICMP says that a datagram did not arrive, and quotes its beginning. Anybody can say so: the quotation is what it can be believed by. */
  onUnreachable?(flow: Flow, quoted: string): void;
  /** A connection is gone, whoever closed it. */
  onClose?(flow: Flow): void;
  readonly log: Log;
}

export interface BoundListener {
  readonly network: string;
  readonly transport: TransportName;
  readonly address: string;
  /** The port in use: the system's choice where the configuration says 0. */
  readonly port: number;
}

/** Since the start. */
export interface TransportCounters {
  received: number;
  sent: number;
  failed: number;
  ignored: number;
  /** Open now. */
  connections: number;
}

export interface Transport {
  /** @throws DemarcError address-in-use, address-unavailable, certificate-unusable */
  listen(network: string, listener: ListenerSettings): Promise<BoundListener>;
  /** Never throws: a failure becomes `onError`, later. */
  send(flow: Flow, text: string): void;
  readonly counters: TransportCounters;
  close(): Promise<void>;
}

export function newCounters(): TransportCounters {
  return { received: 0, sent: 0, failed: 0, ignored: 0, connections: 0 };
}
