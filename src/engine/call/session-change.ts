// How a change to a session comes to its end: agreed, or refused with everything as it was.

import { invariant } from "../../base/index.ts";
import {
  keepOffered,
  type SessionDescription,
  sameButOrigin,
  sameTerms,
  withoutCrypto,
} from "../../protocol/sdp/index.ts";
import type { HeaderLine, SipResponse } from "../../protocol/sip/index.ts";
import type { TransactionKey } from "../../protocol/transaction/index.ts";
import type { MediaResult } from "../media-contract.ts";
import { acceptInvite } from "./accept-invite.ts";
import { type Call, type Leg, legOf, otherLeg } from "./call.ts";
import type { Change } from "./change-state.ts";
import { contactLines } from "./contact-lines.ts";
import { payAck } from "./hang-up-leg.ts";
import type { SessionWish } from "./leg-exchanges.ts";
import { standingAnswer } from "./local-answer.ts";
import { answerThrough, bodyOf, causeOfAnswer, noteSent, offerThrough } from "./negotiate-media.ts";
import { endCall } from "./release.ts";
import { respondInCall, toldInCall } from "./respond-in-call.ts";
import { glarePauseMs, isQuiet } from "./session-busy.ts";
import { grantSession } from "./session-terms.ts";
import { mayCross } from "./tell.ts";
import { startCallTimer, type Turn } from "./turn.ts";

/** Who began the change, and the other one. */
export function sidesOf(call: Call, change: Change): readonly [Leg, Leg] {
  const leg = legOf(call, change.from);
  const other = leg === null ? null : otherLeg(call, leg);
  invariant(leg !== null && other !== null, "a change has two sides");
  return [leg, other];
}

export interface Acceptance {
  readonly leg: Leg;
  /** Null where nobody waits for it: the change is our own doing. */
  readonly transaction: TransactionKey | null;
  readonly sequence: number;
  readonly method: string;
  readonly description: SessionDescription | null;
  /** What its request says of session timers; null where that cannot. */
  readonly wish: SessionWish | null;
  /** Of the other side's answer, what some trunk may be shown. */
  readonly crossing: readonly HeaderLine[];
}

/** The 2xx to a change; that of an INVITE is repeated until its ACK. */
export function acceptChange(call: Call, accepted: Acceptance, turn: Turn): void {
  const { leg, transaction, sequence, method, description, wish, crossing } = accepted;
  if (transaction === null) return;
  const body = bodyOf(description === null ? null : noteSent(leg, description));
  const timer = wish === null ? [] : grantSession(call, leg, { wish, turn });
  const headers = [...contactLines(leg), ...timer];
  const response = toldInCall(transaction, { status: 200, toTag: leg.localTag, headers, crossing, body }, turn);
  if (method === "INVITE") acceptInvite(call, leg, { transaction, sequence, response, turn });
  else turn.world.layer.respond(transaction, response, turn);
}

/** Hands one side's answer to the plane. */
export function passAnswer(
  call: Call,
  change: Change,
  answered: { readonly from: Leg; readonly description: SessionDescription | null; readonly turn: Turn },
): void {
  const { from, description, turn } = answered;
  const [leg, other] = sidesOf(call, change);
  const to = from === leg ? other : leg;
  change.answer = description;
  change.state = "answering";
  const { offer } = change;
  const purpose = { kind: "change-answer", change: change.number } as const;
  if (description !== null && answerThrough(call, { from, to, description, purpose, offer }, turn)) return;
  // The one has agreed to what cannot be told to the other: there is no session that both are in.
  if (change.reversed) endCall(call, { cause: causeOfAnswer(from, description), endedBy: "demarc" }, turn);
  else failChange(call, change, { status: 500, turn });
}

/** The plane has joined both sides by the answer. */
export function onChangeAnswered(
  call: Call,
  number: number,
  reply: { readonly result: MediaResult; readonly turn: Turn },
): void {
  const { result, turn } = reply;
  const { change } = call;
  if (change?.number !== number || change.state !== "answering") return;
  if (!result.ok || result.description === null) {
    endCall(call, { cause: "media-failure", endedBy: "demarc" }, turn);
    return;
  }
  const [leg, other] = sidesOf(call, change);
  call.change = null;
  if (!change.reversed) {
    const { description } = result;
    // What was answered to an earlier offer is no more than what this one lets it be.
    const answer = change.local && change.offer !== null ? keepOffered(change.offer, description) : description;
    if (change.heard) {
      const told = leg.agreed;
      if (told !== null && !sameTerms(told.remote, told.local, description)) proposeChange(call, other, turn);
      return;
    }
    acceptChange(call, { ...change, leg, description: answer, crossing: change.answeredWith }, turn);
    agree(leg, change.offer);
    return;
  }
  if (other.owedAck === null) {
    // It was shown what the other side had said last: where the answer differs, that side does not know yet.
    const said = withoutCrypto(result.description);
    if (other.agreed !== null && !sameButOrigin(withoutCrypto(other.agreed.local), said))
      proposeChange(call, leg, turn);
    return;
  }
  const local = noteSent(other, result.description);
  agree(other, change.offer);
  payAck(call, other, { body: bodyOf(local), turn });
}

/** The offer of a change that came to nothing is answered with the session as it was: the call goes on. */
function payWithStanding(call: Call, leg: Leg, turn: Turn): void {
  const offer = leg.owedAck?.offer ?? null;
  const answer = offer === null ? null : standingAnswer(leg, offer);
  payAck(call, leg, { body: bodyOf(answer === null ? null : noteSent(leg, answer)), turn });
}

/** Offers one side's session to the other of our own accord. */
export function proposeChange(call: Call, leg: Leg, turn: Turn): void {
  const other = otherLeg(call, leg);
  const offer = leg.agreed?.remote ?? null;
  if (other === null || offer === null) return;
  if (call.change !== null || !isQuiet(other)) {
    proposeLater(call, leg, { other, turn });
    return;
  }
  call.changes += 1;
  const change: Change = {
    number: call.changes,
    from: leg.side,
    method: "UPDATE",
    transaction: null,
    sequence: 0,
    reversed: false,
    local: false,
    heard: false,
    offer,
    answer: null,
    asksWith: [],
    answeredWith: [],
    wish: null,
    state: "offering",
  };
  call.change = change;
  const purpose = { kind: "change-offer", change: change.number } as const;
  if (!offerThrough(call, { from: leg, to: other, description: offer, purpose }, turn)) call.change = null;
}

/** A side says something new in answer to what was said before: the plane goes by it, and the other side is told where it sees a difference. */
export function answerAnew(
  call: Call,
  leg: Leg,
  heard: { readonly answer: SessionDescription; readonly turn: Turn },
): void {
  const { answer, turn } = heard;
  const other = otherLeg(call, leg);
  const offer = other?.agreed?.remote ?? null;
  if (other === null || offer === null || call.change !== null) return;
  call.changes += 1;
  const number = call.changes;
  const ours = { method: "UPDATE", transaction: null, sequence: 0, reversed: false, local: false, wish: null } as const;
  call.change = {
    ...ours,
    asksWith: [],
    answeredWith: [],
    number,
    from: other.side,
    heard: true,
    offer,
    answer,
    state: "offering",
  };
  const purpose = { kind: "change-offer", change: number } as const;
  if (!offerThrough(call, { from: other, to: leg, description: offer, purpose }, turn)) call.change = null;
}

/** Something stands in the way of a change of our own: again when the RFC says so (RFC 3261 section 14.1). */
function proposeLater(call: Call, leg: Leg, waiting: { readonly other: Leg; readonly turn: Turn }): void {
  const { other, turn } = waiting;
  startCallTimer(call, `propose.${leg.side}`, { afterMs: glarePauseMs(other, turn), turn });
}

/** What was sent last stands, and so does what the peer wrote. */
export function agree(leg: Leg, remote: SessionDescription | null): void {
  if (leg.sent !== null && remote !== null) leg.agreed = { local: leg.sent, remote };
}

/** The change does not come about: who began it is told, and both sides are where they were. */
export function failChange(
  call: Call,
  change: Change,
  failure: { readonly status: number; readonly response?: SipResponse | null; readonly turn: Turn },
): void {
  const { status, response = null, turn } = failure;
  const [leg, other] = sidesOf(call, change);
  call.change = null;
  if (change.transaction === null && status === 491) proposeLater(call, leg, { other, turn });
  if (change.transaction !== null) {
    respondInCall(
      change.transaction,
      {
        status: statusOfRefusal(change, status),
        toTag: leg.localTag,
        headers: retryLines(response),
        crossing: response === null ? [] : mayCross(response, turn),
      },
      turn,
    );
  }
  if (other.owedAck !== null) payWithStanding(call, other, turn);
  // The other one is gone, or has forgotten the call (RFC 3261 section 12.2.1.2).
  if (status === 408 || status === 481) endCall(call, { cause: "lost-peer", endedBy: "demarc" }, turn);
}

function retryLines(response: SipResponse | null): HeaderLine[] {
  const value = (response?.headers.first("retry-after") ?? "").trim();
  return /^[0-9]{1,9}$/.test(value) ? [["Retry-After", value]] : [];
}

/**
 * A challenge was between us and the other side, and a redirection inside a dialog leads nowhere. Silence is told of an INVITE alone (RFC 4320 section
 * 4.2); who sent something else hears that its call ends.
 */
function statusOfRefusal({ method }: Change, status: number): number {
  if (status === 401 || status === 407 || status < 400) return 488;
  if (status !== 408 && status !== 481) return status;
  return method === "INVITE" ? 408 : 487;
}
