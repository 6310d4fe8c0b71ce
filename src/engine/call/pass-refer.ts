// A REFER that is handed to the other party (`signaling.transfer: pass`): that one calls the target itself, by its own rights, at an address that leads
// here; what it tells of it goes back to who asked.

import {
  type Body,
  type HeaderLine,
  header,
  type Parameterised,
  parameterNumber,
  reasonPhrase,
  type SipRequest,
} from "../../protocol/sip/index.ts";
import { statusTowardsCaller } from "../causes.ts";
import { type Reader, referredByLines } from "../interop/index.ts";
import { hostPortTowards } from "../own-addresses.ts";
import type { Call } from "./call.ts";
import { type Leg, otherLeg } from "./call.ts";
import { contactLines } from "./contact-lines.ts";
import type { LegRequestArrived } from "./find-leg.ts";
import { notePeer } from "./leg.ts";
import { type RequestOutcome, sendLegRequest } from "./leg-request.ts";
import { moveTarget } from "./modify.ts";
import { endCall } from "./release.ts";
import { nameFor, replacedDialog } from "./replaced-dialog.ts";
import { respondInCall } from "./respond-in-call.ts";
import { tellInCall, tellOnward } from "./tell.ts";
import { numberOf, type Referral } from "./transfer.ts";
import type { Turn } from "./turn.ts";
import { uriHere } from "./uri-here.ts";

/** Hands it on. The status of what speaks against that, else null: the other party's answer will be passed back. */
export function passRefer(
  arrived: LegRequestArrived,
  asked: { readonly referral: Referral; readonly replaces: Parameterised | null },
  turn: Turn,
): number | null {
  const { call, leg, request, transaction, dialog } = arrived;
  const { referral, replaces } = asked;
  const other = otherLeg(call, leg);
  if (other === null || other.state !== "confirmed" || other.dialog === null) return 491;
  if (!other.allows.includes("REFER")) return 603;
  const uri = uriHere({ called: referral.called, emergency: referral.emergency }, other, turn);
  if (uri === null) return 603;
  let named = "";
  if (replaces !== null) {
    const found = replacedDialog(replaces, leg.trunk, turn);
    if (found === null || found.call === call || found.leg.state === "ended") return 603;
    named = `?Replaces=${encodeURIComponent(nameFor(found, other.trunk))}`;
  }
  moveTarget(arrived, turn);
  const lines: HeaderLine[] = [
    ...contactLines(other),
    ["Refer-To", `<${uri}${named}>`],
    ...(referral.names ? referredByLines(referrerOf(call, leg), readerOf(other, turn)) : []),
  ];
  if (referral.subscription === null) lines.push(["Refer-Sub", "false"], ["Supported", "norefersub"]);
  const message = { kind: "request", method: "REFER", status: 0 } as const;
  const headers = tellOnward(call, { from: leg, to: other, message, headers: request.headers, lines }, turn);
  const purpose = { kind: "onward", transaction, toTag: dialog.localTag } as const;
  const way = { dialog: other.dialog, flow: other.flow };
  if (sendLegRequest(other, { method: "REFER", purpose, ...way, headers }, turn) === null) return 503;
  call.referral = { by: leg.side, id: referral.subscription?.id ?? null, asked: true };
  leg.referred = true;
  return null;
}

/** Null for one who withholds its number. */
function referrerOf(call: Call, leg: Leg): string | null {
  return leg.side === "a" && call.interop.withheld ? null : numberOf(call, leg);
}

function readerOf({ trunk, flow, peerAddress }: Leg, { world: { border } }: Turn): Reader {
  return { trunk, plan: border.plan, ownHost: hostPortTowards(border, flow), peerHost: peerAddress };
}

/** What the other party says to it. */
export function onReferOutcome(call: Call, leg: Leg, heard: { outcome: RequestOutcome; turn: Turn }): void {
  const { outcome, turn } = heard;
  const { request, status, response, flow } = outcome;
  const { purpose } = request;
  if (purpose.kind !== "onward") return;
  const asker = otherLeg(call, leg);
  if (response !== null && status < 300 && asker !== null) {
    notePeer(leg, { response, flow, turn });
    if (call.referral !== null) call.referral.asked = false;
    const said = response.headers.read(header.referSub);
    const silent = said !== null && !header.isSubscribed(said);
    if (silent) call.referral = null;
    const headers = [...contactLines(asker), ...(silent ? [["Refer-Sub", "false"] as const] : [])];
    respondInCall(purpose.transaction, { status: silent ? 200 : 202, toTag: purpose.toTag, headers }, turn);
    return;
  }
  call.referral = null;
  const gone = status === 408 || status === 481;
  respondInCall(purpose.transaction, { status: gone ? 487 : statusTowardsCaller(status), toTag: purpose.toTag }, turn);
  // It is gone, or has forgotten the call (RFC 3261 section 12.2.1.2).
  if (gone) endCall(call, { cause: "lost-peer", endedBy: "demarc" }, turn);
}

/** Passes on what the other party tells of a REFER that it was handed: its status, and whether that is all. False where it tells of none. */
export function passNotify(arrived: LegRequestArrived, turn: Turn): boolean {
  const { call, leg, request, transaction, dialog } = arrived;
  const { referral } = call;
  if (referral === null || referral.by === leg.side || request.headers.read(header.event)?.value !== "refer")
    return false;
  const other = otherLeg(call, leg);
  const told = readFragment(request);
  if (other === null || other.dialog === null || other.state !== "confirmed" || told === null) return false;
  moveTarget(arrived, turn);
  const lines: HeaderLine[] = [
    ...contactLines(other),
    ["Event", referral.id === null ? "refer" : `refer;id=${referral.id}`],
    ["Subscription-State", told.state],
  ];
  const text = `SIP/2.0 ${told.status} ${reasonPhrase(told.status)}\r\n`;
  const body: Body = { contentType: "message/sipfrag;version=2.0", text };
  const purpose = { kind: "onward", transaction, toTag: dialog.localTag } as const;
  const message = { kind: "request", method: "NOTIFY", status: 0 } as const;
  const headers = tellInCall(call, other, { message, lines, crossing: [] });
  const way = { dialog: other.dialog, flow: other.flow };
  if (sendLegRequest(other, { method: "NOTIFY", purpose, ...way, headers, body }, turn) === null) return false;
  if (told.over) call.referral = null;
  return true;
}

/** Of all that a fragment may quote of the other side's messages, the status alone (RFC 3515 section 2.4.5). */
function readFragment({ headers, body }: SipRequest) {
  const status = Number(/^SIP\/2\.0 ([1-6]\d\d)(?: |\r|$)/.exec(body)?.[1] ?? 0);
  const state = headers.read(header.subscriptionState);
  if (status === 0 || state === null) return null;
  const over = state.value.toLowerCase() === "terminated";
  const expires = Math.min(parameterNumber(state.parameters, "expires") ?? 60, 3600);
  return { status, over, state: over ? "terminated;reason=noresource" : `active;expires=${expires}` };
}
