// How many calls may stand, and how fast new ones may come: of a trunk, a group, a number, in all.
import { describe, expect, it, test } from "vitest";
import { parseConfiguration, type Trunk } from "../../model/index.ts";
import {
  admitCall,
  admitNumbers,
  type CallBooks,
  compileLimits,
  isFull,
  releaseCall,
  releaseNumbers,
  type UsageDirection,
  type Usages,
} from "./call-limits.ts";

interface Settings {
  readonly a?: unknown;
  readonly b?: unknown;
  readonly total?: unknown;
  readonly groups?: unknown;
}

function read({ a = {}, b = {}, total = {}, groups = {} }: Settings) {
  const trunk = (limits: unknown) => ({
    role: "provider",
    network: "wan",
    targets: [{ uri: "sip:192.0.2.1" }],
    limits,
  });
  return parseConfiguration({
    networks: {
      wan: {
        listen: [{ transport: "udp", address: "127.0.0.2", port: 5060 }],
        media: { address: "127.0.0.2", ports: "30000-30099" },
      },
    },
    trunks: { a: trunk(a), b: trunk(b) },
    trunkGroups: groups,
    limits: total,
  });
}

function setUp(settings: Settings) {
  const parsed = read(settings);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.failure));
  const { trunks } = parsed.value;
  const usages: Usages = new Map();
  const books: CallBooks = { usages, limits: compileLimits(parsed.value) };
  const side = (name: string, direction: UsageDirection) => ({ trunk: trunks[name] as Trunk, direction });
  return {
    usages,
    full: (name: string, direction: UsageDirection, own = 0) => isFull(books, side(name, direction), own),
    admit: (name: string, direction: UsageDirection, { emergency = false, now = 0 } = {}) =>
      admitCall(books, side(name, direction), { emergency, now }) === null,
    release: (name: string, direction: UsageDirection) => releaseCall(usages, side(name, direction)),
  };
}

describe("a trunk's calls", () => {
  it("count in both directions against one limit, and are given back", () => {
    const { admit, release, usages, full } = setUp({ a: { calls: 2 } });
    expect([admit("a", "egress"), admit("a", "ingress"), admit("a", "egress")]).toEqual([true, true, false]);
    expect([full("a", "egress"), full("a", "egress", 1)]).toEqual([true, false]);
    expect(usages.get("a")?.refused).toBe(1);
    release("a", "ingress");
    expect([admit("a", "egress"), admit("b", "egress")]).toEqual([true, true]);
  });

  it("have limits of each direction besides", () => {
    const { admit } = setUp({ a: { calls: 3, from: { calls: 1 }, to: { calls: 2 } } });
    expect([admit("a", "ingress"), admit("a", "ingress")]).toEqual([true, false]);
    expect([admit("a", "egress"), admit("a", "egress"), admit("a", "egress")]).toEqual([true, true, false]);
  });

  it("leave the reserve to emergencies, which pass everything", () => {
    const limits = { calls: 2, emergencyReserve: 1, callsPerSecond: 1 };
    const { admit, usages } = setUp({ a: limits, total: { calls: 1 }, groups: { g: { trunks: ["a"], limits } } });
    expect([admit("a", "ingress"), admit("a", "ingress")]).toEqual([true, false]);
    for (let n = 0; n < 5; n += 1) expect(admit("a", "ingress", { emergency: true })).toBe(true);
    expect(usages.get("a")?.ingressCalls).toBe(6);
  });

  it("come no faster than is allowed, with a burst of one second's", () => {
    const { admit } = setUp({ a: { callsPerSecond: 3 } });
    const at = (now: number): boolean => admit("a", "egress", { now });
    expect([at(0), at(0), at(0), at(0)]).toEqual([true, true, true, false]);
    expect([at(334), at(335)]).toEqual([true, false]);
    expect([at(60_000), at(60_000), at(60_000), at(60_000)]).toEqual([true, true, true, false]);
  });

  it("come at once as burst says", () => {
    const { admit } = setUp({ a: { callsPerSecond: 1, burst: 4, from: { callsPerSecond: 2, burst: 1 } } });
    const at = (now: number, direction: UsageDirection = "egress"): boolean => admit("a", direction, { now });
    expect([at(0), at(0), at(0), at(0, "ingress"), at(0)]).toEqual([true, true, true, true, false]);
    expect([at(1000), at(1500), at(60_000, "ingress"), at(60_000, "ingress")]).toEqual([true, false, true, false]);
  });
});

it("trunks of a group share its limits, each side of a call for itself", () => {
  const { admit, release } = setUp({ groups: { contract: { trunks: ["a", "b"], limits: { calls: 3 } } } });
  expect([admit("a", "ingress"), admit("b", "egress"), admit("b", "ingress"), admit("a", "egress")]).toEqual([
    true,
    true,
    true,
    false,
  ]);
  release("b", "egress");
  expect([admit("a", "egress"), admit("b", "egress")]).toEqual([true, false]);
});

it("in all, a call counts by where it came from; one limit that is reached uses up none of the others", () => {
  const { admit, release } = setUp({ a: { callsPerSecond: 1 }, total: { calls: 2, callsPerSecond: 2, burst: 2 } });
  expect([admit("a", "ingress"), admit("b", "egress"), admit("a", "ingress"), admit("b", "ingress")]).toEqual([
    true,
    true,
    false,
    true,
  ]);
  expect(admit("b", "ingress", { now: 10_000 })).toBe(false);
  release("a", "ingress");
  expect(admit("b", "ingress", { now: 10_000 })).toBe(true);
});

it("a number has a limit of its own, and is forgotten without calls", () => {
  const usages: Usages = new Map();
  const [one, other] = [
    { number: "+12025550100", calls: 1 },
    { number: "+12025550101", calls: 2 },
  ];
  expect(admitNumbers(usages, [one, other], false)).toBeNull();
  expect(admitNumbers(usages, [other], false)).toBeNull();
  expect(admitNumbers(usages, [one], false)).toMatchObject({ status: 503, cause: "limit", retryAfterS: 2 });
  expect(admitNumbers(usages, [one], true)).toBeNull();
  releaseNumbers(usages, [one.number, other.number, one.number, other.number, "+1"]);
  expect(usages.size).toBe(0);
});

test.each<[Settings, string]>([
  [{ total: { emergencyReserve: 2 } }, "limits.emergencyReserve: a reserve is taken from limits.calls"],
  [{ groups: { g: { trunks: ["c"], limits: {} } } }, "trunkGroups.g.trunks.0: "],
  [{ groups: { g: { trunks: ["a", "a"], limits: {} } } }, "trunk a stands in the list already"],
  [{ groups: { g: { trunks: [], limits: {} } } }, "at least 1 entry"],
  [{ a: { from: { emergencyReserve: 1 } } }, "unknown key"],
  [{ a: { burst: 0 } }, "expected a number of calls"],
])("%j is refused", (settings, message) => {
  const parsed = read(settings);
  const told = parsed.ok ? "" : parsed.failure.map((one) => `${one.path.join(".")}: ${one.message}`).join();
  expect(told).toContain(message);
});
