// What waited for a dialog's next hop to be looked up: it goes out when that is known, in its order, or the way that the peer's messages came.

import { dropNamed, namedValue, setNamed } from "../../base/index.ts";
import type { ResolveResult } from "../inputs.ts";
import { openingCredentials, writeAck } from "./acknowledge.ts";
import { type Call, earlyDialogWith, type Leg } from "./call.ts";
import { settleWay } from "./dialog-way.ts";
import { legAt } from "./find-leg.ts";
import { acknowledgeRequest, isHeld, type RequestOutcome, sendLegRequest } from "./leg-request.ts";
import type { Purpose } from "./pending.ts";
import { callOf, logCall, type Turn } from "./turn.ts";

interface Settled {
  readonly call: Call;
  readonly leg: Leg;
  /** What could not be sent after all. */
  readonly failed: readonly RequestOutcome[];
}

/** The resolver's answer for a dialog: for its leg, and for what the leg has left behind where it was moved to another call meanwhile. */
export function onWayResolved(
  asked: Purpose & { readonly kind: "way" },
  reply: { readonly from: string; readonly result: ResolveResult; readonly turn: Turn },
): Settled[] {
  const { from, result, turn } = reply;
  const places = [{ call: from, attempt: asked.attempt }, turn.world.legs.get(asked.leg)];
  const legs = new Map<Leg, Call>();
  for (const place of places) {
    const call = place === undefined ? undefined : callOf(turn, place.call);
    const leg = call === undefined || place === undefined ? undefined : legAt(call, place);
    if (call !== undefined && leg !== undefined) legs.set(leg, call);
  }
  return [...legs].flatMap(([leg, call]): Settled[] => {
    const failed = settle(call, leg, { asked, result, turn });
    return failed === null ? [] : [{ call, leg, failed }];
  });
}

/** Null where what waits goes on waiting. */
function settle(
  call: Call,
  leg: Leg,
  by: { readonly asked: Purpose & { readonly kind: "way" }; readonly result: ResolveResult; readonly turn: Turn },
): RequestOutcome[] | null {
  const { asked, result, turn } = by;
  const { remoteTag, hop } = asked;
  if (!settleWay(leg, { remoteTag, hop, places: result.ok ? result.places : [] }, turn)) return null;
  if (!result.ok) {
    const message = "The peer's Contact or Route was not resolved: its requests go where its messages came from.";
    logCall(call, { level: "info", message, fields: { trunk: leg.trunk.name, detail: result.detail } }, turn);
  }
  sendHeldAck(call, leg, { remoteTag, turn });
  return sendHeld(leg, { remoteTag, turn });
}

/** The ACK of the INVITE that opened the leg. */
function sendHeldAck(call: Call, leg: Leg, held: { readonly remoteTag: string; readonly turn: Turn }): void {
  const { remoteTag, turn } = held;
  const attempt = call.attempts.find((one) => one.leg === leg);
  const ack = attempt === undefined ? undefined : namedValue(attempt.acks, remoteTag);
  const way = leg.dialog?.remoteTag === remoteTag ? leg : earlyDialogWith(leg, remoteTag);
  if (attempt === undefined || ack === undefined || ack.sent || way === null || way.dialog === null) return;
  const { dialog, flow } = way;
  const written = writeAck(leg, { ...ack, dialog, flow, credentials: openingCredentials(leg) }, turn);
  setNamed(attempt.acks, remoteTag, written);
}

function sendHeld(leg: Leg, held: { readonly remoteTag: string; readonly turn: Turn }): RequestOutcome[] {
  const { remoteTag, turn } = held;
  const failed: RequestOutcome[] = [];
  for (const { name: key, value: request } of [...leg.requests]) {
    if (request.remoteTag !== remoteTag) continue;
    const { ack } = request;
    if (ack !== null && !ack.sent) {
      acknowledgeRequest(leg, { request, body: ack.body, turn });
      // Nothing more can come of a transaction that is over.
      if (turn.world.layer.get(key) === undefined) dropNamed(leg.requests, key);
    }
    if (!isHeld(key)) continue;
    dropNamed(leg.requests, key);
    const way = leg.dialog?.remoteTag === remoteTag ? leg : earlyDialogWith(leg, remoteTag);
    if (way === null || way.dialog === null) continue;
    const { dialog, flow } = way;
    if (sendLegRequest(leg, { ...request, dialog, flow }, turn) === null)
      failed.push({ key, request, status: 503, response: null, flow });
  }
  return failed;
}
