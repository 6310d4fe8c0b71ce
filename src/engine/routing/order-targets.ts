// In which order the targets of a trunk are tried.

import { type Random, randomBelow } from "../../base/index.ts";
import type { Target, Trunk } from "../../model/index.ts";
import type { Flow } from "../../protocol/transport/index.ts";

/** Who calls whom after the edits of routes. */
export interface EditedNumbers {
  readonly called: string;
  readonly caller: string;
}

/** A contact that the trunk has registered with us. */
export interface BoundTo {
  /** As registered. */
  readonly uri: string;
  /** The way that it registered. */
  readonly flow: Flow;
  /** The proxies on that way, as URIs. */
  readonly path: readonly string[];
  /** Whether the called number stands in its URI in place of its user. */
  readonly withNumber: boolean;
}

export interface CallTarget {
  /** As configured when the call was routed: a call keeps what it was set up with. */
  readonly trunk: Trunk;
  readonly target: Target;
  /** It has failed of late and stands here a second time, behind all others: it is tried as it is. */
  readonly lastResort: boolean;
  /** Absent where the route edits nothing. */
  readonly edited?: EditedNumbers;
  /** Absent of targets that are configured. */
  readonly bound?: BoundTo;
}

interface Weighted<T> {
  readonly item: T;
  readonly weight: number;
}

/** A random order in which each comes first as often as its weight says (RFC 2782, "Weight"). */
export function shuffleByWeight<T>(entries: readonly Weighted<T>[], random: Random): T[] {
  const left = [...entries];
  const ordered: T[] = [];
  while (left.length > 0) {
    let total = 0;
    for (const { weight } of left) total += weight;
    let pick = randomBelow(random, Math.max(1, total));
    let index = 0;
    while (index < left.length - 1 && pick >= (left[index]?.weight ?? 0)) {
      pick -= left[index]?.weight ?? 0;
      index += 1;
    }
    ordered.push(...left.splice(index, 1).map(({ item }) => item));
  }
  return ordered;
}

/** The targets of one trunk: lowest priority first, equals shared by weight. */
function orderTrunk(trunk: Trunk, random: Random): CallTarget[] {
  if (trunk.targets.length === 1) return trunk.targets.map((target) => ({ trunk, target, lastResort: false }));
  const priorities = [...new Set(trunk.targets.map(({ priority }) => priority))].sort((one, other) => one - other);
  return priorities.flatMap((priority) => {
    const equals = trunk.targets.filter((target) => target.priority === priority);
    const entries = equals.map((target) => ({ item: { trunk, target, lastResort: false }, weight: target.weight }));
    return shuffleByWeight(entries, random);
  });
}

/** All targets of the trunks, trunk by trunk. `boundOf`: what a trunk has registered, which goes before its configured targets. */
export function orderTargets(
  trunks: readonly Trunk[],
  random: Random,
  boundOf: (trunk: Trunk) => readonly CallTarget[] = () => [],
): CallTarget[] {
  return trunks.flatMap((trunk) => [...boundOf(trunk), ...orderTrunk(trunk, random)]);
}
