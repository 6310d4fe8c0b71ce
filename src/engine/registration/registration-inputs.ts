// What of the engine's inputs is about registrations: a new configuration, their timers, the resolver's answers, the end.

import { type Millis, SECOND } from "../../base/index.ts";
import type { Trunk } from "../../model/index.ts";
import type { TransactionEvent } from "../../protocol/transaction/index.ts";
import { type Flow, isReliable, leadsTheSameWay } from "../../protocol/transport/index.ts";
import type { ResolveResult } from "../inputs.ts";
import {
  begin,
  beginPass,
  dropGrant,
  end,
  enter,
  failPass,
  forget,
  giveUpPass,
  logRegistration,
  onRegistrarPlaces,
  onSilence,
  startTimer,
  type TimerName,
} from "./keep-registered.ts";
import { onRegisterEvent } from "./register-outcome.ts";
import { ownRegistrationOf, type Registration, type RegistrationTurn } from "./registration.ts";

const OURS = "registration|";

/** Whether a timer, a token or a transaction's user is a registration's. */
export function isOfRegistration(key: string): boolean {
  return key.startsWith(OURS);
}

function registrationOf(key: string, turn: RegistrationTurn): Registration | undefined {
  return turn.world.registrations.byLine.get(key.split("|")[1] ?? "");
}

/** Everything that a registration is made of, the password included: it is done anew when any of it changes. */
function termsOf(trunk: Trunk): string {
  const { network, registration, credentials, tls } = trunk;
  return JSON.stringify([network, registration, credentials, credentials?.password.reveal(), tls]);
}

/** Registers the trunks that want it, and takes back what is wanted no more. To be told of the first configuration too. */
export function keepRegistered(trunks: Readonly<Record<string, Trunk>>, turn: RegistrationTurn): void {
  const { byTrunk } = turn.world.registrations;
  for (const registration of [...byTrunk.values()]) {
    const trunk = Object.hasOwn(trunks, registration.trunk.name) ? trunks[registration.trunk.name] : undefined;
    if (trunk === undefined || termsOf(trunk) !== termsOf(registration.trunk)) end(registration, turn);
  }
  for (const trunk of Object.values(trunks)) {
    if (ownRegistrationOf(trunk) === null || byTrunk.has(trunk.name)) continue;
    const registration = begin(trunk, turn);
    guard(registration, turn, () => beginPass(registration, turn));
  }
}

/** Takes all of them back: no more calls are wanted here. */
export function endRegistrations(turn: RegistrationTurn): void {
  for (const registration of [...turn.world.registrations.byTrunk.values()]) end(registration, turn);
}

const TIMERS: Readonly<Record<TimerName, (registration: Registration, turn: RegistrationTurn) => void>> = {
  resolve: (registration, turn) => {
    const token = registration.pass?.asking?.token ?? "";
    onRegistrarPlaces(registration, { token, places: [], detail: "no reply" }, turn);
  },
  silent: onSilence,
  retry: beginPass,
  refresh: beginPass,
  expire: (registration, turn) => {
    dropGrant(registration, turn);
    enter(registration, registration.pass === null ? "failed" : "registering", turn);
    const fields = { reason: registration.reason ?? "no answer to the refresh yet" };
    logRegistration(registration, { level: "warn", message: "The trunk's registration has run out.", fields }, turn);
  },
  end: forget,
  "keep-alive": (registration, turn) => {
    const { grant } = registration;
    if (grant === null || grant.keepAliveMs === null) return;
    // Nothing is expected back: the NAT's mapping is what it is for (RFC 5626 section 3.5.1 has it for streams).
    turn.actions.push({ kind: "send", flow: grant.flow, text: "\r\n\r\n" });
    startTimer(registration, { name: "keep-alive", afterMs: grant.keepAliveMs }, turn);
  },
};

/** A timer of a registration: `registration|<line>|<name>`. */
export function onRegistrationTimer(key: string, turn: RegistrationTurn): void {
  const registration = registrationOf(key, turn);
  const name = key.split("|")[2] ?? "";
  const index = registration?.timers.findIndex((timer) => timer.name === name) ?? -1;
  if (registration === undefined || index < 0) return;
  registration.timers.splice(index, 1);
  guard(registration, turn, () => TIMERS[name as TimerName](registration, turn));
}

/** A fault of our own costs a round, never the registration. */
function guard(registration: Registration, turn: RegistrationTurn, run: () => void): void {
  try {
    run();
  } catch (error) {
    giveUpPass(registration, turn);
    throw error;
  }
}

/** How long after it was made a flow may be lost and is made anew at once: who closes each connection soon is not asked in a circle. */
const STEADY: Millis = 60 * SECOND;

/** The connection over which we are registered is gone: the provider cannot call us, whatever it granted (RFC 5626 section 4.5). */
export function onRegisteredFlowLost(flow: Flow, turn: RegistrationTurn): void {
  if (!isReliable(flow)) return;
  for (const registration of turn.world.registrations.byTrunk.values()) {
    const { grant, pass } = registration;
    if (grant === null || pass !== null || !leadsTheSameWay(grant.flow, flow)) continue;
    if (registration.timers.some(({ name }) => name === "retry")) continue;
    const steady = turn.now - grant.grantedAt >= STEADY;
    guard(registration, turn, () => {
      if (steady) beginPass(registration, turn);
      else failPass(registration, { reason: "The registrar closes the connection", refused: false }, turn);
    });
  }
}

export function onRegistrarResolved(token: string, result: ResolveResult, turn: RegistrationTurn): void {
  const registration = registrationOf(token, turn);
  if (registration === undefined) return;
  const [places, detail] = result.ok ? [result.places, ""] : [[], result.detail];
  guard(registration, turn, () => onRegistrarPlaces(registration, { token, places, detail }, turn));
}

export function onRegistrationEvent(event: TransactionEvent & { readonly user: string }, turn: RegistrationTurn): void {
  const registration = registrationOf(event.user, turn);
  if (registration !== undefined) guard(registration, turn, () => onRegisterEvent(registration, event, turn));
}
