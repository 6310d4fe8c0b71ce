// Who speaks in a ladder and from where: addresses, numbers, and the marks of the inside by which one recognises a leak.
import type { PeerName } from "../engine/rig.ts";

/** One end of the leg between Demarc and a peer. */
export interface Speaker {
  readonly peer: PeerName;
  /** Who stands in for Demarc; else the peer. */
  readonly demarc: boolean;
}

export interface Ground {
  readonly host: string;
  readonly port: number;
  /** Host and port of the other end, as a Request-URI has them. */
  readonly theirs: string;
  readonly called: string;
  readonly caller: string;
  readonly contact: string;
  readonly tag: string;
  readonly address: string;
  readonly mediaPort: number;
  readonly formats: readonly string[];
  readonly sessionName: string;
  readonly originUser: string;
  readonly phrase: string;
  readonly agent: readonly (readonly [string, string])[];
  readonly server: readonly (readonly [string, string])[];
}

interface Place {
  readonly host: string;
  readonly port: number;
  readonly mediaPort: number;
}

const PLACES: Readonly<Record<PeerName, Place>> = {
  pbx: { host: "10.0.0.20", port: 5080, mediaPort: 4000 },
  "carrier-a": { host: "192.0.2.3", port: 5060, mediaPort: 7000 },
  "carrier-b": { host: "192.0.2.4", port: 5060, mediaPort: 8000 },
  stranger: { host: "192.0.2.99", port: 5060, mediaPort: 9000 },
};
const OURS = "+12025550100";
const THEIRS = "+13035550142";

/** The hosts of all peers but this one: nothing that it is sent may name them. */
export function otherHosts(peer: PeerName): string[] {
  return Object.entries(PLACES).flatMap(([name, { host }]) => (name === peer ? [] : [host]));
}

/** Where a peer's media is, unless it says otherwise. */
export function mediaPlaceOf(peer: PeerName): { readonly address: string; readonly port: number } {
  const { host, mediaPort } = PLACES[peer];
  return { address: host, port: mediaPort };
}

/** Demarc's address on the side of a peer. */
export function demarcHost(peer: PeerName): string {
  return peer === "pbx" ? "127.0.0.1" : "127.0.0.2";
}

export function groundOf({ peer, demarc }: Speaker): Ground {
  const inside = peer === "pbx";
  return demarc ? demarcGround(peer, inside) : peerGround(peer, inside);
}

function peerGround(peer: PeerName, inside: boolean): Ground {
  const { host, port, mediaPort } = PLACES[peer];
  return {
    host,
    port,
    theirs: demarcHost(peer),
    called: inside ? THEIRS : OURS,
    caller: inside ? OURS : THEIRS,
    contact: `sip:ann@${host}:${port}`,
    tag: `${peer}-tag`,
    address: host,
    mediaPort,
    formats: ["0", "8", "101"],
    sessionName: "inside-session",
    originUser: "inside-user",
    phrase: "inside-phrase",
    agent: [
      ["User-Agent", "inside-agent"],
      ["X-Inside", "yes"],
    ],
    server: [["Server", "inside-server"]],
  };
}

function demarcGround(peer: PeerName, inside: boolean): Ground {
  const host = demarcHost(peer);
  const their = PLACES[peer];
  return {
    host,
    port: 5060,
    theirs: `${their.host}:${their.port}`,
    called: inside ? OURS : THEIRS,
    caller: inside ? THEIRS : OURS,
    contact: `sip:${host}:5060`,
    tag: "demarc",
    address: host,
    mediaPort: inside ? 20000 : 30000,
    formats: ["0", "8", "101"],
    sessionName: "-",
    originUser: "-",
    phrase: "As The Table Says",
    agent: [["User-Agent", "Demarc"]],
    server: [],
  };
}
