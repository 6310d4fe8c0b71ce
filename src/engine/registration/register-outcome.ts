// What becomes of a REGISTER: granted, asked for credentials or more time, refused for good, or to be asked elsewhere.

import { randomToken, SECOND } from "../../base/index.ts";
import { header, type SipResponse } from "../../protocol/sip/index.ts";
import type { TransactionEvent } from "../../protocol/transaction/index.ts";
import { answerChallenge, isChallenge, noteNextNonce } from "../credentials/index.ts";
import { noteAlive, noteClosed } from "../routing/index.ts";
import {
  enter,
  failPass,
  forget,
  logRegistration,
  losePlace,
  sendRegister,
  startTimer,
  stopTimer,
  tryNextPlace,
} from "./keep-registered.ts";
import { readGrant } from "./register-request.ts";
import type { Registration, RegistrationTurn } from "./registration.ts";
import { refreshDelay } from "./retry.ts";

/** A registrar that finds every time too brief has lost its mind. */
const RAISES_MOST = 3;
/** A week. More is no registration but a configuration. */
const LONGEST_SECONDS = 604_800;
/** What speaks of us and not of the registrar's moment: asked at once elsewhere, or again soon, it would be the same. */
const REFUSALS: ReadonlySet<number> = new Set([
  400, 401, 402, 403, 404, 405, 407, 410, 414, 416, 420, 421, 485, 501, 604, 606,
]);

/** What the transaction layer says of a REGISTER of ours. */
export function onRegisterEvent(
  registration: Registration,
  event: TransactionEvent & { readonly user: string },
  turn: RegistrationTurn,
): void {
  const { pass } = registration;
  if (pass === null || !("transaction" in event) || event.transaction !== pass.transaction) return;
  if (registration.state === "ending") {
    onEndingEvent(registration, event, turn);
    return;
  }
  switch (event.kind) {
    case "response":
      if (event.response.status >= 200) onAnswer(registration, event.response, turn);
      return;
    case "timeout":
      losePlace(registration, "The registrar does not answer", turn);
      return;
    case "transport-error":
      losePlace(registration, "The registrar cannot be reached", turn);
      return;
    default:
  }
}

/** What was registered is to be taken back: beyond credentials nothing is argued about. */
function onEndingEvent(registration: Registration, event: TransactionEvent, turn: RegistrationTurn): void {
  const response = event.kind === "response" ? event.response : null;
  if (response !== null && response.status < 200) return;
  if (response !== null && isChallenge(response) && answerWithLogin(registration, response, turn) === null) return;
  forget(registration, turn);
}

function onAnswer(registration: Registration, response: SipResponse, turn: RegistrationTurn): void {
  const { pass } = registration;
  const { status, headers } = response;
  if (pass === null || pass.place === null) return;
  const retryAfter = headers.read(header.retryAfter)?.seconds ?? 0;
  if (status !== 503) noteAlive(turn.world.destinations, pass.place.flow);
  else if (retryAfter > 0)
    noteClosed(turn.world.destinations, pass.place.flow, { afterMs: retryAfter * SECOND, now: turn.now });
  if (status < 300) {
    onGranted(registration, response, turn);
    return;
  }
  if (isChallenge(response)) {
    const refusal = answerWithLogin(registration, response, turn);
    if (refusal !== null) failPass(registration, { reason: refusal, refused: true }, turn);
    return;
  }
  if (status === 423 && askLonger(registration, response, turn)) return;
  if (status === 439 && !registration.plain) {
    registration.plain = true;
    again(registration, turn);
    return;
  }
  const reason = `The registrar answers ${status} ${response.reason}`.slice(0, 160).trimEnd();
  if (REFUSALS.has(status)) {
    failPass(registration, { reason, refused: true }, turn);
    return;
  }
  pass.retryAfterMs = Math.max(pass.retryAfterMs, retryAfter * SECOND);
  pass.reason = reason;
  tryNextPlace(registration, turn);
}

/** Sends it again to the same place. */
function again(registration: Registration, turn: RegistrationTurn, seconds = registration.seconds): void {
  const { pass } = registration;
  if (pass === null || pass.place === null) return;
  const sent = sendRegister(registration, { contact: pass.contact, place: pass.place, seconds }, turn);
  if (!sent && registration.state !== "ending") losePlace(registration, "Too many transactions", turn);
}

/** Why it cannot be answered; null where it was. */
function answerWithLogin(registration: Registration, response: SipResponse, turn: RegistrationTurn): string | null {
  const { pass, trunk, login, state } = registration;
  const { credentials } = trunk;
  if (pass === null) return null;
  if (credentials === null) return "The registrar asks for credentials, and the trunk has none";
  const cnonce = (): string => randomToken(turn.world.random, 24);
  // The realm is the first one that asks; another registrar may be of another.
  const known = login !== null && asksFor(response, login.realm) ? login : null;
  const { challenged } = pass;
  const answer = answerChallenge(known, { response, credentials, challenged, settlesRealm: true, cnonce });
  if (answer.refusal !== null) return answer.refusal;
  registration.login = answer.login;
  pass.challenged = answer.challenged;
  again(registration, turn, state === "ending" ? 0 : registration.seconds);
  return null;
}

function asksFor(response: SipResponse, realm: string): boolean {
  const codec = response.status === 401 ? header.wwwAuthenticate : header.proxyAuthenticate;
  return response.headers
    .readEach(codec)
    .some((value) => value?.parameters.some(({ name, value: text }) => name === "realm" && text === `"${realm}"`));
}

/** The registrar's shortest time is longer than what was asked for (RFC 3261 section 10.2.8). */
function askLonger(registration: Registration, response: SipResponse, turn: RegistrationTurn): boolean {
  const { pass } = registration;
  const least = response.headers.read(header.minExpires);
  if (pass === null || least === null || least <= registration.seconds || least > LONGEST_SECONDS) return false;
  pass.raises += 1;
  if (pass.raises > RAISES_MOST) return false;
  registration.seconds = least;
  again(registration, turn);
  return true;
}

function onGranted(registration: Registration, response: SipResponse, turn: RegistrationTurn): void {
  const { pass } = registration;
  if (pass === null || pass.place === null) return;
  const grant = readGrant(registration, { response, place: pass.place, contact: pass.contact }, turn);
  if (grant === null) {
    pass.reason = "The registrar took the registration and granted no time";
    tryNextPlace(registration, turn);
    return;
  }
  noteNextNonce(registration.login, response);
  const news = registration.state !== "registered" || registration.reason !== null;
  const moved = registration.grant !== null && registration.grant.flow.remoteAddress !== grant.flow.remoteAddress;
  registration.grant = grant;
  registration.failures = 0;
  registration.reason = null;
  enter(registration, "registered", turn);
  const grantedMs = grant.until - turn.now;
  if (news || moved) {
    const fields = { address: grant.flow.remoteAddress, seconds: Math.round(grantedMs / 1000) };
    logRegistration(registration, { level: "info", message: "The trunk is registered.", fields }, turn);
  }
  registration.pass = null;
  const afterMs = refreshDelay(grantedMs, turn.world.random);
  startTimer(registration, { name: "refresh", afterMs }, turn);
  startTimer(registration, { name: "expire", afterMs: grantedMs }, turn);
  stopTimer(registration, "silent", turn);
  if (grant.keepAliveMs !== null) startTimer(registration, { name: "keep-alive", afterMs: grant.keepAliveMs }, turn);
}
