// The TLS end of a connection that we open: SNI, our certificate, and nothing sent before the peer is known to be the one that was meant.

import { isIP, type Socket } from "node:net";
import { connect } from "node:tls";
import type { SecurePeer } from "../../protocol/transport/index.ts";
import type { Certificates } from "./certificates.ts";
import type { Connection } from "./connection.ts";
import type { Step } from "./secure-entrance.ts";
import { faultOfServer, readPeer } from "./verify-peer.ts";

export interface SecureExitOptions {
  readonly connection: Connection;
  readonly peer: SecurePeer;
  /** The name of our certificate. */
  readonly certificate: string;
  readonly certificates: Certificates;
  readonly next: Step;
}

export function secureExit(plain: Socket, options: SecureExitOptions): void {
  const { connection, peer, certificate, certificates, next } = options;
  const socket = connect({
    socket: plain,
    secureContext: certificates.contextOf(certificate),
    // RFC 6066 section 3: never an address.
    ...(isIP(peer.name) === 0 ? { servername: peer.name.replace(/\.$/, "") } : {}),
    // Both are judged in `faultOfServer`, by the rules of SIP and with words for the operator.
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
  });
  socket.on("error", (error) => connection.fail(error.message));
  socket.on("secureConnect", () => {
    const shown = readPeer(socket);
    const fault = faultOfServer(shown, peer);
    if (fault !== null) {
      connection.fail(`the peer was not believed: ${fault}`);
      return;
    }
    connection.believe(shown.proof, shown.validTo);
    next(socket, connection);
  });
}
