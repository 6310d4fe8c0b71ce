// How many calls there are, and whether there may be one more: of a trunk, of the groups that it is in, of a number, in all. Emergency calls are
// counted but never refused.

import type { Millis } from "../../base/index.ts";
import type { Capacity, Configuration, TotalLimits, Trunk } from "../../model/index.ts";
import { type Rejection, reject } from "./rejection.ts";
import { createBucket, fillBucket, type TokenBucket } from "./token-bucket.ts";

/** From where the call stands: ingress came from the trunk, egress goes to it. */
export type UsageDirection = "ingress" | "egress";

export interface Usage {
  /** Calls standing now. */
  ingressCalls: number;
  egressCalls: number;
  /** New calls per second; null until the first one that is limited. */
  readonly rates: Record<UsageDirection | "both", TokenBucket | null>;
  /** Calls refused for a limit since the start. */
  refused: number;
}

/** By the name of a trunk; of what is no trunk, by a key that no name can be. */
export type Usages = Map<string, Usage>;

const TOTAL = "total|";

export function createUsage(): Usage {
  return { ingressCalls: 0, egressCalls: 0, rates: { ingress: null, egress: null, both: null }, refused: 0 };
}

/** One that can be used up without the other. */
export function copyUsage(usage: Usage): Usage {
  const { ingress, egress, both } = usage.rates;
  const copyOf = (bucket: TokenBucket | null): TokenBucket | null => (bucket === null ? null : { ...bucket });
  return { ...usage, rates: { ingress: copyOf(ingress), egress: copyOf(egress), both: copyOf(both) } };
}

export function usageIn(usages: Usages, key: string): Usage {
  let usage = usages.get(key);
  if (usage === undefined) {
    usage = createUsage();
    usages.set(key, usage);
  }
  return usage;
}

interface Group {
  readonly key: string;
  readonly trunks: readonly string[];
  readonly limits: TotalLimits;
}

export interface CallLimits {
  readonly total: TotalLimits;
  /** By trunk. */
  readonly groupsOf: ReadonlyMap<string, readonly Group[]>;
}

export function compileLimits({ limits, trunkGroups }: Configuration): CallLimits {
  const groupsOf = new Map<string, Group[]>();
  for (const [name, { trunks, limits: shared }] of Object.entries(trunkGroups)) {
    const group = { key: `group|${name}`, trunks, limits: shared };
    for (const trunk of trunks) groupsOf.set(trunk, [...(groupsOf.get(trunk) ?? []), group]);
  }
  return { total: limits, groupsOf };
}

export interface CallBooks {
  readonly usages: Usages;
  readonly limits: CallLimits;
}

/** One side of a call. */
export interface CallSide {
  readonly trunk: Trunk;
  readonly direction: UsageDirection;
}

/** A limit with what is counted against it. */
interface Scope {
  readonly capacity: Capacity;
  readonly reserve: number;
  readonly standing: number;
  readonly usage: Usage;
  readonly rate: keyof Usage["rates"];
}

function standingIn(usage: Usage | undefined): number {
  return usage === undefined ? 0 : usage.ingressCalls + usage.egressCalls;
}

function scopesOf({ usages, limits }: CallBooks, { trunk, direction }: CallSide): Scope[] {
  const own = usageIn(usages, trunk.name);
  const scopes: Scope[] = [];
  const add = (scope: Scope): void => {
    if (scope.capacity.calls !== null || scope.capacity.callsPerSecond !== null) scopes.push(scope);
  };
  const { emergencyReserve: reserve, from, to } = trunk.limits;
  add({ capacity: trunk.limits, reserve, standing: standingIn(own), usage: own, rate: "both" });
  const oneWay = direction === "ingress" ? from : to;
  const standing = direction === "ingress" ? own.ingressCalls : own.egressCalls;
  add({ capacity: oneWay, reserve: 0, standing, usage: own, rate: direction });
  for (const { key, trunks, limits: shared } of limits.groupsOf.get(trunk.name) ?? []) {
    const together = trunks.reduce((sum, name) => sum + standingIn(usages.get(name)), 0);
    const usage = usageIn(usages, key);
    add({ capacity: shared, reserve: shared.emergencyReserve, standing: together, usage, rate: "both" });
  }
  if (direction === "egress") return scopes;
  const usage = usageIn(usages, TOTAL);
  const { total } = limits;
  add({ capacity: total, reserve: total.emergencyReserve, standing: usage.ingressCalls, usage, rate: "both" });
  return scopes;
}

const LIMIT: Rejection = reject(503, "limit", { retryAfterS: 2 });

/** Counts one more call and returns null, or refuses it and counts the refusal. Where one limit is reached, none of the others is used up. */
export function admitCall(
  books: CallBooks,
  side: CallSide,
  call: { readonly emergency: boolean; readonly now: Millis },
): Rejection | null {
  if (!call.emergency) {
    const scopes = scopesOf(books, side);
    if (!scopes.every((scope) => hasRoom(scope, 0) && hasToken(scope, call.now))) {
      usageIn(books.usages, side.trunk.name).refused += 1;
      return LIMIT;
    }
    for (const { usage, rate } of scopes) {
      const bucket = usage.rates[rate];
      if (bucket !== null) bucket.tokens -= 1;
    }
  }
  countCall(books.usages, side);
  return null;
}

/** Whether no ordinary call would be let through for the calls that stand. `own`: how many of them are not to be held against it. */
export function isFull(books: CallBooks, side: CallSide, own: number): boolean {
  return !scopesOf(books, side).every((scope) => hasRoom(scope, own));
}

function hasRoom({ capacity, reserve, standing }: Scope, own: number): boolean {
  return capacity.calls === null || standing - own < Math.max(0, capacity.calls - reserve);
}

function hasToken({ capacity, usage, rate }: Scope, now: Millis): boolean {
  const { callsPerSecond, burst } = capacity;
  if (callsPerSecond === null) {
    usage.rates[rate] = null;
    return true;
  }
  const size = burst ?? callsPerSecond;
  const bucket = usage.rates[rate] ?? createBucket(size, now);
  usage.rates[rate] = bucket;
  return fillBucket(bucket, { perSecond: callsPerSecond, size, now }) >= 1;
}

export function countCall(usages: Usages, { trunk, direction }: CallSide): void {
  const usage = usageIn(usages, trunk.name);
  if (direction === "egress") usage.egressCalls += 1;
  else {
    usage.ingressCalls += 1;
    usageIn(usages, TOTAL).ingressCalls += 1;
  }
}

/** Gives back what was counted. */
export function releaseCall(usages: Usages, { trunk, direction }: CallSide): void {
  const usage = usageIn(usages, trunk.name);
  if (direction === "egress") usage.egressCalls -= 1;
  else {
    usage.ingressCalls -= 1;
    usageIn(usages, TOTAL).ingressCalls -= 1;
  }
}

function numberKey(number: string): string {
  return `number|${number}`;
}

/** Counts one more call for each of the numbers and returns null, or refuses it. */
export function admitNumbers(
  usages: Usages,
  numbers: readonly { readonly number: string; readonly calls: number }[],
  emergency: boolean,
): Rejection | null {
  const full = numbers.some(({ number, calls }) => (usages.get(numberKey(number))?.ingressCalls ?? 0) >= calls);
  if (full && !emergency) return LIMIT;
  countNumbers(
    usages,
    numbers.map(({ number }) => number),
  );
  return null;
}

export function countNumbers(usages: Usages, numbers: readonly string[]): void {
  for (const number of numbers) usageIn(usages, numberKey(number)).ingressCalls += 1;
}

/** One that has no calls any more is forgotten. */
export function releaseNumbers(usages: Usages, numbers: readonly string[]): void {
  for (const number of numbers) {
    const usage = usages.get(numberKey(number));
    if (usage === undefined) continue;
    usage.ingressCalls -= 1;
    if (usage.ingressCalls <= 0) usages.delete(numberKey(number));
  }
}
