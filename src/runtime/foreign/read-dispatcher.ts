// Kamailio's dispatcher list: a trunk for each set. `setid uri flags priority attributes`, one destination a line; the highest priority is asked first.

import { type Carried, type LeftBehind, targetUri, trunkName, trunkOf } from "./carried.ts";

const INACTIVE = 1;
const DISABLED = 4;

interface Destination {
  readonly uri: string;
  readonly priority: number;
  readonly weight: number | null;
}

interface DispatcherSet {
  readonly destinations: Destination[];
}

function attributesOf(text: string): ReadonlyMap<string, string> {
  const pairs = text.split(";").filter((pair) => pair !== "");
  return new Map(pairs.map((pair) => [pair.split("=", 1)[0] ?? "", pair.slice(pair.indexOf("=") + 1)]));
}

function weightOf(attributes: ReadonlyMap<string, string>): number | null {
  const written = Number(attributes.get("rweight") ?? attributes.get("weight") ?? Number.NaN);
  return Number.isInteger(written) && written >= 1 && written <= 100 ? written : null;
}

/** What of the attributes is not carried over. */
function strayAttributes(attributes: ReadonlyMap<string, string>): readonly string[] {
  return [...attributes].flatMap(([name, value]): readonly string[] => {
    const written = `${name}=${value}`;
    switch (name) {
      case "duid":
        return [];
      case "weight":
      case "rweight":
        return weightOf(attributes) === null ? [`${written} is no weight from 1 to 100`] : [];
      case "maxload":
        return [
          `${written}: limits.calls is a trunk's, not a target's; give this target a trunk of its own to keep it`,
        ];
      case "socket":
      case "sockname":
        return [`${written}: from where calls go out is what the trunk's network says`];
      default:
        return [`${written} has nothing that it would be here`];
    }
  });
}

/** Puts the line's destination into its set; what is returned was not carried over. */
function readLine(text: string, sets: Map<string, DispatcherSet>): readonly string[] {
  const [id = "", written = "", flags = "0", priority = "0", more = ""] = text.split(/\s+/);
  const uri = targetUri(written);
  if (!/^[0-9]{1,9}$/.test(id) || !/^sips?:/i.test(written) || uri === null) {
    return ["this is no line of a dispatcher list: expected setid uri flags priority attributes"];
  }
  if ((Number(flags) & (INACTIVE | DISABLED)) !== 0) return [`${written} is inactive or disabled there`];
  const set = sets.get(id) ?? { destinations: [] };
  if (set.destinations.some((other) => other.uri.toLowerCase() === uri.toLowerCase())) {
    return [`${written} stands in set ${id} already`];
  }
  const attributes = attributesOf(more);
  set.destinations.push({ uri, priority: Number(priority) || 0, weight: weightOf(attributes) });
  sets.set(id, set);
  return strayAttributes(attributes);
}

export function readDispatcher(text: string, network: string): Carried {
  const sets = new Map<string, DispatcherSet>();
  const left: LeftBehind[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const content = line.replace(/#.*$/, "").trim();
    if (content === "") continue;
    for (const message of readLine(content, sets)) left.push({ line: index + 1, message });
  }
  const trunks: Record<string, ReturnType<typeof trunkOf>> = {};
  for (const [id, { destinations }] of sets) {
    const ranks = [...new Set(destinations.map(({ priority }) => priority))].sort((one, other) => other - one);
    const name = trunkName(`set-${id}`, new Set(Object.keys(trunks)));
    const targets = destinations.map(({ uri, priority, weight }) =>
      trunkOf({ uri, priority: (ranks.indexOf(priority) + 1) * 10, weight }),
    );
    trunks[name] = trunkOf({ role: "pbx", network, targets });
  }
  return { trunks, left };
}
