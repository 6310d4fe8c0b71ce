// In which order the trunks of a route are tried, by what the route says: in turns, by load, by caller, by price, by how well they do.

import { BoundedMap, type Millis, type Random } from "../../base/index.ts";
import { formatPrice, type Selection, type Trunk } from "../../model/index.ts";
import { shuffleByWeight } from "./order-targets.ts";
import { type CompiledRates, priceOf, rateOf } from "./rates.ts";
import { qualityOf, type TrunkQuality, type TrunkTallies } from "./trunk-quality.ts";

export interface TrunkEntry {
  readonly trunk: Trunk;
  readonly weight: number | null;
}

/** Of each route that takes turns, how many calls it has had. */
export type Turns = BoundedMap<string, number>;

const TURNS_LIMIT = 100_000;

export function createTurns(): Turns {
  return new BoundedMap(TURNS_LIMIT);
}

/** What choosing goes by. */
export interface SelectionGrounds {
  readonly now: Millis;
  readonly random: Random;
  readonly called: string;
  readonly caller: string;
  /** By trunk. */
  readonly standing: (trunk: string) => number;
  readonly ratesOf: (trunk: Trunk) => CompiledRates | null;
  readonly turns: Turns;
  readonly tallies: TrunkTallies;
}

/** A trunk in its place, and what put it there; null where it stands as it was written. */
export interface ChosenTrunk {
  readonly trunk: Trunk;
  readonly why: string | null;
}

/** The trunks in the order in which they are tried. `name` is the route's. */
export function selectTrunks(
  entries: readonly TrunkEntry[],
  route: { readonly name: string; readonly select: Selection },
  grounds: SelectionGrounds,
): ChosenTrunk[] {
  const { select } = route;
  const chosen = entries.length === 1 ? plain(entries) : WAYS[select.by](entries, grounds, route);
  return poorLast(chosen, select, grounds);
}

type Way = (
  entries: readonly TrunkEntry[],
  grounds: SelectionGrounds,
  route: { readonly name: string; readonly select: Selection },
) => ChosenTrunk[];

const WAYS: Readonly<Record<Selection["by"], Way>> = {
  "in-order": inOrder,
  "round-robin": inTurns,
  "least-loaded": leastLoaded,
  sticky,
  "least-cost": leastCost,
  quality: bestFirst,
};

function plain(entries: readonly TrunkEntry[]): ChosenTrunk[] {
  return entries.map(({ trunk }) => ({ trunk, why: null }));
}

/** As they are written, or shared by weight where weights are given. */
function inOrder(entries: readonly TrunkEntry[], { random }: SelectionGrounds): ChosenTrunk[] {
  if (entries.every(({ weight }) => weight === null)) return plain(entries);
  const weighted = entries.map((entry) => ({ item: entry, weight: entry.weight ?? 1 }));
  return shuffleByWeight(weighted, random).map(({ trunk, weight }) => ({ trunk, why: `weight ${weight ?? 1}` }));
}

function inTurns(
  entries: readonly TrunkEntry[],
  { turns }: SelectionGrounds,
  { name }: { name: string },
): ChosenTrunk[] {
  const turn = (turns.get(name) ?? 0) % entries.length;
  turns.set(name, turn + 1);
  return plain([...entries.slice(turn), ...entries.slice(0, turn)]);
}

/** Each with a measure, the least first; those that are alike stay in their order, and those without a measure come last. */
function byMeasure(
  measured: readonly { readonly trunk: Trunk; readonly measure: number | null; readonly why: string }[],
): ChosenTrunk[] {
  const of = ({ measure }: { readonly measure: number | null }): number => measure ?? Number.POSITIVE_INFINITY;
  return [...measured]
    .sort((one, other) => (of(one) === of(other) ? 0 : of(one) - of(other)))
    .map(({ trunk, why }) => ({ trunk, why }));
}

function leastLoaded(entries: readonly TrunkEntry[], { standing }: SelectionGrounds): ChosenTrunk[] {
  return byMeasure(
    entries.map(({ trunk, weight }) => {
      const calls = standing(trunk.name);
      const why = `${calls} ${calls === 1 ? "call" : "calls"}${weight === null ? "" : `, weight ${weight}`}`;
      return { trunk, measure: calls / (weight ?? 1), why };
    }),
  );
}

/** Weighted rendezvous: a caller keeps its trunk when others come or go, and each trunk has as many callers as its weight says. */
function sticky(entries: readonly TrunkEntry[], { caller }: SelectionGrounds): ChosenTrunk[] {
  return byMeasure(
    entries.map(({ trunk, weight }) => {
      const share = (hash32(`${trunk.name}|${caller}`) + 1) / 4_294_967_297;
      return { trunk, measure: -Math.log(share) / (weight ?? 1), why: `by the caller ${caller}` };
    }),
  );
}

/** FNV-1a, with its bits stirred: spread evenly, and the same everywhere. */
function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Prices in different currencies cannot be compared: the configuration's check has seen to it that there are none. */
function leastCost(
  entries: readonly TrunkEntry[],
  { called, now, ratesOf }: SelectionGrounds,
  { select }: { select: Selection },
): ChosenTrunk[] {
  return byMeasure(
    entries.map(({ trunk }) => {
      const rates = ratesOf(trunk);
      const rate = rates === null ? null : rateOf(rates, called, now);
      if (rates === null || rate === null) return { trunk, measure: null, why: "no price for this number" };
      const measure = priceOf(rate, select.callDuration);
      const length = `${Math.ceil(select.callDuration / 1000)} s`;
      return { trunk, measure, why: `${formatPrice(measure)} ${rates.currency} for ${length} to ${rate.prefix}` };
    }),
  );
}

/** A trunk of which little is known counts as an ordinary one, so that it is tried and becomes known. */
const USUAL = { answers: 1, calls: 2 };

/** By answered calls in steps of five in a hundred, so that chance does not decide; then by how soon it rings. */
function bestFirst(entries: readonly TrunkEntry[], { tallies, now }: SelectionGrounds): ChosenTrunk[] {
  return byMeasure(
    entries.map(({ trunk }) => {
      const quality = qualityOf(tallies, trunk.name, now);
      const calls = quality?.calls ?? 0;
      const answered = (calls * (quality?.answerPercent ?? 0)) / 100;
      const step = Math.round((20 * (answered + USUAL.answers)) / (calls + USUAL.calls));
      const delay = Math.min(quality?.dialDelayMs ?? 0, 60_000) / 60_001;
      return { trunk, measure: delay - step, why: quality === null ? "no calls of late" : describe(quality) };
    }),
  );
}

function describe({ answerPercent, dialDelayMs }: TrunkQuality): string {
  const delay = dialDelayMs === null ? "" : `, rings after ${(dialDelayMs / 1000).toFixed(1)} s`;
  return `answers ${answerPercent.toFixed(0)} %${delay}`;
}

/** Those that do worse than is asked stand behind the others, in the same order. */
function poorLast(chosen: ChosenTrunk[], { least }: Selection, { tallies, now }: SelectionGrounds): ChosenTrunk[] {
  const asked = least.answerPercent ?? least.dialDelay ?? least.callDuration ?? least.mos;
  if (asked === null || chosen.length < 2) return chosen;
  const poor = new Map<Trunk, string>();
  for (const { trunk } of chosen) {
    const why = shortfall(qualityOf(tallies, trunk.name, now), least);
    if (why !== null) poor.set(trunk, why);
  }
  return [
    ...chosen.filter(({ trunk }) => !poor.has(trunk)),
    ...chosen.filter(({ trunk }) => poor.has(trunk)).map(({ trunk }) => ({ trunk, why: poor.get(trunk) ?? null })),
  ];
}

/** What a trunk falls short of; null where it does not, or too little is known. */
function shortfall(quality: TrunkQuality | null, least: Selection["least"]): string | null {
  if (quality === null || quality.calls < least.calls) return null;
  const { answerPercent, dialDelayMs, callDurationMs, mos } = quality;
  if (least.answerPercent !== null && answerPercent < least.answerPercent)
    return `answers ${answerPercent.toFixed(0)} %, less than ${least.answerPercent} %`;
  if (least.dialDelay !== null && dialDelayMs !== null && dialDelayMs > least.dialDelay)
    return `rings after ${(dialDelayMs / 1000).toFixed(1)} s, later than ${least.dialDelay / 1000} s`;
  if (least.callDuration !== null && callDurationMs !== null && callDurationMs < least.callDuration)
    return `calls last ${(callDurationMs / 1000).toFixed(0)} s, less than ${least.callDuration / 1000} s`;
  if (least.mos !== null && mos !== null && mos < least.mos)
    return `sounds like ${mos.toFixed(1)}, less than ${least.mos}`;
  return null;
}
