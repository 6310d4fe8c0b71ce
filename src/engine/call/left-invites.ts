// INVITEs that went to a place of a target that kept silent, while the attempt went on to the next place. They may be answered yet.

import { namedValue } from "../../base/index.ts";
import { dialogOfResponse } from "../../protocol/dialog/index.ts";
import type { SipResponse } from "../../protocol/sip/index.ts";
import type { TransactionEvent } from "../../protocol/transaction/index.ts";
import type { Flow } from "../../protocol/transport/index.ts";
import { repeatAck } from "./acknowledge.ts";
import type { Attempt, Call, LeftInvite } from "./call.ts";
import { flowOfDialog } from "./dialog-way.ts";
import { acknowledgeAndEnd, cancelWaitMs } from "./give-up-attempt.ts";
import { forgetIfOver } from "./release.ts";
import { startCallTimer, stopCallTimer, type Turn } from "./turn.ts";

/** Leaves the INVITE of a silent place: it is not repeated any more, and waits for what may come until timer B. */
export function leaveInvite(attempt: Attempt, silent: Pick<Attempt, "transaction" | "seed">, turn: Turn): void {
  const { transaction, seed } = silent;
  if (transaction === null || seed === null) return;
  turn.world.layer.abandon(transaction, turn);
  attempt.left.push({ transaction, seed });
}

export function leftInviteOf(attempt: Attempt, event: TransactionEvent): LeftInvite | null {
  if (!("transaction" in event)) return null;
  return attempt.left.find(({ transaction }) => transaction === event.transaction) ?? null;
}

function timerOf(attempt: Attempt, { transaction }: LeftInvite): string {
  return `cancel.${attempt.index}.${transaction.split("|")[1]}`;
}

/** Nothing more can come of it. */
function dropInvite(call: Call, attempt: Attempt, dropped: { readonly left: LeftInvite; readonly turn: Turn }): void {
  const { left, turn } = dropped;
  attempt.left.splice(attempt.left.indexOf(left), 1);
  stopCallTimer(call, timerOf(attempt, left), turn);
  forgetIfOver(call, turn);
}

/** What the transaction layer says of such an INVITE. */
export function onLeftEvent(
  call: Call,
  attempt: Attempt,
  heard: {
    readonly event: TransactionEvent & { readonly user: string };
    readonly left: LeftInvite;
    readonly turn: Turn;
  },
): void {
  const { event, left, turn } = heard;
  if (event.kind !== "response" || event.response.status >= 300) dropInvite(call, attempt, { left, turn });
  else if (event.response.status >= 200)
    endAnswer(call, attempt, { left, response: event.response, flow: event.flow, turn });
  else if (turn.world.layer.cancel(left.transaction, turn)) {
    startCallTimer(call, timerOf(attempt, left), { afterMs: cancelWaitMs(attempt), turn });
  }
}

/** Somebody answered there: acknowledged, because it must be, and ended. */
function endAnswer(
  call: Call,
  attempt: Attempt,
  answer: { readonly left: LeftInvite; readonly response: SipResponse; readonly flow: Flow; readonly turn: Turn },
): void {
  const { left, response, flow, turn } = answer;
  const dialog = dialogOfResponse(left.seed, response, attempt.target.uri);
  const { leg } = attempt;
  if (dialog === null || leg === null) return;
  const repeated = namedValue(attempt.acks, dialog.remoteTag);
  if (repeated === undefined)
    acknowledgeAndEnd(call, attempt, { dialog, flow: flowOfDialog(leg, { dialog, arrived: flow }, turn), turn });
  else repeatAck(repeated, turn);
}

/** The CANCEL was never followed by a final response: the INVITE counts as cancelled (RFC 3261 section 9.1). */
export function onLeftTimer(
  call: Call,
  attempt: Attempt,
  expired: { readonly branch: string; readonly turn: Turn },
): void {
  const { branch, turn } = expired;
  const left = attempt.left.find(({ transaction }) => transaction.split("|")[1] === branch);
  if (left === undefined) return;
  turn.world.layer.terminate(left.transaction, turn);
  dropInvite(call, attempt, { left, turn });
}
