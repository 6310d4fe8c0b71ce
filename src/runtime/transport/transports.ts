// All listeners of the configuration, and the one door through which messages go out.

import type { Network } from "../../model/index.ts";
import type { Flow, TransportName } from "../../protocol/transport/index.ts";
import { BatchedUdpTransport } from "./batched-udp.ts";
import { type CertificateSources, Certificates, type CertificateTerm } from "./certificates.ts";
import { ConnectionTransport } from "./connection-transport.ts";
import { loadNativeUdp } from "./native-udp.ts";
import type { BoundListener, ListenerSettings, Transport, TransportCounters, TransportEvents } from "./transport.ts";
import { UdpTransport } from "./udp.ts";

export interface Transports {
  readonly listeners: readonly BoundListener[];
  /** Never throws: a failure becomes `onError`, later. */
  send(flow: Flow, text: string): void;
  /** By transport. */
  counters(): Readonly<Record<string, Readonly<TransportCounters>>>;
  /** Until when each of our certificates is good. */
  certificateTerms(): readonly CertificateTerm[];
  /** Reads certificates and authorities again, as it happens by itself when their files change. No connection is touched. */
  reloadCertificates(): Promise<void>;
  /** Takes nothing more in; resolves when every socket is closed. */
  close(): Promise<void>;
}

/** What of a network concerns its listeners. */
export type NetworkListeners = Partial<Omit<Network, "listen">> & { readonly listen: readonly ListenerSettings[] };

/** Batched where the addon is there, which on a production system it is; the same in all else. */
function createUdp(events: TransportEvents): Transport {
  const native = loadNativeUdp();
  return native === null ? new UdpTransport(events) : new BatchedUdpTransport(events, native);
}

/**
 * Opens every listener of `networks`, or none: what was open is closed again when one fails. `sources` are where certificates come from;
 * they can be left out where no listener encrypts.
 * @throws DemarcError certificate-unusable, address-in-use, address-unavailable
 */
export async function openTransports(
  networks: Readonly<Record<string, NetworkListeners>>,
  events: TransportEvents,
  sources: Omit<CertificateSources, "log"> = { certificates: {}, directory: "." },
): Promise<Transports> {
  const certificates = await Certificates.open({ ...sources, log: events.log });
  const speakers = new Map<TransportName, Transport>([["udp", createUdp(events)]]);
  for (const transport of ["tcp", "tls", "ws", "wss"] as const) {
    speakers.set(transport, new ConnectionTransport(transport, events, { certificates }));
  }
  const close = async (): Promise<void> => {
    certificates.close();
    await Promise.all([...speakers.values()].map((speaker) => speaker.close()));
  };
  const listeners: BoundListener[] = [];
  try {
    for (const [network, { listen, dscp }] of Object.entries(networks)) {
      for (const listener of listen) {
        const settings = { ...listener, dscp: dscp?.signaling ?? null };
        const bound = await speakers.get(listener.transport)?.listen(network, settings);
        if (bound !== undefined) listeners.push(bound);
      }
    }
  } catch (error) {
    await close();
    throw error;
  }
  return {
    listeners,
    close,
    send: (flow, text) => speakers.get(flow.transport)?.send(flow, text),
    counters: () => Object.fromEntries([...speakers].map(([name, speaker]) => [name, { ...speaker.counters }])),
    certificateTerms: () => certificates.terms(),
    reloadCertificates: () => certificates.reload(),
  };
}
