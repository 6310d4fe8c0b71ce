// What both legs do alike: be found by their tag, know what their peer can do, and where its requests go.

import { flatCopy } from "../../base/index.ts";
import type { Trunk } from "../../model/index.ts";
import { type Dialog, isLooseRoute, refreshTarget } from "../../protocol/dialog/index.ts";
import { header, type SipMessage, type SipResponse } from "../../protocol/sip/index.ts";
import type { Flow } from "../../protocol/transport/index.ts";
import { hostTowards } from "../own-addresses.ts";
import type { Leg, LegPlace } from "./call.ts";
import { flowOfDialog } from "./dialog-way.ts";
import { NO_KEYS } from "./leg-exchanges.ts";
import { ownContact } from "./own-contact.ts";
import { newTag, type Turn } from "./turn.ts";

export interface LegOpening {
  readonly side: Leg["side"];
  readonly trunk: Trunk;
  readonly callId: string;
  readonly flow: Flow;
  readonly place: LegPlace;
}

/** A leg with its own tag, findable by it from now on. */
export function openLeg(opening: LegOpening, turn: Turn): Leg {
  const { border } = turn.world;
  const { side, trunk, callId, flow } = opening;
  const localTag = newTag(turn);
  const address = hostTowards(border, flow);
  const version = String(1 + (turn.world.random.uint32() >>> 2));
  turn.world.legs.set(localTag, opening.place);
  return {
    side,
    place: opening.place,
    trunk,
    network: flow.network,
    callId,
    localTag,
    contact: ownContact(trunk, flow, turn),
    origin: {
      username: "-",
      sessionId: version,
      sessionVersion: version,
      addressType: address.includes(":") ? "IP6" : "IP4",
      address,
    },
    peerAddress: flow.remoteAddress,
    authentication: null,
    requests: [],
    accepted: null,
    owedAck: null,
    allows: [],
    supports: [],
    state: "inviting",
    flow,
    dialog: null,
    earlyDialogs: [],
    unknownWays: [],
    sent: null,
    agreed: null,
    onward: [],
    codec: null,
    keys: NO_KEYS,
    nextKeys: NO_KEYS,
    session: null,
    leastSession: 0,
    raises: 0,
    counted: null,
    namedTo: null,
    referred: false,
  };
}

/** Notes what a message of the peer says of its abilities (RFC 3261 sections 20.5 and 20.37). One that says nothing leaves them as they were. */
export function noteAbilities(leg: Leg, { headers }: SipMessage): void {
  if (headers.has("allow"))
    leg.allows = (headers.read(header.allow) ?? []).map((method) => flatCopy(method.toUpperCase()));
  if (headers.has("supported"))
    leg.supports = (headers.read(header.supported) ?? []).map((tag) => flatCopy(tag.toLowerCase()));
}

/** A 2xx to a request that moves the peer's target (RFC 3261 section 12.2.1.2): what it says of the peer, and where the next one goes. */
export function notePeer(
  leg: Leg,
  heard: { readonly response: SipResponse; readonly flow: Flow; readonly turn: Turn },
): void {
  const { response, flow, turn } = heard;
  if (leg.dialog === null) return;
  refreshTarget(leg.dialog, response);
  noteAbilities(leg, response);
  leg.flow = flowOfDialog(leg, { dialog: leg.dialog, arrived: flow }, turn);
}

/** What each of two sides may ask for is what the other one is passed. */
export function showMethods(one: Leg, other: Leg): void {
  one.onward = other.trunk.signaling.passMethods;
  other.onward = one.trunk.signaling.passMethods;
}

/** Whether UPDATE (RFC 3311) may be sent to the leg's peer. */
export function takesUpdate(leg: Leg): boolean {
  return leg.trunk.signaling.update === "auto" && leg.allows.includes("UPDATE");
}

/** What the Request-URI of a request in the dialog will be (RFC 3261 section 12.2.1.1). */
export function requestUriOf(dialog: Dialog): string {
  const [first] = dialog.routeSet;
  return first !== undefined && !isLooseRoute(first) ? first : dialog.remoteTarget;
}
