// Our 2xx to an INVITE, on either side and for any INVITE: repeated over every transport until its ACK comes (RFC 3261 section 13.3.1.4).

import type { ResponseParts } from "../../protocol/sip/index.ts";
import type { TransactionKey } from "../../protocol/transaction/index.ts";
import type { Call, Leg } from "./call.ts";
import { startCallTimer, stopCallTimer, type Turn } from "./turn.ts";

export interface Acceptance {
  readonly transaction: TransactionKey;
  readonly sequence: number;
  readonly response: ResponseParts;
}

export function acceptInvite(call: Call, leg: Leg, accepted: Acceptance & { readonly turn: Turn }): void {
  const { transaction, sequence, response, turn } = accepted;
  const { t1 } = leg.trunk.signaling.timers;
  leg.accepted = { transaction, sequence, response, intervalMs: t1 };
  turn.world.layer.respond(transaction, response, turn);
  startCallTimer(call, `answer.${leg.side}`, { afterMs: t1, turn });
  startCallTimer(call, `ack.${leg.side}`, { afterMs: 64 * t1, turn });
}

/** No ACK yet: the 2xx again. */
export function onAnswerTimer(call: Call, leg: Leg, turn: Turn): void {
  const { accepted } = leg;
  if (accepted === null) return;
  turn.world.layer.respond(accepted.transaction, accepted.response, turn);
  accepted.intervalMs = Math.min(accepted.intervalMs * 2, leg.trunk.signaling.timers.t2);
  startCallTimer(call, `answer.${leg.side}`, { afterMs: accepted.intervalMs, turn });
}

/** The ACK came, or will not come any more. */
export function settleAcceptance(call: Call, leg: Leg, turn: Turn): void {
  leg.accepted = null;
  stopCallTimer(call, `answer.${leg.side}`, turn);
  stopCallTimer(call, `ack.${leg.side}`, turn);
}
