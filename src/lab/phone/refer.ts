// A phone asks for the other party of a call to be put through (RFC 3515, RFC 5589), hears what becomes of it, and names a dialog of its own to be
// replaced (RFC 3891).

import { randomBelow } from "../../base/index.ts";
import { nextSequence } from "../../protocol/dialog/index.ts";
import { formatHostPort, type HeaderLine, header, type SipRequest } from "../../protocol/sip/index.ts";
import type { TransactionKey } from "../../protocol/transaction/index.ts";
import { responseHeaders } from "./message-parts.ts";
import { type PhoneCall, type PhoneMoment, type PhoneState, startCallTimer } from "./phone-call.ts";
import type { MidCallStep } from "./script.ts";
import { sendInDialog } from "./send-in-dialog.ts";

export function sendRefer(
  phone: PhoneState,
  call: PhoneCall,
  due: { readonly step: MidCallStep; readonly moment: PhoneMoment },
): void {
  const { refer = null } = due.step;
  const { moment } = due;
  if (refer === null || call.dialog === null) return;
  const { options } = phone;
  const { remoteAddress, remotePort } = call.flow;
  const named = refer.joins === null ? null : replacesOf(phone, refer.joins);
  const replaces = named === null ? "" : `?Replaces=${encodeURIComponent(named)}`;
  const more: HeaderLine[] = [
    ["Refer-To", `<sip:${refer.to}@${formatHostPort(remoteAddress, remotePort)}${replaces}>`],
    ["Referred-By", `<sip:${options.identity.mark}@${options.identity.host}>`],
    ...(refer.told ? [] : [["Refer-Sub", "false"] as const]),
  ];
  const sequence = nextSequence(call.dialog);
  sendInDialog(phone, call, { method: "REFER", sequence, body: null, user: "aside", more, moment });
  call.leaves = refer.leaves === "when-told";
  if (refer.leaves === "at-once") startCallTimer(call, { name: "hang-up", afterMs: 0 }, moment);
}

/** Names a dialog of this phone as its other end knows it: of the call with this id, or of one to this number. One that nobody knows where there is none. */
export function replacesOf(phone: PhoneState, id: string): string {
  const calls = [...phone.calls.values()];
  const call = phone.calls.get(id) ?? calls.find((one) => one.id.startsWith(`${id}#`));
  const early = call?.role === "caller" ? call.rings : null;
  const dialog = call?.dialog ?? early ?? null;
  if (dialog === null) return "nobody;to-tag=a;from-tag=b";
  return `${dialog.callId};to-tag=${dialog.remoteTag};from-tag=${dialog.localTag}`;
}

/** What became of what we asked for: told of success, we leave, where the script has it so. */
export function receiveNotify(
  phone: PhoneState,
  call: PhoneCall,
  notify: { readonly request: SipRequest; readonly transaction: TransactionKey; readonly moment: PhoneMoment },
): void {
  const { request, transaction, moment } = notify;
  const event = request.headers.read(header.event);
  const status = event?.value === "refer" ? 200 : 489;
  phone.transactions.respond(transaction, { status, toTag: call.localTag }, moment);
  if (call.leaves && request.body.startsWith("SIP/2.0 2"))
    startCallTimer(call, { name: "hang-up", afterMs: 0 }, moment);
}

/** Asked to call somebody else. Half of the time it takes that on, and tells at once that nobody wanted to talk. */
export function receiveRefer(
  phone: PhoneState,
  call: PhoneCall,
  asked: { readonly transaction: TransactionKey; readonly moment: PhoneMoment },
): void {
  const { transaction, moment } = asked;
  const { options, transactions } = phone;
  const headers = responseHeaders(options);
  const takes = randomBelow(options.random, 2) === 0;
  transactions.respond(transaction, { status: takes ? 202 : 603, toTag: call.localTag, headers }, moment);
  if (!takes || call.dialog === null) return;
  const more: HeaderLine[] = [
    ["Event", "refer"],
    ["Subscription-State", "terminated;reason=noresource"],
  ];
  const body = { contentType: "message/sipfrag", text: `SIP/2.0 603 ${options.identity.mark}\r\n` };
  const sequence = nextSequence(call.dialog);
  sendInDialog(phone, call, { method: "NOTIFY", sequence, body, user: "aside", more, moment });
}
