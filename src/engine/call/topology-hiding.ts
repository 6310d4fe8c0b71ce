// The INVITE that goes out is written anew: of the other side it carries the numbers, the caller's name and the shaped SDP, nothing else.

import type { Target } from "../../model/index.ts";
import type { SessionDescription } from "../../protocol/sdp/index.ts";
import {
  type Body,
  formatHostPort,
  formatRequest,
  formatSipUri,
  type HeaderLine,
  parseSipUri,
} from "../../protocol/sip/index.ts";
import { type Reader, redirectionLines, referredByLines, writeCalled, writeCaller } from "../interop/index.ts";
import { hostPortTowards, viaTowards } from "../own-addresses.ts";
import type { BoundTo } from "../routing/index.ts";
import { allowedTo } from "./allowed-methods.ts";
import { type Attempt, type Call, calledBy, type EgressIdentity, type Leg } from "./call.ts";
import { askingLines } from "./session-terms.ts";
import { tellInvite } from "./tell.ts";
import type { Turn } from "./turn.ts";

/** The Request-URI and To of a call at this target. `kind` is what the URI says of its user (`;user=phone`). */
function targetUri(called: { readonly user: string; readonly kind: string }, target: Target): string {
  const transport = target.transport === null || target.transport === "udp" ? "" : `;transport=${target.transport}`;
  return `sip:${called.user}@${formatHostPort(target.host, target.port)}${called.kind}${transport}`;
}

/** Likewise at a contact that was registered: as it is (RFC 3261 section 16.6), or with the number as its user (RFC 6140 section 5.2). */
function boundUri({ uri, withNumber }: BoundTo, called: { readonly user: string }): string {
  const parsed = parseSipUri(uri);
  if (!withNumber || parsed === null) return uri;
  const parameters = parsed.parameters.filter(({ name }) => name.toLowerCase() !== "bnc");
  return formatSipUri({ ...parsed, user: called.user, password: null, parameters });
}

/** Null when the called number cannot be written for this peer. */
export function egressIdentity(call: Call, attempt: Attempt, turn: Turn): EgressIdentity | null {
  const { border } = turn.world;
  const { leg, trunk, target } = attempt;
  if (leg === null) return null;
  const ownHost = hostPortTowards(border, leg.flow);
  const reader: Reader = { trunk, plan: border.plan, ownHost, peerHost: target.host };
  const number = calledBy(call, attempt);
  const called = writeCalled(number, call.emergency, reader);
  if (called === null) return null;
  const { bound } = attempt;
  const uri = bound === null ? targetUri(called, target) : boundUri(bound, called);
  // Where the Request-URI is a contact, whom the call is for stands in To.
  const dialled = bound === null || bound.withNumber ? uri : `sip:${called.user}@${ownHost}${called.kind}`;
  const { callerName, emergency, interop } = call;
  const caller = attempt.shown ?? attempt.edited?.caller ?? call.caller;
  const { from, lines } = writeCaller({ caller, callerName, withheld: interop.withheld, emergency }, reader);
  const redirections = attempt.redirected?.redirections ?? interop.redirections;
  const redirected = redirectionLines(redirections, number, reader);
  const referred = referredByLines(call.referredBy, reader);
  return { uri, from, to: `<${dialled}>`, lines: [...lines, ...redirected, ...referred] };
}

/** The text of the INVITE. */
export function formatEgressInvite(
  call: Call,
  leg: Leg,
  invite: {
    readonly identity: EgressIdentity;
    readonly branch: string;
    readonly sequence: number;
    /** Null for an INVITE without an offer. */
    readonly description: SessionDescription | null;
    readonly body: Body | null;
    /** Besides those of the identity. */
    readonly lines: readonly HeaderLine[];
    readonly credentials: readonly HeaderLine[];
    /** URIs of proxies. */
    readonly route: readonly string[];
    readonly turn: Turn;
  },
): string {
  const { identity, branch, sequence, description, body, lines, credentials, route, turn } = invite;
  return formatRequest({
    method: "INVITE",
    uri: identity.uri,
    headers: tellInvite(call, leg, [
      ["Via", viaTowards(turn.world.border, { trunk: leg.trunk, flow: leg.flow, branch })],
      ...route.map((hop): HeaderLine => ["Route", `<${hop}>`]),
      ["Max-Forwards", String(call.maxForwards)],
      ...(call.maxBreadth === null ? [] : [["Max-Breadth", String(call.maxBreadth)] as const]),
      ["From", `${identity.from};tag=${leg.localTag}`],
      ["To", identity.to],
      ["Call-ID", leg.callId],
      ["CSeq", `${sequence} INVITE`],
      ...credentials,
      ["Contact", `<${leg.contact}>`],
      ["Allow", allowedTo(leg)],
      ...extensionLines(leg, description),
      ["User-Agent", "Demarc"],
      ...identity.lines,
      ...lines,
    ]),
    body,
  });
}

/** What the target is told that we do, or must do itself. Without an offer a reliable response would bring one before the caller could answer it. */
function extensionLines(leg: Leg, description: SessionDescription | null): HeaderLine[] {
  const reliable = description === null ? "off" : leg.trunk.signaling.reliableProvisional;
  return [
    ["Supported", reliable === "supported" ? "100rel, replaces, timer" : "replaces, timer"],
    ...(reliable === "required" ? [["Require", "100rel"] as const] : []),
    ...askingLines(leg),
  ];
}
