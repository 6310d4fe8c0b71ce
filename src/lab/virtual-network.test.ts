// What the virtual network does to datagrams and timers, and that a seed repeats it.

import { expect, test } from "vitest";
import { seededRandom } from "../base/index.ts";
import type { Flow } from "../protocol/transport/index.ts";
import type { Agent, LabAction, LabInput } from "./agent.ts";
import { PERFECT_LINK } from "./link-faults.ts";
import { VirtualNetwork, type VirtualNetworkOptions } from "./virtual-network.ts";

const FLOW: Flow = {
  network: "net",
  transport: "udp",
  localAddress: "10.0.0.1",
  localPort: 5060,
  remoteAddress: "10.0.0.2",
  remotePort: 5060,
};

/** Hears everything, and does what it is told by `say`. */
function createListener(say: (input: LabInput, now: number) => LabAction[] = () => []) {
  const heard: { input: LabInput; now: number }[] = [];
  const agent: Agent = {
    handle(input, now) {
      heard.push({ input, now });
      return say(input, now);
    },
  };
  return { agent, heard };
}

function createWorld(
  options: Partial<VirtualNetworkOptions> = {},
  say?: (input: LabInput, now: number) => LabAction[],
) {
  const broken: string[] = [];
  const observer = { broke: (node: string, detail: string) => broken.push(`${node} ${detail}`) };
  const network = new VirtualNetwork({ random: seededRandom(7), observer, ...options });
  const one = createListener(say);
  const two = createListener();
  const listener = { network: "net", transport: "udp", port: 5060 } as const;
  network.addNode({ name: "one", agent: one.agent, listeners: [{ ...listener, address: "10.0.0.1" }] });
  network.addNode({ name: "two", agent: two.agent, listeners: [{ ...listener, address: "10.0.0.2" }] });
  return { network, one, two, broken };
}

/** `one` sends 200 numbered datagrams, one a millisecond; what `two` gets of them, in order. */
function sendMany(options: Partial<VirtualNetworkOptions>): number[] {
  let next = 0;
  const { network, two } = createWorld(options, () => {
    next += 1;
    return [{ kind: "send", flow: FLOW, text: String(next) }];
  });
  for (let at = 0; at < 200; at += 1) network.schedule("one", at, { kind: "hang-up", call: "" });
  network.runUntilIdle(10_000);
  return two.heard.map(({ input }) => (input.kind === "datagram" ? Number(input.text) : -1));
}

const inOrder = (numbers: number[]) =>
  numbers.every((number, index) => index === 0 || number > (numbers[index - 1] ?? 0));

test("a perfect link delivers everything once, in order, to the right node, seen from its side", () => {
  expect(sendMany({})).toEqual(Array.from({ length: 200 }, (_, index) => index + 1));
  const { network, two } = createWorld();
  network.sendDatagram(FLOW, "hello");
  network.runUntilIdle(100);
  const flow = { ...FLOW, localAddress: "10.0.0.2", remoteAddress: "10.0.0.1" };
  expect(two.heard).toEqual([{ input: { kind: "datagram", flow, text: "hello" }, now: 1 }]);
});

test("loss loses, duplication doubles, delay alone keeps the order, reordering does not", () => {
  const faults = { ...PERFECT_LINK, delayMaxMs: 50 };
  expect(inOrder(sendMany({ faults }))).toBe(true);
  expect(sendMany({ faults: { ...faults, loss: 0.5 } }).length).toBeLessThan(150);
  expect(sendMany({ faults: { ...faults, duplication: 0.5 } }).length).toBeGreaterThan(250);
  expect(inOrder(sendMany({ faults: { ...faults, reordering: 0.5, holdMaxMs: 50 } }))).toBe(false);
});

test("the same seed does the same, another seed does not", () => {
  const faults = { loss: 0.3, duplication: 0.3, reordering: 0.3, delayMinMs: 1, delayMaxMs: 40, holdMaxMs: 90 };
  expect(sendMany({ faults })).toEqual(sendMany({ faults }));
  expect(sendMany({ faults, random: seededRandom(8) })).not.toEqual(sendMany({ faults }));
});

test("a partition lets nothing pass while it lasts, and a silent address nothing ever", () => {
  const { network, two } = createWorld({}, () => [{ kind: "send", flow: FLOW, text: "x" }]);
  network.sever({ a: "one", b: "two", from: 10, until: 20 });
  for (const at of [9, 10, 19, 20]) network.schedule("one", at, { kind: "hang-up", call: "" });
  network.runUntil(50);
  expect(two.heard.map(({ now }) => now)).toEqual([10, 21]);
  network.silence("10.0.0.2");
  network.schedule("one", 60, { kind: "hang-up", call: "" });
  network.runUntilIdle(100);
  expect(two.heard).toHaveLength(2);
});

test("a closed port comes back as a transport error; a silent address does not", () => {
  const flow = { ...FLOW, remotePort: 9 };
  const { network, one } = createWorld({}, (input) =>
    input.kind === "hang-up" ? [{ kind: "send", flow, text: "x" }] : [],
  );
  network.schedule("one", 0, { kind: "hang-up", call: "" });
  network.runUntilIdle(100);
  expect(one.heard[1]?.input).toEqual({ kind: "transport-error", flow, detail: "connection refused" });
  network.silence("10.0.0.2");
  network.schedule("one", network.now, { kind: "hang-up", call: "" });
  network.runUntilIdle(100);
  expect(one.heard).toHaveLength(3);
});

test("starting a timer again moves it, stopping one ends it, and it fires once", () => {
  const { network, one } = createWorld({}, (input) => {
    if (input.kind !== "hang-up") return [];
    if (input.call === "stop")
      return [
        { kind: "stop-timer", key: "b" },
        { kind: "stop-timer", key: "unknown" },
      ];
    return [
      { kind: "start-timer", key: "a", at: 5 },
      { kind: "start-timer", key: "a", at: 9 },
      { kind: "start-timer", key: "b", at: 7 },
    ];
  });
  network.schedule("one", 0, { kind: "hang-up", call: "start" });
  network.schedule("one", 6, { kind: "hang-up", call: "stop" });
  network.runUntil(0);
  expect(network.timersOf("one").sort()).toEqual(["a", "b"]);
  network.runUntilIdle(100);
  expect(one.heard.slice(2)).toEqual([{ input: { kind: "timer", key: "a" }, now: 9 }]);
  expect(network.timersOf("one")).toEqual([]);
});

test("names are resolved by the table", () => {
  const query = { port: null, transport: null, secure: false, reach: [] };
  const ask: LabAction[] = [
    { kind: "resolve", token: "1", query: { ...query, host: "known.example" } },
    { kind: "resolve", token: "2", query: { ...query, host: "unknown.example" } },
    { kind: "resolve", token: "3", query: { ...query, host: "known.example", port: 5070, transport: "tcp" } },
  ];
  const hosts = new Map([["known.example", ["10.0.0.2"]]]);
  const { network, one } = createWorld({ hosts }, (input) => (input.kind === "hang-up" ? ask : []));
  network.schedule("one", 0, { kind: "hang-up", call: "" });
  network.runUntilIdle(100);
  const replies = one.heard.slice(1).map(({ input }) => input);
  const [udp, tcp] = [
    { address: "10.0.0.2", port: 5060, transport: "udp" },
    { address: "10.0.0.2", port: 5070, transport: "tcp" },
  ];
  expect(replies).toContainEqual({ kind: "resolved", token: "1", result: { ok: true, places: [udp] } });
  expect(replies).toContainEqual({ kind: "resolved", token: "3", result: { ok: true, places: [tcp] } });
  expect(replies).toContainEqual({
    kind: "resolved",
    token: "2",
    result: { ok: false, detail: "no such name: unknown.example" },
  });
});

test("a node that throws, sends from elsewhere, or commands media that it has not, is told on", () => {
  const { network, broken } = createWorld({}, (input) => {
    if (input.kind === "hang-up" && input.call === "throw") throw new Error("out of cheese");
    if (input.kind === "hang-up" && input.call === "media")
      return [{ kind: "media", token: "1", command: { kind: "query", session: "s" } }];
    return [{ kind: "send", flow: { ...FLOW, localPort: 1 }, text: "x" }];
  });
  for (const call of ["throw", "media", "send"]) network.schedule("one", 0, { kind: "hang-up", call });
  network.runUntil(0);
  expect(broken.map((line) => line.split(":")[0])).toEqual([
    "one threw on a hang-up",
    "one has no media plane to command",
    "one sent from udp 10.0.0.1",
  ]);
});
