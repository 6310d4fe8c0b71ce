// The trunks to which emergency calls go by the routes: those that are tried where nobody names others.

import type { Configuration } from "./configuration.ts";
import type { Route } from "./route.ts";

/** In the order of the routes, none twice. */
export function emergencyTrunksOf({
  routes,
  routeTables,
}: Pick<Configuration, "routes" | "routeTables">): readonly string[] {
  const found = new Set<string>();
  const seen = new Set<string>();
  const take = ({ to, fallback }: Route): void => {
    if (to.kind === "trunks") for (const { trunk } of to.entries) found.add(trunk);
    if (to.kind === "table" && !seen.has(to.table)) {
      seen.add(to.table);
      const table = Object.hasOwn(routeTables, to.table) ? routeTables[to.table] : undefined;
      for (const route of table?.routes ?? []) if (route.match.emergency !== false) take(route);
    }
    for (const { trunk } of fallback) found.add(trunk);
  };
  for (const route of routes) if (route.match.emergency === true) take(route);
  return [...found];
}
