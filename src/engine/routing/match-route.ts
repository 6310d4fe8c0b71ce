// Which route of a table takes the call. Routes that name what is called are looked up by it, however many there are; the others are asked in turn.

import type { Route, RouteTableSettings } from "../../model/index.ts";
import { closenessOf, compilePatterns, type NumberLists, type PatternSet, patternsIn } from "./pattern-set.ts";
import { createPrefixIndex, type IndexEntry, type PrefixIndex, placesIn } from "./prefix-index.ts";
import { type Asked, type Calendars, compileTests, type RouteTest } from "./route-tests.ts";

interface CompiledRoute {
  readonly route: Route;
  readonly tests: readonly RouteTest[];
  /** Of a route that is not looked up by what is called; null where any number will do. */
  readonly called: PatternSet | null;
}

export interface RouteTable {
  readonly order: RouteTableSettings["order"];
  readonly routes: readonly CompiledRoute[];
  /** Places of routes by the numbers and prefixes in `called`. */
  readonly byCalled: PrefixIndex;
  /** Places of routes that ask for no number, or for an expression. */
  readonly others: readonly number[];
  readonly numberLists: NumberLists;
}

const NO_TESTS: readonly RouteTest[] = [];

export function compileRoutes(
  { order, routes }: RouteTableSettings,
  by: { readonly numberLists: NumberLists; readonly calendars: Calendars },
): RouteTable {
  const { numberLists, calendars } = by;
  const entries: IndexEntry[] = [];
  const others: number[] = [];
  const compiled = routes.map((route, place): CompiledRoute => {
    const { called, caller } = route.match;
    const callerSet = caller === null ? null : compilePatterns(patternsIn(caller, numberLists));
    const found = compileTests(route.match, { calendars, caller: callerSet });
    const tests = found.length === 0 ? NO_TESTS : found;
    const patterns = called === null ? null : patternsIn(called, numberLists);
    // A table may have a million routes: what is looked up by its pattern keeps no set of its own.
    if (patterns === null || patterns.some(({ kind }) => kind === "regexp")) {
      others.push(place);
      return { route, tests, called: patterns === null ? null : compilePatterns(patterns) };
    }
    for (const pattern of patterns) {
      if (pattern.kind === "exact") entries.push({ text: pattern.number, isWhole: true, place });
      else if (pattern.kind === "prefix") entries.push({ text: pattern.prefix, isWhole: false, place });
    }
    return { route, tests, called: null };
  });
  return { order, routes: compiled, byCalled: createPrefixIndex(entries), others, numberLists };
}

function holdsAll({ tests }: CompiledRoute, asked: Asked): boolean {
  for (const test of tests) if (!test.holds(asked)) return false;
  return true;
}

function matchesOther({ called }: CompiledRoute, asked: Asked): boolean {
  return called === null || closenessOf(called, asked.call.called) >= 0;
}

/** The uppermost behind `after` that matches: the lists are gone down together. */
function matchFirst(table: RouteTable, asked: Asked, after: number): number | null {
  const lists = placesIn(table.byCalled, asked.call.called);
  lists.push(table.others);
  const heads = lists.map((list) => firstBehind(list, after));
  for (;;) {
    let place = Number.POSITIVE_INFINITY;
    for (const [at, list] of lists.entries()) place = Math.min(place, list[heads[at] as number] ?? place);
    if (place === Number.POSITIVE_INFINITY) return null;
    let isSure = false;
    for (const [at, list] of lists.entries()) {
      if (list[heads[at] as number] !== place) continue;
      heads[at] = (heads[at] as number) + 1;
      isSure ||= list !== table.others;
    }
    const compiled = table.routes[place] as CompiledRoute;
    if ((isSure || matchesOther(compiled, asked)) && holdsAll(compiled, asked)) return place;
  }
}

/** The index of the first place in a rising list that is greater than `after`. */
function firstBehind(list: readonly number[], after: number): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((list[middle] as number) <= after) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Of those that match the one that says most of the called number, the uppermost of these; `tried` are left out. */
function matchLongest(table: RouteTable, asked: Asked, tried: ReadonlySet<number>): number | null {
  const { called } = asked.call;
  let best: number | null = null;
  for (const list of placesIn(table.byCalled, called)) {
    best = list.find((place) => !tried.has(place) && holdsAll(table.routes[place] as CompiledRoute, asked)) ?? null;
    if (best !== null) break;
  }
  if (table.others.length === 0) return best;
  let closeness = best === null ? -1 : closenessAt(table, called, best);
  for (const place of table.others) {
    const close = closenessAt(table, called, place);
    const isBetter = close > closeness || (close === closeness && best !== null && place < best);
    if (!isBetter || tried.has(place) || !holdsAll(table.routes[place] as CompiledRoute, asked)) continue;
    best = place;
    closeness = close;
  }
  return best;
}

/** How much of the called number a route names: as `closenessOf` says, and less than for any where the route asks for none. */
export function closenessAt({ routes, numberLists }: RouteTable, called: string, place: number): number {
  const compiled = routes[place];
  const wanted = compiled?.route.match.called ?? null;
  if (wanted === null) return -0.5;
  return closenessOf(compiled?.called ?? compilePatterns(patternsIn(wanted, numberLists)), called);
}

/** The place of the route that takes the call; null when none does. Those that were tried before are passed over. */
export function matchRoute(table: RouteTable, asked: Asked, tried: readonly number[] = []): number | null {
  if (table.order === "longest") return matchLongest(table, asked, new Set(tried));
  return matchFirst(table, asked, tried.at(-1) ?? -1);
}

/** Why a route does not take the call; null where it would. */
export function whyNot(table: RouteTable, place: number, asked: Asked): string | null {
  const compiled = table.routes[place];
  if (compiled === undefined) return null;
  const { call } = asked;
  if (closenessAt(table, call.called, place) === -1) return `called ${call.called} does not match`;
  return compiled.tests.find((test) => !test.holds(asked))?.why(asked) ?? null;
}
