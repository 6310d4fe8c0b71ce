// Requests inside a dialog (RFC 3261 section 12.2.2): found by our tag, believed only from the dialog's own peer.

import { acceptSequence, type Dialog } from "../../protocol/dialog/index.ts";
import { cseq, from, type SipRequest, tagOf, to } from "../../protocol/sip/index.ts";
import type { TransactionKey } from "../../protocol/transaction/index.ts";
import type { Flow } from "../../protocol/transport/index.ts";
import { onAck } from "./answer.ts";
import { trunkOfFlow } from "./border.ts";
import type { Call, Leg } from "./call.ts";
import { endLeg } from "./leg.ts";
import { endCall, forgetIfOver } from "./release.ts";
import { hearEnding } from "./tell.ts";
import { ALLOWED_METHODS } from "./topology-hiding.ts";
import { callOf, type Turn } from "./turn.ts";

export interface InDialogRequest {
  readonly request: SipRequest;
  readonly flow: Flow;
}

interface Found {
  readonly call: Call;
  readonly leg: Leg;
  readonly dialog: Dialog;
}

/** The leg a request is for. Tags, Call-ID and the peer's trunk must all fit: right tags from elsewhere are not enough. */
function findLeg(arrived: InDialogRequest, turn: Turn): Found | null {
  const { request, flow } = arrived;
  const { world } = turn;
  const toAddress = request.headers.read(to);
  const fromAddress = request.headers.read(from);
  const place = world.legs.get((toAddress === null ? null : tagOf(toAddress)) ?? "");
  const call = place === undefined ? undefined : callOf(turn, place.call);
  if (place === undefined || call === undefined || fromAddress === null) return null;
  const leg = place.attempt < 0 ? call.aLeg : call.attempts[place.attempt]?.leg;
  if (leg === null || leg === undefined || leg.dialog === null) return null;
  const { dialog } = leg;
  const fits = request.headers.first("call-id") === dialog.callId && (tagOf(fromAddress) ?? "") === dialog.remoteTag;
  return fits && trunkOfFlow(world.border, flow)?.name === leg.trunk ? { call, leg, dialog } : null;
}

/** An ACK that belongs to no transaction: that of a 2xx. */
export function onInDialogAck(arrived: InDialogRequest, turn: Turn): void {
  const found = findLeg(arrived, turn);
  if (found !== null && found.leg === found.call.aLeg) onAck(found.call, turn);
}

/** Any other request with a To tag. */
export function onInDialogRequest(
  arrived: InDialogRequest & { readonly transaction: TransactionKey },
  turn: Turn,
): void {
  const { request, transaction } = arrived;
  const { layer, counters } = turn.world;
  const found = findLeg(arrived, turn);
  if (found === null) {
    counters.strayRequests += 1;
    layer.respond(transaction, { status: 481, toTag: null }, turn);
    return;
  }
  const { dialog } = found;
  const toTag = dialog.localTag;
  if (!acceptSequence(dialog, request.headers.read(cseq)?.sequence ?? 0)) {
    layer.respond(transaction, { status: 500, toTag }, turn);
    return;
  }
  switch (request.method) {
    case "BYE":
      layer.respond(transaction, { status: 200, toTag }, turn);
      hearEnding(found.call, found.leg, { request, turn });
      onBye(found, turn);
      return;
    case "INVITE":
      // Sessions cannot be changed yet; 488 leaves the session as it was (RFC 3261 section 14.2).
      layer.respond(transaction, { status: 488, toTag }, turn);
      return;
    case "OPTIONS":
      layer.respond(transaction, { status: 200, toTag, headers: [["Allow", ALLOWED_METHODS]] }, turn);
      return;
    default:
      layer.respond(transaction, { status: 405, toTag, headers: [["Allow", ALLOWED_METHODS]] }, turn);
  }
}

/** The leg is over for its peer; the call ends, unless it already has: then two BYEs have crossed. */
function onBye(found: Found, turn: Turn): void {
  const { call, leg } = found;
  if (leg.side === "a" && leg.state === "inviting") {
    // A BYE in an early dialog takes the call back as a CANCEL does (RFC 3261 section 15.1.2 answers the INVITE with 487).
    endCall(call, { cause: "cancelled", endedBy: "caller" }, turn);
    return;
  }
  endLeg(leg);
  endCall(call, { cause: "normal-clearing", endedBy: leg.side === "a" ? "caller" : "callee" }, turn);
  forgetIfOver(call, turn);
}
