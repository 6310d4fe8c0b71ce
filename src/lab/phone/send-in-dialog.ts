// A phone's requests inside a call.

import { formatInDialogRequest } from "../../protocol/dialog/index.ts";
import type { Body, HeaderLine } from "../../protocol/sip/index.ts";
import { newBranch } from "./identity.ts";
import { flowOfDialog, formatOwnVia, requestHeaders } from "./message-parts.ts";
import type { PhoneCall, PhoneMoment, PhoneState } from "./phone-call.ts";
import { timerLines } from "./session-timer.ts";

/** Requests that refresh a session (RFC 4028 section 7.4). */
const TIMED = new Set(["INVITE", "UPDATE"]);

export interface InDialog {
  readonly method: string;
  readonly sequence: number;
  readonly body: Body | null;
  /** Whose business its outcome is. */
  readonly user: string;
  /** Besides what every request has. */
  readonly more?: readonly HeaderLine[];
  readonly moment: PhoneMoment;
}

/** Sends a request in the call's dialog. False when it could not be sent. */
export function sendInDialog(phone: PhoneState, call: PhoneCall, request: InDialog): boolean {
  const { method, sequence, body, moment, more = [] } = request;
  const headers = [...requestHeaders(phone.options), ...(TIMED.has(method) ? timerLines(call) : []), ...more];
  const { identity, random } = phone.options;
  if (call.dialog === null) return false;
  const branch = newBranch(identity, random);
  const via = formatOwnVia(phone.options, branch);
  const text = formatInDialogRequest(call.dialog, { method, sequence, via, headers, body });
  const flow = flowOfDialog(phone, call.dialog, call.flow);
  if (method === "INVITE") call.asked = `c|${branch}|INVITE`;
  return phone.transactions.request({ method, branch, text, flow, user: `${request.user}|${call.id}` }, moment);
}
