// What a route asks of a call, one question after the other, cheap ones first; each can say why the answer is no.

import type { Millis } from "../../base/index.ts";
import { type NumberBlock, type RouteMatch, type TextPattern, testText } from "../../model/index.ts";
import { type CompiledCalendar, isHoliday, isOpen } from "./open-hours.ts";
import { isInSet, type PatternSet } from "./pattern-set.ts";

export interface RoutedCall {
  /** The trunk that the call came in by. */
  readonly from: string;
  /** Normalised. */
  readonly called: string;
  readonly caller: string;
  readonly emergency: boolean;
  /** The first line of a header of its INVITE; null where it has none. Default: it has no headers. */
  readonly header?: (name: string) => string | null;
}

/** A call as it is asked about. */
export interface Asked {
  readonly call: RoutedCall;
  /** Unix milliseconds. */
  readonly now: Millis;
  /** The entry of our numbers that has it; null where it is not one of ours. */
  readonly blockOf: (number: string) => NumberBlock | null;
}

export interface RouteTest {
  readonly holds: (asked: Asked) => boolean;
  /** In one sentence, where it does not hold. */
  readonly why: (asked: Asked) => string;
}

export type Calendars = ReadonlyMap<string, CompiledCalendar>;

export function numberTest(set: PatternSet, side: "called" | "caller"): RouteTest {
  return {
    holds: ({ call }) => isInSet(set, call[side]),
    why: ({ call }) => (call[side] === "" ? `there is no ${side} number` : `${side} ${call[side]} does not match`),
  };
}

function tagTest(tags: readonly string[], side: "called" | "caller"): RouteTest {
  const wanted = new Set(tags);
  return {
    holds: ({ call, blockOf }) => blockOf(call[side])?.tags.some((tag) => wanted.has(tag)) === true,
    why: ({ call, blockOf }) => {
      const block = blockOf(call[side]);
      if (block === null) return `${side} ${call[side]} is no number of ours`;
      return `${side} ${call[side]} has ${block.tags.length === 0 ? "no tags" : `the tags ${block.tags.join(", ")}`}`;
    },
  };
}

function some(names: readonly string[], calendars: Calendars, ask: (calendar: CompiledCalendar) => boolean): boolean {
  return names.some((name) => {
    const calendar = calendars.get(name);
    return calendar !== undefined && ask(calendar);
  });
}

function timeTests({ during, outside, holiday }: RouteMatch, calendars: Calendars): RouteTest[] {
  const tests: RouteTest[] = [];
  if (during !== null) {
    tests.push({
      holds: ({ now }) => some(during, calendars, (calendar) => isOpen(calendar, now)),
      why: () => `it is outside of the hours of ${during.join(", ")}`,
    });
  }
  if (outside !== null) {
    tests.push({
      holds: ({ now }) => !some(outside, calendars, (calendar) => isOpen(calendar, now)),
      why: () => `it is within the hours of ${outside.join(", ")}`,
    });
  }
  if (holiday !== null) {
    tests.push({
      holds: ({ now }) => some(holiday, calendars, (calendar) => isHoliday(calendar, now)),
      why: () => `it is no holiday of ${holiday.join(", ")}`,
    });
  }
  return tests;
}

function headerTest(header: string, matches: TextPattern, not: boolean): RouteTest {
  const lineOf = ({ call }: Asked): string | null => call.header?.(header) ?? null;
  return {
    holds: (asked) => {
      const value = lineOf(asked);
      return (value !== null && testText(matches, value)) !== not;
    },
    why: (asked) =>
      lineOf(asked) === null ? `there is no ${header}` : `${header} ${not ? "matches" : "does not match"}`,
  };
}

/** Everything that a route asks but the called number, which is looked up. */
export function compileTests(
  match: RouteMatch,
  by: { readonly calendars: Calendars; readonly caller: PatternSet | null },
): RouteTest[] {
  const { emergency, from, calledTags, callerTags, headers } = match;
  const tests: RouteTest[] = [];
  if (emergency !== null) {
    tests.push({
      holds: ({ call }) => call.emergency === emergency,
      why: ({ call }) => (call.emergency ? "it is an emergency call" : "it is no emergency call"),
    });
  }
  if (from !== null) {
    const trunks = new Set(from);
    tests.push({ holds: ({ call }) => trunks.has(call.from), why: ({ call }) => `it comes from ${call.from}` });
  }
  if (by.caller !== null) tests.push(numberTest(by.caller, "caller"));
  tests.push(...timeTests(match, by.calendars));
  if (calledTags !== null) tests.push(tagTest(calledTags, "called"));
  if (callerTags !== null) tests.push(tagTest(callerTags, "caller"));
  for (const { header, matches, not } of headers) tests.push(headerTest(header, matches, not));
  return tests;
}
