// What both legs do alike: be found by their tag, send requests inside their dialog, and end.

import {
  type Dialog,
  formatInDialogRequest,
  isLooseRoute,
  nextHopOf,
  nextSequence,
} from "../../protocol/dialog/index.ts";
import { parameterValue, parseSipUri } from "../../protocol/sip/index.ts";
import { RFC_TIMERS } from "../../protocol/transaction/index.ts";
import type { Flow, TransportName } from "../../protocol/transport/index.ts";
import { parseAddress } from "../../protocol/transport/index.ts";
import { beginAuthentication, credentialLines, trunkOfLeg } from "./authenticate.ts";
import { contactTowards, flowTo, hostTowards, trunkOfFlow, viaTowards } from "./border.ts";
import type { Leg } from "./call.ts";
import { towardsPeer } from "./secure-flow.ts";
import { tellBye } from "./tell.ts";
import { type LegPlace, newBranch, newTag, type Turn } from "./turn.ts";

const TRANSPORTS: ReadonlySet<string> = new Set(["udp", "tcp", "tls", "ws", "wss"]);

export interface LegOpening {
  readonly side: Leg["side"];
  readonly trunk: string;
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
    trunk,
    network: flow.network,
    callId,
    localTag,
    contact: contactTowards(border, flow),
    origin: {
      username: "-",
      sessionId: version,
      sessionVersion: version,
      addressType: address.includes(":") ? "IP6" : "IP4",
      address,
    },
    peerAddress: flow.remoteAddress,
    authentication: null,
    bye: null,
    state: "inviting",
    flow,
    dialog: null,
    sent: null,
    codec: null,
  };
}

/** Ends a leg's part in the call. It stays findable until its call is forgotten. */
export function endLeg(leg: Leg): void {
  leg.state = "ended";
}

/**
 * Where requests of a dialog go: to its next hop where that is an address that the leg's network can reach; where it is a name, or out of
 * reach, the way that the peer's own messages came (many peers write a host name in Contact that only they can resolve).
 */
export function flowOfDialog(dialog: Dialog, arrived: Flow, turn: Turn): Flow {
  const hop = parseSipUri(nextHopOf(dialog));
  if (hop === null || parseAddress(hop.host) === null) return arrived;
  const named = parameterValue(hop.parameters, "transport")?.toLowerCase() ?? "udp";
  const transport = TRANSPORTS.has(named) ? (named as TransportName) : arrived.transport;
  // A stream that stands is used as it is: its far end need not be a port that listens.
  if (transport !== "udp" && arrived.transport === transport && hop.host === arrived.remoteAddress) return arrived;
  const { border } = turn.world;
  const flow = flowTo(border, arrived.network, { address: hop.host, port: hop.port, transport });
  const trunk = trunkOfFlow(border, arrived);
  return flow === null || trunk === null ? arrived : towardsPeer(flow, trunk, hop.host);
}

/** What the Request-URI of a request in the dialog will be (RFC 3261 section 12.2.1.1). */
function requestUriOf(dialog: Dialog): string {
  const [first] = dialog.routeSet;
  return first !== undefined && !isLooseRoute(first) ? first : dialog.remoteTarget;
}

export interface ByeWay {
  readonly dialog: Dialog;
  readonly flow: Flow;
  /** Who hears what it brings; empty for nobody. */
  readonly user: string;
}

/** Sends a BYE in a dialog of the leg (RFC 3261 section 15.1.1). False when nothing could be sent. */
export function sendBye(leg: Leg, { dialog, flow, user }: ByeWay, turn: Turn): boolean {
  const branch = newBranch(turn);
  const via = viaTowards(turn.world.border, flow, branch);
  const request = { method: "BYE", uri: requestUriOf(dialog), body: "" };
  const headers = [...credentialLines(leg, { request, flow }, turn), ...tellBye(leg, turn)];
  const text = formatInDialogRequest(dialog, { method: "BYE", sequence: nextSequence(dialog), via, headers });
  const timers = trunkOfLeg(leg, turn)?.signaling.timers ?? RFC_TIMERS;
  return turn.world.layer.request({ method: "BYE", branch, text, flow, user, timers }, turn);
}

/** Hangs up a leg that has a dialog, and waits for nothing but a challenge that its trunk's credentials could meet. */
export function hangUpLeg(leg: Leg, turn: Turn): void {
  if (leg.dialog !== null) {
    beginAuthentication(leg);
    sendLegBye(leg, leg.dialog, turn);
  }
  endLeg(leg);
}

/** Sends the BYE of the leg's own dialog, the first one or, after a challenge, another. */
export function sendLegBye(leg: Leg, dialog: Dialog, turn: Turn): void {
  const { flow } = leg;
  const place = turn.world.legs.get(leg.localTag);
  const hears = place !== undefined && (trunkOfLeg(leg, turn)?.credentials ?? null) !== null;
  const user = hears ? `${place.call}|${place.attempt}|bye` : "";
  const sent = sendBye(leg, { dialog, flow, user }, turn);
  leg.bye = sent && hears ? flow : null;
}
