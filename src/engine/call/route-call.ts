// Where a call goes by the operator's routes and numbers: targets in order, or why it goes nowhere.

import { type Rejection, reject } from "../admission/index.ts";
import { type CallTarget, findNumber, matchRoute, orderTargets, type RoutedCall } from "../routing/index.ts";
import { trunkNamed } from "./border.ts";
import type { Turn } from "./turn.ts";

export interface RoutedTo {
  /** The name of the route that matched; null where none did. */
  readonly route: string | null;
  readonly targets: readonly CallTarget[] | Rejection;
}

export function isRouted(targets: readonly CallTarget[] | Rejection): targets is readonly CallTarget[] {
  return Array.isArray(targets);
}

export function routeCall(call: RoutedCall, turn: Turn): RoutedTo {
  const { border, random } = turn.world;
  const matched = matchRoute(border.routes, call);
  if (matched === null) return { route: null, targets: reject(404, "no-route") };
  const { name: route, to } = matched;
  if (to.kind === "reject") return { route, targets: reject(to.status, "rejected", { reason: to.reason }) };
  if (to.kind === "numbers") {
    const owner = ownerOf(call.called, turn);
    const targets =
      owner === null ? reject(404, "unknown-number") : orderTargets([{ trunk: owner, weight: null }], random);
    return { route, targets };
  }
  const entries = to.entries.flatMap(({ trunk, weight }) => {
    const found = trunkNamed(border, trunk);
    return found === null ? [] : [{ trunk: found, weight }];
  });
  return { route, targets: orderTargets(entries, random) };
}

/** The trunk that has the number; null where none has it. */
export function ownerOf(number: string, { world: { border } }: Turn) {
  const owner = findNumber(border.numbers, number);
  return owner === null || owner.trunk === null ? null : trunkNamed(border, owner.trunk);
}
