// The caller's part of a call: INVITE, its responses, the ACK, forks, CANCEL and its race (RFC 3261 sections 9.1 and 13.2).

import { type Dialog, type DialogSeed, dialogOfResponse, formatInDialogRequest } from "../../protocol/dialog/index.ts";
import {
  type Body,
  formatHostPort,
  formatRequest,
  type HeaderLine,
  quote,
  type SipResponse,
  tagOf,
  to,
} from "../../protocol/sip/index.ts";
import { RFC_TIMERS } from "../../protocol/transaction/index.ts";
import type { Flow } from "../../protocol/transport/index.ts";
import { formatBye, sendBye } from "./hang-up.ts";
import { newBranch, newCallId, newTag } from "./identity.ts";
import { flowOfDialog, formatOwnVia, noteAllowed, requestHeaders } from "./message-parts.ts";
import { awaitNextDeed } from "./mid-call.ts";
import {
  type CallerCall,
  dialogKey,
  endCall,
  freshExchanges,
  openAudio,
  type PhoneMoment,
  type PhoneState,
  report,
  startCallTimer,
} from "./phone-call.ts";
import { replacesOf } from "./refer.ts";
import { acknowledgeReliable } from "./reliable-response.ts";
import type { CallScript } from "./script.ts";
import { bodyOf, descriptionOf, makeAnswer, makeOffer } from "./session.ts";
import { raiseInterval, settleTimer, timerLines } from "./session-timer.ts";

const FIRST_SEQUENCE = 1;
/** How long a 2xx may still be repeated, and a CANCEL be without effect: 64 × T1. */
const LINGER_MS = 64 * RFC_TIMERS.t1;

export function placeCall(phone: PhoneState, script: CallScript, moment: PhoneMoment): void {
  const { identity, random, listener } = phone.options;
  const branch = newBranch(identity, random);
  const call: CallerCall = {
    role: "caller",
    id: script.id,
    callId: newCallId(identity, random),
    localTag: newTag(identity, random),
    flow: { ...listener, remoteAddress: script.to.address, remotePort: script.to.port },
    invite: `c|${branch}|INVITE`,
    state: "open",
    dialog: null,
    audioPort: null,
    audioOpen: false,
    ...freshExchanges(),
    script,
    sequence: FIRST_SEQUENCE,
    cancel: "no",
    provisional: false,
    rings: null,
    early: new Map(),
  };
  phone.calls.set(call.id, call);
  phone.dialogs.set(dialogKey(call.callId, call.localTag), call);
  const offer = script.offers ? makeOffer(phone, call) : null;
  if (!sendInvite(phone, call, { branch, moment }) || (script.offers && offer === null)) {
    endCall(phone, call, { event: { kind: "failed", status: 503 }, lingerMs: 0, moment });
    return;
  }
  startCallTimer(call, { name: "patience", afterMs: phone.patienceMs }, moment);
  if (script.cancelAfterMs !== null) startCallTimer(call, { name: "cancel", afterMs: script.cancelAfterMs }, moment);
}

/** With the offer that was made, where one was. */
function sendInvite(phone: PhoneState, call: CallerCall, sent: { branch: string; moment: PhoneMoment }): boolean {
  const { branch, moment } = sent;
  const body = call.said === null ? null : bodyOf(call.said);
  const text = formatInvite(phone, call, { branch, body });
  return phone.transactions.request(
    { method: "INVITE", branch, text, flow: call.flow, user: `invite|${call.id}` },
    moment,
  );
}

/** A 422: the INVITE again with a longer interval (RFC 4028 section 7.3). False where it is none, or nothing that one could ask again for. */
function askForLonger(
  phone: PhoneState,
  call: CallerCall,
  refused: { response: SipResponse; moment: PhoneMoment },
): boolean {
  const { response, moment } = refused;
  if (response.status !== 422 || call.state !== "open" || call.cancel !== "no") return false;
  if (!raiseInterval(call, response)) return false;
  const branch = newBranch(phone.options.identity, phone.options.random);
  call.sequence += 1;
  call.invite = `c|${branch}|INVITE`;
  call.provisional = false;
  return sendInvite(phone, call, { branch, moment });
}

function seedOf(phone: PhoneState, call: CallerCall): DialogSeed {
  const { callId, localTag, script, sequence } = call;
  return {
    callId,
    localTag,
    localAddress: `${nameOf(script)}<sip:${script.caller}@${phone.options.identity.host}>`,
    remoteAddress: `<${calledUri(script)}>`,
    sequence,
  };
}

function nameOf({ caller, callerName = `Lab ${caller}` }: CallScript): string {
  return callerName === "" ? "" : `${quote(callerName)} `;
}

function calledUri(script: CallScript): string {
  return `sip:${script.called}@${formatHostPort(script.to.address, script.to.port)}`;
}

function replacing(phone: PhoneState, { script }: CallerCall): HeaderLine[] {
  if (script.replaces === null) return [];
  return [
    ["Replaces", replacesOf(phone, script.replaces)],
    ["Require", "replaces"],
  ];
}

function formatInvite(phone: PhoneState, call: CallerCall, parts: { branch: string; body: Body | null }): string {
  const seed = seedOf(phone, call);
  return formatRequest({
    method: "INVITE",
    uri: calledUri(call.script),
    headers: [
      ["Via", formatOwnVia(phone.options, parts.branch)],
      ["Max-Forwards", "70"],
      ["From", `${seed.localAddress};tag=${call.localTag}`],
      ["To", seed.remoteAddress],
      ["Call-ID", call.callId],
      ["CSeq", `${call.sequence} INVITE`],
      ...requestHeaders(phone.options),
      ...replacing(phone, call),
      ...(call.script.reliable ? [["Supported", "100rel"] as const] : []),
      ...timerLines(call),
      ...(call.script.headers ?? []),
    ],
    body: parts.body,
  });
}

export function receiveInviteResponse(
  phone: PhoneState,
  call: CallerCall,
  arrived: { readonly response: SipResponse; readonly moment: PhoneMoment },
): void {
  const { response, moment } = arrived;
  if (response.status < 200) receiveProvisional(phone, call, arrived);
  else if (response.status < 300) receiveAnswer(phone, call, arrived);
  else if (!askForLonger(phone, call, arrived)) failCall(phone, call, { status: response.status, moment });
}

/** A final failure, silence (408), or a dead transport (503). */
export function failCall(
  phone: PhoneState,
  call: CallerCall,
  failure: { readonly status: number; readonly moment: PhoneMoment },
): void {
  if (call.state !== "open") return;
  const { status, moment } = failure;
  endCall(phone, call, { event: { kind: "failed", status }, lingerMs: 0, moment });
}

function receiveProvisional(
  phone: PhoneState,
  call: CallerCall,
  arrived: { readonly response: SipResponse; readonly moment: PhoneMoment },
): void {
  const { response, moment } = arrived;
  if (call.state !== "open") return;
  call.provisional = true;
  call.rings ??= dialogOfResponse(seedOf(phone, call), response, calledUri(call.script));
  if (!acknowledgeReliable(phone, call, { response, seed: seedOf(phone, call), moment })) return;
  if (call.cancel === "wanted") cancelCall(phone, call, moment);
  const remote = descriptionOf(response);
  if (response.status === 180) report(call, { kind: "ringing" }, moment);
  if (remote === null || !call.script.offers) return;
  openAudio(phone, call, { remote, agreed: remote, moment });
  report(call, { kind: "early-media" }, moment);
}

function receiveAnswer(
  phone: PhoneState,
  call: CallerCall,
  arrived: { readonly response: SipResponse; readonly moment: PhoneMoment },
): void {
  const { response, moment } = arrived;
  const remoteTag = tagOf(response.headers.read(to) ?? { displayName: null, uri: "", parameters: [] }) ?? "";
  const sent = call.acks.get(`${remoteTag}|${call.sequence}`);
  if (sent !== undefined) {
    moment.actions.push({ kind: "send", flow: sent.flow, text: sent.text });
    return;
  }
  const dialog = dialogOfResponse(seedOf(phone, call), response, calledUri(call.script));
  if (dialog === null) return;
  // The PRACKs of its early dialog have had numbers already.
  const early = call.early.get(remoteTag)?.dialog;
  if (early !== undefined) dialog.localSequence = early.localSequence;
  const remote = descriptionOf(response);
  const flow = flowOfDialog(phone, dialog, call.flow);
  const first = call.dialog === null && call.state === "open";
  const answer = first && !call.script.offers && remote !== null ? makeAnswer(phone, call, remote) : null;
  if (call.script.acknowledges)
    acknowledge(phone, call, { dialog, flow, answer: answer === null ? null : bodyOf(answer), moment });
  else if (!first) return;
  if (!first) {
    // Another fork answered too: acknowledged, and hung up on (section 13.2.2.4). The same for an answer that crossed our giving up.
    formatAndSendBye(phone, { dialog, flow, moment });
    return;
  }
  call.dialog = dialog;
  call.state = "answered";
  noteAllowed(call, response);
  settleTimer(call, response, moment);
  report(call, { kind: "answered" }, moment);
  if (remote !== null) openAudio(phone, call, { remote, agreed: answer ?? remote, moment });
  if (call.cancel !== "no") sendBye(phone, call, moment);
  else if (call.script.hangUpAfterMs !== null)
    startCallTimer(call, { name: "hang-up", afterMs: call.script.hangUpAfterMs }, moment);
  awaitNextDeed(call, moment);
}

function acknowledge(
  phone: PhoneState,
  call: CallerCall,
  acknowledgement: { dialog: Dialog; flow: Flow; answer: Body | null; moment: PhoneMoment },
): void {
  const { dialog, flow, answer, moment } = acknowledgement;
  const { identity, random } = phone.options;
  const text = formatInDialogRequest(dialog, {
    method: "ACK",
    sequence: call.sequence,
    via: formatOwnVia(phone.options, newBranch(identity, random)),
    headers: [["User-Agent", identity.userAgent]],
    body: answer,
  });
  call.acks.set(`${dialog.remoteTag}|${call.sequence}`, { flow, text });
  moment.actions.push({ kind: "send", flow, text });
}

/** The BYE of a dialog that is no call of ours to the listener: its outcome interests nobody. */
function formatAndSendBye(phone: PhoneState, fork: { dialog: Dialog; flow: Flow; moment: PhoneMoment }): void {
  const { branch, text } = formatBye(phone, fork.dialog);
  phone.transactions.request({ method: "BYE", branch, text, flow: fork.flow, user: "" }, fork.moment);
}

/** The caller gives up: CANCEL as soon as there is a provisional response (section 9.1). */
export function cancelCall(phone: PhoneState, call: CallerCall, moment: PhoneMoment): void {
  if (call.state !== "open" || call.cancel === "sent") return;
  if (!call.provisional) {
    call.cancel = "wanted";
    return;
  }
  call.cancel = "sent";
  phone.transactions.cancel(call.invite, moment);
  startCallTimer(call, { name: "patience", afterMs: LINGER_MS }, moment);
}

/** Nothing answers any more, not even the CANCEL: the INVITE is over (section 9.1, last paragraph). */
export function abandonCall(phone: PhoneState, call: CallerCall, moment: PhoneMoment): void {
  phone.transactions.terminate(call.invite, moment);
  failCall(phone, call, { status: 408, moment });
}
