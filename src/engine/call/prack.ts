// The caller's PRACK (RFC 3262): what it acknowledges, and an offer that it may bring.

import type { LegRequestArrived } from "./find-leg.ts";
import { beginEarlyChange } from "./modify.ts";
import { readDescription } from "./negotiate-media.ts";
import { callerTagOf, continueProvisionals, takePrack } from "./reliable-provisional.ts";
import { respondInCall } from "./respond-in-call.ts";
import type { Turn } from "./turn.ts";

export function onPrack(arrived: LegRequestArrived, turn: Turn): void {
  const { call, request, transaction, dialog } = arrived;
  const toTag = dialog.localTag;
  if (!takePrack(arrived, turn)) {
    respondInCall(transaction, { status: 481, toTag }, turn);
    return;
  }
  const reading = readDescription(request);
  if (reading.kind === "description" && call.negotiated) beginEarlyChange(arrived, reading.description, turn);
  else respondInCall(transaction, { status: reading.kind === "none" ? 200 : 488, toTag }, turn);
  continueProvisionals(call, callerTagOf(request), turn);
}
