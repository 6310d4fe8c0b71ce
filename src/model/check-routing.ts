// What must agree between numbers, routes and trunks: names that exist, blocks that do not overlap.

import type { Configuration } from "./configuration.ts";
import { missingName } from "./missing-name.ts";
import type { NumberBlock } from "./number.ts";
import type { ConfigurationProblem } from "./problem.ts";
import type { Route } from "./route.ts";

type Path = ConfigurationProblem["path"];

/** Shorter numbers first, then by digits: the order in which overlapping blocks are neighbours. */
function compareBlocks(one: NumberBlock, other: NumberBlock): number {
  if (one.first.length !== other.first.length) return one.first.length - other.first.length;
  if (one.first === other.first) return 0;
  return one.first < other.first ? -1 : 1;
}

function formatBlock(block: NumberBlock): string {
  return block.first === block.last ? block.first : `${block.first} to ${block.last}`;
}

function checkNumbers(configuration: Configuration): readonly ConfigurationProblem[] {
  const problems: ConfigurationProblem[] = [];
  for (const [index, block] of configuration.numbers.entries()) {
    if (Object.hasOwn(configuration.trunks, block.trunk)) continue;
    const message = missingName("trunk", block.trunk, Object.keys(configuration.trunks));
    problems.push({ path: ["numbers", index, "trunk"], at: "value", message });
  }
  const sorted = configuration.numbers.map((block, index) => ({ block, index }));
  sorted.sort((one, other) => compareBlocks(one.block, other.block) || one.index - other.index);
  let reach = sorted[0];
  for (const entry of sorted.slice(1)) {
    if (reach === undefined) break;
    const sameLength = entry.block.first.length === reach.block.first.length;
    if (sameLength && entry.block.first <= reach.block.last) {
      const [earlier, later] = entry.index < reach.index ? [entry, reach] : [reach, entry];
      const message = `${formatBlock(later.block)} overlaps numbers[${earlier.index}], ${formatBlock(earlier.block)}`;
      problems.push({ path: ["numbers", later.index], at: "value", message });
    }
    if (!sameLength || entry.block.last > reach.block.last) reach = entry;
  }
  return problems;
}

function checkTrunkNames(names: readonly { name: string; path: Path }[], trunks: readonly string[]) {
  const problems: ConfigurationProblem[] = [];
  const seen = new Set<string>();
  for (const { name, path } of names) {
    if (!trunks.includes(name)) problems.push({ path, at: "value", message: missingName("trunk", name, trunks) });
    else if (seen.has(name)) problems.push({ path, at: "value", message: `trunk ${name} stands in the list already` });
    seen.add(name);
  }
  return problems;
}

function checkRoute(route: Route, index: number, trunks: readonly string[]): readonly ConfigurationProblem[] {
  const path = ["routes", index];
  const { from } = route.match;
  const names = (from ?? []).map((name, place) => ({ name, path: [...path, "match", "from", place] }));
  const problems = checkTrunkNames(names, trunks);
  const { to } = route;
  if (to.kind !== "trunks") return problems;
  const targets = to.entries.map(({ trunk }, place) => ({ name: trunk, path: [...path, "to", place] }));
  problems.push(...checkTrunkNames(targets, trunks));
  const weighted = to.entries.filter(({ weight }) => weight !== null).length;
  if (weighted > 0 && weighted < to.entries.length) {
    const message = "either every entry has a weight (shared) or none has (tried in order)";
    problems.push({ path: [...path, "to"], at: "value", message });
  }
  return problems;
}

export function checkRouting(configuration: Configuration): readonly ConfigurationProblem[] {
  const problems = [...checkNumbers(configuration)];
  const trunks = Object.keys(configuration.trunks);
  const names = new Map<string, number>();
  for (const [index, route] of configuration.routes.entries()) {
    problems.push(...checkRoute(route, index, trunks));
    const earlier = names.get(route.name);
    if (earlier !== undefined) {
      const message = `routes[${earlier}] is called ${route.name} already`;
      problems.push({ path: ["routes", index, "name"], at: "value", message });
    }
    names.set(route.name, earlier ?? index);
  }
  return problems;
}
