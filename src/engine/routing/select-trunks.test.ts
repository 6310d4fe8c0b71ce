// The order of a route's trunks: over 100,000 calls, by each way of choosing.
import { describe, expect, it, test } from "vitest";
import { MINUTE, type Millis, seededRandom } from "../../base/index.ts";
import { parseConfiguration, type Trunk } from "../../model/index.ts";
import { type CompiledRates, compileRates } from "./rates.ts";
import { createTurns, type SelectionGrounds, selectTrunks } from "./select-trunks.ts";
import { estimateMos } from "./speech-quality.ts";
import { createTallies, noteTalk, noteVerdict, qualityOf } from "./trunk-quality.ts";

const CALLS = 100_000;
const NAMES = ["a", "b", "c"] as const;

interface Settings {
  readonly to?: unknown;
  readonly select?: unknown;
  readonly rateDecks?: unknown;
}

function read({ to = NAMES, select = "in-order", rateDecks = {} }: Settings) {
  const decks = Object.keys(rateDecks as object);
  const trunks = NAMES.map((name) => {
    const rates = decks.includes(name) ? { rates: name } : {};
    return [name, { role: "provider", network: "wan", targets: [{ uri: `sip:${name}.example` }], ...rates }];
  });
  return parseConfiguration({
    networks: {
      wan: {
        listen: [{ transport: "udp", address: "127.0.0.2", port: 5060 }],
        media: { address: "127.0.0.2", ports: "30000-30099" },
      },
    },
    trunks: Object.fromEntries(trunks),
    rateDecks,
    routes: [{ name: "out", to, select }],
  });
}

function setUp(settings: Settings) {
  const parsed = read(settings);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.failure));
  const { trunks, routes, rateDecks } = parsed.value;
  const [route] = routes;
  if (route?.to.kind !== "trunks") throw new Error("the route leads to trunks");
  const entries = route.to.entries.map(({ trunk, weight }) => ({ trunk: trunks[trunk] as Trunk, weight }));
  const compiled = new Map(Object.entries(rateDecks).map(([name, deck]) => [name, compileRates(deck)]));
  const standing: Record<string, number> = { a: 0, b: 0, c: 0 };
  const grounds: SelectionGrounds = {
    now: 0,
    random: seededRandom(7),
    called: "+13035550142",
    caller: "+12025550100",
    standing: (trunk) => standing[trunk] ?? 0,
    ratesOf: ({ rates }): CompiledRates | null => compiled.get(rates ?? "") ?? null,
    turns: createTurns(),
    tallies: createTallies(),
  };
  const order = (more: Partial<SelectionGrounds> = {}) => selectTrunks(entries, route, { ...grounds, ...more });
  const names = (more: Partial<SelectionGrounds> = {}) => order(more).map(({ trunk }) => trunk.name);
  return { grounds, standing, order, names };
}

/** How often each was the first. */
function firsts(calls: number, next: (call: number) => readonly string[]): Record<string, number> {
  const counts: Record<string, number> = { a: 0, b: 0, c: 0 };
  for (let call = 0; call < calls; call += 1) {
    const [first = ""] = next(call);
    counts[first] = (counts[first] ?? 0) + 1;
  }
  return counts;
}

const weighted = NAMES.map((trunk, at) => ({ trunk, weight: at + 1 }));

describe("trunks are tried", () => {
  it("in the order in which they stand", () => {
    expect(setUp({}).names()).toEqual(["a", "b", "c"]);
  });

  it("by weight, each first as often as its weight says", () => {
    const { names } = setUp({ to: weighted });
    const counts = firsts(CALLS, () => names());
    for (const [at, name] of NAMES.entries()) expect(counts[name]! / CALLS).toBeCloseTo((at + 1) / 6, 2);
    expect(names().sort()).toEqual([...NAMES]);
  });

  it("in turns, to the call", () => {
    const { names } = setUp({ select: "round-robin" });
    expect([names(), names(), names(), names()]).toEqual([
      ["a", "b", "c"],
      ["b", "c", "a"],
      ["c", "a", "b"],
      ["a", "b", "c"],
    ]);
    expect(firsts(CALLS - 1, () => names())).toEqual({ a: 33_333, b: 33_333, c: 33_333 });
  });

  it("by the calls that stand, so that their loads stay as their weights are", () => {
    const { names, standing } = setUp({ to: weighted, select: "least-loaded" });
    const random = seededRandom(3);
    const live: string[] = [];
    for (let call = 0; call < CALLS; call += 1) {
      const [first = ""] = names();
      standing[first] = (standing[first] ?? 0) + 1;
      live.push(first);
      if (live.length <= 600) continue;
      const [over = ""] = live.splice(random.uint32() % live.length, 1);
      standing[over] = (standing[over] ?? 0) - 1;
    }
    for (const [at, name] of NAMES.entries()) expect(Math.abs(standing[name]! - (at + 1) * 100)).toBeLessThanOrEqual(1);
  });

  it("by the caller, who keeps the trunk, when another one goes too", () => {
    const { names } = setUp({ to: weighted, select: "sticky" });
    const callers = Array.from({ length: CALLS }, (_, at) => `+1202${String(5_550_000 + at)}`);
    const counts = firsts(CALLS, (call) => names({ caller: callers[call]! }));
    for (const [at, name] of NAMES.entries()) expect(counts[name]! / CALLS).toBeCloseTo((at + 1) / 6, 2);
    const without = setUp({ to: weighted.slice(0, 2), select: "sticky" });
    for (const caller of callers.slice(0, 1000)) {
      const order = names({ caller });
      expect(names({ caller })).toEqual(order);
      expect(without.names({ caller })).toEqual(order.filter((name) => name !== "c"));
    }
  });
});

const DAY = Date.parse("2026-12-01T00:00:00Z");

describe("by price", () => {
  const rateDecks = {
    a: {
      currency: "USD",
      rates: [
        { prefix: "+1", perMinute: "0.0100", increments: "1/1" },
        { prefix: "+1303", perMinute: 0.003, increments: "60/60", connect: "0.001" },
        { prefix: "+1303", perMinute: "0.0200", from: "2026-12-01" },
      ],
    },
    b: { currency: "USD", rates: [{ prefix: "+", perMinute: "0.0042" }] },
  };
  const { names, order } = setUp({ select: { by: "least-cost", callDuration: "90s" }, rateDecks });

  it("the longest prefix counts, of its prices the one that holds, and trunks without one come last", () => {
    expect(order({ now: DAY - 1 }).map(({ why }) => why)).toEqual([
      "0.0063 USD for 90 s to +",
      "0.007 USD for 90 s to +1303",
      "no price for this number",
    ]);
    expect(names({ now: DAY })).toEqual(["b", "a", "c"]);
    expect(order({ now: DAY })[1]?.why).toBe("0.03 USD for 90 s to +1303");
    expect(names({ called: "+442079460000" })).toEqual(["b", "a", "c"]);
    expect(names({ called: "100" })).toEqual(["a", "b", "c"]);
  });

  it("how long calls last decides between prices per second and per minute", () => {
    const minute = setUp({ select: { by: "least-cost", callDuration: "60s" }, rateDecks });
    expect(minute.names({ now: DAY - 1 })).toEqual(["a", "b", "c"]);
  });
});

describe("by how well they do", () => {
  const verdict = (answered: boolean, dialDelayMs: Millis | null = 1000) => ({ answered, dialDelayMs });

  it("the one that answers more comes first; one that gets worse goes behind, and one that gets better comes back", () => {
    const { names, grounds } = setUp({ select: "quality" });
    const random = seededRandom(5);
    const run = (chances: Record<string, number>, calls: number, from: Millis): Record<string, number> =>
      firsts(calls, (call) => {
        const now = from + call * 100;
        const order = names({ now });
        const [first = ""] = order;
        const answered = random.uint32() / 2 ** 32 < (chances[first] ?? 0);
        noteVerdict(grounds.tallies, first, { ...verdict(answered), now });
        return order;
      });
    const good = run({ a: 0.4, b: 0.7, c: 0.5 }, CALLS / 2, 0);
    expect(good.b! / (CALLS / 2)).toBeGreaterThan(0.9);
    const worse = { a: 0.4, b: 0.2, c: 0.5 };
    // A quarter of an hour or so, until what was good is forgotten; from then on hardly any.
    expect(run(worse, CALLS / 4, 5_000_000).b! / (CALLS / 4)).toBeLessThan(0.5);
    expect(run(worse, CALLS / 4, 7_500_000).b! / (CALLS / 4)).toBeLessThan(0.05);
    expect(run({ a: 0.1, b: 0.2, c: 0.1 }, CALLS / 4, 10_000_000).b! / (CALLS / 4)).toBeGreaterThan(0.5);
  });

  it.each([
    ["answerPercent", { answerPercent: 50 }, "answers 0 %, less than 50 %"],
    ["dialDelay", { dialDelay: "3s" }, "rings after 5.0 s, later than 3 s"],
    ["callDuration", { callDuration: "30s" }, "calls last 4 s, less than 30 s"],
    ["mos", { mos: 3.5 }, "sounds like 2.0, less than 3.5"],
  ])("one that falls short of %s stands behind the others, once enough is known of it", (_, least, why) => {
    const { names, order, grounds } = setUp({ select: { least: { ...least, calls: 10 } } });
    const poor = (): void => {
      noteVerdict(grounds.tallies, "a", { answered: false, dialDelayMs: 5000, now: 0 });
      noteTalk(grounds.tallies, "a", { talkMs: 4000, mos: 2, now: 0 });
    };
    for (let call = 0; call < 9; call += 1) poor();
    expect(names()).toEqual(["a", "b", "c"]);
    poor();
    expect(names()).toEqual(["b", "c", "a"]);
    expect(order()[2]?.why).toBe(why);
    // Ten minutes on, what is known of it is half as much.
    expect(names({ now: 10 * MINUTE })).toEqual(["a", "b", "c"]);
  });
});

test("what was long ago counts for less, and in the end for nothing", () => {
  const tallies = createTallies();
  noteVerdict(tallies, "a", { answered: true, dialDelayMs: 2000, now: 0 });
  noteVerdict(tallies, "a", { answered: false, dialDelayMs: null, now: 10 * MINUTE });
  const quality = qualityOf(tallies, "a", 10 * MINUTE);
  expect(quality?.calls).toBeCloseTo(1.5, 6);
  expect(quality?.answerPercent).toBeCloseTo(33.33, 1);
  expect(quality?.dialDelayMs).toBeCloseTo(2000, 6);
  expect(qualityOf(tallies, "a", 200 * MINUTE)).toBeNull();
  expect(qualityOf(tallies, "b", 0)).toBeNull();
});

test.each([
  [{ packets: 1000, lost: 0, jitterMs: 0, codec: "PCMU/8000" }, 4.3, 4.45],
  [{ packets: 1000, lost: 0, jitterMs: 5, codec: "G729" }, 3.9, 4.2],
  [{ packets: 950, lost: 50, jitterMs: 5, codec: "PCMA" }, 3.3, 4.1],
  [{ packets: 800, lost: 200, jitterMs: 20, codec: "PCMU" }, 1.8, 3],
  [{ packets: 0, lost: 0, jitterMs: 0, codec: null }, 4.3, 4.45],
  [{ packets: 1, lost: 999, jitterMs: 5000, codec: "toString" }, 1, 1],
])("%j sounds like %d to %d", (heard, from, to) => {
  expect(estimateMos(heard)).toBeGreaterThanOrEqual(from);
  expect(estimateMos(heard)).toBeLessThanOrEqual(to);
});

describe("a configuration is refused", () => {
  const usd = { currency: "USD", rates: [{ prefix: "+1", perMinute: "1" }] };
  test.each<[string, Settings, string]>([
    ["weights that say nothing", { to: weighted, select: "round-robin" }, "weights say nothing with round-robin"],
    ["no prices", { select: "least-cost" }, "none of these trunks has `rates`"],
    [
      "two currencies",
      { select: "least-cost", rateDecks: { a: usd, b: { ...usd, currency: "EUR" } } },
      "cannot be compared",
    ],
    ["nothing to choose", { to: "numbers", select: "sticky" }, "there are no trunks to choose among"],
    ["an unknown way", { select: "cheapest" }, "expected in-order"],
    [
      "a price with ten decimals",
      { rateDecks: { a: { currency: "USD", rates: [{ prefix: "+1", perMinute: "0.0000000001" }] } } },
      "at most nine decimals",
    ],
    [
      "a prefix without plus",
      { rateDecks: { a: { currency: "USD", rates: [{ prefix: "1", perMinute: "1" }] } } },
      "the beginning of an E.164 number",
    ],
    [
      "a day that is none",
      { rateDecks: { a: { currency: "USD", rates: [{ prefix: "+1", perMinute: "1", from: "2026-02-31" }] } } },
      "expected a day",
    ],
    [
      "an end before the beginning",
      {
        rateDecks: {
          a: { currency: "USD", rates: [{ prefix: "+1", perMinute: "1", from: "2026-02-01", until: "2026-02-01" }] },
        },
      },
      "it ends before it begins",
    ],
    [
      "increments of nothing",
      { rateDecks: { a: { currency: "USD", rates: [{ prefix: "+1", perMinute: "1", increments: "0/6" }] } } },
      "charged at least",
    ],
    [
      "one prefix twice",
      { rateDecks: { a: { currency: "USD", rates: [usd.rates[0], usd.rates[0]] } } },
      "rates[0] is for this prefix",
    ],
  ])("for %s", (_, settings, message) => {
    const parsed = read(settings);
    expect(parsed.ok ? [] : parsed.failure.map((problem) => problem.message).join()).toContain(message);
  });
});
