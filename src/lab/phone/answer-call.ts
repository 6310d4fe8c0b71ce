// The called party's part of a call: its script's steps, the 2xx repeated until the ACK, CANCEL (RFC 3261 sections 9.2 and 13.3).

import { dialogOfRequest } from "../../protocol/dialog/index.ts";
import {
  formatHostPort,
  type HeaderLine,
  parseSipUri,
  type ResponseParts,
  type SipRequest,
  unescapeUser,
} from "../../protocol/sip/index.ts";
import type { TransactionKey } from "../../protocol/transaction/index.ts";
import type { Flow } from "../../protocol/transport/index.ts";
import { sendAccepted } from "./accepted.ts";
import { newTag } from "./identity.ts";
import { noteAllowed, responseHeaders } from "./message-parts.ts";
import { awaitNextDeed } from "./mid-call.ts";
import {
  type CalleeCall,
  dialogKey,
  endCall,
  freshExchanges,
  openAudio,
  type PhoneMoment,
  type PhoneState,
  report,
  startCallTimer,
  stopCallTimer,
} from "./phone-call.ts";
import { noReliableResponses, sendReliable } from "./reliable-response.ts";
import type { AnswerStep } from "./script.ts";
import { bodyOf, descriptionOf, makeAnswer, makeOffer } from "./session.ts";
import { grantTimer, readTimerWish, tooSmallFor } from "./session-timer.ts";

export interface IncomingInvite {
  readonly transaction: TransactionKey;
  readonly request: SipRequest;
  readonly flow: Flow;
  readonly moment: PhoneMoment;
}

/** The user part of a request's URI, unescaped: the number that is called. */
export function calledOf(request: SipRequest): string {
  return unescapeUser(parseSipUri(request.uri)?.user ?? "");
}

export function answerInvite(phone: PhoneState, invite: IncomingInvite): void {
  const { transaction, request, moment } = invite;
  const { identity, random, answering } = phone.options;
  const called = calledOf(request);
  const localTag = newTag(identity, random);
  const dialog = dialogOfRequest(request, localTag);
  if (dialog === null) {
    phone.transactions.respond(transaction, { status: 400, toTag: localTag }, moment);
    return;
  }
  phone.answered += 1;
  const call: CalleeCall = {
    role: "callee",
    id: `${called}#${phone.answered}`,
    callId: dialog.callId,
    localTag,
    flow: invite.flow,
    invite: transaction,
    state: "open",
    dialog,
    audioPort: null,
    audioOpen: false,
    ...freshExchanges(),
    script: answering(called),
    step: 0,
    inviteSequence: dialog.remoteSequence ?? 0,
    ...noReliableResponses(request),
    timerWish: readTimerWish(request),
    offer: descriptionOf(request),
  };
  noteAllowed(call, request);
  phone.calls.set(call.id, call);
  phone.dialogs.set(dialogKey(call.callId, localTag), call);
  phone.invites.set(transaction, call);
  phone.transactions.respond(transaction, { status: 100, toTag: null }, moment);
  startCallTimer(call, { name: "patience", afterMs: phone.patienceMs }, moment);
  const tooSmall = tooSmallFor(call, call.timerWish);
  if (tooSmall === null) takeSteps(phone, call, moment);
  else refuseCall(phone, call, { status: 422, headers: [tooSmall], moment });
}

/** All steps that are due now, then the timer for the next. */
export function takeSteps(phone: PhoneState, call: CalleeCall, moment: PhoneMoment): void {
  // A reliable response waits for its PRACK, and all that follows waits for it.
  while (call.state === "open" && call.reliable === null) {
    const step = call.script.steps[call.step];
    if (step === undefined) return;
    if (step.afterMs > 0) {
      startCallTimer(call, { name: "step", afterMs: step.afterMs }, moment);
      return;
    }
    takeStep(phone, call, moment);
  }
}

/** The time of the waiting step has come. */
export function takeDueStep(phone: PhoneState, call: CalleeCall, moment: PhoneMoment): void {
  takeStep(phone, call, moment);
  takeSteps(phone, call, moment);
}

function takeStep(phone: PhoneState, call: CalleeCall, moment: PhoneMoment): void {
  const step = call.script.steps[call.step];
  if (step === undefined || call.state !== "open") return;
  call.step += 1;
  if (step.status >= 300) {
    const contacts = (step.contacts ?? []).map(
      (place) => `<sip:${place.includes("@") ? place : `${place}@${hostOf(phone)}`}>`,
    );
    const headers = contacts.length === 0 ? [] : [["Contact", contacts.join(", ")] as const];
    refuseCall(phone, call, { status: step.status, headers, moment });
  } else if (step.status >= 200) acceptCall(phone, call, moment);
  else takeProvisionalStep(phone, call, { step, moment });
}

function takeProvisionalStep(
  phone: PhoneState,
  call: CalleeCall,
  due: { readonly step: AnswerStep; readonly moment: PhoneMoment },
): void {
  const { step, moment } = due;
  const answer = step.description && call.offer !== null ? makeAnswer(phone, call, call.offer) : null;
  const headers = responseHeaders(phone.options);
  const body = answer === null ? null : bodyOf(answer);
  const { status } = step;
  const parts = { status, toTag: call.localTag, headers, body, dialog: true };
  if (step.reliable === true && call.takesReliable && call.offer !== null) sendReliable(phone, call, { parts, moment });
  else phone.transactions.respond(call.invite, parts, moment);
  if (answer !== null && call.offer !== null) openAudio(phone, call, { remote: call.offer, agreed: answer, moment });
}

function hostOf({ options: { listener } }: PhoneState): string {
  return formatHostPort(listener.localAddress, listener.localPort);
}

export function refuseCall(
  phone: PhoneState,
  call: CalleeCall,
  refusal: { readonly status: number; readonly headers?: readonly HeaderLine[]; readonly moment: PhoneMoment },
): void {
  const { status, moment } = refusal;
  if (call.state !== "open") return;
  const more = refusal.headers ?? [];
  const usual = responseHeaders(phone.options).filter(([name]) => !more.some(([other]) => other === name));
  const headers = [...usual, ...more];
  phone.transactions.respond(call.invite, { status, toTag: call.localTag, headers }, moment);
  endCall(phone, call, { event: { kind: "failed", status }, lingerMs: 0, moment });
}

function acceptCall(phone: PhoneState, call: CalleeCall, moment: PhoneMoment): void {
  const { offer, script } = call;
  const description = offer === null ? makeOffer(phone, call) : makeAnswer(phone, call, offer);
  if (description === null) {
    refuseCall(phone, call, { status: 488, moment });
    return;
  }
  const headers = [...responseHeaders(phone.options), ...grantTimer(call, call.timerWish, moment)];
  const accepted: ResponseParts = {
    status: 200,
    toTag: call.localTag,
    headers,
    body: call.answeredEarly ? null : bodyOf(description),
    dialog: true,
  };
  accept(phone, call, { accepted, moment });
  if (offer !== null) openAudio(phone, call, { remote: offer, agreed: description, moment });
  if (script.hangUpAfterMs !== null) startCallTimer(call, { name: "hang-up", afterMs: script.hangUpAfterMs }, moment);
  if (script.forks) acceptAsFork(phone, call, { accepted, moment });
}

function accept(
  phone: PhoneState,
  call: CalleeCall,
  acceptance: { readonly accepted: ResponseParts; readonly moment: PhoneMoment },
): void {
  const { accepted, moment } = acceptance;
  call.state = "answered";
  stopCallTimer(call, "step", moment);
  const offer = call.offer === null ? call.said : null;
  const sequence = call.inviteSequence;
  sendAccepted(phone, call, { accepted: { transaction: call.invite, parts: accepted, sequence, offer }, moment });
  report(call, { kind: "answered" }, moment);
  awaitNextDeed(call, moment);
}

/** The second device behind a forking proxy that we play: a dialog of its own out of the same INVITE. It has no audio. */
function acceptAsFork(
  phone: PhoneState,
  call: CalleeCall,
  acceptance: { readonly accepted: ResponseParts; readonly moment: PhoneMoment },
): void {
  const { identity, random } = phone.options;
  const localTag = newTag(identity, random);
  const dialog = call.dialog === null ? null : { ...call.dialog, localTag };
  const fork: CalleeCall = {
    ...call,
    id: `${call.id}-fork`,
    localTag,
    dialog,
    audioPort: null,
    audioOpen: false,
    ...freshExchanges(),
    script: { ...call.script, deeds: [] },
  };
  phone.calls.set(fork.id, fork);
  phone.dialogs.set(dialogKey(fork.callId, localTag), fork);
  const { moment } = acceptance;
  startCallTimer(fork, { name: "patience", afterMs: phone.patienceMs }, moment);
  accept(phone, fork, { accepted: { ...acceptance.accepted, toTag: localTag }, moment });
}

export function receiveCancel(phone: PhoneState, call: CalleeCall, moment: PhoneMoment): void {
  if (call.state !== "open") return;
  if (call.script.answersCancel && call.reliable === null) acceptCall(phone, call, moment);
  else refuseCall(phone, call, { status: 487, moment });
}
