// Takes back an attempt that nobody waits for any more: by CANCEL, by BYE, or by waiting out a target that has not said a word.

import { type Millis, setNamed } from "../../base/index.ts";
import type { Dialog } from "../../protocol/dialog/index.ts";
import type { Flow } from "../../protocol/transport/index.ts";
import { acknowledge } from "./acknowledge.ts";
import { type Attempt, type Call, earlyDialogWith, type Leg } from "./call.ts";
import { uncount } from "./count-call.ts";
import { endLeg, hangUpLeg, sendBye } from "./hang-up-leg.ts";
import { judgeAttempt } from "./judge-trunk.ts";
import { tellCancel } from "./tell.ts";
import { startCallTimer, stopCallTimer, type Turn } from "./turn.ts";

/** For an answer that comes too late or from one fork too many: acknowledged, because it must be, and ended. */
export function acknowledgeAndEnd(
  call: Call,
  attempt: Attempt,
  answered: { readonly dialog: Dialog; readonly flow: Flow; readonly sequence?: number; readonly turn: Turn },
): void {
  const { turn } = answered;
  acknowledge(attempt, answered, turn);
  const { leg } = attempt;
  if (leg === null) return;
  if (leg.dialog !== null) {
    keepDialog(call, leg, answered);
    sendBye(leg, answered);
    return;
  }
  // The first answer of an attempt that is over: its BYE may be challenged, and must not be lost by it.
  leg.dialog = answered.dialog;
  leg.flow = answered.flow;
  hangUpLeg(call, leg, turn);
}

/** The dialog of a fork that is hung up on, for as long as its BYE may be challenged and sent again under the next number. */
function keepDialog(call: Call, leg: Leg, kept: { readonly dialog: Dialog; readonly flow: Flow }): void {
  const { dialog, flow } = kept;
  const callerTag = earlyDialogWith(leg, dialog.remoteTag)?.callerTag ?? call.aLeg.localTag;
  setNamed(leg.earlyDialogs, dialog.remoteTag, {
    dialog,
    flow,
    rseq: null,
    described: null,
    answered: false,
    callerTag,
  });
}

/**
 * Ends an attempt from our side. `silent`: the target never answered, so its INVITE is not repeated any more; a caller's CANCEL lets it be
 * repeated until there is a provisional response that can be cancelled (RFC 3261 section 9.1).
 */
export function giveUpAttempt(
  call: Call,
  attempt: Attempt,
  options: { readonly silent: boolean; readonly turn: Turn },
): void {
  const { silent, turn } = options;
  uncount(attempt, turn);
  if (attempt.state === "failed" || attempt.state === "given-up") return;
  if (attempt.state === "answered") {
    // One that was answered by us waits for its ACK before the BYE (RFC 3261 section 15).
    if (attempt.leg?.state === "confirmed") hangUpLeg(call, attempt.leg, turn);
    return;
  }
  const before = attempt.state;
  attempt.state = "given-up";
  judgeAttempt(attempt, false, turn);
  if (attempt.leg !== null) endLeg(call, attempt.leg, turn);
  if (attempt.transaction === null) return;
  if (before === "proceeding") cancelAttempt(call, attempt, turn);
  else if (silent) turn.world.layer.abandon(attempt.transaction, turn);
}

/** How long a cancelled INVITE is waited for (RFC 3261 section 9.1). */
export function cancelWaitMs(attempt: Attempt): Millis {
  return 64 * attempt.trunk.signaling.timers.t1;
}

/** Sends the CANCEL, and waits 64 x T1 for what it brings (RFC 3261 section 9.1). */
export function cancelAttempt(call: Call, attempt: Attempt, turn: Turn): void {
  if (attempt.transaction === null) return;
  if (!turn.world.layer.cancel(attempt.transaction, turn, tellCancel(call, attempt))) return;
  startCallTimer(call, cancelTimer(attempt), { afterMs: cancelWaitMs(attempt), turn });
}

function cancelTimer(attempt: Attempt): string {
  return `cancel.${attempt.index}`;
}

/** The INVITE transaction of an attempt has ended. */
export function endAttemptTransaction(call: Call, attempt: Attempt, turn: Turn): void {
  attempt.transactionOver = true;
  stopCallTimer(call, cancelTimer(attempt), turn);
}

/** The CANCEL was never followed by a final response: the INVITE counts as cancelled. */
export function onCancelTimer(call: Call, attempt: Attempt, turn: Turn): void {
  if (attempt.transaction !== null) turn.world.layer.terminate(attempt.transaction, turn);
  endAttemptTransaction(call, attempt, turn);
}
