// What becomes of a datagram, however it was received: a message, a keep-alive, or STUN that is answered.

import { type Flow, isStun } from "../../protocol/transport/index.ts";
import { StunResponder } from "./stun-responder.ts";
import type { BoundListener, TransportCounters, TransportEvents } from "./transport.ts";

/** A burst of 2,000 calls a second is 4 MB in a pause of half a second. The system may allow less. */
export const SOCKET_BUFFER_BYTES = 4_194_304;

/** The shortest request line is longer. What is shorter is a keep-alive, by whatever name. */
const SHORTEST_MESSAGE_BYTES = 12;

export interface Datagram {
  /** Characters are bytes, one to one (latin1). */
  readonly text: string;
  readonly address: string;
  readonly port: number;
}

export class UdpHearing {
  readonly #events: TransportEvents;
  readonly #counters: TransportCounters;
  readonly #stun = new StunResponder();

  constructor(events: TransportEvents, counters: TransportCounters) {
    this.#events = events;
    this.#counters = counters;
  }

  /** Gives what is to be sent back from below SIP, or null. */
  hear({ network, transport, address, port }: BoundListener, datagram: Datagram): string | null {
    const { text } = datagram;
    if (text.length < SHORTEST_MESSAGE_BYTES || isStun(text)) {
      this.#counters.ignored += 1;
      return this.#stun.answer(text, datagram);
    }
    this.#counters.received += 1;
    const local = { network, transport, localAddress: address, localPort: port };
    const flow: Flow = { ...local, remoteAddress: datagram.address, remotePort: datagram.port };
    this.#events.onMessage(flow, text);
    return null;
  }
}
