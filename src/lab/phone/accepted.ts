// A 2xx to an INVITE, the first or a later one: repeated until its ACK comes, and given up when that never does (RFC 3261
// sections 13.3.1.4 and 14.2).

import type { SipRequest } from "../../protocol/sip/index.ts";
import { cseq } from "../../protocol/sip/index.ts";
import { RFC_TIMERS } from "../../protocol/transaction/index.ts";
import { sendBye } from "./hang-up.ts";
import {
  type Accepted,
  openAudio,
  type PhoneCall,
  type PhoneMoment,
  type PhoneState,
  startCallTimer,
  stopCallTimer,
} from "./phone-call.ts";
import { descriptionOf } from "./session.ts";

export function sendAccepted(
  phone: PhoneState,
  call: PhoneCall,
  acceptance: { readonly accepted: Accepted; readonly moment: PhoneMoment },
): void {
  const { accepted, moment } = acceptance;
  call.accepted = accepted;
  call.repeatMs = RFC_TIMERS.t1;
  phone.transactions.respond(accepted.transaction, accepted.parts, moment);
  startCallTimer(call, { name: "repeat", afterMs: call.repeatMs }, moment);
  startCallTimer(call, { name: "no-ack", afterMs: 64 * RFC_TIMERS.t1 }, moment);
}

/** No ACK yet: the 2xx again, at doubling intervals up to T2. */
export function repeatAccepted(phone: PhoneState, call: PhoneCall, moment: PhoneMoment): void {
  if (call.accepted === null) return;
  phone.transactions.respond(call.accepted.transaction, call.accepted.parts, moment);
  call.repeatMs = Math.min(call.repeatMs * 2, RFC_TIMERS.t2);
  startCallTimer(call, { name: "repeat", afterMs: call.repeatMs }, moment);
}

export function receiveAck(
  phone: PhoneState,
  call: PhoneCall,
  ack: { readonly request: SipRequest; readonly moment: PhoneMoment },
): void {
  const { request, moment } = ack;
  const { accepted } = call;
  if (accepted === null || request.headers.read(cseq)?.sequence !== accepted.sequence) return;
  call.accepted = null;
  stopCallTimer(call, "repeat", moment);
  stopCallTimer(call, "no-ack", moment);
  const answer = accepted.offer === null ? null : descriptionOf(request);
  if (answer !== null) {
    call.description = accepted.offer;
    openAudio(phone, call, { remote: answer, agreed: answer, moment });
  }
  if (call.hangUpDue) sendBye(phone, call, moment);
}

/** The ACK will not come any more: the call is ended by a BYE. */
export function giveUpAck(phone: PhoneState, call: PhoneCall, moment: PhoneMoment): void {
  call.accepted = null;
  stopCallTimer(call, "repeat", moment);
  sendBye(phone, call, moment);
}

/** Time to hang up: now, or when the ACK has come. */
export function hangUpAnswered(phone: PhoneState, call: PhoneCall, moment: PhoneMoment): void {
  if (call.accepted === null) sendBye(phone, call, moment);
  else call.hangUpDue = true;
}
