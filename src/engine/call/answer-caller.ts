// The caller gets its answer, and the call its longest time.

import { acceptInvite } from "./accept-invite.ts";
import { askOnAnswer } from "./ask-policy.ts";
import type { Call } from "./call.ts";
import { contactLines } from "./contact-lines.ts";
import { tellAnswered } from "./emergency-steps.ts";
import { showMethods } from "./leg.ts";
import { bodyOf } from "./negotiate-media.ts";
import { endCall } from "./release.ts";
import { agree } from "./session-change.ts";
import { grantSession } from "./session-terms.ts";
import { tellCaller } from "./tell.ts";
import { startCallTimer, stopCallTimer, type Turn, wallClock } from "./turn.ts";

/** The caller gets its 200, with what was last described to it. */
export function answerCaller(call: Call, turn: Turn): void {
  const { aLeg, aTransaction: transaction } = call;
  call.answerDue = false;
  for (const { name: tag } of call.provisionals) {
    stopCallTimer(call, `provisional.${tag}`, turn);
    stopCallTimer(call, `prack.${tag}`, turn);
  }
  callStands(call, turn);
  aLeg.state = "answered";
  aLeg.codec = call.bLeg?.codec ?? null;
  if (!call.negotiated) agree(aLeg, call.offer);
  // Where a reliable response has said it, the 2xx need not (RFC 3262 section 5).
  const body = call.negotiated && !call.answerSaid ? null : bodyOf(aLeg.sent);
  const timer = grantSession(call, aLeg, { wish: call.inviteWish, turn });
  const response = {
    status: 200,
    toTag: aLeg.localTag,
    headers: tellCaller(call, 200, [...contactLines(aLeg), ["Supported", "replaces"], ...timer]),
    body,
    dialog: true,
  };
  acceptInvite(call, aLeg, { transaction, sequence: call.inviteSequence, response, turn });
}

/** Its two parties talk from now on. */
export function callStands(call: Call, turn: Turn): void {
  call.state = "answered";
  const first = call.answeredAt === null;
  if (first) tellAnswered(call, turn);
  call.answeredAt ??= wallClock(turn);
  if (call.bLeg !== null) showMethods(call.aLeg, call.bLeg);
  startCallTimer(call, "duration", { afterMs: maxDurationOf(call), turn });
  if (first) askOnAnswer(call, turn);
}

/** The shortest of all whose limits it is under: of a transferred call who asked for it is no party. */
function maxDurationOf({ ingress, aLeg, bLeg, marks }: Call): number {
  const trunks = [ingress, aLeg.trunk, ...(bLeg === null ? [] : [bLeg.trunk])];
  return Math.min(...trunks.map(({ limits }) => limits.maxDuration), marks.maxDurationMs ?? Number.POSITIVE_INFINITY);
}

/** The longest time a call may last is over. */
export function onDurationTimer(call: Call, turn: Turn): void {
  endCall(call, { cause: "max-duration", endedBy: "demarc" }, turn);
}
