// What must agree between numbers, routes and trunks: names that exist, blocks that do not overlap.

import type { Configuration } from "./configuration.ts";
import { missingName } from "./missing-name.ts";
import { formatBlock } from "./number.ts";
import { numberConflicts } from "./number-conflicts.ts";
import type { NumberPatterns } from "./phone-number.ts";
import { type ConfigurationProblem, formatPath } from "./problem.ts";
import { repeatedRates } from "./repeated-rates.ts";
import type { Route, RouteDestination, TrunkShare } from "./route.ts";

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

/** The kinds of things that routes and classes name, each with the names that are there. */
interface Known {
  readonly trunks: ReadonlySet<string>;
  readonly calendars: ReadonlySet<string>;
  readonly lists: ReadonlySet<string>;
  readonly tables: ReadonlySet<string>;
  readonly hooks: ReadonlySet<string>;
  /** Of trunks whose prices are known. */
  readonly currencies: ReadonlyMap<string, string>;
}

interface Named {
  readonly name: string;
  readonly path: Path;
}

function checkNames(names: readonly Named[], of: string, known: ReadonlySet<string>): readonly ConfigurationProblem[] {
  const problems: ConfigurationProblem[] = [];
  const seen = new Set<string>();
  for (const { name, path } of names) {
    if (!known.has(name)) problems.push({ path, at: "value", message: missingName(of, name, [...known]) });
    else if (seen.has(name)) problems.push({ path, at: "value", message: `${of} ${name} stands in the list already` });
    seen.add(name);
  }
  return problems;
}

function checkShares(
  entries: readonly TrunkShare[],
  path: Path,
  trunks: ReadonlySet<string>,
): readonly ConfigurationProblem[] {
  const problems = [
    ...checkNames(
      entries.map(({ trunk }, place) => ({ name: trunk, path: [...path, place] })),
      "trunk",
      trunks,
    ),
  ];
  const weighted = entries.filter(({ weight }) => weight !== null).length;
  if (weighted > 0 && weighted < entries.length) {
    const message = "either every entry has a weight (shared) or none has (tried in order)";
    problems.push({ path, at: "value", message });
  }
  return problems;
}

function listed(patterns: NumberPatterns | null, path: Path): readonly Named[] {
  return (patterns?.lists ?? []).map((name) => ({ name, path: [...path, "list"] }));
}

function checkMatch({ from, called, caller, during, outside, holiday }: Route["match"], path: Path, known: Known) {
  const calendars = { during, outside, holiday };
  const at = (names: readonly string[] | null, key: string): Named[] =>
    (names ?? []).map((name, place) => ({ name, path: [...path, key, place] }));
  return [
    ...checkNames(at(from, "from"), "trunk", known.trunks),
    ...Object.entries(calendars).flatMap(([key, names]) => checkNames(at(names, key), "calendar", known.calendars)),
    ...checkNames(listed(called, [...path, "called"]), "list of numbers", known.lists),
    ...checkNames(listed(caller, [...path, "caller"]), "list of numbers", known.lists),
  ];
}

/** What the way of choosing among a route's trunks needs of them. */
function checkSelection({ to, select }: Route, path: Path, known: Known): readonly ConfigurationProblem[] {
  if (select.by === "in-order") return [];
  const refuse = (message: string) => [{ path: [...path, "select"], at: "value" as const, message }];
  if (to.kind !== "trunks") return refuse("there are no trunks to choose among; put it where `to` lists them");
  const usesWeights = select.by === "sticky" || select.by === "least-loaded";
  if (!usesWeights && to.entries.some(({ weight }) => weight !== null))
    return refuse(`weights say nothing with ${select.by}; take one of the two out`);
  if (select.by !== "least-cost") return [];
  const currencies = new Set(to.entries.flatMap(({ trunk }) => known.currencies.get(trunk) ?? []));
  if (currencies.size === 0) return refuse("none of these trunks has `rates`, so that no price is known");
  if (currencies.size === 1) return [];
  return refuse(`prices in ${[...currencies].join(" and ")} cannot be compared; write the decks in one currency`);
}

function checkRates({ trunks, rateDecks }: Configuration): readonly ConfigurationProblem[] {
  const decks = new Set(Object.keys(rateDecks));
  const problems: ConfigurationProblem[] = [];
  for (const { name, rates } of Object.values(trunks))
    if (rates !== null)
      problems.push(...checkNames([{ name: rates, path: ["trunks", name, "rates"] }], "rate deck", decks));
  for (const [name, { rates }] of Object.entries(rateDecks)) {
    for (const { place, earlier } of repeatedRates(rates)) {
      const message = `rates[${earlier}] is for this prefix from the same moment already`;
      problems.push({ path: ["rateDecks", name, "rates", place], at: "value", message });
    }
  }
  return problems;
}

/** What asks somebody outside. */
function checkOutside({ match, to }: Route, path: Path, known: Known): readonly ConfigurationProblem[] {
  if (to.kind !== "hook" && to.kind !== "enum") return [];
  const problems: ConfigurationProblem[] = [];
  if (to.kind === "hook") {
    problems.push(...checkNames([{ name: to.hook, path: [...path, "to", "hook"] }], "hook", known.hooks));
  } else if (to.trunk !== null) {
    problems.push(...checkNames([{ name: to.trunk, path: [...path, "to", "trunk"] }], "trunk", known.trunks));
  }
  if (match.emergency === true) {
    const message = "emergency calls wait for nobody outside: they would pass this route by; name their trunks";
    problems.push({ path: [...path, "to"], at: "value", message });
  }
  return problems;
}

/** The names in where a call goes. */
export function checkDestination(
  to: RouteDestination,
  path: Path,
  { trunks, routeTables }: Pick<Configuration, "trunks" | "routeTables">,
): readonly ConfigurationProblem[] {
  if (to.kind === "trunks") return checkShares(to.entries, path, new Set(Object.keys(trunks)));
  if (to.kind !== "table") return [];
  const named = [{ name: to.table, path: [...path, "table"] }];
  return checkNames(named, "table of routes", new Set(Object.keys(routeTables)));
}

function checkRoute(route: Route, path: Path, known: Known): readonly ConfigurationProblem[] {
  const { match, to, fallback } = route;
  const problems = [...checkMatch(match, [...path, "match"], known), ...checkSelection(route, path, known)];
  if (to.kind === "trunks") problems.push(...checkShares(to.entries, [...path, "to"], known.trunks));
  if (to.kind === "table") {
    problems.push(...checkNames([{ name: to.table, path: [...path, "to", "table"] }], "table of routes", known.tables));
  }
  problems.push(...checkOutside(route, path, known), ...checkShares(fallback, [...path, "fallback"], known.trunks));
  if (fallback.length > 0 && to.kind === "reject") {
    const message = "a call that is refused has nothing to fall back from";
    problems.push({ path: [...path, "fallback"], at: "key", message });
  }
  return problems;
}

/** A table that leads back to itself would never be done with. */
function checkCircles(tables: Configuration["routeTables"]): readonly ConfigurationProblem[] {
  const problems: ConfigurationProblem[] = [];
  const done = new Set<string>();
  const visit = (name: string, way: readonly string[]): void => {
    if (done.has(name)) return;
    for (const [place, { to }] of (tables[name]?.routes ?? []).entries()) {
      if (to.kind !== "table" || !Object.hasOwn(tables, to.table)) continue;
      if (to.table === name || way.includes(to.table)) {
        const circle = [...way.slice(way.indexOf(to.table)), name, to.table].filter(
          (one, at, all) => one !== all[at - 1],
        );
        const message = `this leads in a circle: ${to.table === name ? `${name}, ${name}` : circle.join(", ")}`;
        problems.push({ path: ["routeTables", name, "routes", place, "to", "table"], at: "value", message });
      } else visit(to.table, [...way, name]);
    }
    done.add(name);
  };
  for (const name of Object.keys(tables)) visit(name, []);
  return problems;
}

function checkClasses(
  { classesOfService, trunks, numbers }: Configuration,
  known: Known,
): readonly ConfigurationProblem[] {
  const classes = new Set(Object.keys(classesOfService));
  const used = [
    ...Object.values(trunks).map(({ name, limits }) => {
      return { name: limits.classOfService, path: ["trunks", name, "limits", "classOfService"] };
    }),
    ...numbers.map(({ classOfService }, place) => ({
      name: classOfService,
      path: ["numbers", place, "classOfService"],
    })),
  ];
  const problems = used.flatMap(({ name, path }) =>
    name === null ? [] : checkNames([{ name, path }], "class of service", classes),
  );
  for (const [name, rules] of Object.entries(classesOfService)) {
    for (const [place, { called, during }] of rules.entries()) {
      const path = ["classesOfService", name, place];
      problems.push(...checkNames(listed(called, [...path, "called"]), "list of numbers", known.lists));
      const calendar = during === null ? [] : [{ name: during, path: [...path, "during"] }];
      problems.push(...checkNames(calendar, "calendar", known.calendars));
    }
  }
  return problems;
}

/** Places that are named are there; and a number stands for one place only, or those who call back would reach somebody else. */
function checkLocations({ locations, numbers, trunks }: Configuration): readonly ConfigurationProblem[] {
  const known = new Set(Object.keys(locations));
  const used = [
    ...numbers.map(({ emergencyLocation }, place) => {
      return { name: emergencyLocation, path: ["numbers", place, "emergencyLocation"] };
    }),
    ...Object.values(trunks).map(({ name, emergency }) => {
      return { name: emergency.location, path: ["trunks", name, "emergency", "location"] };
    }),
  ];
  const problems = used.flatMap(({ name, path }) =>
    name === null ? [] : checkNames([{ name, path }], "location", known),
  );
  const places = new Map<string, string>();
  for (const [name, { elins }] of Object.entries(locations)) {
    for (const [place, number] of elins.entries()) {
      const other = places.get(number);
      const message = `${number} stands for ${other} already`;
      if (other !== undefined) problems.push({ path: ["locations", name, "elins", place], at: "value", message });
      places.set(number, name);
    }
  }
  return problems;
}

function currenciesOf({ trunks, rateDecks }: Configuration): ReadonlyMap<string, string> {
  const currencies = new Map<string, string>();
  for (const { name, rates } of Object.values(trunks)) {
    const deck = rates !== null && Object.hasOwn(rateDecks, rates) ? rateDecks[rates] : undefined;
    if (deck !== undefined) currencies.set(name, deck.currency);
  }
  return currencies;
}

export function checkRouting(configuration: Configuration): readonly ConfigurationProblem[] {
  const { trunks, calendars, numberLists, routeTables, hooks, routes } = configuration;
  const known: Known = {
    trunks: new Set(Object.keys(trunks)),
    calendars: new Set(Object.keys(calendars)),
    lists: new Set(Object.keys(numberLists)),
    tables: new Set(Object.keys(routeTables)),
    hooks: new Set(Object.keys(hooks)),
    currencies: currenciesOf(configuration),
  };
  const tables = Object.entries(routeTables).map(([name, table]) => {
    return { path: ["routeTables", name, "routes"], routes: table.routes };
  });
  const problems = [
    ...checkNumbers(configuration),
    ...checkClasses(configuration, known),
    ...checkRates(configuration),
    ...checkLocations(configuration),
  ];
  const names = new Map<string, Path>();
  for (const { path, routes: list } of [{ path: ["routes"], routes }, ...tables]) {
    for (const [index, route] of list.entries()) {
      problems.push(...checkRoute(route, [...path, index], known));
      const earlier = names.get(route.name);
      if (earlier !== undefined) {
        const message = `${formatPath(earlier)} is called ${route.name} already`;
        problems.push({ path: [...path, index, "name"], at: "value", message });
      }
      names.set(route.name, earlier ?? [...path, index]);
    }
  }
  return [...problems, ...checkCircles(routeTables)];
}
