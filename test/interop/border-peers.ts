// The peers of the border that interop tests share: their addresses, numbers and trunks, and Demarc's configuration among them.

import { WORKER } from "./worker.ts";

const INSIDE = `127.0.${11 + 2 * WORKER}`;
const OUTSIDE = `127.0.${12 + 2 * WORKER}`;
export const LAN = `${INSIDE}.1`;
export const WAN = `${OUTSIDE}.1`;
export const API = `${LAN}:8080`;
export const SIP_PORT = 5060;

export interface Peer {
  readonly trunk: string;
  readonly side: "inside" | "outside";
  readonly address: string;
  /** Of the proxy that stands between it and Demarc, which is all that Demarc knows of it. Null: none does. */
  readonly proxy: string | null;
  readonly host: string;
  readonly toneHz: number;
  /** Calls to it go to this number. */
  readonly number: string;
  /** Groups of its trunk's settings. */
  readonly settings: Readonly<Record<string, unknown>>;
}

function inside(index: number, name: string, settings: Peer["settings"] = {}): Peer {
  const address = `${INSIDE}.${index}`;
  const place = { trunk: name, side: "inside", address, proxy: null, host: `${name}.inside.example` } as const;
  return { ...place, toneHz: 300 + 40 * index, number: `+120255501${String(index).padStart(2, "0")}`, settings };
}

function outside(index: number, name: string, settings: Peer["settings"] = {}): Peer {
  const address = `${OUTSIDE}.${index}`;
  const place = { trunk: name, side: "outside", address, proxy: null, host: `${name}.outside.example` } as const;
  return { ...place, toneHz: 640 + 40 * index, number: `+130355501${String(index).padStart(2, "0")}`, settings };
}

const RELIABLE = { signaling: { reliableProvisional: "supported" } };

export const PBX = inside(2, "pbx");
export const RELIABLE_PBX = inside(3, "reliable-pbx", RELIABLE);
/** Takes several early dialogs. */
export const FORKING_PBX = inside(4, "forking-pbx", { signaling: { forks: "pass" } });
/** With timers a tenth of the usual: what is not acknowledged is given up in 3.2 s. */
export const HASTY_PBX = inside(5, "hasty-pbx", { signaling: { timers: { t1: "50ms", t2: "400ms" } } });
/** May put calls through, and send them on. */
export const TRANSFERRING_PBX = inside(6, "transferring-pbx", {
  signaling: { transfer: "execute", redirect: "follow" },
});
export const FAX_PBX = inside(7, "fax-pbx", { media: { fax: "t38" } });
/** Has its tones in INFO. */
export const KEYED_PBX = inside(8, "keyed-pbx", { media: { dtmf: "info" } });
export const CARRIER = outside(2, "carrier");
export const RELIABLE_CARRIER = outside(3, "reliable-carrier", RELIABLE);
/** May not be sent an INVITE without an offer. */
export const EARLY_CARRIER = outside(4, "early-carrier", { signaling: { delayedOffer: false } });
export const DEMANDING_CARRIER = outside(5, "demanding-carrier", { signaling: { reliableProvisional: "required" } });

/** Gives up who rings for five seconds. */
export const IMPATIENT_CARRIER = outside(6, "impatient-carrier", { limits: { ringTimeout: "5s" } });
/** What it sends on is the caller's to follow, and INFO may be sent to it. */
export const PASSING_CARRIER = outside(11, "passing-carrier", {
  signaling: { redirect: "pass", passMethods: ["INFO"] },
});
/** Asked for a session timer of the least length that there is. */
export const TIMED_CARRIER = outside(12, "timed-carrier", { signaling: { sessionExpires: "90s" } });
export const FORGETFUL_CARRIER = outside(13, "forgetful-carrier", { signaling: { sessionExpires: "90s" } });
export const FAX_CARRIER = outside(14, "fax-carrier", { media: { fax: "t38" } });

/** Two phones behind a proxy: the second rings for another number too, with the first. */
export const PROXY = { near: `${OUTSIDE}.7`, far: `${OUTSIDE}.8` };
export const PROXIED: Peer = { ...outside(9, "proxied", RELIABLE), proxy: PROXY.near };
export const SECOND_PHONE: Peer = { ...outside(10, "proxied"), host: "second-phone.outside.example" };

export const PEERS: readonly Peer[] = [
  ...[PBX, RELIABLE_PBX, FORKING_PBX, HASTY_PBX, TRANSFERRING_PBX, FAX_PBX, KEYED_PBX],
  ...[CARRIER, RELIABLE_CARRIER, EARLY_CARRIER, DEMANDING_CARRIER, IMPATIENT_CARRIER, PASSING_CARRIER],
  ...[TIMED_CARRIER, FORGETFUL_CARRIER, FAX_CARRIER, PROXIED],
];

/** As a configuration file has it. */
export function borderConfiguration(): string {
  const network = (address: string, ports: string) => ({
    listen: [{ transport: "udp", address, port: SIP_PORT }],
    media: { address, ports },
  });
  const trunk = ({ side, address, proxy, settings }: Peer) => ({
    role: side === "inside" ? "pbx" : "provider",
    network: side === "inside" ? "lan" : "wan",
    targets: [{ uri: `sip:${proxy ?? address}:${SIP_PORT}` }],
    identify: { addresses: [`${proxy ?? address}/32`] },
    ...settings,
  });
  const of = (side: Peer["side"]) => PEERS.filter((peer) => peer.side === side);
  const from = of("inside").map((peer) => peer.trunk);
  // JSON is YAML.
  return JSON.stringify({
    api: { listen: API },
    country: "US",
    networks: { lan: network(LAN, "20000-20999"), wan: network(WAN, "30000-30999") },
    trunks: Object.fromEntries(PEERS.map((peer) => [peer.trunk, trunk(peer)])),
    numbers: of("inside").map(({ number, trunk: name }) => ({ number, trunk: name })),
    routes: [
      { name: "inbound", match: { from: of("outside").map((peer) => peer.trunk) }, to: "numbers" },
      ...of("outside").map(({ trunk: name, number }) => ({ name, match: { from, called: number }, to: [name] })),
      { name: "both-phones", match: { from, called: SECOND_PHONE.number }, to: [PROXIED.trunk] },
    ],
  });
}

/** Where a peer sends its calls. */
export function doorOf({ side, proxy }: Peer): string {
  if (proxy !== null) return `${PROXY.far}:${SIP_PORT}`;
  return `${side === "inside" ? LAN : WAN}:${SIP_PORT}`;
}
