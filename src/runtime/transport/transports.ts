// All listeners of the configuration, and the one door through which messages go out.

import type { Configuration } from "../../model/index.ts";
import type { Flow, TransportName } from "../../protocol/transport/index.ts";
import { unsupportedTransport } from "./listener-error.ts";
import { TcpTransport } from "./tcp.ts";
import type { BoundListener, Transport, TransportCounters, TransportEvents } from "./transport.ts";
import { UdpTransport } from "./udp.ts";

export interface Transports {
  readonly listeners: readonly BoundListener[];
  /** Never throws: a failure becomes `onError`, later. */
  send(flow: Flow, text: string): void;
  /** By transport. */
  counters(): Readonly<Record<string, Readonly<TransportCounters>>>;
  /** Takes nothing more in; resolves when every socket is closed. */
  close(): Promise<void>;
}

/**
 * Opens every listener of `networks`, or none: what was open is closed again when one fails.
 * @throws DemarcError transport-unsupported, address-in-use, address-unavailable
 */
export async function openTransports(
  networks: Configuration["networks"],
  events: TransportEvents,
): Promise<Transports> {
  const speakers = new Map<TransportName, Transport>([
    ["udp", new UdpTransport(events)],
    ["tcp", new TcpTransport(events)],
  ]);
  const close = async (): Promise<void> => {
    await Promise.all([...speakers.values()].map((speaker) => speaker.close()));
  };
  const listeners: BoundListener[] = [];
  try {
    for (const [network, { listen }] of Object.entries(networks)) {
      for (const listener of listen) {
        const speaker = speakers.get(listener.transport);
        if (speaker === undefined) throw unsupportedTransport(network, listener);
        listeners.push(await speaker.listen(network, listener));
      }
    }
  } catch (error) {
    await close();
    throw error;
  }
  return {
    listeners,
    close,
    send(flow, text) {
      const speaker = speakers.get(flow.transport);
      if (speaker === undefined) setImmediate(events.onError, flow, `no transport ${flow.transport}`);
      else speaker.send(flow, text);
    },
    counters: () => Object.fromEntries([...speakers].map(([name, speaker]) => [name, { ...speaker.counters }])),
  };
}
