// The addresses and ports that are the media plane's own, as peers see them. Nothing is aimed there: a packet could go round
// between two sessions for ever.

import { parseAddress } from "../protocol/transport/index.ts";

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
  readonly #ports = new Set<string>();

  add(stream: OwnStream): void {
    for (const key of keysOf(stream)) this.#ports.add(key);
  }

  delete(stream: OwnStream): void {
    for (const key of keysOf(stream)) this.#ports.delete(key);
  }

  has(address: string, port: number): boolean {
    return this.#ports.has(keyOf(address, port));
  }

  get size(): number {
    return this.#ports.size;
  }
}

function keysOf({ a, b }: OwnStream): string[] {
  return [a, b].flatMap(({ address, advertise, port }) =>
    [address, advertise].flatMap((host) => [keyOf(host, port), keyOf(host, port + 1)]),
  );
}

/** One spelling for one address. */
function keyOf(address: string, port: number): string {
  return `${parseAddress(address)?.words.join() ?? address}|${port}`;
}
