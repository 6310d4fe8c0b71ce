// Where no media is sent although a packet could get there: what is the media plane's own, what else this machine serves, and whole subnets.
// One packet to the plane itself could go round between two sessions for ever.

import { networkInterfaces } from "node:os";
import {
  isUnspecifiedAddress,
  parseAddress,
  parseCidr,
  sameAddress,
  spellAddress,
} from "../protocol/transport/index.ts";
import type { OwnPorts } from "./own-ports.ts";
import { type StreamTarget, unreachableFrom } from "./stream-address.ts";

/** A port that this machine answers on. An unspecified address stands for all its addresses. */
export interface ServicePort {
  readonly address: string;
  readonly port: number;
}

/** Where a network's media is: none of it is a peer's. */
export interface MediaRange {
  readonly address: string;
  readonly portFrom: number;
  readonly portTo: number;
  /** Behind NAT: the address peers are told instead. */
  readonly advertise: string | null;
}

/** Interfaces change seldom, and asking for them costs more than all the rest. */
const INTERFACES_HOLD_MS = 5000;

interface Machine {
  readonly readAtMs: number;
  /** As `spellAddress` writes them. */
  readonly addresses: ReadonlySet<string>;
  readonly broadcasts: ReadonlySet<string>;
}

export interface ForbiddenOptions {
  readonly ownPorts: OwnPorts;
  readonly networks: () => Readonly<Record<string, MediaRange>>;
  readonly services: () => readonly ServicePort[];
}

type AddressTarget = StreamTarget & { readonly kind: "address" };

export class ForbiddenTargets {
  readonly #options: ForbiddenOptions;
  #machine: Machine | null = null;

  constructor(options: ForbiddenOptions) {
    this.#options = options;
  }

  /** Why nothing may be sent to one of `targets` from `own`; null when it may to all. */
  faultOf(targets: readonly StreamTarget[], own: string): string | null {
    for (const [index, target] of targets.entries()) {
      const fault = this.#faultOfTarget(target, own);
      if (fault !== null) return `stream ${index}: ${fault}`;
    }
    return null;
  }

  #faultOfTarget(target: StreamTarget, own: string): string | null {
    if (target.kind === "unusable") return target.detail;
    if (target.kind !== "address") return null;
    return unreachableFrom(own, target) ?? this.#faultOfPorts(target);
  }

  #faultOfPorts({ address, rtpPort, rtcpAddress, rtcpPort }: AddressTarget): string | null {
    return this.#faultOfPort(address, rtpPort) ?? this.#faultOfPort(rtcpAddress, rtcpPort);
  }

  #faultOfPort(address: string, port: number): string | null {
    const { ownPorts, networks, services } = this.#options;
    const place = `${address}:${port}`;
    if (ownPorts.has(address, port) || inOneOf(networks(), address, port)) return `${place} is our own`;
    const { addresses, broadcasts } = this.#readMachine();
    const spelled = spellAddress(address);
    if (broadcasts.has(spelled)) return `${address} is a whole subnet`;
    const ours = addresses.has(spelled);
    const served = services().some(
      (service) => service.port === port && (sameAddress(service.address, address) || (ours && isAny(service.address))),
    );
    return served ? `${place} is a service of this machine` : null;
  }

  #readMachine(): Machine {
    const now = performance.now();
    if (this.#machine !== null && now - this.#machine.readAtMs < INTERFACES_HOLD_MS) return this.#machine;
    const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
    this.#machine = {
      readAtMs: now,
      addresses: new Set(all.map(({ address }) => spellAddress(address))),
      broadcasts: new Set(all.flatMap(({ cidr }) => (cidr === null ? [] : broadcastsOf(cidr)))),
    };
    return this.#machine;
  }
}

function isAny(address: string): boolean {
  const parsed = parseAddress(address);
  return parsed !== null && isUnspecifiedAddress(parsed);
}

/** Ports that are free now may be a session's tomorrow, so all of them are out of bounds. */
function inOneOf(networks: Readonly<Record<string, MediaRange>>, address: string, port: number): boolean {
  return Object.values(networks).some(
    ({ portFrom, portTo, address: bound, advertise }) =>
      port >= portFrom &&
      port <= portTo &&
      (sameAddress(bound, address) || (advertise !== null && sameAddress(advertise, address))),
  );
}

/** The first and the last address of an IPv4 subnet: neither is one machine's (RFC 919, RFC 1122 section 3.2.1.3). */
export function broadcastsOf(cidr: string): string[] {
  const block = parseCidr(cidr);
  if (block === null || block.family !== 4 || block.prefixBits > 30) return [];
  const first = ((block.words[0] ?? 0) * 0x10000 + (block.words[1] ?? 0)) >>> 0;
  const last = (first | (0xffffffff >>> block.prefixBits)) >>> 0;
  return [first, last].map((number) => [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join("."));
}
