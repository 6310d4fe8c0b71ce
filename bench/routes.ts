// What it costs to find a call's route, by how many there are: longest prefix and first match, with as many prefixes as a rate deck has.
import { seededRandom } from "../src/base/index.ts";
import { chooseRoute, compileRouting } from "../src/engine/routing/index.ts";
import { type Configuration, parseConfiguration, type Route } from "../src/model/index.ts";
import { measureOperation, printLine } from "./measure.ts";

const CALLS = 4096;

function office(order: "first" | "longest"): Configuration {
  const parsed = parseConfiguration({
    networks: {
      n: {
        listen: [{ transport: "udp", address: "127.0.0.1", port: 5060 }],
        media: { address: "127.0.0.1", ports: "20000-20999" },
      },
    },
    trunks: { pbx: { role: "pbx", network: "n", targets: [{ uri: "sip:127.0.0.2" }] } },
    routes: [{ name: "deck", to: { table: "deck" } }],
    routeTables: { deck: { order, routes: [{ name: "one", match: { called: "+1*" }, to: ["pbx"] }] } },
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.failure));
  return parsed.value;
}

/** Different prefixes of two to eleven digits, in no order. */
function prefixes(count: number): string[] {
  const random = seededRandom(count);
  const found = new Set<string>();
  while (found.size < count) {
    const digits = String(1_000_000_000_000 + (random.uint32() % 100_000_000) * 9973).slice(1);
    found.add(`+${1 + (random.uint32() % 9)}${digits.slice(0, 1 + (random.uint32() % 10))}`);
  }
  return [...found];
}

function routed(order: "first" | "longest", count: number): Configuration {
  const configuration = office(order);
  const deck = configuration.routeTables.deck;
  const [one] = deck?.routes ?? [];
  if (deck === undefined || one === undefined) throw new Error("no deck");
  const routes = prefixes(count).map((prefix, place): Route => {
    const called = { patterns: [{ kind: "prefix", prefix } as const], lists: [] };
    return { ...one, name: `r${place}`, match: { ...one.match, called } };
  });
  return { ...configuration, routeTables: { deck: { ...deck, routes } } };
}

/** Outside, to ask. */
const NOBODY = { answers: () => undefined, leading: () => [] };

async function benchDeck(order: "first" | "longest", count: number): Promise<number> {
  const configuration = routed(order, count);
  const started = process.cpuUsage();
  const routing = compileRouting(configuration);
  const { user, system } = process.cpuUsage(started);
  const random = seededRandom(7);
  const calls = Array.from({ length: CALLS }, () => ({
    from: "pbx",
    caller: "+12025550100",
    emergency: false,
    called: `+${1 + (random.uint32() % 9)}${String(random.uint32()).padStart(10, "0")}`,
  }));
  let at = 0;
  const figure = await measureOperation({
    name: `${order} match among ${count.toLocaleString("en")} prefixes (compiled in ${Math.round((user + system) / 1000)} ms)`,
    run: () => {
      at = (at + 1) % CALLS;
      return chooseRoute(routing, calls[at] as (typeof calls)[number], { now: 0, ...NOBODY });
    },
  });
  return figure.medianNs;
}

export async function benchRoutes(): Promise<void> {
  for (const order of ["longest", "first"] as const) {
    const few = await benchDeck(order, 1000);
    const many = await benchDeck(order, 1_000_000);
    printLine(`  a thousand times as many cost`, `${(many / few).toFixed(1)} times as much`);
  }
}
