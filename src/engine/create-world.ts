// The world of an engine: all that it knows, empty at first; and one apart from it, for calls that nobody makes.

import { BoundedMap, type Random, seededRandom } from "../base/index.ts";
import type { Configuration } from "../model/index.ts";
import type { DigestHash } from "../protocol/sip/index.ts";
import { RFC_TIMERS, TransactionLayer } from "../protocol/transaction/index.ts";
import { copyUsage, createBucket, createOverload, loginKey } from "./admission/index.ts";
import {
  compileBorder,
  createCallbacks,
  openForReport,
  overloadReport,
  trunkOfFlow,
  type World,
} from "./call/index.ts";
import { DigestGate } from "./credentials/index.ts";
import { createRegistrations } from "./registration/index.ts";
import { createDestinationMemory, createTallies, createThrottles, createTurns } from "./routing/index.ts";

export interface EngineOptions {
  /** Listener ports are the ones really bound: what peers are told is read from here. */
  readonly configuration: Configuration;
  readonly random: Random;
  /** For answering challenges. */
  readonly hash: DigestHash;
  /** The most calls at once; beyond it 503. Default 50,000. */
  readonly callLimit?: number;
}

/** Answers a second that strangers get: enough to tell a misconfigured peer what is wrong, too few to reflect anything off us. */
export const STRANGER_ANSWERS_PER_SECOND = 10;

/** A world in which nothing has happened yet. */
export function createWorld(options: EngineOptions): World {
  const world: World = {
    border: compileBorder(options.configuration),
    random: options.random,
    hash: options.hash,
    layer: new TransactionLayer({
      timersOf: (flow) => trunkOfFlow(world.border, flow)?.signaling.timers ?? RFC_TIMERS,
      viaReport: { open: openForReport, write: (now) => overloadReport(world, now) },
    }),
    calls: new BoundedMap(options.callLimit ?? 50_000),
    legs: new Map(),
    pending: new Map(),
    waiting: new Set(),
    usage: new Map(),
    destinations: createDestinationMemory(),
    throttles: createThrottles(),
    turns: createTurns(),
    tallies: createTallies(),
    callbacks: createCallbacks(),
    ownCalls: new Map(),
    registrations: createRegistrations(),
    contacts: new Map(),
    probes: new Map(),
    gate: new DigestGate({
      realm: options.configuration.node.name,
      hash: options.hash,
      claimOf: (network, username) => world.border.identification.logins.get(loginKey(network, username)),
      algorithmsOf: (network) => world.border.identification.loginAlgorithms.get(network) ?? [],
    }),
    overload: createOverload(),
    counters: {
      malformed: 0,
      strangers: 0,
      wrongPasswords: 0,
      strayRequests: 0,
      calls: 0,
      shed: 0,
      undecided: 0,
      faults: 0,
    },
    strangerBucket: createBucket(STRANGER_ANSWERS_PER_SECOND, 0),
    draining: false,
  };
  return world;
}

/** A world that knows what this one knows of trunks and destinations, in which a call can be played that nobody makes. */
export function worldApart(world: World, { hash }: EngineOptions): World {
  const { configuration } = world.border;
  const apart = createWorld({ configuration, hash, random: seededRandom(world.counters.calls + 1), callLimit: 10 });
  for (const [key, usage] of world.usage) apart.usage.set(key, copyUsage(usage));
  for (const [route, count] of world.turns.entries()) apart.turns.set(route, count);
  for (const [number, callback] of world.callbacks.entries()) apart.callbacks.set(number, { ...callback });
  for (const [trunk, tally] of world.tallies.entries()) apart.tallies.set(trunk, { ...tally });
  for (const [key, avoidance] of world.destinations.entries()) apart.destinations.set(key, { ...avoidance });
  for (const [key, throttle] of world.throttles.entries()) {
    apart.throttles.set(key, { ...throttle, bucket: { ...throttle.bucket }, mix: { ...throttle.mix } });
  }
  for (const [line, registration] of world.registrations.byLine) apart.registrations.byLine.set(line, registration);
  for (const [trunk, registration] of world.registrations.byTrunk) apart.registrations.byTrunk.set(trunk, registration);
  for (const [trunk, contacts] of world.contacts) apart.contacts.set(trunk, contacts);
  apart.draining = world.draining;
  return apart;
}
