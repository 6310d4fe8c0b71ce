// Where a call goes by what the operator has configured: class of service, routes, tables, edits; trunks in order, or why nowhere.

import type { Millis } from "../../base/index.ts";
import type {
  ClassOfService,
  Configuration,
  Hook,
  HookAnswer,
  HookDestination,
  NumberBlock,
  Route,
  Selection,
  TrunkShare,
} from "../../model/index.ts";
import type { Answers, Question } from "../decide-contract.ts";
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
  readonly hooks: Configuration["hooks"];
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
    hooks: configuration.hooks,
    classOfTrunk: new Map(classed.map(({ name, limits }) => [name, limits.classOfService ?? ""])),
  };
}

export type Destination =
  | { readonly kind: "trunks"; readonly entries: readonly TrunkShare[] }
  /** To a trunk with the URI's host, or over `trunk` to any. */
  | { readonly kind: "uris"; readonly uris: readonly string[]; readonly trunk: string | null }
  | { readonly kind: "reject"; readonly why: "no-route" | "unknown-number" | "forbidden" | "no-decision" }
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

/** What somebody outside has to say before there is a decision. */
export interface Open {
  readonly asks: Question;
}

/** What is told of the way to a decision, for whoever wants to know. */
export interface RouteWitness {
  /** A call is routed, from the beginning: also one that was before, and has an answer now. */
  began(): void;
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

interface RouteBy {
  /** Unix milliseconds. */
  readonly now: Millis;
  readonly answers: Answers;
  /** Those of a number's URIs that lead somewhere: to a trunk that is configured, or over `trunk` to any host. */
  readonly leading: (
    uris: readonly string[],
    of: { readonly called: string; readonly trunk: string | null },
  ) => readonly string[];
  readonly witness?: RouteWitness;
}

/** Where the call goes, or what somebody outside has to say first: then it is asked again, when that is known. */
export function chooseRoute(routing: Routing, call: RoutedCall, by: RouteBy): Decision | Open {
  const { now, witness } = by;
  const { called, caller } = call;
  witness?.began();
  const asked = askedOf(routing, call, now);
  const name = call.emergency ? null : classOf(routing, call);
  if (name !== null) {
    const allowed = isAllowed(routing, name, asked);
    witness?.classAsked(name, allowed);
    if (!allowed) return { ...NOWHERE, called, caller, to: { kind: "reject", why: "forbidden" } };
  }
  const search: Search = { routing, by, undecided: false };
  const found = lookThrough(search, asked, { table: null, depth: 0 });
  if (!("passed" in found)) return found;
  const why = search.undecided ? "no-decision" : "no-route";
  return { ...NOWHERE, called, caller, to: { kind: "reject", why } };
}

interface Search {
  readonly routing: Routing;
  readonly by: RouteBy;
  /** Whether a route was passed by because nobody answered. */
  undecided: boolean;
}

interface Look {
  /** Null for the main one. */
  readonly table: string | null;
  readonly depth: number;
}

/** No route of a table takes the call. */
interface Passed {
  readonly passed: NumberChange;
}

/** What hooks have made of the numbers, which holds for all routes behind them. */
type NumberChange = Pick<HookAnswer, "called" | "caller">;

const AS_THEY_ARE: NumberChange = { called: null, caller: null };

function joined(one: NumberChange, later: NumberChange): NumberChange {
  return { called: later.called ?? one.called, caller: later.caller ?? one.caller };
}

function lookThrough(search: Search, first: Asked, look: Look): Decision | Open | Passed {
  const { table: name, depth } = look;
  const { routing, by } = search;
  const table = name === null ? routing.main : routing.tables.get(name);
  if (table === undefined || depth > JUMPS_MOST) return { passed: AS_THEY_ARE };
  const tried: number[] = [];
  let asked = first;
  let change = AS_THEY_ARE;
  for (;;) {
    const place = matchRoute(table, asked, tried);
    by.witness?.looked(name, { compiled: table, asked, place, tried: [...tried] });
    const route = place === null ? undefined : table.routes[place]?.route;
    if (place === null || route === undefined) return { passed: change };
    const found = takeRoute(search, route, { asked, depth });
    if (!("passed" in found)) return found;
    change = joined(change, found.passed);
    asked = withNumbers(asked, found.passed);
    tried.push(place);
  }
}

interface At {
  readonly asked: Asked;
  readonly depth: number;
}

/** Where a route that matches leads. */
function takeRoute(search: Search, route: Route, at: At): Decision | Open | Passed {
  const edited = editedBy(route, at.asked);
  const { to } = route;
  if (to.kind === "hook") return askHook(search, { ...route, to }, { ...at, asked: edited });
  if (to.kind === "enum") return askEnum(search, { ...route, to }, edited);
  return goTo(search, { route, to }, { ...at, asked: edited });
}

function goTo(
  search: Search,
  where: { readonly route: Route; readonly to: HookDestination },
  { asked, depth }: At,
): Decision | Open | Passed {
  const { route, to } = where;
  if (to.kind !== "table") return decide(search.routing, { route, to }, asked.call);
  const onward = lookThrough(search, asked, { table: to.table, depth: depth + 1 });
  if ("passed" in onward || "asks" in onward || onward.fallback.length > 0) return onward;
  return { ...onward, fallback: besides(route.fallback, onward.to) };
}

/** Nobody has answered, or nothing: the route's fallback takes the call, or the routes behind it do. */
function fallBack({ fallback, ...route }: Route, { called, caller }: RoutedCall): Decision | null {
  if (fallback.length === 0) return null;
  const to = { kind: "trunks", entries: fallback } as const;
  return { route: { ...route, fallback }, called, caller, to, fallback: [] };
}

function askHook(
  search: Search,
  route: Route & { readonly to: { readonly kind: "hook" } },
  at: At,
): Decision | Open | Passed {
  const { call } = at.asked;
  const { from, called, caller } = call;
  const { hook } = route.to;
  const question: Question = { kind: "hook", hook, route: route.name, from, called, caller };
  // An emergency call waits for nobody.
  const answer = call.emergency ? null : search.by.answers(question);
  if (answer === undefined) return { asks: question };
  if (answer?.kind === "hook") {
    const { to, ...numbers } = answer.decision;
    if (to === null) return { passed: numbers };
    const found = goTo(search, { route, to }, { ...at, asked: withNumbers(at.asked, numbers) });
    return "passed" in found ? { passed: joined(numbers, found.passed) } : found;
  }
  const fallen = fallBack(route, call);
  if (fallen !== null) return fallen;
  if (answer === null) return { passed: AS_THEY_ARE };
  search.undecided = true;
  const { onFailure } = hookNamed(search.routing, hook) ?? {};
  if (onFailure?.kind !== "reject") return { passed: AS_THEY_ARE };
  const { status, reason } = onFailure;
  return { route, called, caller, to: { kind: "reject", why: "rejected", status, reason, q850: null }, fallback: [] };
}

function hookNamed({ hooks }: Routing, name: string): Hook | null {
  return Object.hasOwn(hooks, name) ? (hooks[name] ?? null) : null;
}

/** Numbers that ENUM could have: global ones. */
const GLOBAL = /^\+[0-9]{1,15}$/;

function askEnum(
  search: Search,
  route: Route & { readonly to: { readonly kind: "enum" } },
  { call }: Asked,
): Decision | Open | Passed {
  const { called, caller } = call;
  const { suffix, trunk } = route.to;
  const question: Question = { kind: "enum", suffix, called };
  const answer = call.emergency || !GLOBAL.test(called) ? null : search.by.answers(question);
  if (answer === undefined) return { asks: question };
  const uris = answer?.kind === "enum" ? search.by.leading(answer.uris, { called, trunk }) : [];
  if (uris.length > 0) {
    const to = { kind: "uris", uris, trunk } as const;
    return { route, called, caller, to, fallback: route.fallback };
  }
  search.undecided ||= answer?.kind === "none";
  return fallBack(route, call) ?? { passed: AS_THEY_ARE };
}

function withNumbers(asked: Asked, { called, caller }: NumberChange): Asked {
  if (called === null && caller === null) return asked;
  const { call } = asked;
  return { ...asked, call: { ...call, called: called ?? call.called, caller: caller ?? call.caller } };
}

/** The rest of the trunks: none is tried by falling back that was tried before. */
function besides(fallback: readonly TrunkShare[], to: Destination): readonly TrunkShare[] {
  if (to.kind === "uris") return fallback;
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

function decide(
  { numbers }: Routing,
  where: { readonly route: Route; readonly to: Exclude<HookDestination, { readonly kind: "table" }> },
  { called, caller }: RoutedCall,
): Decision {
  const { route } = where;
  const to = destinationOf(numbers, where.to, called);
  return { route, called, caller, to, fallback: besides(route.fallback, to) };
}

function destinationOf(
  numbers: NumberIndex,
  to: Exclude<HookDestination, { readonly kind: "table" }>,
  called: string,
): Destination {
  if (to.kind === "trunks") return to;
  if (to.kind === "reject") {
    const { status, reason, cause: q850 } = to;
    return { kind: "reject", why: "rejected", status, reason, q850 };
  }
  const owner = findNumber(numbers, called);
  if (owner === null || owner.trunk === null) return { kind: "reject", why: "unknown-number" };
  return { kind: "trunks", entries: [{ trunk: owner.trunk, weight: null }] };
}
