// What must agree between numbers, routes and trunks: names that exist, blocks that do not overlap.

import type { Configuration } from "./configuration.ts";
import { missingName } from "./missing-name.ts";
import { formatBlock } from "./number.ts";
import { numberConflicts } from "./number-conflicts.ts";
import type { ConfigurationProblem } from "./problem.ts";
import type { Route } from "./route.ts";

type Path = ConfigurationProblem["path"];

function checkNumbers({ numbers, trunks }: Configuration): readonly ConfigurationProblem[] {
  const problems: ConfigurationProblem[] = [];
  for (const [index, { trunk }] of numbers.entries()) {
    if (trunk === null || Object.hasOwn(trunks, trunk)) continue;
    problems.push({
      path: ["numbers", index, "trunk"],
      at: "value",
      message: missingName("trunk", trunk, Object.keys(trunks)),
    });
  }
  for (const { earlier, later } of numberConflicts(numbers)) {
    const [one, other] = [numbers[later], numbers[earlier]];
    if (one === undefined || other === undefined) continue;
    const message = `${formatBlock(one)} overlaps numbers[${earlier}], ${formatBlock(other)}`;
    problems.push({ path: ["numbers", later], at: "value", message });
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
