// Requests inside a dialog (RFC 3261 section 12.2.2): in order, and each to the exchange that it belongs to. A table and little else.

import { acceptSequence } from "../../protocol/dialog/index.ts";
import { cseq } from "../../protocol/sip/index.ts";
import type { TransactionKey } from "../../protocol/transaction/index.ts";
import { allowedTo } from "./allowed-methods.ts";
import { onAck } from "./answer.ts";
import { findLeg, type InDialogRequest, type LegRequestArrived } from "./find-leg.ts";
import { endLeg } from "./hang-up-leg.ts";
import { noteAbilities } from "./leg.ts";
import { onChangeRequested } from "./modify.ts";
import { onOnwardRequest } from "./onward-request.ts";
import { onPrack } from "./prack.ts";
import { onRefer } from "./refer.ts";
import { endCall, forgetIfOver } from "./release.ts";
import { respondInCall } from "./respond-in-call.ts";
import { goesOnRinging } from "./semi-attended.ts";
import { hearEnding, hearRequest } from "./tell.ts";
import type { Turn } from "./turn.ts";

const EXCHANGES: Readonly<Record<string, (arrived: LegRequestArrived, turn: Turn) => void>> = {
  BYE: onBye,
  INVITE: onChangeRequested,
  UPDATE: onChangeRequested,
  PRACK: onPrack,
  REFER: onRefer,
  INFO: onOnwardRequest,
  MESSAGE: onOnwardRequest,
  OPTIONS: onOnwardRequest,
  SUBSCRIBE: onOnwardRequest,
  NOTIFY: onOnwardRequest,
};

/** An ACK that belongs to no transaction: that of a 2xx. */
export function onInDialogAck(arrived: InDialogRequest, turn: Turn): void {
  const found = findLeg(arrived, turn);
  if (found !== null) onAck(found, arrived.request, turn);
}

/** Any other request with a To tag. */
export function onInDialogRequest(
  arrived: InDialogRequest & { readonly transaction: TransactionKey },
  turn: Turn,
): void {
  const { transaction } = arrived;
  const { layer, counters } = turn.world;
  const found = findLeg(arrived, turn);
  // A leg that is over for us is over for its peer too, but for its BYE, which crosses ours (section 15.1.2).
  if (found === null || (found.leg.state === "ended" && arrived.request.method !== "BYE")) {
    counters.strayRequests += 1;
    layer.respond(transaction, { status: 481, toTag: null }, turn);
    return;
  }
  layer.assign(transaction, found.call.id);
  const request = hearRequest(found.call, found.leg, arrived.request);
  const sequence = request.headers.read(cseq)?.sequence ?? 0;
  const toTag = found.dialog.localTag;
  const exchange = Object.hasOwn(EXCHANGES, request.method) ? EXCHANGES[request.method] : undefined;
  if (!acceptSequence(found.dialog, sequence)) respondInCall(transaction, { status: 500, toTag }, turn);
  else if (exchange === undefined) {
    respondInCall(transaction, { status: 405, toTag, headers: [["Allow", allowedTo(found.leg)]] }, turn);
  } else {
    noteAbilities(found.leg, request);
    exchange({ ...found, ...arrived, request, sequence }, turn);
  }
}

/** The leg is over for its peer; the call ends, unless it already has: then two BYEs have crossed. */
function onBye({ call, leg, dialog, transaction, request }: LegRequestArrived, turn: Turn): void {
  respondInCall(transaction, { status: 200, toTag: dialog.localTag }, turn);
  if (leg.side === "a" && goesOnRinging(call, turn)) return;
  hearEnding(call, leg, { request, turn });
  if (leg.side === "a" && leg.state === "inviting") {
    // A BYE in an early dialog takes the call back as a CANCEL does (RFC 3261 section 15.1.2 answers the INVITE with 487).
    endCall(call, { cause: "cancelled", endedBy: "caller" }, turn);
    return;
  }
  endLeg(call, leg, turn);
  endCall(call, { cause: "normal-clearing", endedBy: leg.side === "a" ? "caller" : "callee" }, turn);
  forgetIfOver(call, turn);
}
