// One turn: one input, the moment it came, everything it leads to. What the exchanges share is here and nothing else.

import type { BoundedMap, Millis, Random } from "../../base/index.ts";
import { dropTimer, noteTimer, randomToken } from "../../base/index.ts";
import type { Trunk } from "../../model/index.ts";
import { BRANCH_COOKIE, type DigestHash } from "../../protocol/sip/index.ts";
import type { TransactionKey, TransactionLayer } from "../../protocol/transaction/index.ts";
import type { Action } from "../actions.ts";
import type { Overload, TokenBucket, Usages } from "../admission/index.ts";
import type { DigestGate } from "../credentials/index.ts";
import type { Probes } from "../health/index.ts";
import type { BoundContacts, Registrations } from "../registration/index.ts";
import type { DestinationMemory, RouteWitness, Throttles, TrunkTallies, Turns } from "../routing/index.ts";
import type { Border } from "./border.ts";
import type { Call, LegPlace } from "./call.ts";
import type { Callbacks } from "./callback.ts";
import type { OwnCalls } from "./own-call-state.ts";
import type { Asked } from "./pending.ts";

export interface Counters {
  /** Messages that could not be read or were not valid. */
  malformed: number;
  /** Requests from addresses that are no trunk's. */
  strangers: number;
  /** Requests with a user name or a password that is nobody's here. */
  wrongPasswords: number;
  /** Requests inside a dialog that is not known. */
  strayRequests: number;
  /** Calls that came in, refused ones included. */
  calls: number;
  /** New calls that were turned away because we were overloaded. They have no record. */
  shed: number;
  /** Questions about calls that nobody outside has answered, or so that it could be used. */
  undecided: number;
  /** Turns that ended in an error of our own. */
  faults: number;
}

export interface World {
  border: Border;
  readonly random: Random;
  readonly hash: DigestHash;
  readonly layer: TransactionLayer;
  readonly calls: BoundedMap<string, Call>;
  readonly legs: Map<string, LegPlace>;
  readonly pending: Map<string, Asked>;
  /** Calls that wait for somebody outside to decide, by their id. */
  readonly waiting: Set<string>;
  readonly usage: Usages;
  readonly destinations: DestinationMemory;
  readonly throttles: Throttles;
  readonly turns: Turns;
  readonly tallies: TrunkTallies;
  readonly callbacks: Callbacks;
  /** Tests of ours that go on. */
  readonly ownCalls: OwnCalls;
  readonly registrations: Registrations;
  /** Targets that are asked whether they are there. */
  readonly probes: Probes;
  /** What trunks have registered with us. */
  readonly contacts: BoundContacts;
  /** Of trunks that are known by a password. */
  readonly gate: DigestGate;
  readonly overload: Overload;
  readonly counters: Counters;
  /** How many answers strangers get. */
  readonly strangerBucket: TokenBucket;
  draining: boolean;
  /** Whose every request is held to be; absent but where somebody asks about a call. */
  assumed?: Trunk;
  /** Likewise. */
  witness?: CallWitness;
}

/** Hears of new calls, and how they are routed. */
export interface CallWitness extends RouteWitness {
  opened(call: Call): void;
}

export interface Turn {
  readonly now: Millis;
  readonly actions: Action[];
  readonly world: World;
  /** Whose the request is that this turn brought; null for a stranger's, and where it brought none. */
  speaker: Trunk | null;
  /** The call that this turn is about, as far as is known yet: what a fault of our own costs. */
  subject: Call | null;
  /** The request that this turn brought, which a fault of our own must not leave without an answer. */
  asked: TransactionKey | null;
}

/** Looks a call up, and notes that the turn is about it. */
export function callOf(turn: Turn, id: string): Call | undefined {
  const call = turn.world.calls.get(id);
  if (call !== undefined) turn.subject = call;
  return call;
}

/** Of this turn, in whole Unix milliseconds. */
export function wallClock(turn: Turn): number {
  return Math.round(turn.now);
}

export function newBranch(turn: Turn): string {
  return BRANCH_COOKIE + randomToken(turn.world.random, 20);
}

/** 80 random bits: RFC 3261 section 19.3 asks for 32. */
export function newTag(turn: Turn): string {
  return randomToken(turn.world.random, 16);
}

export function newIdentifier(turn: Turn): string {
  return randomToken(turn.world.random, 24);
}

/** Starts, or moves, a timer of a call. It comes back to dispatch.ts by its name. */
export function startCallTimer(
  call: Call,
  name: string,
  timing: { readonly afterMs: Millis; readonly turn: Turn },
): void {
  const { afterMs, turn } = timing;
  const at = turn.now + afterMs;
  noteTimer(call.timers, { name, at });
  turn.actions.push({ kind: "start-timer", key: `call|${call.id}|${name}`, at });
}

export function stopCallTimer(call: Call, name: string, turn: Turn): void {
  if (!dropTimer(call.timers, name)) return;
  turn.actions.push({ kind: "stop-timer", key: `call|${call.id}|${name}` });
}

export function logCall(
  call: Call,
  line: {
    readonly level: "debug" | "info" | "warn" | "error";
    readonly message: string;
    readonly fields?: Record<string, string | number | boolean | null>;
  },
  turn: Turn,
): void {
  turn.actions.push({
    kind: "log",
    level: line.level,
    message: line.message,
    call: call.id,
    fields: line.fields ?? {},
  });
}
