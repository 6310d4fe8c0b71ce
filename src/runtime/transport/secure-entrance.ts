// The TLS end of a listener: handshakes with those who connect, our certificate by the name they ask for, theirs where it is wanted.

import type { Socket } from "node:net";
import { createServer, type Server, type TLSSocket } from "node:tls";
import type { Certificates } from "./certificates.ts";
import type { Connection } from "./connection.ts";
import type { Refusals } from "./refusals.ts";
import type { ListenerSettings } from "./transport.ts";
import { readPeer } from "./verify-peer.ts";

/** Takes a connection over in the state in which the step before has left it. */
export type Step = (socket: Socket, connection: Connection) => void;

export interface Entrance {
  readonly take: Step;
  close(): void;
}

export interface SecureEntranceOptions {
  readonly listener: ListenerSettings;
  readonly certificates: Certificates;
  readonly refusals: Refusals;
  readonly next: Step;
}

/** The server never listens itself: connections are handed to it once they have passed the limits. */
export class SecureEntrance implements Entrance {
  readonly #server: Server;
  readonly #options: SecureEntranceOptions;
  readonly #forgetChanges: () => void;
  /** Handshakes that are under way, by the peer's address. */
  readonly #handshakes = new Map<string, Connection>();

  constructor(options: SecureEntranceOptions) {
    this.#options = options;
    const { listener, certificates } = options;
    const { certificate, moreCertificates = [], peerCertificate = "none" } = listener;
    const own = certificate ?? "";
    this.#server = createServer({
      ...certificates.optionsOf(own),
      requestCert: peerCertificate !== "none",
      // Node would close without a word; we say why.
      rejectUnauthorized: false,
      SNICallback: (name, found) =>
        found(null, certificates.contextFor(moreCertificates, name) ?? certificates.contextOf(own)),
    });
    this.#server.on("secureConnection", (socket) => this.#secured(socket));
    this.#server.on("tlsClientError", (error, socket) => this.#failed(error, socket));
    this.#forgetChanges = certificates.onChange(() => this.#server.setSecureContext(certificates.optionsOf(own)));
  }

  readonly take: Step = (socket, connection) => {
    const key = keyOf(socket);
    this.#handshakes.set(key, connection);
    socket.once("close", () => {
      if (this.#handshakes.get(key) === connection) this.#handshakes.delete(key);
    });
    this.#server.emit("connection", socket);
  };

  close(): void {
    this.#forgetChanges();
  }

  #secured(socket: TLSSocket): void {
    const connection = this.#handshakes.get(keyOf(socket));
    this.#handshakes.delete(keyOf(socket));
    if (connection === undefined) {
      socket.destroy();
      return;
    }
    socket.on("error", (error) => connection.fail(error.message));
    const { listener, refusals, next } = this.#options;
    const { peerCertificate = "none" } = listener;
    if (peerCertificate !== "none") {
      const peer = readPeer(socket);
      const { shown, fault } = peer;
      // Who shows nothing where nothing is demanded is a stranger with an address; who shows a wrong one is turned away.
      if (fault !== null && (shown || peerCertificate === "require")) {
        const { network, remoteAddress } = connection.flow;
        refusals.tell("a TLS connection was refused", { network, address: remoteAddress, reason: fault });
        connection.fail(fault);
        return;
      }
      if (fault === null) connection.believe(peer.proof, peer.validTo);
    }
    next(socket, connection);
  }

  #failed(error: Error, socket: TLSSocket): void {
    const connection = this.#handshakes.get(keyOf(socket));
    socket.destroy();
    if (connection === undefined) return;
    const { network, remoteAddress } = connection.flow;
    this.#options.refusals.tell("a TLS handshake failed", { network, address: remoteAddress, reason: error.message });
    connection.fail(error.message);
  }
}

function keyOf({ remoteAddress, remotePort }: Socket): string {
  return `${remotePort} ${remoteAddress}`;
}
