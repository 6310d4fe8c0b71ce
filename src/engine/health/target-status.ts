// How the targets of a trunk stand, by what OPTIONS say and by how calls fared, as it is shown.

import type { Target, Trunk } from "../../model/index.ts";
import { formatHostPort, isIpLiteral } from "../../protocol/sip/index.ts";
import type { Flow } from "../../protocol/transport/index.ts";
import { flowTo } from "../own-addresses.ts";
import { standingOf } from "../routing/index.ts";
import type { HealthTurn, Probe } from "./probe.ts";

export interface PlaceStatus {
  /** `udp 192.0.2.3:5060`. */
  readonly address: string;
  /**
   * up: it answers OPTIONS; down: it does not, and no calls go there; failed: a call failed there a moment ago, others are tried first; stopped: calls failed
   * there again and again, and one asks now and then; closed: it asked to be left alone; unknown: nobody has asked.
   */
  readonly state: "up" | "down" | "failed" | "stopped" | "closed" | "unknown";
  /** Since when: ISO 8601, UTC; null where it is not known. */
  readonly since: string | null;
  readonly reason: string | null;
  readonly roundTripMs: number | null;
}

export interface TargetStatus {
  readonly target: string;
  /** down: none of its servers can be called; unknown: nothing is known of any. */
  readonly state: "up" | "down" | "unknown";
  readonly places: readonly PlaceStatus[];
}

const OUT: ReadonlySet<PlaceStatus["state"]> = new Set(["down", "stopped", "closed"]);

function iso(at: number): string {
  return new Date(Math.round(at)).toISOString();
}

/** Of each configured target of a trunk, in its order. */
export function targetStatus(trunk: Trunk, turn: Pick<HealthTurn, "now" | "world">): TargetStatus[] {
  const probes = [...turn.world.probes.values()].filter((probe) => probe.trunk.name === trunk.name);
  return trunk.targets.map((target): TargetStatus => {
    const probe = probes.find((one) => one.target.uri === target.uri);
    const places = probe === undefined ? knownPlaces(trunk, target, turn) : probedPlaces(probe, turn);
    return { target: target.uri, state: stateOf(places, probe?.unresolved ?? null), places };
  });
}

function stateOf(places: readonly PlaceStatus[], unresolved: string | null): TargetStatus["state"] {
  if (places.length === 0) return unresolved === null ? "unknown" : "down";
  if (places.every(({ state }) => OUT.has(state))) return "down";
  return places.some(({ state }) => state !== "unknown" && !OUT.has(state)) ? "up" : "unknown";
}

function probedPlaces({ places }: Probe, turn: Pick<HealthTurn, "now" | "world">): PlaceStatus[] {
  return places.map(({ flow, state, since, reason, roundTripMs }) => {
    const held = state === "down" ? null : heldAgainst(flow, turn);
    return held ?? { address: addressOf(flow), state, since: iso(since), reason, roundTripMs };
  });
}

/** Of a target that is not asked only an address is known where to look for. */
function knownPlaces(trunk: Trunk, target: Target, turn: Pick<HealthTurn, "now" | "world">): PlaceStatus[] {
  const { host, port, transport } = target;
  const flow = isIpLiteral(host) ? flowTo(turn.world.border, trunk.network, { address: host, port, transport }) : null;
  if (flow === null) return [];
  const nothing = { state: "unknown", since: null, reason: null, roundTripMs: null } as const;
  return [heldAgainst(flow, turn) ?? { address: addressOf(flow), ...nothing }];
}

/** What calls have found out about a server; null where nothing is held against it. */
function heldAgainst(flow: Flow, { now, world }: Pick<HealthTurn, "now" | "world">): PlaceStatus | null {
  const known = standingOf(world.destinations, flow, now);
  if (known === null) return null;
  return {
    address: addressOf(flow),
    state: known.state,
    since: iso(known.since),
    reason: known.reason,
    roundTripMs: null,
  };
}

function addressOf({ transport, remoteAddress, remotePort }: Flow): string {
  return `${transport} ${formatHostPort(remoteAddress, remotePort)}`;
}
