// Runs calls in batches, each in a world of its own that is made from one seed, and says what went wrong in which batch.

import { type Random, randomBelow, seededRandom } from "../../src/base/index.ts";
import type { CallRecord } from "../../src/engine/index.ts";
import {
  type Agent,
  answerAfter,
  formatLadder,
  type LabAction,
  messagesOfCall,
  type SentMessage,
  type Violation,
} from "../../src/lab/index.ts";
import { disturb, drainLate, replayAsStranger } from "./disturb.ts";
import type { Faults } from "./faults.ts";
import { PhoneLog } from "./phone-log.ts";
import type { Plan } from "./plan.ts";
import { planCall } from "./plan-call.ts";
import { watchLimits } from "./watch-limits.ts";
import { watchSessions } from "./watch-sessions.ts";
import { BORDER, createWorld, TIGHT_LIMITS, WIDE_LIMITS, type World } from "./world.ts";

export interface SimulationOptions {
  readonly seed: number;
  readonly calls: number;
  readonly faults: Faults;
  /** Runs only this batch; null for all. */
  readonly batch?: number | null;
  /** See WorldOptions. */
  readonly handOverEvery?: number;
  readonly wrap?: (agent: Agent) => Agent;
  /** After each batch. */
  readonly onBatch?: (progress: { readonly calls: number; readonly virtualMs: number }) => void;
}

export interface SimulationResult {
  readonly calls: number;
  /** How many records had each `status cause`, and how many calls were of each kind. */
  readonly outcomes: ReadonlyMap<string, number>;
  readonly kinds: ReadonlyMap<string, number>;
  readonly messages: number;
  readonly virtualMs: number;
  /** Of the first batch that failed; empty when none did. */
  readonly violations: readonly Violation[];
  readonly failedBatch: number | null;
  /** The ladder of the first call that failed; empty when the failure belongs to no call. */
  readonly ladder: string;
}

/** Ends of records that the caller's phone may not notice: it talks on in another call. */
const GOING_ON: ReadonlySet<string> = new Set(["transferred", "replaced", "picked-up"]);
const CALLS_IN_BATCH = 250;
/** Between two calls, at most. With calls of half a minute some 150 stand at a time. */
const MOST_BETWEEN_CALLS_MS = 120;
/** By then every call of a batch must have ended by itself: calls last 300 s at most, and the longest patience is 900 s. */
const LIMIT_MS = 3_600_000;

/** Another seed for each batch, far from those of neighbouring seeds and batches. */
function batchSeed(seed: number, batch: number): number {
  return (seed * 0x1_0000 + batch) % Number.MAX_SAFE_INTEGER;
}

export function runSimulation(options: SimulationOptions): SimulationResult {
  const outcomes = new Map<string, number>();
  const kinds = new Map<string, number>();
  let [calls, messages, virtualMs] = [0, 0, 0];
  const only = options.batch ?? null;
  for (let batch = only ?? 0; only === null ? calls < options.calls : batch === only; batch += 1) {
    const count = only === null ? Math.min(CALLS_IN_BATCH, options.calls - calls) : CALLS_IN_BATCH;
    const run = runBatch(options, { seed: batchSeed(options.seed, batch), count, outcomes, kinds });
    calls += count;
    messages += run.trace.length;
    virtualMs += run.virtualMs;
    if (run.violations.length > 0) {
      const ladder = ladderOf(run);
      return { calls, outcomes, kinds, messages, virtualMs, violations: run.violations, failedBatch: batch, ladder };
    }
    options.onBatch?.({ calls, virtualMs });
  }
  return { calls, outcomes, kinds, messages, virtualMs, violations: [], failedBatch: null, ladder: "" };
}

interface BatchRun {
  readonly violations: readonly Violation[];
  readonly trace: readonly SentMessage[];
  readonly virtualMs: number;
}

function ladderOf({ violations, trace }: BatchRun): string {
  const callId = violations.find((violation) => violation.callId !== null)?.callId;
  if (callId === undefined || callId === null) return "";
  return formatLadder(messagesOfCall(trace, callId), ["pbx", BORDER, "carriera", "carrierb"]);
}

function runBatch(
  options: SimulationOptions,
  batch: { seed: number; count: number; outcomes: Map<string, number>; kinds: Map<string, number> },
): BatchRun {
  const { faults } = options;
  // The plans are drawn from a sequence of their own, so that a change of the engine does not change what it is asked.
  const random = seededRandom(batch.seed);
  const tight = randomBelow(random, 4) === 0;
  const limits = tight ? TIGHT_LIMITS : WIDE_LIMITS;
  const { wrap, handOverEvery } = options;
  // In every second batch carriera asks for credentials.
  const asks = batch.seed % 2 === 1;
  const world = createWorld({
    seed: batch.seed + 1,
    faults,
    limits,
    asks,
    // In every third one calls wait for a policy.
    policy: batch.seed % 3 === 0,
    ...(wrap && { wrap }),
    ...(handOverEvery && { handOverEvery }),
  });
  const { network, checkers } = world;
  const plans = new Map<string, Plan>();
  let at = 0;
  for (let index = 0; index < batch.count; index += 1) {
    const plan = planCall(random, index);
    at += randomBelow(random, MOST_BETWEEN_CALLS_MS);
    for (const each of schedulePlan(world, plan, at)) plans.set(each.script.caller, each);
    count(batch.kinds, plan.kind);
  }
  for (const carrier of [world.answers.carriera, world.answers.carrierb]) carrier.set("911", answerAfter(800));
  disturb(world, random, { faults, lengthMs: at + 1 });
  if (tight) {
    watchLimits(world, limits, at + 1);
    drainLate(world, random, at + 1);
  }
  if (faults.name === "none") watchSessions(world, at + 100_000);
  const disturbing = seededRandom(batch.seed + 2);
  const phones = new PhoneLog();
  network.observer = observeAll(world, { random: disturbing, faults, phones });
  const idle = network.runUntilIdle(LIMIT_MS);
  const { now } = network;
  checkers.finish(now, { ...world.leftOver(), "things to come after an hour": idle ? 0 : 1 });
  for (const record of checkers.allRecords.values()) count(batch.outcomes, `${record.status} ${record.cause}`);
  if (faults.name === "none") checkOutcomes(world, plans, { tight, phones });
  return { violations: checkers.violations, trace: checkers.trace, virtualMs: now };
}

function observeAll(world: World, watched: { random: Random; faults: Faults; phones: PhoneLog }) {
  const { checkers } = world;
  const { random, faults, phones } = watched;
  return {
    sent(sent: SentMessage) {
      checkers.sent(sent);
      replayAsStranger(world, random, { sent, chance: faults.replay });
    },
    delivered: checkers.delivered.bind(checkers),
    acted(node: string, action: LabAction, now: number) {
      checkers.acted(node, action, now);
      phones.note(action, now);
    },
    broke: checkers.broke.bind(checkers),
  };
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** Returns the plan with all that belong to it. */
function schedulePlan(world: World, plan: Plan, at: number): Plan[] {
  const { network, engine, media } = world;
  for (const [peer, answer] of Object.entries(plan.answers)) {
    world.answers[peer as keyof Plan["answers"]].set(plan.script.called, answer);
  }
  for (const { peer, number, answer } of plan.numbers ?? []) world.answers[peer].set(number, answer);
  network.schedule(plan.from, at, { kind: "place-call", script: plan.script });
  const call = () => engine.liveCalls().find(({ caller }) => caller === plan.script.caller)?.id;
  if (plan.operatorAfterMs !== null) {
    network.scheduleRun(at + plan.operatorAfterMs, () => {
      network.schedule(BORDER, network.now, { kind: "hang-up", call: call() ?? "nobody's" });
    });
  }
  if (plan.mediaTimeoutAfterMs !== null) {
    network.scheduleRun(at + plan.mediaTimeoutAfterMs, () => {
      media.onEvent?.(call() ?? "nobody's", { kind: "timeout", afterMs: 0 });
    });
  }
  return [plan, ...(plan.further ?? []).flatMap((later) => schedulePlan(world, later.plan, at + later.afterMs))];
}

/** In a world without faults each call becomes what its script leads to, unless a limit came between, and the phone agrees with the record. */
function checkOutcomes(
  world: World,
  plans: ReadonlyMap<string, Plan>,
  about: { readonly tight: boolean; readonly phones: PhoneLog },
): void {
  const { checkers, network } = world;
  for (const record of checkers.records.values()) {
    const plan = plans.get(record.caller);
    // What a transfer makes of two parties is nobody's plan.
    if (plan === undefined || (record.transferredFrom !== null && plan.script.replaces === null)) continue;
    const outcome = `${record.status} ${record.cause}`;
    const expected = plan.expected.includes(outcome) || (about.tight && mayBeLimited(record, plan));
    // A caller who never acknowledges is kept on the line until its BYE may be sent (RFC 3261 section 15), however early the call ended.
    const goesOn = record.endedBy !== "caller" && GOING_ON.has(record.cause);
    const seen = plan.script.acknowledges && !goesOn ? about.phones.disagreement(plan.script.id, record) : null;
    const wrong = expected ? seen : `it became ${outcome}, not ${plan.expected.join(" or ")}`;
    if (wrong === null) continue;
    const detail = `a call that was ${plan.kind}: ${wrong}`;
    checkers.violations.push({ rule: "outcome", at: network.now, detail, callId: record.aLeg.callId });
  }
}

/**
 * A limit refuses the call, or sends it to the other carrier, whose script is another one. An emergency call only a lack of ports can stop,
 * or a drain. */
function mayBeLimited(record: CallRecord, plan: Plan): boolean {
  if (record.attempts.some(({ reason }) => reason.includes("no-ports"))) return true;
  if (record.cause === "shutdown") return true;
  // What its target offers may find no ports, when it is too late for another target.
  if (plan.kind === "without an offer" && record.cause === "media-failure") return true;
  // Who takes another's place has no attempt of which that could be said.
  if (plan.script.replaces !== null && record.cause === "media-failure") return true;
  if (plan.kind === "emergency") return false;
  return record.cause === "limit" || record.attempts.some(({ reason }) => reason.includes("limit"));
}
