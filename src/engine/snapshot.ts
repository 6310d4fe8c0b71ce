// Writes the engine's state down, call by call, and goes on from it in another engine, which then does what the first would have done.

import { invariant, type RunningTimer, readGraph, type Written, writeGraph } from "../base/index.ts";
import type { Trunk } from "../model/index.ts";
import type { Transaction } from "../protocol/transaction/index.ts";
import type { Action } from "./actions.ts";
import { countCall, countNumbers, type Overload, type TokenBucket, type Usage } from "./admission/index.ts";
import {
  type Asked,
  type Call,
  type Counters,
  countsOf,
  type OwnCall,
  ownTimerKey,
  trunkNamed,
  type World,
} from "./call/index.ts";
import type { GateSnapshot } from "./credentials/index.ts";
import type { Probe } from "./health/index.ts";
import type { Token } from "./inputs.ts";
import { type BoundContact, contactTimers, type Registration } from "./registration/index.ts";

/** Raised whenever what is written means something else than before: no engine goes on from what it would misread. */
const VERSION = 11;

/** Values for JSON: no passwords, no settings; of trunks their names alone. Encrypted calls' SRTP keys are in it. Times are milliseconds since 1970. */
export interface EngineSnapshot {
  readonly version: number;
  /** Of which each can be read without the others. */
  readonly calls: readonly { readonly id: string; readonly written: Written }[];
  /** Each by itself, as calls. */
  readonly registrations: readonly Written[];
  readonly probes: readonly Written[];
  /** What is of no call: what is known of destinations, counters, transactions that repeat a refusal. */
  readonly rest: Written;
}

interface CallParts {
  readonly call: Call;
  readonly transactions: Transaction[];
  /** Which attempt each of our tags leads to. */
  readonly tags: [tag: string, attempt: number][];
  readonly pending: [token: Token, asked: Asked][];
}

interface Rest {
  readonly transactions: Transaction[];
  readonly usage: [key: string, Pick<Usage, "refused" | "rates">][];
  readonly destinations: [string, object][];
  readonly throttles: [string, object][];
  readonly contacts: [trunk: string, contacts: BoundContact[]][];
  readonly gate: GateSnapshot;
  readonly turns: [route: string, count: number][];
  readonly tallies: [trunk: string, object][];
  readonly callbacks: [number: string, object][];
  readonly ownCalls: [callId: string, call: OwnCall][];
  readonly overload: Overload;
  readonly counters: Counters;
  readonly strangerBucket: TokenBucket;
  readonly draining: boolean;
}

export function snapshotOf(world: World): EngineSnapshot {
  const parts = new Map<string, CallParts>();
  for (const call of world.calls.values()) parts.set(call.id, { call, transactions: [], tags: [], pending: [] });
  const rest: Transaction[] = [];
  for (const transaction of world.layer.all()) {
    const [owner = ""] = transaction.user.split("|");
    (parts.get(owner)?.transactions ?? rest).push(transaction);
  }
  for (const [tag, { call, attempt }] of world.legs) parts.get(call)?.tags.push([tag, attempt]);
  for (const [token, asked] of world.pending) parts.get(asked.call)?.pending.push([token, asked]);
  return {
    version: VERSION,
    calls: [...parts].map(([id, part]) => ({ id, written: writeGraph(part, trunkByName) })),
    registrations: [...world.registrations.byLine.values()].map((one) => writeGraph(one, trunkByName)),
    probes: [...world.probes.values()].map((one) => writeGraph(one, trunkByName)),
    rest: writeGraph(restOf(world, rest)),
  };
}

function restOf(world: World, transactions: Transaction[]): Rest {
  const { overload, counters, strangerBucket, draining } = world;
  return {
    transactions,
    usage: [...world.usage].map(([key, { refused, rates }]) => [key, { refused, rates }]),
    destinations: [...world.destinations.entries()],
    throttles: [...world.throttles.entries()],
    contacts: [...world.contacts],
    gate: world.gate.snapshot(),
    turns: [...world.turns.entries()],
    tallies: [...world.tallies.entries()],
    callbacks: [...world.callbacks.entries()],
    ownCalls: [...world.ownCalls],
    overload,
    counters,
    strangerBucket,
    draining,
  };
}

function trunkByName(value: object): Written | null {
  return Object.hasOwn(value, "identify") && Object.hasOwn(value, "credentials") ? (value as Trunk).name : null;
}

/**
 * Fills a new engine with what another had. Returns the timers to start, and a line for each call that could not be taken up, as its trunk
 * is configured no more: nothing of it is kept. Throws where `snapshot` is of another version.
 */
export function restoreInto(world: World, snapshot: EngineSnapshot): Action[] {
  const { version, calls, registrations, probes, rest } = snapshot;
  invariant(version === VERSION, `a snapshot of version ${version} is not one of version ${VERSION}`);
  invariant(world.calls.size === 0 && world.layer.size === 0, "only an engine that has done nothing yet is filled");
  const actions: Action[] = [];
  restoreRest(world, readGraph(rest) as Rest, actions);
  const trunkOf = (name: unknown): Trunk | null => trunkNamed(world.border, String(name));
  for (const written of registrations) restoreRegistration(world, readGraph(written, trunkOf) as never, actions);
  for (const written of probes) restoreProbe(world, readGraph(written, trunkOf) as never, actions);
  for (const { id, written } of calls) {
    const parts = readGraph(written, trunkOf) as CallParts | null;
    if (parts === null || !restoreCall(world, parts, actions)) actions.push(lostLine(id));
  }
  return actions;
}

function restoreRest(world: World, rest: Rest, actions: Action[]): void {
  for (const [key, usage] of rest.usage) world.usage.set(key, { ...usage, ingressCalls: 0, egressCalls: 0 });
  for (const [key, value] of rest.destinations) world.destinations.set(key, value as never);
  for (const [key, value] of rest.throttles) world.throttles.set(key, value as never);
  world.gate.restore(rest.gate);
  for (const [trunk, contacts] of rest.contacts) world.contacts.set(trunk, contacts);
  for (const timer of contactTimers(world.contacts)) actions.push({ kind: "start-timer", ...timer });
  for (const [route, count] of rest.turns) world.turns.set(route, count);
  for (const [number, callback] of rest.callbacks) world.callbacks.set(number, callback as never);
  for (const [callId, call] of rest.ownCalls) {
    world.ownCalls.set(callId, call);
    for (const { name, at } of call.timers) actions.push({ kind: "start-timer", key: ownTimerKey(call, name), at });
  }
  for (const [trunk, tally] of rest.tallies) world.tallies.set(trunk, tally as never);
  Object.assign(world.overload, rest.overload);
  Object.assign(world.counters, rest.counters);
  Object.assign(world.strangerBucket, rest.strangerBucket);
  world.draining = rest.draining;
  for (const transaction of rest.transactions) adopt(world, transaction, actions);
}

/** Null where its trunk is configured no more: it runs out at its registrar. */
function restoreRegistration(world: World, registration: Registration | null, actions: Action[]): void {
  if (registration === null) return;
  const { byLine, byTrunk } = world.registrations;
  byLine.set(registration.line, registration);
  if (registration.state !== "ending") byTrunk.set(registration.trunk.name, registration);
  startAll(`registration|${registration.line}`, registration.timers, actions);
}

function restoreProbe(world: World, probe: Probe | null, actions: Action[]): void {
  if (probe === null) return;
  world.probes.set(probe.id, probe);
  startAll(`health|${probe.id}`, probe.timers, actions);
}

function restoreCall(world: World, parts: CallParts, actions: Action[]): boolean {
  const { call, transactions, tags, pending } = parts;
  if (!world.calls.set(call.id, call)) return false;
  for (const side of countsOf(call)) countCall(world.usage, side);
  countNumbers(world.usage, call.countedNumbers);
  for (const transaction of transactions) adopt(world, transaction, actions);
  for (const [tag, attempt] of tags) world.legs.set(tag, { call: call.id, attempt });
  startAll(`call|${call.id}`, call.timers, actions);
  if (call.deciding !== null) world.waiting.add(call.id);
  for (const [token, asked] of pending) {
    world.pending.set(token, asked);
    actions.push({ kind: "start-timer", key: `pending|${token}`, at: asked.until });
  }
  return true;
}

function adopt(world: World, transaction: Transaction, actions: Action[]): void {
  if (world.layer.adopt(transaction)) startAll(transaction.key, transaction.running, actions);
}

function startAll(owner: string, timers: readonly RunningTimer[], actions: Action[]): void {
  for (const { name, at } of timers) actions.push({ kind: "start-timer", key: `${owner}|${name}`, at });
}

function lostLine(call: string): Action {
  const message = "A call could not be taken up again: its trunk is configured no more, or there is no room.";
  return { kind: "log", level: "error", message, call, fields: {} };
}
