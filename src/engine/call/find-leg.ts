// Which leg and dialog a request inside a dialog is for: found by our tag, believed only from the dialog's own peer (RFC 3261 section 12.2.2).

import type { Dialog } from "../../protocol/dialog/index.ts";
import { from, type SipRequest, tagOf, to } from "../../protocol/sip/index.ts";
import type { TransactionKey } from "../../protocol/transaction/index.ts";
import type { Flow } from "../../protocol/transport/index.ts";
import { speaksFromAnywhere } from "../admission/index.ts";
import { type Call, earlyDialogWith, type Leg, type LegPlace } from "./call.ts";
import { callOf, type Turn } from "./turn.ts";

export interface InDialogRequest {
  readonly request: SipRequest;
  readonly flow: Flow;
}

export interface Found {
  readonly call: Call;
  readonly leg: Leg;
  readonly dialog: Dialog;
}

/** A request inside a dialog that is to be answered. */
export interface LegRequestArrived extends Found {
  readonly request: SipRequest;
  readonly transaction: TransactionKey;
  readonly flow: Flow;
  readonly sequence: number;
}

/** The leg at a place of a call; undefined where there is none any more. */
export function legAt(call: Call, { attempt }: LegPlace): Leg | undefined {
  return attempt < 0 ? call.aLeg : (call.attempts[attempt]?.leg ?? undefined);
}

/** Tags, Call-ID and the peer's trunk must all fit: right tags from elsewhere are not enough. */
export function findLeg(arrived: InDialogRequest, turn: Turn): Found | null {
  const { request, flow } = arrived;
  const { world } = turn;
  const toAddress = request.headers.read(to);
  const fromAddress = request.headers.read(from);
  const place = world.legs.get((toAddress === null ? null : tagOf(toAddress)) ?? "");
  const call = place === undefined ? undefined : callOf(turn, place.call);
  if (place === undefined || call === undefined || fromAddress === null) return null;
  const leg = legAt(call, place);
  if (leg === undefined) return null;
  const dialog = dialogWith(leg, tagOf(fromAddress) ?? "");
  if (dialog === null || request.headers.first("call-id") !== dialog.callId) return null;
  return isFromPeer(leg, flow, turn) ? { call, leg, dialog } : null;
}

/** A peer that is not known by its address speaks from the one that its dialog began at. */
function isFromPeer(leg: Leg, flow: Flow, { speaker }: Turn): boolean {
  if (speaker !== null && speaker.name === leg.trunk.name) return true;
  return speaksFromAnywhere(leg.trunk) && flow.network === leg.network && flow.remoteAddress === leg.peerAddress;
}

/** The dialog of a leg that goes by the peer's tag. */
export function dialogWith(leg: Leg, remoteTag: string): Dialog | null {
  if (leg.dialog !== null) return leg.dialog.remoteTag === remoteTag ? leg.dialog : null;
  return earlyDialogWith(leg, remoteTag)?.dialog ?? null;
}
