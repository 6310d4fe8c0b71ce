// A phone asks for something inside a standing call: a change of its session by re-INVITE or UPDATE, its outcome, its back-off after a
// glare (RFC 3261 section 14.1, RFC 3311 section 5.1), and requests that change nothing.

import { type Millis, randomBelow } from "../../base/index.ts";
import { formatInDialogRequest, nextSequence } from "../../protocol/dialog/index.ts";
import type { Direction } from "../../protocol/sdp/index.ts";
import { type Body, header, type SipResponse, tagOf, to } from "../../protocol/sip/index.ts";
import { sendBye } from "./hang-up.ts";
import { newBranch } from "./identity.ts";
import { flowOfDialog, formatOwnVia, noteAllowed } from "./message-parts.ts";
import { awaitNextDeed } from "./mid-call.ts";
import {
  type OpenChange,
  openAudio,
  type PhoneCall,
  type PhoneMoment,
  type PhoneState,
  startCallTimer,
} from "./phone-call.ts";
import { sendRefer } from "./refer.ts";
import type { MidCallDeed } from "./script.ts";
import { sendInDialog } from "./send-in-dialog.ts";
import { bodyOf, descriptionOf, makeLaterAnswer, makeLaterOffer, repeatOffer } from "./session.ts";
import { raiseInterval, settleTimer } from "./session-timer.ts";

/** How long a deed waits when something else is open. */
const POSTPONED_MS: Millis = 250;
/** How often a change is tried against others of the other side's. */
const MOST_TRIES = 5;

/** The time of the next deed has come. */
export function takeDueDeed(phone: PhoneState, call: PhoneCall, moment: PhoneMoment): void {
  const step = call.script.deeds[call.deed];
  if (step === undefined || call.state !== "answered") return;
  if (call.change !== null || call.accepted !== null || call.description === null) {
    startCallTimer(call, { name: "deed", afterMs: POSTPONED_MS }, moment);
    return;
  }
  call.deed += 1;
  const update = step.update && step.deed !== "ask" && call.allowed.includes("UPDATE");
  if (step.deed === "refer") sendRefer(phone, call, { step, moment });
  else if (step.deed === "info" || step.deed === "options") askAside(phone, call, { deed: step.deed, moment });
  else startChange(phone, call, { deed: step.deed, method: update ? "UPDATE" : "INVITE", tries: 0, moment });
  awaitNextDeed(call, moment);
}

/** It is time to refresh the session: now, or when nothing else is open. */
export function refreshSession(phone: PhoneState, call: PhoneCall, moment: PhoneMoment): void {
  if (call.state !== "answered" || call.timer === null) return;
  if (call.change !== null || call.accepted !== null || call.retry !== null || call.description === null) {
    startCallTimer(call, { name: "refresh", afterMs: POSTPONED_MS }, moment);
    return;
  }
  const update = call.script.timer?.update === true && call.allowed.includes("UPDATE");
  startChange(phone, call, { deed: "refresh", method: update ? "UPDATE" : "INVITE", tries: 0, moment });
}

function wishOf(deed: MidCallDeed, before: Direction): Direction {
  if (deed === "hold") return "sendonly";
  if (deed === "mute") return "inactive";
  return deed === "resume" ? "sendrecv" : before;
}

interface Start {
  readonly deed: MidCallDeed;
  readonly method: "INVITE" | "UPDATE";
  readonly tries: number;
  readonly moment: PhoneMoment;
}

function startChange(phone: PhoneState, call: PhoneCall, start: Start): void {
  const { deed, method, tries, moment } = start;
  if (call.dialog === null || call.audioPort === null) return;
  const wish = wishOf(deed, call.wish);
  const moved = deed === "move" ? phone.options.audioPorts.take() : null;
  const port = moved ?? call.audioPort;
  const codec = deed === "recode" ? (randomBelow(phone.options.random, 2) === 0 ? "0" : "8") : null;
  const repeated = deed === "repeat" || deed === "refresh" ? repeatOffer(call) : null;
  const offerless = deed === "ask" || (deed === "refresh" && method === "UPDATE");
  const offer = offerless ? null : (repeated ?? makeLaterOffer(phone, call, { wish, port, codec }));
  const sequence = nextSequence(call.dialog);
  call.change = { deed, method, sequence, offer, wish, port, tries };
  const body = offer === null ? null : bodyOf(offer);
  if (!sendInDialog(phone, call, { method, sequence, body, user: "change", moment })) dropChange(phone, call);
}

/** INFO and OPTIONS: whatever comes of them, the call goes on. */
function askAside(
  phone: PhoneState,
  call: PhoneCall,
  aside: { readonly deed: "info" | "options"; readonly moment: PhoneMoment },
): void {
  if (call.dialog === null) return;
  const tone = { contentType: "application/dtmf-relay", text: "Signal=5\r\nDuration=160\r\n" };
  const [method, body] = aside.deed === "info" ? (["INFO", tone] as const) : (["OPTIONS", null] as const);
  const { moment } = aside;
  sendInDialog(phone, call, { method, sequence: nextSequence(call.dialog), body, user: "aside", moment });
}

/** What was refused has changed nothing. */
function dropChange(phone: PhoneState, call: PhoneCall): void {
  const { change } = call;
  if (change !== null && change.port !== call.audioPort) phone.options.audioPorts.free(change.port);
  call.change = null;
}

export interface ChangeOutcome {
  /** Null: no final response came, or it could not be sent. */
  readonly response: SipResponse | null;
  readonly moment: PhoneMoment;
}

export function concludeChange(phone: PhoneState, call: PhoneCall, outcome: ChangeOutcome): void {
  const { response, moment } = outcome;
  const { change } = call;
  if (response !== null && response.status < 200) return;
  if (response !== null && response.status < 300 && acknowledgeAgain(call, outcome)) return;
  if (change === null) return;
  if (call.state === "ended") {
    // Too late to change anything, but it wants its ACK (section 13.2.2.4).
    const answered = response !== null && response.status < 300 && change.method === "INVITE";
    if (answered) acknowledge(phone, call, { change, body: null, moment });
    return;
  }
  if (response !== null && response.status < 300) {
    takeAnswer(phone, call, { response, change, moment });
    return;
  }
  dropChange(phone, call);
  const status = response?.status ?? 408;
  // The other side is gone, and its call with it (section 12.2.1.2).
  if (status === 408 || status === 481) sendBye(phone, call, moment);
  else if (status === 491 && change.tries < MOST_TRIES) retryLater(phone, call, { change, moment });
  else if (status === 500 && change.deed === "refresh")
    startCallTimer(call, { name: "refresh", afterMs: retryAfterMs(response) }, moment);
  else if (response !== null && status === 422 && raiseInterval(call, response))
    startChange(phone, call, { ...change, moment });
}

function retryAfterMs(response: SipResponse | null): Millis {
  return Math.max((response?.headers.read(header.retryAfter)?.seconds ?? 0) * 1000, POSTPONED_MS);
}

/** A repeated 2xx gets its ACK again. */
function acknowledgeAgain(call: PhoneCall, { response, moment }: ChangeOutcome): boolean {
  if (response === null) return false;
  const address = response.headers.read(to);
  const sequence = /^\d+/.exec(response.headers.first("cseq") ?? "")?.[0];
  const sent = call.acks.get(`${address === null ? "" : (tagOf(address) ?? "")}|${sequence}`);
  if (sent === undefined) return false;
  moment.actions.push({ kind: "send", flow: sent.flow, text: sent.text });
  return true;
}

function takeAnswer(
  phone: PhoneState,
  call: PhoneCall,
  taken: { readonly response: SipResponse; readonly change: OpenChange; readonly moment: PhoneMoment },
): void {
  const { response, change, moment } = taken;
  noteAllowed(call, response);
  settleTimer(call, response, moment);
  const remote = descriptionOf(response);
  call.change = null;
  // We asked for an offer: the answer goes with the ACK (section 13.2.2.4).
  const answer = change.offer === null && remote !== null ? makeLaterAnswer(phone, call, remote) : null;
  if (change.offer !== null) {
    if (change.port !== call.audioPort && call.audioPort !== null)
      moveAudio(phone, call, { port: change.port, moment });
    call.description = change.offer;
    call.wish = change.wish;
  }
  if (change.method === "INVITE")
    acknowledge(phone, call, { change, body: answer === null ? null : bodyOf(answer), moment });
  if (remote !== null) openAudio(phone, call, { remote, agreed: answer ?? remote, moment });
  if (call.hangUpDue) sendBye(phone, call, moment);
}

function moveAudio(phone: PhoneState, call: PhoneCall, move: { port: number; moment: PhoneMoment }): void {
  const { audioPort: port } = call;
  if (port === null) return;
  const local = { address: phone.options.listener.localAddress, port };
  if (call.audioOpen) move.moment.actions.push({ kind: "audio", operation: "close", call: call.id, local });
  phone.options.audioPorts.free(port);
  call.audioPort = move.port;
}

function acknowledge(
  phone: PhoneState,
  call: PhoneCall,
  acknowledgement: { readonly change: OpenChange; readonly body: Body | null; readonly moment: PhoneMoment },
): void {
  const { change, body, moment } = acknowledgement;
  const { identity, random } = phone.options;
  if (call.dialog === null) return;
  const text = formatInDialogRequest(call.dialog, {
    method: "ACK",
    sequence: change.sequence,
    via: formatOwnVia(phone.options, newBranch(identity, random)),
    headers: [["User-Agent", identity.userAgent]],
    body,
  });
  const flow = flowOfDialog(phone, call.dialog, call.flow);
  call.acks.set(`${call.dialog.remoteTag}|${change.sequence}`, { flow, text });
  moment.actions.push({ kind: "send", flow, text });
}

/** Section 14.1: who owns the Call-ID waits 2.1 to 4 seconds, the other at most 2, in steps of 10 ms. */
function retryLater(
  phone: PhoneState,
  call: PhoneCall,
  retry: { readonly change: OpenChange; readonly moment: PhoneMoment },
): void {
  const steps =
    call.role === "caller" ? 210 + randomBelow(phone.options.random, 191) : randomBelow(phone.options.random, 201);
  call.retry = { deed: retry.change.deed, method: retry.change.method, tries: retry.change.tries + 1 };
  startCallTimer(call, { name: "retry", afterMs: steps * 10 }, retry.moment);
}

/** The back-off after a glare is over. */
export function retryChange(phone: PhoneState, call: PhoneCall, moment: PhoneMoment): void {
  const { retry } = call;
  if (retry === null || call.state !== "answered") return;
  if (call.change !== null || call.accepted !== null) {
    startCallTimer(call, { name: "retry", afterMs: POSTPONED_MS }, moment);
    return;
  }
  call.retry = null;
  startChange(phone, call, { ...retry, moment });
}
