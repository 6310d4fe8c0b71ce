// An INVITE with Replaces that names a phone which rings (RFC 3891 section 3; RFC 5359 section 2.16): the call that rings is answered by who sent it. Both
// sides have made an offer, and each is answered with what the two have in common. A new party that offers nothing is shown the caller's offer.

import {
  isUsableAnswer,
  keepOffered,
  type MediaDescription,
  withLegalDirections,
  withoutCrypto,
} from "../../protocol/sdp/index.ts";
import type { MediaResult } from "../media-contract.ts";
import { acceptInvite } from "./accept-invite.ts";
import { type Attempt, type Call, currentAttempt, type Leg } from "./call.ts";
import { contactLines } from "./contact-lines.ts";
import { giveUpAttempt } from "./give-up-attempt.ts";
import { moveLeg } from "./move-leg.ts";
import { answerThrough, bodyOf, causeOfAnswer, noteSent, offerThrough, tellAnswer } from "./negotiate-media.ts";
import { calledAttempt } from "./parties.ts";
import { endCall } from "./release.ts";
import { grantSession } from "./session-terms.ts";
import { tellCaller } from "./tell.ts";
import { stopCallTimer, type Turn, wallClock } from "./turn.ts";

/** Whether the attempt is one of a call that can be picked up: it rings, and is the one that the caller waits for. */
export function canPickUp(ringing: Call, attempt: Attempt | undefined): boolean {
  const waits = attempt !== undefined && (attempt.state === "calling" || attempt.state === "proceeding");
  return waits && ringing.end === null && ringing.offer !== null && attempt === currentAttempt(ringing);
}

/** Asks the plane for what the caller has offered as the new party would be shown it. The phone rings on until that is there. */
export function pickUp(call: Call, ringing: Call, at: { readonly attempt: number; readonly turn: Turn }): void {
  const { attempt, turn } = at;
  const { offer: description } = ringing;
  const purpose = { kind: "pick-up", ringing: ringing.id, attempt } as const;
  const to = { ...call.aLeg, side: "b" as const };
  const asker = call.id;
  if (description === null || !offerThrough(ringing, { from: ringing.aLeg, to, description, purpose, asker }, turn))
    endCall(call, { cause: "not-acceptable", endedBy: "demarc" }, turn);
  // What has made no offer is shown this one.
  else if (call.offer === null) call.aLeg.nextKeys = to.nextKeys;
}

export function onPickUpOffered(
  call: Call,
  of: { readonly ringing: string; readonly attempt: number },
  reply: { readonly result: MediaResult; readonly turn: Turn },
): void {
  const { result, turn } = reply;
  const ringing = turn.world.calls.get(of.ringing);
  const attempt = ringing?.attempts[of.attempt];
  const shown = result.ok ? result.description : null;
  const { offer } = call;
  // It has stopped ringing meanwhile.
  if (ringing === undefined || attempt === undefined || !canPickUp(ringing, attempt))
    endCall(call, { cause: "bad-request", status: 481, endedBy: "demarc" }, turn);
  else if (shown === null) endCall(call, { cause: "media-failure", endedBy: "demarc" }, turn);
  else {
    const told = offer === null ? shown : answerTo(call, { offer, shown, session: of.ringing, turn });
    if (told === null || (offer !== null && !isUsableAnswer(told, offer)))
      endCall(call, { cause: "not-acceptable", endedBy: "demarc" }, turn);
    else takeOver(call, ringing, { attempt, offer, told, turn });
  }
}

/** What the new party would have been offered, as the answer to what it has offered itself. */
function answerTo(
  { aLeg: leg }: Call,
  of: { readonly offer: Description; readonly shown: Description; readonly session: string; readonly turn: Turn },
): Description | null {
  const { offer, session, turn } = of;
  const shown = withoutCrypto(of.shown);
  if (!isUsableAnswer(withoutCrypto(offer), shown)) return null;
  const answer = withLegalDirections(offer, keepOffered(offer, shown));
  const told = tellAnswer({ leg, session }, { offer, answer }, turn).description;
  return withPlaneLines(told, { offer, shown: of.shown });
}

/** What the plane has said of itself by way of an offer: it is not asked for the answer. */
function withPlaneLines(answer: Description, of: { offer: Description; shown: Description }): Description {
  const media = answer.media.map((section, stream) => {
    const lines = of.shown.media[stream]?.attributes ?? [];
    const added = lines.filter(({ name }) => {
      return (name === "fingerprint" && says(section, "setup")) || (name === "candidate" && says(section, "ice-ufrag"));
    });
    const offered = of.offer.media[stream];
    const muxed = offered !== undefined && says(offered, "rtcp-mux");
    const kept = section.attributes.filter(({ name }) => muxed || name !== "rtcp-mux");
    return { ...section, attributes: [...kept, ...added] };
  });
  return { ...answer, media };
}

function says({ attributes }: MediaDescription, name: string): boolean {
  return attributes.some((attribute) => attribute.name === name);
}

type Description = NonNullable<Call["offer"]>;

function takeOver(
  call: Call,
  ringing: Call,
  by: { readonly attempt: Attempt; readonly offer: Call["offer"]; readonly told: Description; readonly turn: Turn },
): void {
  const { attempt, offer, told, turn } = by;
  const { aTransaction: transaction, inviteSequence: sequence, inviteWish: wish } = call;
  const taken = calledAttempt(ringing, call.aLeg, turn);
  const lines = tellCaller(call, 200, contactLines(call.aLeg));
  ringing.attempts.push(taken);
  const leg = moveLeg({ from: call, to: ringing, leg: call.aLeg, side: "b", attempt: taken.index }, turn);
  leg.state = "answered";
  const headers = [...lines, ...grantSession(ringing, leg, { wish, turn })];
  const body = bodyOf(noteSent(leg, told));
  const response = { status: 200, toTag: leg.localTag, headers, body, dialog: true };
  turn.world.layer.assign(transaction, ringing.id);
  acceptInvite(ringing, leg, { transaction, sequence, response, turn });
  call.answeredAt = wallClock(turn);
  endCall(call, { cause: "picked-up", endedBy: "demarc" }, turn);
  turn.subject = ringing;
  giveUpAttempt(ringing, attempt, { silent: false, turn });
  attempt.reason = "Picked up by another phone";
  for (const timer of ["attempt", "ring"]) stopCallTimer(ringing, timer, turn);
  ringing.answerSaid = true;
  if (offer !== null) passOn(ringing, leg, { description: offer, turn });
}

/** The new party's ACK, with its answer where it had made no offer. */
export function onPickUpAck(
  ringing: Call,
  leg: Leg,
  { description, turn }: { readonly description: Description | null; readonly turn: Turn },
): void {
  if (description !== null) passOn(ringing, leg, { description, turn });
  else endCall(ringing, { cause: causeOfAnswer(leg, null), endedBy: "demarc" }, turn);
}

/** The caller gets what the new party says as the answer to its offer. */
function passOn(ringing: Call, leg: Leg, said: { readonly description: Description; readonly turn: Turn }): void {
  const { description, turn } = said;
  const purpose = { kind: "media-answer", attempt: leg.place.attempt } as const;
  const { offer, aLeg: to } = ringing;
  if (!answerThrough(ringing, { from: leg, to, description, purpose, offer }, turn))
    endCall(ringing, { cause: causeOfAnswer(leg, description), endedBy: "demarc" }, turn);
}
