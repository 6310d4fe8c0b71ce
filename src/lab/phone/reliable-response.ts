// Reliable provisional responses (RFC 3262): repeated until their PRACK comes on the one side, acknowledged in order on the other.

import {
  acceptSequence,
  type DialogSeed,
  dialogOfResponse,
  formatInDialogRequest,
  nextSequence,
} from "../../protocol/dialog/index.ts";
import {
  cseq,
  header,
  type ResponseParts,
  type SipRequest,
  type SipResponse,
  tagOf,
  to,
} from "../../protocol/sip/index.ts";
import { RFC_TIMERS, type TransactionKey } from "../../protocol/transaction/index.ts";
import { newBranch } from "./identity.ts";
import { flowOfDialog, formatOwnVia } from "./message-parts.ts";
import {
  type CalleeCall,
  type CallerCall,
  type PhoneCall,
  type PhoneMoment,
  type PhoneState,
  startCallTimer,
  stopCallTimer,
} from "./phone-call.ts";

const FIRST_RESPONSE = 100;

function listsReliable(message: SipRequest | SipResponse, name: "supported" | "require"): boolean {
  return message.headers.all(name).join(",").split(/[ ,]+/).includes("100rel");
}

/** What a callee knows of them before it has sent any. */
export function noReliableResponses(invite: SipRequest) {
  const takesReliable = listsReliable(invite, "supported") || listsReliable(invite, "require");
  return { takesReliable, reliable: null, lastResponse: 0, answeredEarly: false };
}

export function sendReliable(
  phone: PhoneState,
  call: CalleeCall,
  response: { readonly parts: ResponseParts; readonly moment: PhoneMoment },
): void {
  const { moment } = response;
  call.lastResponse = call.lastResponse === 0 ? FIRST_RESPONSE : call.lastResponse + 1;
  const number = call.lastResponse;
  const headers = [
    ...(response.parts.headers ?? []),
    ["Require", "100rel"] as const,
    ["RSeq", String(number)] as const,
  ];
  const parts = { ...response.parts, headers };
  call.reliable = { number, parts, intervalMs: RFC_TIMERS.t1 };
  if (parts.body !== null && parts.body !== undefined) call.answeredEarly = true;
  phone.transactions.respond(call.invite, parts, moment);
  startCallTimer(call, { name: "reliable", afterMs: RFC_TIMERS.t1 }, moment);
  startCallTimer(call, { name: "no-prack", afterMs: 64 * RFC_TIMERS.t1 }, moment);
}

/** No PRACK yet: again, at doubling intervals without a limit (section 3). */
export function repeatReliable(phone: PhoneState, call: CalleeCall, moment: PhoneMoment): void {
  const { reliable } = call;
  if (reliable === null || call.state !== "open") return;
  phone.transactions.respond(call.invite, reliable.parts, moment);
  reliable.intervalMs *= 2;
  startCallTimer(call, { name: "reliable", afterMs: reliable.intervalMs }, moment);
}

/** Whether it acknowledges what was waited for, so that the call goes on. */
export function receivePrack(
  phone: PhoneState,
  call: PhoneCall,
  prack: { readonly transaction: TransactionKey; readonly request: SipRequest; readonly moment: PhoneMoment },
): boolean {
  const { transaction, request, moment } = prack;
  const respond = (status: number): void => {
    phone.transactions.respond(transaction, { status, toTag: call.localTag }, moment);
  };
  const inOrder = call.dialog !== null && acceptSequence(call.dialog, request.headers.read(cseq)?.sequence ?? 0);
  const acknowledged = request.headers.read(header.rack)?.response;
  const fits = call.role === "callee" && call.reliable !== null && acknowledged === call.reliable.number;
  respond(inOrder ? (fits ? 200 : 481) : 500);
  if (!inOrder || !fits || call.role !== "callee") return false;
  call.reliable = null;
  stopCallTimer(call, "reliable", moment);
  stopCallTimer(call, "no-prack", moment);
  return true;
}

/** Sends the PRACK of a reliable response. False where the response is to be ignored: it came before, or another before it is missing. */
export function acknowledgeReliable(
  phone: PhoneState,
  call: CallerCall,
  heard: { readonly response: SipResponse; readonly seed: DialogSeed; readonly moment: PhoneMoment },
): boolean {
  const { response, seed, moment } = heard;
  const number = response.headers.read(header.rseq);
  if (number === null || !listsReliable(response, "require")) return true;
  const address = response.headers.read(to);
  const tag = address === null ? "" : (tagOf(address) ?? "");
  const known = call.early.get(tag);
  if (known !== undefined && number !== known.response + 1) return false;
  const dialog = known?.dialog ?? dialogOfResponse(seed, response, seed.remoteAddress);
  if (dialog === null) return false;
  call.early.set(tag, { dialog, response: number });
  const { identity, random } = phone.options;
  const branch = newBranch(identity, random);
  const text = formatInDialogRequest(dialog, {
    method: "PRACK",
    sequence: nextSequence(dialog),
    via: formatOwnVia(phone.options, branch),
    headers: [
      ["RAck", `${number} ${call.sequence} INVITE`],
      ["User-Agent", identity.userAgent],
    ],
  });
  const flow = flowOfDialog(phone, dialog, call.flow);
  phone.transactions.request({ method: "PRACK", branch, text, flow, user: "" }, moment);
  return true;
}
