// Connections that a peer opened and that may carry our own requests to it (RFC 5923): only where its certificate proves whose it is.

import { parameterValue, parseMessage, topVia } from "../../protocol/sip/index.ts";
import { certificateCovers, DEFAULT_PORTS, type Flow } from "../../protocol/transport/index.ts";
import type { Connection } from "./connection.ts";

interface Alias {
  readonly connection: Connection;
  readonly key: string;
  /** The flows that were sent over it under its peer's own address. */
  readonly flows: Map<string, Flow>;
}

/** Where the peer at the other end says that it listens, seen from our listener. */
function keyOf({ network, localAddress, localPort, remoteAddress }: Flow, remotePort: number): string {
  return `${remotePort} ${remoteAddress} ${localPort} ${localAddress} ${network}`;
}

export class Aliases {
  readonly #byPlace = new Map<string, Alias>();
  readonly #byConnection = new Map<Connection, Alias>();
  /** Connections whose first request has not come. */
  readonly #fresh = new Set<Connection>();

  /** Looks at the first request of a connection that was taken in. */
  watch(connection: Connection): void {
    this.#fresh.add(connection);
  }

  /** The peer asks for it in the Via of its requests (section 5); what is asked for later is not looked for. */
  hear(connection: Connection, text: string): void {
    if (!this.#fresh.has(connection)) return;
    const parsed = parseMessage(text);
    if (!parsed.ok || parsed.value.kind !== "request") return;
    this.#fresh.delete(connection);
    const via = parsed.value.headers.read(topVia);
    if (connection.fingerprint === null || via === null || parameterValue(via.parameters, "alias") === undefined)
      return;
    const { flow } = connection;
    const alias: Alias = { connection, key: keyOf(flow, via.port ?? DEFAULT_PORTS[flow.transport]), flows: new Map() };
    this.#byPlace.set(alias.key, alias);
    this.#byConnection.set(connection, alias);
  }

  /**
   * The connection that leads where the flow does: the same address, the port its peer claims, and a certificate that covers whom we expect
   * (section 8.1). A trunk with a certificate of its own gets a connection of its own, on which it is shown.
   */
  find(flow: Flow): Connection | undefined {
    const { peer } = flow;
    const alias = this.#byPlace.get(keyOf(flow, flow.remotePort));
    const proof = alias?.connection.flow.proof;
    if (alias === undefined || proof === undefined || peer === undefined || peer.certificate !== null) return undefined;
    if (!certificateCovers(proof, peer.name, peer)) return undefined;
    alias.flows.set(peer.name, flow);
    return alias.connection;
  }

  /** Forgets a connection, and gives the flows on which our requests went over it. */
  close(connection: Connection): readonly Flow[] {
    this.#fresh.delete(connection);
    const alias = this.#byConnection.get(connection);
    if (alias === undefined) return [];
    this.#byConnection.delete(connection);
    if (this.#byPlace.get(alias.key) === alias) this.#byPlace.delete(alias.key);
    return [...alias.flows.values()];
  }
}
