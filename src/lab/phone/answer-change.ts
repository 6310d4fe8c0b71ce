// A phone is asked for something inside a standing call: a change of its session, or a request that changes nothing (RFC 3261
// section 14.2, RFC 3311 section 5.2).

import { acceptSequence } from "../../protocol/dialog/index.ts";
import type { SessionDescription } from "../../protocol/sdp/index.ts";
import { cseq, firstContact, type ResponseParts, type SipRequest } from "../../protocol/sip/index.ts";
import type { TransactionKey } from "../../protocol/transaction/index.ts";
import { sendAccepted } from "./accepted.ts";
import { takeSteps } from "./answer-call.ts";
import { noteAllowed, responseHeaders } from "./message-parts.ts";
import { openAudio, type PhoneCall, type PhoneMoment, type PhoneState } from "./phone-call.ts";
import { receiveNotify, receiveRefer } from "./refer.ts";
import { receivePrack } from "./reliable-response.ts";
import { bodyOf, descriptionOf, makeLaterAnswer, makeLaterOffer } from "./session.ts";
import { grantTimer, readTimerWish, tooSmallFor } from "./session-timer.ts";

export interface AskedChange {
  readonly transaction: TransactionKey;
  readonly request: SipRequest;
  readonly moment: PhoneMoment;
}

/** Answers a re-INVITE, an UPDATE, INFO; the rest is refused. */
export function answerInDialog(phone: PhoneState, call: PhoneCall, asked: AskedChange): void {
  const { transaction, request, moment } = asked;
  const respond = (status: number, more: Partial<ResponseParts> = {}): void => {
    phone.transactions.respond(transaction, { status, toTag: call.localTag, ...more }, moment);
  };
  const sequence = request.headers.read(cseq)?.sequence ?? 0;
  if (request.method === "PRACK") {
    if (receivePrack(phone, call, asked) && call.role === "callee") takeSteps(phone, call, moment);
    return;
  }
  const standing = call.state === "answered" && call.dialog !== null;
  if (!standing || call.dialog === null) respond(481);
  else if (!acceptSequence(call.dialog, sequence)) respond(500);
  else if (request.method === "INFO") respond(200);
  else if (request.method === "NOTIFY") receiveNotify(phone, call, asked);
  else if (request.method === "REFER") receiveRefer(phone, call, asked);
  else if (request.method !== "INVITE" && request.method !== "UPDATE") {
    respond(405, { headers: responseHeaders(phone.options) });
  } else {
    const refusal = refusalOf(call, request);
    const tooSmall = tooSmallFor(call, readTimerWish(request));
    if (tooSmall !== null) respond(422, { headers: [tooSmall] });
    else if (refusal !== null) respond(refusal, refusal === 500 ? { headers: [["Retry-After", "1"]] } : {});
    else takeChange(phone, call, { ...asked, sequence });
  }
}

/** What speaks against it now; null when nothing does. */
function refusalOf(call: PhoneCall, request: SipRequest): number | null {
  const offers = descriptionOf(request) !== null;
  // An offer of ours is open: by our own change, or in a 2xx whose ACK brings the answer.
  if (call.change !== null && (offers || request.method === "INVITE")) return 491;
  if (call.accepted !== null && (request.method === "INVITE" || call.accepted.offer !== null)) return 500;
  return null;
}

function takeChange(phone: PhoneState, call: PhoneCall, asked: AskedChange & { readonly sequence: number }): void {
  const { transaction, request, sequence, moment } = asked;
  const offer = descriptionOf(request);
  const target = request.headers.read(firstContact);
  const ours = offer === null ? ownOffer(phone, call, request) : makeLaterAnswer(phone, call, offer);
  const plain = responseHeaders(phone.options);
  if (ours === null && (offer !== null || request.method === "INVITE")) {
    phone.transactions.respond(transaction, { status: 488, toTag: call.localTag, headers: plain }, moment);
    return;
  }
  noteAllowed(call, request);
  if (target !== null && call.dialog !== null) call.dialog.remoteTarget = target.uri;
  const headers = [...plain, ...grantTimer(call, readTimerWish(request), moment)];
  const body = ours === null ? null : bodyOf(ours);
  const parts = { status: 200, toTag: call.localTag, headers, body, dialog: true };
  if (request.method === "INVITE") {
    const accepted = { transaction, parts, sequence, offer: offer === null ? ours : null };
    sendAccepted(phone, call, { accepted, moment });
  } else {
    phone.transactions.respond(transaction, parts, moment);
  }
  if (offer !== null && ours !== null) openAudio(phone, call, { remote: offer, agreed: ours, moment });
}

function ownOffer(phone: PhoneState, call: PhoneCall, request: SipRequest): SessionDescription | null {
  if (request.method !== "INVITE" || call.audioPort === null) return null;
  return makeLaterOffer(phone, call, { wish: call.wish, port: call.audioPort, codec: null });
}
