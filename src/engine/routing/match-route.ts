// Which route takes the call: the first that matches, from the top.

import { compilePattern, invariant, testPattern } from "../../base/index.ts";
import type { NumberPattern, Route } from "../../model/index.ts";

export interface RoutedCall {
  /** The trunk that the call came in by. */
  readonly from: string;
  /** Normalised. */
  readonly called: string;
  readonly caller: string;
  readonly emergency: boolean;
}

type NumberTest = (number: string) => boolean;

interface CompiledRoute {
  readonly route: Route;
  readonly from: ReadonlySet<string> | null;
  readonly called: NumberTest | null;
  readonly caller: NumberTest | null;
}

export type RouteTable = readonly CompiledRoute[];

export function compileRoutes(routes: readonly Route[]): RouteTable {
  return routes.map((route) => ({
    route,
    from: route.match.from === null ? null : new Set(route.match.from),
    called: testOf(route.match.called),
    caller: testOf(route.match.caller),
  }));
}

/** The first route that matches; null when none does. */
export function matchRoute(table: RouteTable, call: RoutedCall): Route | null {
  return table.find((compiled) => matches(compiled, call))?.route ?? null;
}

function matches({ route, from, called, caller }: CompiledRoute, call: RoutedCall): boolean {
  if (route.match.emergency !== null && route.match.emergency !== call.emergency) return false;
  if (from !== null && !from.has(call.from)) return false;
  if (called !== null && !called(call.called)) return false;
  return caller === null || caller(call.caller);
}

function testOf(pattern: NumberPattern | null): NumberTest | null {
  if (pattern === null) return null;
  if (pattern.kind === "exact") return (number) => number === pattern.number;
  if (pattern.kind === "prefix") return (number) => number.startsWith(pattern.prefix);
  const expression = compilePattern(pattern.source);
  invariant(expression.ok, "a route's expression was compiled when the configuration was read");
  return (number) => testPattern(expression.value, number);
}
