// The end of an answered call, from either side (RFC 3261 section 15).

import { acceptSequence, type Dialog, formatInDialogRequest, nextSequence } from "../../protocol/dialog/index.ts";
import { cseq, type SipRequest } from "../../protocol/sip/index.ts";
import { RFC_TIMERS, type TransactionKey } from "../../protocol/transaction/index.ts";
import { newBranch } from "./identity.ts";
import { flowOfDialog, formatOwnVia } from "./message-parts.ts";
import { endCall, type PhoneCall, type PhoneMoment, type PhoneState, stopCallTimer } from "./phone-call.ts";

/** A 2xx may be repeated for as long, and wants its ACK although the call is over. */
const LINGER_MS = 64 * RFC_TIMERS.t1;

export function formatBye(phone: PhoneState, dialog: Dialog): { readonly branch: string; readonly text: string } {
  const { identity, random } = phone.options;
  const branch = newBranch(identity, random);
  const text = formatInDialogRequest(dialog, {
    method: "BYE",
    sequence: nextSequence(dialog),
    via: formatOwnVia(phone.options, branch),
    headers: [
      ["User-Agent", identity.userAgent],
      ["X-Inside-Route", identity.host],
    ],
  });
  return { branch, text };
}

export function sendBye(phone: PhoneState, call: PhoneCall, moment: PhoneMoment): void {
  if (call.dialog === null || call.state !== "answered") return;
  call.state = "ending";
  stopCallTimer(call, "hang-up", moment);
  const { branch, text } = formatBye(phone, call.dialog);
  const flow = flowOfDialog(phone, call.dialog, call.flow);
  const user = `bye|${call.id}`;
  if (!phone.transactions.request({ method: "BYE", branch, text, flow, user }, moment))
    endAnswered(phone, call, { by: "nobody", moment });
}

/** The BYE that we sent has its final response, or will get none: over it is in either case (section 15.1.1). */
export function finishBye(phone: PhoneState, call: PhoneCall, moment: PhoneMoment): void {
  if (call.state === "ending") endAnswered(phone, call, { by: "us", moment });
}

export function receiveBye(
  phone: PhoneState,
  call: PhoneCall,
  bye: { readonly transaction: TransactionKey; readonly request: SipRequest; readonly moment: PhoneMoment },
): void {
  const { transaction, request, moment } = bye;
  const sequence = request.headers.read(cseq)?.sequence ?? 0;
  const standing = call.dialog !== null && (call.state === "answered" || call.state === "ending");
  if (!standing || call.dialog === null) {
    phone.transactions.respond(transaction, { status: 481, toTag: call.localTag }, moment);
    return;
  }
  if (!acceptSequence(call.dialog, sequence)) {
    phone.transactions.respond(transaction, { status: 500, toTag: call.localTag }, moment);
    return;
  }
  phone.transactions.respond(transaction, { status: 200, toTag: call.localTag }, moment);
  // Both hung up at once: our own BYE goes on alone, and its outcome is not waited for.
  endAnswered(phone, call, { by: call.state === "ending" ? "us" : "peer", moment });
}

export function endAnswered(
  phone: PhoneState,
  call: PhoneCall,
  end: { readonly by: "us" | "peer" | "nobody"; readonly moment: PhoneMoment },
): void {
  const { by, moment } = end;
  const lingerMs = call.role === "caller" || call.change !== null ? LINGER_MS : 0;
  endCall(phone, call, { event: { kind: "ended", by }, lingerMs, moment });
}
