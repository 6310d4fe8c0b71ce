// The addresses and ports that are the relay's own, as peers see them. Nothing is aimed there: a packet could go round
// between two sessions for ever.

import { parseAddress } from "../../protocol/transport/index.ts";
import type { SessionStream } from "./relay-session.ts";

export class OwnPorts {
  readonly #ports = new Set<string>();

  add(stream: SessionStream): void {
    for (const key of keysOf(stream)) this.#ports.add(key);
  }

  delete(stream: SessionStream): void {
    for (const key of keysOf(stream)) this.#ports.delete(key);
  }

  has(address: string, port: number): boolean {
    return this.#ports.has(keyOf(address, port));
  }

  get size(): number {
    return this.#ports.size;
  }
}

function keysOf({ a, b }: SessionStream): string[] {
  return [a, b].flatMap(({ address, advertise, port }) =>
    [address, advertise].flatMap((host) => [keyOf(host, port), keyOf(host, port + 1)]),
  );
}

/** One spelling for one address. */
function keyOf(address: string, port: number): string {
  return `${parseAddress(address)?.words.join() ?? address}|${port}`;
}
