// SIP over UDP through the native addon: what arrives together is read together, and what a turn sends goes out together.

import type { Flow } from "../../protocol/transport/index.ts";
import { listenerError } from "./listener-error.ts";
import {
  type NativeUdp,
  OUTGOING_FIELDS,
  RECEIVED_FIELDS,
  UDP_ADDRESS_BYTES,
  UDP_BATCH,
  UDP_SLOT_BYTES,
} from "./native-udp.ts";
import {
  type BoundListener,
  type ListenerSettings,
  newCounters,
  type Transport,
  type TransportEvents,
} from "./transport.ts";
import { type Datagram, SOCKET_BUFFER_BYTES, UdpHearing } from "./udp-hearing.ts";

const LONGEST_BYTES = 65_507;
/** Sent in one turn before the first goes out: room for a batch of ordinary messages, and for a few of the longest. */
const OUTGOING_BYTES = 8 * 65_536;
const OUTGOING_ROWS = 256;

type OnSent = (flow: Flow | null, error: string | null) => void;

class BatchedSocket {
  readonly #native: NativeUdp;
  readonly #handle: unknown;
  readonly #onSent: OnSent;
  readonly #bytes = Buffer.allocUnsafeSlow(OUTGOING_BYTES);
  readonly #table = new Uint32Array(OUTGOING_ROWS * OUTGOING_FIELDS);
  /** Of each row; null for what belongs to no flow. */
  readonly #flows: (Flow | null)[] = [];
  #used = 0;
  #open = true;

  constructor(native: NativeUdp, handle: unknown, onSent: OnSent) {
    this.#native = native;
    this.#handle = handle;
    this.#onSent = onSent;
  }

  /** Goes out at the end of this turn, in order. */
  put(text: string, to: { readonly address: string; readonly port: number }, flow: Flow | null): void {
    const row = this.#flows.length;
    if (row === OUTGOING_ROWS || this.#used + UDP_ADDRESS_BYTES + text.length > OUTGOING_BYTES) {
      this.flush();
      this.put(text, to, flow);
      return;
    }
    if (row === 0) queueMicrotask(() => this.flush());
    const addressBytes = this.#bytes.write(to.address.slice(0, UDP_ADDRESS_BYTES), this.#used, "latin1");
    const at = this.#used + addressBytes;
    const length = this.#bytes.write(text, at, "latin1");
    this.#table.set([this.#used, addressBytes, to.port, at, length], row * OUTGOING_FIELDS);
    this.#flows.push(flow);
    this.#used = at + length;
  }

  flush(): void {
    const flows = this.#flows.splice(0);
    this.#used = 0;
    for (let from = 0; from < flows.length && this.#open; ) {
      const count = Math.min(UDP_BATCH, flows.length - from);
      const taken = this.#native.sendUdp(this.#handle, this.#bytes, this.#table, from, count);
      const error = taken < 0 ? this.#native.udpErrorName(-taken) : null;
      const through = from + Math.max(taken, 1);
      for (; from < through; from += 1) this.#onSent(flows[from] ?? null, error);
    }
  }

  close(): void {
    this.flush();
    this.#open = false;
    this.#native.closeUdp(this.#handle);
  }
}

export class BatchedUdpTransport implements Transport {
  readonly counters = newCounters();
  readonly #events: TransportEvents;
  readonly #native: NativeUdp;
  readonly #hearing: UdpHearing;
  readonly #sockets = new Map<string, BatchedSocket>();

  constructor(events: TransportEvents, native: NativeUdp) {
    this.#events = events;
    this.#native = native;
    this.#hearing = new UdpHearing(events, this.counters);
  }

  async listen(network: string, listener: ListenerSettings): Promise<BoundListener> {
    const { address, port: wanted, dscp } = listener;
    const memory = Buffer.allocUnsafeSlow(UDP_BATCH * UDP_SLOT_BYTES);
    const table = new Uint32Array(UDP_BATCH * RECEIVED_FIELDS);
    const receive = (count: number): void => this.#receive(parts, { memory, table, count });
    const unreachable = (count: number): void => this.#unreachable(parts.bound, { memory, table, count });
    const parts = this.#bind(network, listener, (native) =>
      native.openUdp(address, wanted, SOCKET_BUFFER_BYTES, dscp ?? -1, memory, table, receive, unreachable),
    );
    this.#sockets.set(keyOf(network, address, parts.bound.port), parts.socket);
    return parts.bound;
  }

  send(flow: Flow, text: string): void {
    const socket = this.#sockets.get(keyOf(flow.network, flow.localAddress, flow.localPort));
    const { remoteAddress: address, remotePort: port } = flow;
    if (socket === undefined) this.#fail(flow, "no listener has this local address");
    else if (port === 0) this.#fail(flow, "port 0");
    else if (text.length > LONGEST_BYTES) this.#fail(flow, `send EMSGSIZE ${address}:${port}`);
    else socket.put(text, { address, port }, flow);
  }

  async close(): Promise<void> {
    const sockets = [...this.#sockets.values()];
    this.#sockets.clear();
    for (const socket of sockets) socket.close();
  }

  #bind(network: string, listener: ListenerSettings, open: (native: NativeUdp) => { handle: unknown; port: number }) {
    try {
      const { handle, port } = open(this.#native);
      const bound: BoundListener = { network, transport: "udp", address: listener.address, port };
      return { bound, socket: new BatchedSocket(this.#native, handle, (flow, error) => this.#sent(flow, error)) };
    } catch (error) {
      throw listenerError(network, listener, error as NodeJS.ErrnoException);
    }
  }

  #receive(
    { bound, socket }: { bound: BoundListener; socket: BatchedSocket },
    { memory, table, count }: { memory: Buffer; table: Uint32Array; count: number },
  ): void {
    for (let index = 0; index < count; index += 1) {
      const datagram = datagramAt(index, memory, table);
      const answer = this.#hearing.hear(bound, datagram);
      if (answer !== null) socket.put(answer, datagram, null);
    }
  }

  #unreachable(
    { network, transport, address: localAddress, port: localPort }: BoundListener,
    { memory, table, count }: { memory: Buffer; table: Uint32Array; count: number },
  ): void {
    for (let index = 0; index < count; index += 1) {
      const { text, address, port } = datagramAt(index, memory, table);
      const flow = { network, transport, localAddress, localPort, remoteAddress: address, remotePort: port };
      this.#events.onUnreachable?.(flow, text);
    }
  }

  #sent(flow: Flow | null, error: string | null): void {
    if (flow === null) return;
    if (error === null) this.counters.sent += 1;
    else this.#fail(flow, `send ${error} ${flow.remoteAddress}:${flow.remotePort}`);
  }

  #fail(flow: Flow, detail: string): void {
    this.counters.failed += 1;
    setImmediate(() => this.#events.onError(flow, detail));
  }
}

function datagramAt(index: number, memory: Buffer, table: Uint32Array): Datagram {
  const row = index * RECEIVED_FIELDS;
  const start = index * UDP_SLOT_BYTES;
  const text = start + UDP_ADDRESS_BYTES;
  return {
    text: memory.toString("latin1", text, text + (table[row] ?? 0)),
    address: memory.toString("latin1", start, start + (table[row + 2] ?? 0)),
    port: table[row + 1] ?? 0,
  };
}

function keyOf(network: string, address: string, port: number): string {
  return `${port} ${address} ${network}`;
}
