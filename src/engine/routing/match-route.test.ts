// Which route takes a call, by each thing that routes can ask, and the same answer as looking at one after the other.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Configuration, parseConfiguration } from "../../model/index.ts";
import { askedOf, chooseRoute, compileRouting } from "./choose-route.ts";
import { closenessAt, matchRoute, whyNot } from "./match-route.ts";
import type { RoutedCall } from "./route-tests.ts";

const TRUNKS = Object.fromEntries(
  ["pbx", "carrier-a", "carrier-b", "backup"].map((name, at) => [
    name,
    { role: "provider", network: "n", targets: [{ uri: `sip:127.0.0.${at + 2}:5060` }] },
  ]),
);

function configuration(more: Record<string, unknown>): Configuration {
  const parsed = parseConfiguration({
    networks: {
      n: {
        listen: [{ transport: "udp", address: "127.0.0.1", port: 5060 }],
        media: { address: "127.0.0.1", ports: "20000-20999" },
      },
    },
    trunks: TRUNKS,
    ...more,
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.failure));
  return parsed.value;
}

const CALL: RoutedCall = { from: "pbx", called: "+13035550142", caller: "+12025550100", emergency: false };
const NOON = Date.parse("2026-11-27T12:00:00Z");

function decide(more: Record<string, unknown>, call: Partial<RoutedCall> = {}, now = NOON) {
  const by = { now, answers: () => undefined, leading: () => [] };
  const decision = chooseRoute(compileRouting(configuration(more)), { ...CALL, ...call }, by);
  if ("asks" in decision) throw new Error("nobody is to be asked");
  return decision;
}

describe("a route asks", () => {
  const numbers = [
    { number: "+12025550100", trunk: "pbx", tags: ["gold"] },
    { number: "+13035550142", trunk: "pbx", tags: ["fax"] },
  ];
  const calendars = { office: { hours: [{ days: "fri", from: "09:00", to: "17:00" }], holidays: ["12-25"] } };
  const numberLists = { far: ["+44*", "+8*"], odd: ["/[13579]$/"] };
  const header = (name: string): string | null => (name === "X-Line" ? "blue" : null);

  it.each<[string, Record<string, unknown>, Partial<RoutedCall>, boolean]>([
    ["nothing", {}, {}, true],
    ["for an emergency", { emergency: true }, {}, false],
    ["for an emergency", { emergency: true }, { emergency: true, called: "911" }, true],
    ["for a trunk", { from: "pbx" }, {}, true],
    ["for one of two", { from: ["carrier-a", "carrier-b"] }, {}, false],
    ["for a number", { called: "+13035550142" }, {}, true],
    ["for a number", { called: "+1303555014" }, {}, false],
    ["for one of several", { called: ["+44*", "+1303*"] }, {}, true],
    ["for an expression", { called: "/^\\+1(303|720)/" }, {}, true],
    ["for a listed prefix", { called: { list: "far" } }, { called: "+442079460000" }, true],
    ["for a listed prefix", { called: { list: "far" } }, {}, false],
    ["for a listed expression", { called: { list: "odd" } }, { called: "+441" }, true],
    ["for a caller", { caller: "+1202*" }, {}, true],
    ["for a caller", { caller: { list: "far" } }, {}, false],
    ["for hours", { during: "office" }, {}, true],
    ["for other hours", { outside: "office" }, {}, false],
    ["for a holiday", { holiday: "office" }, {}, false],
    ["for a tag of the called", { calledTags: ["fax", "modem"] }, {}, true],
    ["for a tag of the called", { calledTags: "fax" }, { called: "+13035550143" }, false],
    ["for a tag of the caller", { callerTags: "gold" }, {}, true],
    ["for a tag of the caller", { callerTags: "fax" }, {}, false],
    ["for a header", { headers: [{ header: "X-Line", matches: "bl*" }] }, { header }, true],
    ["for a header", { headers: [{ header: "X-Line", matches: "red" }] }, { header }, false],
    ["for no header", { headers: [{ header: "X-Line", not: true }] }, { header }, false],
    ["for no header", { headers: [{ header: "X-Line", not: true }] }, {}, true],
    ["for all of it at once", { from: "pbx", called: "+1*", during: "office", callerTags: "gold" }, {}, true],
    ["for all of it at once", { from: "pbx", called: "+1*", outside: "office", callerTags: "gold" }, {}, false],
  ])("%s: %j", (_what, match, call, takes) => {
    const more = { numbers, calendars, numberLists, routes: [{ name: "r", match, to: ["carrier-a"] }] };
    expect(decide(more, call).route?.name).toBe(takes ? "r" : undefined);
    const routing = compileRouting(configuration(more));
    expect(whyNot(routing.main, 0, askedOf(routing, { ...CALL, ...call }, NOON)) === null).toBe(takes);
  });
});

describe("tables", () => {
  const routes = [
    { name: "abroad", match: { called: "+44*" }, to: { table: "abroad" } },
    { name: "rest", to: ["carrier-b"], fallback: ["backup"] },
  ];
  const routeTables = {
    abroad: {
      order: "longest",
      routes: [
        { name: "any", match: { called: "+4*" }, to: ["carrier-a"] },
        { name: "london", match: { called: "+4420*" }, to: ["carrier-b"] },
        { name: "one", match: { called: "+442079460000" }, to: { reject: 603, reason: "Gone", cause: 22 } },
        { name: "seven", match: { called: "/7$/" }, to: ["backup"] },
      ],
    },
  };
  it.each([
    ["+442079460001", "london"],
    ["+442079460000", "one"],
    ["+441632960001", "any"],
    ["+442079460007", "london"],
    ["+13035550142", "rest"],
  ])("lead %s to %s", (called, name) => {
    expect(decide({ routes, routeTables }, { called }).route?.name).toBe(name);
  });

  it("come back where nothing matches, and the rejection has its cause", () => {
    const none = { abroad: { routes: [{ name: "none", match: { called: "+49*" }, to: ["carrier-a"] }] } };
    expect(decide({ routes, routeTables: none }, { called: "+442079460000" }).route?.name).toBe("rest");
    expect(decide({ routes, routeTables }, { called: "+442079460000" }).to).toEqual({
      kind: "reject",
      why: "rejected",
      status: 603,
      reason: "Gone",
      q850: 22,
    });
  });

  it("fall back to what the route in front of them says, where theirs say nothing", () => {
    const [abroad] = routes;
    const decision = decide(
      { routes: [{ ...abroad, fallback: ["backup"] }], routeTables },
      { called: "+441632960001" },
    );
    expect([decision.to, decision.fallback]).toEqual([
      { kind: "trunks", entries: [{ trunk: "carrier-a", weight: null }] },
      [{ trunk: "backup", weight: null }],
    ]);
  });
});

describe("edits", () => {
  it.each<[Record<string, unknown>, string]>([
    [{ set: "+4930901820" }, "+4930901820"],
    [{ stripPrefix: "+1", addPrefix: "0111" }, "01113035550142"],
    [{ stripPrefix: "+44" }, "+13035550142"],
    [{ replace: "/^\\+1([0-9]{3})([0-9]{7})$/", with: "$2$1" }, "5550142303"],
    [{ replace: "/x/", with: "y" }, "+13035550142"],
    [{ set: "1", replace: "/1/", with: "2", addPrefix: "3" }, "32"],
  ])("%j", (called, edited) => {
    const decision = decide({
      routes: [{ name: "r", edit: { called, caller: { addPrefix: "9" } }, to: ["carrier-a"] }],
    });
    expect([decision.called, decision.caller]).toEqual([edited, "9+12025550100"]);
  });

  it("are seen by the table behind them, and leave emergency numbers alone", () => {
    const more = {
      routes: [{ name: "r", edit: { called: { stripPrefix: "+1" } }, to: { table: "t" } }],
      routeTables: {
        t: {
          routes: [
            { name: "bare", match: { called: "303*" }, to: ["carrier-a"] },
            { name: "other", to: ["backup"] },
          ],
        },
      },
    };
    expect(decide(more).route?.name).toBe("bare");
    const all = { routes: [{ name: "r", edit: { called: { set: "1" } }, to: ["carrier-a"] }] };
    expect(decide(all, { called: "911", emergency: true }).called).toBe("911");
  });
});

describe("classes of service", () => {
  const more = {
    routes: [{ name: "r", to: ["carrier-a"] }],
    calendars: { night: { hours: [{ days: "sun-sat", from: "20:00", to: "06:00" }] } },
    classesOfService: {
      local: [
        { called: "+1900*", allow: false },
        { called: "+1*", allow: true },
        { during: "night", allow: true },
      ],
      none: [{ allow: false }],
    },
    trunks: { ...TRUNKS, pbx: { ...TRUNKS.pbx, limits: { classOfService: "local" } } },
    numbers: [
      { number: "+12025550101", trunk: "pbx", classOfService: "none" },
      { number: "+12025550102", trunk: "carrier-a", classOfService: "none" },
    ],
  };
  it.each<[string, Partial<RoutedCall>, number, string]>([
    ["what it lets through", {}, NOON, "trunks"],
    ["what it forbids first", { called: "+19005550100" }, NOON, "reject"],
    ["what no rule speaks of", { called: "+4420" }, NOON, "reject"],
    ["at night", { called: "+4420" }, Date.parse("2026-11-27T23:00:00Z"), "trunks"],
    ["a number's own class", { caller: "+12025550101" }, NOON, "reject"],
    ["not that of a number elsewhere", { caller: "+12025550102" }, NOON, "trunks"],
    ["other trunks have none", { from: "carrier-b", called: "+4420" }, NOON, "trunks"],
    ["never an emergency", { caller: "+12025550101", called: "911", emergency: true }, NOON, "trunks"],
  ])("%s", (_what, call, now, kind) => {
    expect(decide(more, call, now).to.kind).toBe(kind);
  });
});

it("finds what looking at each route in turn finds, in either order", () => {
  const digits = fc.string({ unit: fc.constantFrom("1", "1", "2", "2", "x"), minLength: 0, maxLength: 4 });
  const pattern = fc.oneof(
    digits.map((text) => `+${text}*`),
    digits.map((text) => `+${text}1`),
    fc.constant("*"),
    digits.map((text) => `/^\\+${text}/`),
  );
  const called = fc.oneof(fc.constant(null), pattern, fc.array(pattern, { minLength: 1, maxLength: 3 }));
  const route = fc.record({ called, from: fc.constantFrom(null, "pbx", "carrier-a") });
  const scenario = fc.record({
    routes: fc.array(route, { minLength: 1, maxLength: 12 }),
    number: digits.map((text) => `+${text}`),
    order: fc.constantFrom("first", "longest"),
  });
  fc.assert(
    fc.property(scenario, ({ routes, number, order }) => {
      const written = routes.map(({ called: wanted, from }, place) => ({
        name: `r${place}`,
        match: { ...(wanted === null ? {} : { called: wanted }), ...(from === null ? {} : { from }) },
        to: ["carrier-b"],
      }));
      const routing = compileRouting(
        configuration({
          routes: [{ name: "main", to: { table: "t" } }],
          routeTables: { t: { order, routes: written } },
        }),
      );
      const table = routing.tables.get("t");
      if (table === undefined) throw new Error("no table");
      const asked = askedOf(routing, { ...CALL, called: number }, NOON);
      const taking = table.routes.flatMap((_one, place) => (whyNot(table, place, asked) === null ? [place] : []));
      const closeness = (place: number): number => closenessAt(table, number, place);
      if (order === "longest") taking.sort((one, other) => closeness(other) - closeness(one) || one - other);
      const found: number[] = [];
      for (let place = matchRoute(table, asked); place !== null; place = matchRoute(table, asked, found))
        found.push(place);
      expect(found).toEqual(taking);
    }),
    { numRuns: 300 },
  );
});
