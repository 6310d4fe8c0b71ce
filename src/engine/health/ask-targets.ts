// Asks targets whether they are there: OPTIONS to each of their servers, as often as the trunk says (RFC 3261 section 11), and what follows from the answers.

import { type Millis, randomToken, SECOND } from "../../base/index.ts";
import type { Target, Trunk } from "../../model/index.ts";
import {
  BRANCH_COOKIE,
  formatHostPort,
  formatRequest,
  isIpLiteral,
  type SipResponse,
} from "../../protocol/sip/index.ts";
import type { TransactionEvent } from "../../protocol/transaction/index.ts";
import { type Flow, leadsTheSameWay } from "../../protocol/transport/index.ts";
import type { ResolveResult } from "../inputs.ts";
import { contactTowards, type Destination, flowTo, hostPortTowards, reachOf, viaTowards } from "../own-addresses.ts";
import { noteAlive, noteDown } from "../routing/index.ts";
import { towardsPeer } from "../secure-flow.ts";
import { type HealthTurn, newPlace, type Probe, type ProbedPlace } from "./probe.ts";

const OURS = "health|";
/** Servers of one target that are asked. */
const PLACES_MOST = 8;
const RESOLVE_DEADLINE: Millis = 10 * SECOND;
/** Targets are not asked all in one moment. */
const SPREAD = 0.1;
/** Answers that say as much as none: what is behind it is not there, or it takes nothing. */
const NOT_THERE: ReadonlySet<number> = new Set([408, 502, 503, 504]);

/** Whether a timer, a token or a transaction's user is about health. */
export function isOfHealth(key: string): boolean {
  return key.startsWith(OURS);
}

function probeOf(key: string, turn: HealthTurn): Probe | undefined {
  return turn.world.probes.get(key.split("|")[1] ?? "");
}

function termsOf(trunk: Trunk, target: Target): string {
  const { name, network, health, failover, tls } = trunk;
  return JSON.stringify([name, network, health, failover.attemptTimeout, tls, target.uri]);
}

/** Asks the targets of all trunks that want it, and no others any more. To be told of the first configuration too. */
export function keepAsking(trunks: Readonly<Record<string, Trunk>>, turn: HealthTurn): void {
  const wanted = new Map<string, { readonly trunk: Trunk; readonly target: Target }>();
  for (const trunk of Object.values(trunks)) {
    if (trunk.health.optionsEvery === null) continue;
    for (const target of trunk.targets) wanted.set(termsOf(trunk, target), { trunk, target });
  }
  for (const probe of [...turn.world.probes.values()]) {
    const terms = termsOf(probe.trunk, probe.target);
    if (!wanted.delete(terms)) end(probe, turn);
  }
  for (const { trunk, target } of wanted.values()) begin(trunk, target, turn);
}

/** Asks nobody any more. */
export function endAsking(turn: HealthTurn): void {
  for (const probe of [...turn.world.probes.values()]) end(probe, turn);
}

function begin(trunk: Trunk, target: Target, turn: HealthTurn): void {
  const id = randomToken(turn.world.random, 16);
  const share = turn.world.random.uint32() / 4_294_967_296;
  const everyMs = Math.round((trunk.health.optionsEvery ?? 0) * (1 - SPREAD * share));
  const probe: Probe = { id, trunk, target, everyMs, places: [], asking: null, unresolved: null, timers: [] };
  turn.world.probes.set(id, probe);
  look(probe, turn);
}

function end(probe: Probe, turn: HealthTurn): void {
  for (const { name } of [...probe.timers]) stopTimer(probe, name, turn);
  for (const place of probe.places) drop(place, turn);
  turn.world.probes.delete(probe.id);
}

/** Nothing is held against a server that nobody asks any more. */
function drop(place: ProbedPlace, turn: HealthTurn): void {
  if (place.transaction !== null) turn.world.layer.terminate(place.transaction, turn);
  if (place.state === "down") noteAlive(turn.world.destinations, place.flow);
}

function startTimer(probe: Probe, timing: { readonly name: string; readonly afterMs: Millis }, turn: HealthTurn): void {
  const { name, afterMs } = timing;
  const at = turn.now + afterMs;
  probe.timers.push({ name, at });
  turn.actions.push({ kind: "start-timer", key: `${OURS}${probe.id}|${name}`, at });
}

function stopTimer({ id, timers }: Probe, name: string, turn: HealthTurn): void {
  const index = timers.findIndex((timer) => timer.name === name);
  if (index < 0) return;
  timers.splice(index, 1);
  turn.actions.push({ kind: "stop-timer", key: `${OURS}${id}|${name}` });
}

/** Looks where the target's servers are, as DNS has them now, and asks them. */
function look(probe: Probe, turn: HealthTurn): void {
  const { trunk, target } = probe;
  startTimer(probe, { name: "ask", afterMs: probe.everyMs }, turn);
  const { host, port, transport, uri } = target;
  if (isIpLiteral(host)) {
    askAll(probe, [{ address: host, port, transport }], turn);
    return;
  }
  const token = `${OURS}${probe.id}|${randomToken(turn.world.random, 16)}`;
  probe.asking = token;
  const reach = reachOf(turn.world.border, trunk.network);
  turn.actions.push({ kind: "resolve", token, query: { host, port, transport, secure: /^sips:/i.test(uri), reach } });
  startTimer(probe, { name: "resolve", afterMs: RESOLVE_DEADLINE }, turn);
}

export function onHealthResolved(token: string, result: ResolveResult, turn: HealthTurn): void {
  const probe = probeOf(token, turn);
  if (probe === undefined || probe.asking !== token) return;
  probe.asking = null;
  stopTimer(probe, "resolve", turn);
  // What was known of its servers holds while their name does not resolve.
  probe.unresolved = result.ok ? null : result.detail;
  askAll(probe, result.ok ? result.places : null, turn);
}

function askAll(probe: Probe, found: readonly Destination[] | null, turn: HealthTurn): void {
  const { trunk, target } = probe;
  if (found !== null) {
    const flows = found.flatMap((place): Flow[] => {
      const flow = flowTo(turn.world.border, trunk.network, place);
      return flow === null ? [] : [towardsPeer(flow, trunk, target.host)];
    });
    const places = flows.slice(0, PLACES_MOST).map((flow) => {
      return probe.places.find((place) => leadsTheSameWay(place.flow, flow)) ?? newPlace(flow, turn.now);
    });
    for (const place of probe.places) if (!places.includes(place)) drop(place, turn);
    probe.places = places;
  }
  for (const place of probe.places) ask(probe, place, turn);
}

function ask(probe: Probe, place: ProbedPlace, turn: HealthTurn): void {
  if (place.transaction !== null) return;
  const { trunk, target } = probe;
  const { border, random, layer } = turn.world;
  const branch = BRANCH_COOKIE + randomToken(random, 20);
  const transport = target.transport === null || target.transport === "udp" ? "" : `;transport=${target.transport}`;
  const uri = `sip:${formatHostPort(target.host, target.port)}${transport}`;
  const text = formatRequest({
    method: "OPTIONS",
    uri,
    headers: [
      ["Via", viaTowards(border, { trunk, flow: place.flow, branch })],
      ["Max-Forwards", "70"],
      ["From", `<sip:${hostPortTowards(border, place.flow)}>;tag=${randomToken(random, 16)}`],
      ["To", `<${uri}>`],
      ["Call-ID", randomToken(random, 24)],
      ["CSeq", "1 OPTIONS"],
      ["Contact", `<${contactTowards(border, place.flow)}>`],
      ["Accept", "application/sdp"],
      ["User-Agent", "Demarc"],
    ],
    body: null,
  });
  const user = `${OURS}${probe.id}`;
  const { timers } = trunk.signaling;
  if (!layer.request({ method: "OPTIONS", branch, text, flow: place.flow, user, timers }, turn)) return;
  place.transaction = `c|${branch}|OPTIONS`;
  place.askedAt = turn.now;
  const index = probe.places.indexOf(place);
  stopTimer(probe, `silent.${index}`, turn);
  startTimer(probe, { name: `silent.${index}`, afterMs: trunk.failover.attemptTimeout }, turn);
}

/** A timer of a probe: `health|<id>|<name>`. */
export function onHealthTimer(key: string, turn: HealthTurn): void {
  const probe = probeOf(key, turn);
  const name = key.split("|")[2] ?? "";
  const index = probe?.timers.findIndex((timer) => timer.name === name) ?? -1;
  if (probe === undefined || index < 0) return;
  probe.timers.splice(index, 1);
  if (name === "ask") look(probe, turn);
  else if (name === "resolve") onHealthResolved(probe.asking ?? "", { ok: false, detail: "no reply" }, turn);
  else {
    const place = probe.places[Number(name.slice("silent.".length))];
    if (place !== undefined && place.transaction !== null)
      fail(probe, place, { reason: "does not answer OPTIONS", turn });
  }
}

/** What the transaction layer says of an OPTIONS of ours. */
export function onHealthEvent(event: TransactionEvent & { readonly user: string }, turn: HealthTurn): void {
  const probe = probeOf(event.user, turn);
  if (probe === undefined || !("transaction" in event)) return;
  const place = probe.places.find(({ transaction }) => transaction === event.transaction);
  if (place === undefined) return;
  if (event.kind === "response") onAnswer(probe, place, { response: event.response, turn });
  else fail(probe, place, { reason: event.kind === "timeout" ? "does not answer OPTIONS" : "cannot be reached", turn });
}

function onAnswer(
  probe: Probe,
  place: ProbedPlace,
  heard: { readonly response: SipResponse; readonly turn: HealthTurn },
): void {
  const { response, turn } = heard;
  const { status } = response;
  if (status < 200) return;
  if (NOT_THERE.has(status)) {
    fail(probe, place, { reason: `answers OPTIONS with ${status}`, turn });
    return;
  }
  settle(probe, place, turn);
  place.roundTripMs = turn.now - place.askedAt;
  place.failures = 0;
  place.answers += 1;
  if (place.state === "up") return;
  // Of one that was never asked before one answer is enough: nothing was held against it.
  if (place.state === "down" && place.answers < probe.trunk.health.upAfter) return;
  const news = place.state === "down";
  enter(place, "up", turn);
  place.reason = null;
  noteAlive(turn.world.destinations, place.flow);
  if (news) log(probe, place, { level: "info", message: "A server of a target is back.", turn });
}

/** The OPTIONS is over. */
function settle(probe: Probe, place: ProbedPlace, turn: HealthTurn): void {
  place.transaction = null;
  stopTimer(probe, `silent.${probe.places.indexOf(place)}`, turn);
}

function fail(probe: Probe, place: ProbedPlace, why: { readonly reason: string; readonly turn: HealthTurn }): void {
  const { reason, turn } = why;
  if (place.transaction !== null) turn.world.layer.terminate(place.transaction, turn);
  settle(probe, place, turn);
  place.answers = 0;
  place.failures += 1;
  place.reason = reason;
  if (place.failures < probe.trunk.health.downAfter) return;
  noteDown(turn.world.destinations, place.flow, { reason, now: place.state === "down" ? place.since : turn.now });
  if (place.state === "down") return;
  enter(place, "down", turn);
  log(probe, place, { level: "warn", message: "A server of a target is down.", turn });
}

function enter(place: ProbedPlace, state: ProbedPlace["state"], turn: HealthTurn): void {
  place.state = state;
  place.since = turn.now;
}

function log(
  { trunk, target }: Probe,
  { flow, reason }: ProbedPlace,
  line: { readonly level: "info" | "warn"; readonly message: string; readonly turn: HealthTurn },
): void {
  const address = `${flow.transport} ${formatHostPort(flow.remoteAddress, flow.remotePort)}`;
  const fields = { trunk: trunk.name, target: target.uri, address, ...(reason === null ? {} : { reason }) };
  line.turn.actions.push({ kind: "log", level: line.level, message: line.message, call: null, fields });
}
