// Whether the other end of a TLS connection is whom we mean: its chain by the authorities, its name by RFC 5922.

import type { TLSSocket } from "node:tls";
import { certificateCovers, type Proof, type SecurePeer } from "../../protocol/transport/index.ts";
import { namesOfCertificate } from "./certificate-files.ts";

/** What OpenSSL calls it, in words for the operator. */
const CHAIN_FAULTS: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: "its certificate, or one of the chain, has expired",
  CERT_NOT_YET_VALID: "its certificate, or one of the chain, is not valid yet",
  DEPTH_ZERO_SELF_SIGNED_CERT: "its certificate is signed by itself and not among the authorities that are believed",
  SELF_SIGNED_CERT_IN_CHAIN: "its chain ends in an authority that is not believed",
  UNABLE_TO_GET_ISSUER_CERT: "its chain is not complete",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "no authority that is believed has signed its certificate",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    "no authority that is believed has signed its certificate, or its chain is not complete",
  CERT_SIGNATURE_FAILURE: "a signature of its chain is wrong",
  INVALID_PURPOSE: "its certificate is not meant for this end of a connection (extended key usage)",
};

/** The other end of a connection as its certificate shows it. */
export interface ShownPeer {
  /** Whether it shows a certificate at all. */
  readonly shown: boolean;
  /** What is wrong with its chain. Null when an authority that we believe vouches for it. */
  readonly fault: string | null;
  /** To be believed only where there is no fault. */
  readonly proof: Proof;
  /** Until when, Unix milliseconds. */
  readonly validTo: number;
}

/** To be asked once a connection: of a server, Node gives the certificate only the first time. */
export function readPeer(socket: TLSSocket): ShownPeer {
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) {
    const proof = { domains: [], addresses: [], fingerprint: "" };
    return { shown: false, fault: "it shows no certificate", proof, validTo: 0 };
  }
  // Node gives the code as text, whatever its types say.
  const code = String(socket.authorizationError);
  const fault = Object.hasOwn(CHAIN_FAULTS, code) ? (CHAIN_FAULTS[code] ?? code) : code;
  const proof = { ...namesOfCertificate(certificate), fingerprint: certificate.fingerprint256 };
  const validTo = certificate.validToDate.getTime();
  return { shown: true, fault: socket.authorized ? null : fault, proof, validTo };
}

/** What keeps a server from being `peer`, chain and name. Null when it is. */
export function faultOfServer({ fault, proof }: ShownPeer, peer: SecurePeer): string | null {
  if (fault !== null || certificateCovers(proof, peer.name, peer)) return fault;
  const borne = [...proof.domains, ...proof.addresses].slice(0, 5).join(", ");
  return `its certificate is for ${borne === "" ? "nobody" : borne}, not for ${peer.name}`;
}
