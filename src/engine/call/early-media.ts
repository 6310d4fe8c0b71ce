// Everything before the answer: 100, 18x, the dialogs that they make, and what is heard while it rings (RFC 3960, RFC 5009).

import { setNamed } from "../../base/index.ts";
import { dialogOfResponse } from "../../protocol/dialog/index.ts";
import type { SessionDescription } from "../../protocol/sdp/index.ts";
import { header, type SipResponse } from "../../protocol/sip/index.ts";
import type { Flow } from "../../protocol/transport/index.ts";
import type { MediaResult } from "../media-contract.ts";
import { type Attempt, type Call, type EarlyDialog, earlyDialogWith, type Leg, type Ringing } from "./call.ts";
import { contactLines } from "./contact-lines.ts";
import { flowOfDialog } from "./dialog-way.ts";
import { cancelAttempt } from "./give-up-attempt.ts";
import { hearTarget } from "./hear-target.ts";
import { noteAbilities } from "./leg.ts";
import { sendLegRequest } from "./leg-request.ts";
import { answerThrough, bodyOf, noteSent, readDescription } from "./negotiate-media.ts";
import { tellReferrer } from "./refer-subscription.ts";
import { sendProvisional } from "./reliable-provisional.ts";
import { ringsFor } from "./semi-attended.ts";
import { tellCaller } from "./tell.ts";
import { logCall, newTag, stopCallTimer, type Turn, wallClock } from "./turn.ts";

/** Statuses that mean the same to every caller; any other 18x becomes 183. */
const PASSED: ReadonlySet<number> = new Set([180, 181, 182, 183]);
/** Phones behind one target that are told apart; what more there are is one with the last. */
const MOST_EARLY_DIALOGS = 16;
/** Of what waits for the media plane no more is kept: it answers in milliseconds, or is given up. */
const MOST_RINGING = 32;
/** The same news is told again after so long, for proxies on the way that would give the call up (RFC 3261 section 13.3.1.1 asks for one a minute). */
const RETELL_MS = 30_000;

export function onProvisional(
  call: Call,
  attempt: Attempt,
  heard: { readonly response: SipResponse; readonly flow: Flow; readonly turn: Turn },
): void {
  const { response, turn } = heard;
  if (attempt.state === "given-up") {
    cancelAttempt(call, attempt, turn);
    return;
  }
  if (attempt.state !== "calling" && attempt.state !== "proceeding") return;
  attempt.state = "proceeding";
  stopCallTimer(call, "attempt", turn);
  const { leg } = attempt;
  if (response.status === 100 || call.end !== null || leg === null) return;
  const early = earlyDialogOf(call, attempt, heard);
  if (early !== null && !acknowledgeProvisional(leg, { early, response, turn })) return;
  // One of several phones has given up (RFC 6228): the others ring on.
  if (response.status === 199) return;
  attempt.rangAt ??= turn.now;
  noteAbilities(leg, response);
  passOn(call, attempt, { early, response, turn });
}

/** The dialog that the response is in, new or known; null where it makes none (RFC 3261 section 12.1.2). */
function earlyDialogOf(
  call: Call,
  attempt: Attempt,
  heard: { readonly response: SipResponse; readonly flow: Flow; readonly turn: Turn },
): EarlyDialog | null {
  const { response, flow, turn } = heard;
  const { seed, leg } = attempt;
  if (seed === null || leg === null) return null;
  const dialog = dialogOfResponse(seed, response, attempt.target.uri);
  if (dialog === null) return null;
  const { earlyDialogs } = leg;
  const known = earlyDialogWith(leg, dialog.remoteTag);
  if (known !== null) return known;
  if (earlyDialogs.length >= MOST_EARLY_DIALOGS) return null;
  const way = flowOfDialog(leg, { dialog, arrived: flow }, turn);
  const callerTag = callerTagOf(call, leg, turn);
  const early = { dialog, flow: way, rseq: null, described: null, answered: false, callerTag };
  setNamed(earlyDialogs, dialog.remoteTag, early);
  return early;
}

/** The tag under which the caller sees the dialog: one for all, or one for each where its trunk takes several. */
function callerTagOf(call: Call, leg: Leg, turn: Turn): string {
  const { aLeg } = call;
  const first = leg.earlyDialogs.length === 0;
  if (call.joining !== null || call.ingress.signaling.forks === "fold" || (first && call.told === null))
    return aLeg.localTag;
  const tag = newTag(turn);
  call.callerTags.push(tag);
  turn.world.legs.set(tag, { call: call.id, attempt: -1 });
  return tag;
}

/** Sends the PRACK of a reliable response (RFC 3262 section 4). False for one that comes again, or before its turn. */
function acknowledgeProvisional(
  leg: Leg,
  heard: { readonly early: EarlyDialog; readonly response: SipResponse; readonly turn: Turn },
): boolean {
  const { early, response, turn } = heard;
  const { headers } = response;
  const rseq = headers.read(header.rseq);
  const required = (headers.read(header.require) ?? []).some((tag) => tag.toLowerCase() === "100rel");
  if (!required || rseq === null || leg.trunk.signaling.reliableProvisional === "off") return true;
  if (early.rseq !== null && rseq !== early.rseq + 1) return false;
  early.rseq = rseq;
  const sequence = headers.read(header.cseq)?.sequence ?? 0;
  const lines = [["RAck", `${rseq} ${sequence} INVITE`]] as const;
  const { dialog, flow } = early;
  sendLegRequest(leg, { method: "PRACK", purpose: { kind: "prack" }, dialog, flow, headers: lines }, turn);
  if (readDescription(response).kind === "description") early.answered = true;
  return true;
}

function passOn(
  call: Call,
  attempt: Attempt,
  heard: { readonly early: EarlyDialog | null; readonly response: SipResponse; readonly turn: Turn },
): void {
  const { early, response, turn } = heard;
  const { leg } = attempt;
  const tag = early?.callerTag ?? call.aLeg.localTag;
  const reading = readDescription(response);
  const described = reading.kind === "description" && early !== null ? reading.description : null;
  if (early !== null && described !== null) early.described = described;
  const status = PASSED.has(response.status) ? response.status : 183;
  if (call.joining !== null && described !== null && leg !== null && mayBeHeard(leg, response))
    hearTarget(call, leg, { description: described, turn });
  const wanted = call.offer !== null && call.joining === null;
  const audible = described !== null && leg !== null && mayBeHeard(leg, response) && wanted;
  if (attempt.ringing.length >= MOST_RINGING) return;
  const asked = audible && hearEarly(call, { leg, attempt, description: described, status, tag, turn });
  // Nothing is to be heard: where the trunk says so, the caller's own device rings.
  const silent = !asked && status === 183 && attempt.trunk.signaling.ringback === "local" ? 180 : status;
  attempt.ringing.push({ status: silent, tag, heard: !asked, description: null });
  tellRinging(call, attempt, turn);
}

/** Whether what the target plays may be heard: everything, nothing, or what it says may be (RFC 5009). */
function mayBeHeard(leg: Leg, { headers }: SipResponse): boolean {
  const { earlyMedia } = leg.trunk.signaling;
  if (earlyMedia !== "signalled") return earlyMedia === "pass";
  const permitted = headers.read(header.earlyMedia) ?? [];
  return permitted.some((word) => /^(?:sendrecv|sendonly)$/i.test(word));
}

function hearEarly(
  call: Call,
  heard: {
    readonly leg: Leg;
    readonly attempt: Attempt;
    readonly description: SessionDescription;
    readonly status: number;
    readonly tag: string;
    readonly turn: Turn;
  },
): boolean {
  const { leg, attempt, description, status, tag, turn } = heard;
  const purpose = { kind: "media-early", attempt: attempt.index, status, tag } as const;
  const { offer, aLeg } = call;
  if (answerThrough(call, { from: leg, to: aLeg, description, purpose, offer }, turn)) return true;
  const message = "The target's early media does not answer the offer; it is not passed on.";
  logCall(call, { level: "warn", message }, turn);
  return false;
}

/** The plane knows where the early media comes from: the caller may hear it. */
export function onEarlyMedia(
  call: Call,
  attempt: Attempt,
  reply: { readonly result: MediaResult; readonly status: number; readonly tag: string; readonly turn: Turn },
): void {
  const { result, status, tag, turn } = reply;
  if (attempt.state !== "proceeding" || call.end !== null) return;
  const news = attempt.ringing.find((waiting) => !waiting.heard && waiting.status === status && waiting.tag === tag);
  if (news === undefined) return;
  news.heard = true;
  news.description = result.ok ? result.description : null;
  tellRinging(call, attempt, turn);
}

function tellRinging(call: Call, { ringing }: Attempt, turn: Turn): void {
  while (ringing[0]?.heard === true) {
    const news = ringing.shift();
    if (news !== undefined) ring(call, news, turn);
  }
}

function ring(call: Call, { status, tag, description: shown }: Ringing, turn: Turn): void {
  const description = shown === null ? null : noteSent(call.aLeg, shown);
  if (call.state === "routing") call.state = "ringing";
  call.ringingAt ??= wallClock(turn);
  if (call.joining !== null) {
    const asked = call.comesFrom === null ? undefined : turn.world.calls.get(call.comesFrom);
    if (asked?.transfer?.to === call.id) tellReferrer(asked, status, turn);
    return;
  }
  const handed = ringsFor(call, turn)?.comesFrom ?? null;
  const referred = handed === null ? undefined : turn.world.calls.get(handed);
  if (referred !== undefined) tellReferrer(referred, status, turn);
  if (call.aLeg.state === "ended") return;
  const body = bodyOf(description);
  if (isTold(call, { status, tag, body: body?.text ?? null, at: turn.now })) return;
  const headers = tellCaller(call, status, contactLines(call.aLeg));
  sendProvisional(call, tag, { response: { status, toTag: tag, headers, body, dialog: true }, turn });
}

/** Whether the caller was told just that, and nothing else since. */
function isTold(call: Call, news: { status: number; tag: string; body: string | null; at: number }): boolean {
  const { told } = call;
  const same = told !== null && told.status === news.status && told.tag === news.tag && told.body === news.body;
  if (same && news.at - told.at < RETELL_MS) return true;
  call.told = news;
  return false;
}
