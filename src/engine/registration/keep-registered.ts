// Keeps trunks registered: one round through the registrars after the other, as the configuration says, until it says no more.

import { invariant, type Millis, randomToken, SECOND } from "../../base/index.ts";
import type { Trunk } from "../../model/index.ts";
import { BRANCH_COOKIE, isIpLiteral } from "../../protocol/sip/index.ts";
import type { ServerPlace } from "../../protocol/transport/index.ts";
import type { Destination } from "../own-addresses.ts";
import { flowTo, reachOf } from "../own-addresses.ts";
import { noteFailure, sortFlows } from "../routing/index.ts";
import { towardsPeer } from "../secure-flow.ts";
import { formatRegister, registeredContact } from "./register-request.ts";
import {
  ownRegistrationOf,
  type Pass,
  type RegistrarPlace,
  type Registration,
  type RegistrationState,
  type RegistrationTurn,
} from "./registration.ts";
import { REFUSED_PAUSE, retryDelay } from "./retry.ts";

/** Longer than the resolver's own deadline. */
const RESOLVE_DEADLINE: Millis = 10 * SECOND;
/** How long taking a registration back may take. */
const END_WITHIN: Millis = 5 * SECOND;

const FAULT_PAUSE: Millis = 30 * SECOND;

export type TimerName = "resolve" | "silent" | "retry" | "refresh" | "expire" | "end" | "keep-alive";

export function startTimer(
  registration: Registration,
  timing: { readonly name: TimerName; readonly afterMs: Millis },
  turn: RegistrationTurn,
): void {
  const { name, afterMs } = timing;
  const at = turn.now + afterMs;
  stopTimer(registration, name, turn);
  registration.timers.push({ name, at });
  turn.actions.push({ kind: "start-timer", key: `registration|${registration.line}|${name}`, at });
}

export function stopTimer({ line, timers }: Registration, name: TimerName, turn: RegistrationTurn): void {
  const index = timers.findIndex((timer) => timer.name === name);
  if (index < 0) return;
  timers.splice(index, 1);
  turn.actions.push({ kind: "stop-timer", key: `registration|${line}|${name}` });
}

export function logRegistration(
  { trunk, grant, pass }: Registration,
  line: {
    readonly level: "info" | "warn" | "error";
    readonly message: string;
    readonly fields?: Record<string, string | number>;
  },
  turn: RegistrationTurn,
): void {
  const { level, message, fields = {} } = line;
  const place = pass?.place ?? grant;
  const registrar = place?.registrar.uri ?? ownRegistrationOf(trunk)?.registrar.uri ?? "";
  turn.actions.push({ kind: "log", level, message, call: null, fields: { trunk: trunk.name, registrar, ...fields } });
}

export function enter(registration: Registration, state: RegistrationState, turn: RegistrationTurn): void {
  if (registration.state === state) return;
  registration.state = state;
  registration.since = turn.now;
}

/** A registration of a trunk that nothing was done for yet. */
export function begin(trunk: Trunk, turn: RegistrationTurn): Registration {
  const { random, registrations } = turn.world;
  const registration: Registration = {
    line: randomToken(random, 18),
    trunk,
    callId: randomToken(random, 24),
    localTag: randomToken(random, 16),
    sequence: 0,
    state: "registering",
    since: turn.now,
    grant: null,
    pass: null,
    login: null,
    seconds: Math.round((ownRegistrationOf(trunk)?.expires ?? 0) / 1000),
    plain: false,
    failures: 0,
    reason: null,
    nextTryAt: null,
    timers: [],
  };
  registrations.byLine.set(registration.line, registration);
  registrations.byTrunk.set(trunk.name, registration);
  return registration;
}

/** A round through the registrars, from the first one on: the one that answered last need not be the best. */
export function beginPass(registration: Registration, turn: RegistrationTurn): void {
  const own = ownRegistrationOf(registration.trunk);
  if (own === null || registration.pass !== null) return;
  stopTimer(registration, "retry", turn);
  stopTimer(registration, "refresh", turn);
  registration.nextTryAt = null;
  if (registration.state === "failed") enter(registration, "registering", turn);
  registration.pass = {
    ...emptyPass(),
    registrars: [own.registrar, ...own.backupRegistrars],
    reason: "No registrar can be reached from the trunk's network",
  };
  tryNextPlace(registration, turn);
}

/** Asks the next place, looks the next registrar up, or gives the round up. */
export function tryNextPlace(registration: Registration, turn: RegistrationTurn): void {
  const { pass, trunk } = registration;
  if (pass === null) return;
  stopTimer(registration, "silent", turn);
  pass.challenged = [];
  pass.transaction = null;
  const place = pass.places.shift();
  if (place !== undefined) {
    ask(registration, place, turn);
    return;
  }
  const registrar = pass.registrars.shift();
  if (registrar === undefined) {
    pass.places = pass.postponed.splice(0);
    if (pass.places.length > 0) tryNextPlace(registration, turn);
    else failPass(registration, { reason: pass.reason, refused: false }, turn);
    return;
  }
  const { host, port, transport } = registrar;
  if (isIpLiteral(host)) {
    take(registration, { registrar, places: [{ address: host, port, transport }] }, turn);
    return;
  }
  const token = `registration|${registration.line}|${randomToken(turn.world.random, 16)}`;
  pass.asking = { token, registrar };
  const reach = reachOf(turn.world.border, trunk.network);
  const query = { host, port, transport, secure: /^sips:/i.test(registrar.uri), reach };
  turn.actions.push({ kind: "resolve", token, query });
  startTimer(registration, { name: "resolve", afterMs: RESOLVE_DEADLINE }, turn);
}

/** The places of a registrar are known: those that failed a moment ago wait until the others have, and those that want to be left alone are. */
function take(
  registration: Registration,
  found: { readonly registrar: RegistrarPlace["registrar"]; readonly places: readonly Destination[] },
  turn: RegistrationTurn,
): void {
  const { pass, trunk } = registration;
  invariant(pass !== null, "places are looked for in a round");
  const { registrar, places } = found;
  const { border, destinations } = turn.world;
  const flows = places.flatMap((place) => {
    const flow = flowTo(border, trunk.network, place);
    return flow === null ? [] : [towardsPeer(flow, trunk, registrar.host)];
  });
  const { healthy, failed, closed } = sortFlows(destinations, flows, turn.now);
  if (closed.length > 0) pass.reason = "The registrar asked to be left alone for now";
  pass.places.push(...healthy.map((flow) => ({ registrar, flow })));
  pass.postponed.push(...failed.map((flow) => ({ registrar, flow })));
  tryNextPlace(registration, turn);
}

/** The resolver has answered for a registrar; null for no place. */
export function onRegistrarPlaces(
  registration: Registration,
  answer: { readonly token: string; readonly places: readonly ServerPlace[]; readonly detail: string },
  turn: RegistrationTurn,
): void {
  const { pass } = registration;
  const { token, places, detail } = answer;
  if (pass === null || pass.asking?.token !== token) return;
  const { registrar } = pass.asking;
  pass.asking = null;
  stopTimer(registration, "resolve", turn);
  if (places.length === 0) pass.reason = `Not resolved: ${detail}`;
  take(registration, { registrar, places }, turn);
}

function ask(registration: Registration, place: RegistrarPlace, turn: RegistrationTurn): void {
  const { pass, trunk } = registration;
  invariant(pass !== null, "a registrar is asked in a round");
  pass.place = place;
  pass.contact = registeredContact(registration, place.flow, turn);
  if (!sendRegister(registration, { ...pass, place }, turn)) {
    failPass(registration, { reason: "Too many transactions", refused: false }, turn);
    return;
  }
  // The last one has as long as its transaction.
  const others = pass.places.length + pass.registrars.length + pass.postponed.length;
  if (others > 0) startTimer(registration, { name: "silent", afterMs: trunk.failover.attemptTimeout }, turn);
}

/** Sends a REGISTER to the place of the round, once more after a challenge. False when there is no room for its transaction. */
export function sendRegister(
  registration: Registration,
  asked: Pick<Pass, "contact"> & { readonly place: RegistrarPlace; readonly seconds?: number },
  turn: RegistrationTurn,
): boolean {
  const { place, contact, seconds = registration.seconds } = asked;
  const branch = BRANCH_COOKIE + randomToken(turn.world.random, 20);
  const text = formatRegister(registration, { place, contact, branch, seconds }, turn);
  const user = `registration|${registration.line}`;
  const { timers } = registration.trunk.signaling;
  const sent = turn.world.layer.request({ method: "REGISTER", branch, text, flow: place.flow, user, timers }, turn);
  if (registration.pass !== null) registration.pass.transaction = sent ? `c|${branch}|REGISTER` : null;
  return sent;
}

/** The place did not answer, or could not be reached. */
export function losePlace(registration: Registration, reason: string, turn: RegistrationTurn): void {
  const { pass } = registration;
  if (pass === null || pass.place === null) return;
  noteFailure(turn.world.destinations, pass.place.flow, { stopAfter: null, reason, now: turn.now });
  pass.reason = reason;
  tryNextPlace(registration, turn);
}

/** A silent place while there are others: they get their chance. */
export function onSilence(registration: Registration, turn: RegistrationTurn): void {
  const { pass } = registration;
  if (pass?.transaction != null) turn.world.layer.terminate(pass.transaction, turn);
  losePlace(registration, "The registrar does not answer", turn);
}

/** Nobody registered us in this round. `refused`: they will not, until something is changed. */
export function failPass(
  registration: Registration,
  failure: { readonly reason: string; readonly refused: boolean },
  turn: RegistrationTurn,
): void {
  const { reason, refused } = failure;
  const first = registration.reason !== reason;
  registration.failures += 1;
  registration.reason = reason;
  const retryAfterMs = registration.pass?.retryAfterMs ?? 0;
  const afterMs = refused ? REFUSED_PAUSE : retryDelay(registration.failures, retryAfterMs, turn.world.random);
  registration.nextTryAt = turn.now + afterMs;
  if (refused) dropGrant(registration, turn);
  if (registration.grant === null) enter(registration, "failed", turn);
  if (first) {
    const message = refused
      ? "The registrar refuses the trunk: it is asked again in half an hour, or when the configuration changes."
      : "The trunk could not be registered.";
    const fields = { reason, nextTryInSeconds: Math.round(afterMs / 1000) };
    logRegistration(registration, { level: refused ? "error" : "warn", message, fields }, turn);
  }
  registration.pass = null;
  stopTimer(registration, "silent", turn);
  startTimer(registration, { name: "retry", afterMs }, turn);
}

/** A fault of our own ended the round: the next one comes, after a pause that nothing has to be drawn for. */
export function giveUpPass(registration: Registration, turn: RegistrationTurn): void {
  if (registration.state === "ending") return;
  registration.pass = null;
  registration.reason = "A fault of our own, which is in the log";
  registration.nextTryAt = turn.now + FAULT_PAUSE;
  if (registration.grant === null) enter(registration, "failed", turn);
  for (const name of ["silent", "resolve"] as const) stopTimer(registration, name, turn);
  startTimer(registration, { name: "retry", afterMs: FAULT_PAUSE }, turn);
}

/** What was granted holds no more. */
export function dropGrant(registration: Registration, turn: RegistrationTurn): void {
  registration.grant = null;
  for (const name of ["refresh", "expire", "keep-alive"] as const) stopTimer(registration, name, turn);
}

/** Takes a registration back: calls shall not come here any more. */
export function end(registration: Registration, turn: RegistrationTurn): void {
  const { pass, grant, trunk, line } = registration;
  const { registrations, layer } = turn.world;
  if (registration.state === "ending") return;
  if (registrations.byTrunk.get(trunk.name) === registration) registrations.byTrunk.delete(trunk.name);
  if (pass?.transaction != null) layer.terminate(pass.transaction, turn);
  for (const { name } of [...registration.timers]) stopTimer(registration, name as TimerName, turn);
  // A REGISTER that is under way may have been taken: the next one outdoes it.
  const place = pass?.place ?? grant;
  if (place === null || (grant === null && pass?.transaction == null)) {
    registrations.byLine.delete(line);
    return;
  }
  const contact = grant?.contact ?? pass?.contact ?? "";
  enter(registration, "ending", turn);
  registration.pass = { ...emptyPass(), place: { registrar: place.registrar, flow: place.flow }, contact };
  sendRegister(registration, { place, contact, seconds: 0 }, turn);
  startTimer(registration, { name: "end", afterMs: END_WITHIN }, turn);
}

function emptyPass(): Pass {
  return {
    registrars: [],
    places: [],
    postponed: [],
    asking: null,
    place: null,
    contact: "",
    transaction: null,
    challenged: [],
    raises: 0,
    retryAfterMs: 0,
    reason: "",
  };
}

/** Nothing is kept of it any more. */
export function forget(registration: Registration, turn: RegistrationTurn): void {
  for (const { name } of [...registration.timers]) stopTimer(registration, name as TimerName, turn);
  const transaction = registration.pass?.transaction ?? null;
  if (transaction !== null) turn.world.layer.terminate(transaction, turn);
  turn.world.registrations.byLine.delete(registration.line);
}
