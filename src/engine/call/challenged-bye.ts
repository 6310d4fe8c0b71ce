// The BYE to a trunk that asks for credentials: sent again with them, so that the call does not stand on its side, and on its bill.

import type { TransactionEvent } from "../../protocol/transaction/index.ts";
import { isChallenge, takeChallenge } from "./authenticate.ts";
import { sendLegBye } from "./leg.ts";
import { forgetIfOver } from "./release.ts";
import { callOf, type LegPlace, logCall, type Turn } from "./turn.ts";

/** What came of the BYE of a leg. The leg is over with it, unless it is a challenge that can be met. */
export function onByeEvent(event: TransactionEvent, { call: id, attempt }: LegPlace, turn: Turn): void {
  const call = callOf(turn, id);
  const leg = attempt < 0 ? call?.aLeg : call?.attempts[attempt]?.leg;
  if (call === undefined || leg === null || leg === undefined) return;
  const { bye, dialog } = leg;
  if (bye === null || dialog === null || (event.kind === "response" && event.response.status < 200)) return;
  leg.bye = null;
  if (event.kind === "response" && isChallenge(event.response)) {
    const { response, flow } = event;
    const refusal = takeChallenge(leg, { response, flow, sentTo: bye, toTarget: false }, turn);
    if (refusal === null) sendLegBye(leg, dialog, turn);
    else {
      const message = `${refusal}: the call may still stand on its side.`;
      logCall(call, { level: "warn", message, fields: { trunk: leg.trunk, status: response.status } }, turn);
    }
  }
  forgetIfOver(call, turn);
}
