// Where a call goes by what the operator has configured: class of service, routes, tables, edits; trunks in order, or why nowhere.

import type { Millis } from "../../base/index.ts";
import type { ClassOfService, Configuration, NumberBlock, Route, Selection, TrunkShare } from "../../model/index.ts";
import { editNumber } from "./edit-number.ts";
import { compileNumbers, findNumber, type NumberIndex } from "./find-number.ts";
import { compileRoutes, matchRoute, type RouteTable } from "./match-route.ts";
import { compileCalendar, isOpen } from "./open-hours.ts";
import { compilePatterns, isInSet, type PatternSet, patternsIn } from "./pattern-set.ts";
import { type CompiledRates, compileRates } from "./rates.ts";
import type { Asked, Calendars, RoutedCall } from "./route-tests.ts";
import type { ChosenTrunk } from "./select-trunks.ts";

interface CompiledRule {
  readonly called: PatternSet | null;
  readonly during: string | null;
  readonly allow: boolean;
}

export interface Routing {
  readonly main: RouteTable;
  readonly tables: ReadonlyMap<string, RouteTable>;
  readonly numbers: NumberIndex;
  readonly calendars: Calendars;
  readonly classes: ReadonlyMap<string, readonly CompiledRule[]>;
  /** Of trunks that have one. */
  readonly classOfTrunk: ReadonlyMap<string, string>;
  /** By the name of the deck. */
  readonly rates: ReadonlyMap<string, CompiledRates>;
}

/** A table does not lead to tables more than this often, one behind the other; the configuration's check sees to it that none leads back to itself. */
const JUMPS_MOST = 16;

export function compileRouting(configuration: Configuration): Routing {
  const { numberLists, routes, routeTables, trunks, numbers, classesOfService } = configuration;
  const calendars = new Map(Object.entries(configuration.calendars).map(([name, one]) => [name, compileCalendar(one)]));
  const by = { numberLists, calendars };
  const compileRules = (rules: ClassOfService): CompiledRule[] =>
    rules.map(({ called, during, allow }) => {
      return { called: called === null ? null : compilePatterns(patternsIn(called, numberLists)), during, allow };
    });
  const classed = Object.values(trunks).filter(({ limits }) => limits.classOfService !== null);
  return {
    main: compileRoutes({ order: "first", routes }, by),
    tables: new Map(Object.entries(routeTables).map(([name, table]) => [name, compileRoutes(table, by)])),
    numbers: compileNumbers(numbers),
    calendars,
    classes: new Map(Object.entries(classesOfService).map(([name, rules]) => [name, compileRules(rules)])),
    rates: new Map(Object.entries(configuration.rateDecks).map(([name, deck]) => [name, compileRates(deck)])),
    classOfTrunk: new Map(classed.map(({ name, limits }) => [name, limits.classOfService ?? ""])),
  };
}

export type Destination =
  | { readonly kind: "trunks"; readonly entries: readonly TrunkShare[] }
  | { readonly kind: "reject"; readonly why: "no-route" | "unknown-number" | "forbidden" }
  | {
      readonly kind: "reject";
      readonly why: "rejected";
      readonly status: number;
      readonly reason: string | null;
      readonly q850: number | null;
    };

export interface Decision {
  /** The route that the destination is of; null where none matched. */
  readonly route: Route | null;
  /** As they were edited on the way. */
  readonly called: string;
  readonly caller: string;
  readonly to: Destination;
  /** What is tried when all that `to` leads to has failed. */
  readonly fallback: readonly TrunkShare[];
}

/** What is told of the way to a decision, for whoever wants to know. */
export interface RouteWitness {
  /** A table is looked through; null for the main one. `place` is that of the route that matched, null where none did. */
  looked(
    table: string | null,
    found: {
      readonly compiled: RouteTable;
      readonly asked: Asked;
      readonly place: number | null;
      readonly tried: readonly number[];
    },
  ): void;
  /** A class of service was asked. */
  classAsked(name: string, allowed: boolean): void;
  /** The trunks of a route have been put in order. */
  chosen(by: Selection["by"], trunks: readonly ChosenTrunk[]): void;
}

export function askedOf(routing: Routing, call: RoutedCall, now: Millis): Asked {
  return { call, now, blockOf: (number) => findNumber(routing.numbers, number) };
}

/** The class by which a caller is judged: its number's own, where it calls from behind that number's trunk, or its trunk's. */
function classOf({ numbers, classOfTrunk }: Routing, { caller, from }: RoutedCall): string | null {
  const block: NumberBlock | null = numbers.blocks.length === 0 ? null : findNumber(numbers, caller);
  const own = block !== null && block.trunk === from ? block.classOfService : null;
  return own ?? classOfTrunk.get(from) ?? null;
}

function isAllowed({ classes, calendars }: Routing, name: string, { call, now }: Asked): boolean {
  const rule = classes.get(name)?.find(({ called, during }) => {
    const calendar = during === null ? undefined : calendars.get(during);
    if (during !== null && (calendar === undefined || !isOpen(calendar, now))) return false;
    return called === null || isInSet(called, call.called);
  });
  return rule?.allow === true;
}

const NOWHERE = { route: null, fallback: [] };

/** @param now Unix milliseconds */
export function chooseRoute(
  routing: Routing,
  call: RoutedCall,
  by: { readonly now: Millis; readonly witness?: RouteWitness },
): Decision {
  const { now, witness } = by;
  const { called, caller } = call;
  const asked = askedOf(routing, call, now);
  const name = call.emergency ? null : classOf(routing, call);
  if (name !== null) {
    const allowed = isAllowed(routing, name, asked);
    witness?.classAsked(name, allowed);
    if (!allowed) return { ...NOWHERE, called, caller, to: { kind: "reject", why: "forbidden" } };
  }
  const decision = lookThrough(routing, asked, { table: null, depth: 0, witness });
  return decision ?? { ...NOWHERE, called, caller, to: { kind: "reject", why: "no-route" } };
}

interface Look {
  /** Null for the main one. */
  readonly table: string | null;
  readonly depth: number;
  readonly witness: RouteWitness | undefined;
}

/** Null where no route of the table, nor of one that it leads to, takes the call. */
function lookThrough(routing: Routing, asked: Asked, look: Look): Decision | null {
  const { table: name, depth, witness } = look;
  const table = name === null ? routing.main : routing.tables.get(name);
  if (table === undefined || depth > JUMPS_MOST) return null;
  const tried: number[] = [];
  for (;;) {
    const place = matchRoute(table, asked, tried);
    witness?.looked(name, { compiled: table, asked, place, tried: [...tried] });
    const route = place === null ? undefined : table.routes[place]?.route;
    if (place === null || route === undefined) return null;
    const edited = editedBy(route, asked);
    if (route.to.kind !== "table") return decide(routing, route, edited.call);
    const onward = lookThrough(routing, edited, { table: route.to.table, depth: depth + 1, witness });
    if (onward !== null) {
      const { fallback, to } = onward;
      return fallback.length > 0 ? onward : { ...onward, fallback: besides(route.fallback, to) };
    }
    tried.push(place);
  }
}

/** The rest of the trunks: none is tried by falling back that was tried before. */
function besides(fallback: readonly TrunkShare[], to: Destination): readonly TrunkShare[] {
  if (to.kind !== "trunks") return [];
  return fallback.filter(({ trunk }) => !to.entries.some((entry) => entry.trunk === trunk));
}

/** An emergency call's number is not edited: it is the service's. */
function editedBy({ edit }: Route, asked: Asked): Asked {
  const { call } = asked;
  if (edit.called === null && edit.caller === null) return asked;
  const called = call.emergency ? call.called : editNumber(call.called, edit.called);
  return { ...asked, call: { ...call, called, caller: editNumber(call.caller, edit.caller) } };
}

function decide({ numbers }: Routing, route: Route, { called, caller }: RoutedCall): Decision {
  const to = destinationOf(numbers, route.to, called);
  return { route, called, caller, to, fallback: besides(route.fallback, to) };
}

function destinationOf(numbers: NumberIndex, to: Route["to"], called: string): Destination {
  if (to.kind === "trunks") return to;
  if (to.kind === "reject") {
    const { status, reason, cause: q850 } = to;
    return { kind: "reject", why: "rejected", status, reason, q850 };
  }
  const owner = findNumber(numbers, called);
  if (owner === null || owner.trunk === null) return { kind: "reject", why: "unknown-number" };
  return { kind: "trunks", entries: [{ trunk: owner.trunk, weight: null }] };
}
