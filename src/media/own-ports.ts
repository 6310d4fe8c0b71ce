// The addresses and ports that are the media plane's own, as peers see them. Nothing is aimed there: a packet could go round
// between two sessions for ever.

import { spellAddress } from "../protocol/transport/index.ts";

interface OwnPlace {
  readonly address: string;
  readonly advertise: string;
  /** Of RTP; RTCP is one above. */
  readonly port: number;
}

/** Both sides of one stream. */
export interface OwnStream {
  readonly a: OwnPlace;
  readonly b: OwnPlace;
}

export class OwnPorts {
  /** By address; of each pair of ports the first. */
  readonly #ports = new Map<string, Set<number>>();

  add({ a, b }: OwnStream): void {
    for (const address of addressesOf(a)) this.#portsAt(address).add(a.port);
    for (const address of addressesOf(b)) this.#portsAt(address).add(b.port);
  }

  delete({ a, b }: OwnStream): void {
    for (const address of addressesOf(a)) this.#ports.get(address)?.delete(a.port);
    for (const address of addressesOf(b)) this.#ports.get(address)?.delete(b.port);
  }

  has(address: string, port: number): boolean {
    const ports = this.#ports.get(spellAddress(address));
    return ports !== undefined && (ports.has(port) || ports.has(port - 1));
  }

  /** Pairs of ports, counted for each address that they are known by. */
  get size(): number {
    let size = 0;
    for (const ports of this.#ports.values()) size += ports.size;
    return size;
  }

  #portsAt(address: string): Set<number> {
    const ports = this.#ports.get(address) ?? new Set();
    this.#ports.set(address, ports);
    return ports;
  }
}

function addressesOf({ address, advertise }: OwnPlace): readonly string[] {
  return address === advertise ? [spellAddress(address)] : [spellAddress(address), spellAddress(advertise)];
}
