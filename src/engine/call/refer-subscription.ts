// What the sender of a REFER is told of what became of it (RFC 3515 sections 2.4.4 to 2.4.7): NOTIFYs with a status line, one after the other.

import type { Body, HeaderLine } from "../../protocol/sip/index.ts";
import { reasonPhrase } from "../../protocol/sip/index.ts";
import { type Call, legOf } from "./call.ts";
import { contactLines } from "./contact-lines.ts";
import { sendLegRequest } from "./leg-request.ts";
import type { Turn } from "./turn.ts";

/** Longer than any target may take: what ends it is the final status (RFC 3515 section 2.4.7). */
const EXPIRES_S = 600;

/** Tells the status that the transferred call has come to. What has not gone out yet is replaced by what is newer. */
export function tellReferrer(call: Call, status: number, turn: Turn): void {
  const subscription = call.transfer?.subscription ?? null;
  if (subscription === null || subscription.told >= 200 || (subscription.next ?? 0) >= 200) return;
  if (status === (subscription.next ?? subscription.told)) return;
  subscription.next = status;
  if (!subscription.waiting) notify(call, turn);
}

/** Whether there is still something that who asked for the transfer has to hear. */
export function isToBeTold({ transfer }: Call): boolean {
  const subscription = transfer?.subscription ?? null;
  return subscription !== null && (subscription.waiting || subscription.next !== null);
}

function notify(call: Call, turn: Turn): void {
  const { transfer } = call;
  const subscription = transfer?.subscription ?? null;
  const leg = transfer === null ? null : legOf(call, transfer.by);
  if (transfer === null || subscription === null || subscription.next === null) return;
  const { next: status, id } = subscription;
  subscription.next = null;
  if (leg === null || leg.dialog === null || leg.state === "ended") {
    transfer.subscription = null;
    return;
  }
  const state = status < 200 ? `active;expires=${EXPIRES_S}` : "terminated;reason=noresource";
  const headers: readonly HeaderLine[] = [
    ...contactLines(leg),
    ["Event", id === null ? "refer" : `refer;id=${id}`],
    ["Subscription-State", state],
  ];
  const body: Body = {
    contentType: "message/sipfrag;version=2.0",
    text: `SIP/2.0 ${status} ${reasonPhrase(status)}\r\n`,
  };
  const { dialog, flow } = leg;
  const purpose = { kind: "notify" } as const;
  subscription.told = status;
  subscription.waiting = true;
  if (sendLegRequest(leg, { method: "NOTIFY", purpose, dialog, flow, headers, body }, turn) === null)
    transfer.subscription = null;
}

/** A NOTIFY was answered, or will not be. True when there is nothing more to tell. */
export function onNotified(call: Call, status: number, turn: Turn): boolean {
  const { transfer } = call;
  const subscription = transfer?.subscription ?? null;
  if (transfer === null || subscription === null) return false;
  subscription.waiting = false;
  // Nobody listens any more (RFC 6665 section 4.2.2).
  if (status >= 300 || subscription.told >= 200) transfer.subscription = null;
  else if (subscription.next !== null) notify(call, turn);
  return transfer.subscription === null;
}
