// The INVITE that goes out is written anew: of the other side it carries the numbers, the caller's name and the shaped SDP, nothing else.

import type { NumberPlan, Target } from "../../model/index.ts";
import { formatDescription, type SessionDescription } from "../../protocol/sdp/index.ts";
import {
  escapeUser,
  formatHostPort,
  formatNameAddress,
  formatRequest,
  type HeaderLine,
  NO_PARAMETERS,
} from "../../protocol/sip/index.ts";
import { formatNumber } from "../routing/index.ts";
import { hostPortTowards, viaTowards } from "./border.ts";
import type { Attempt, Call, EgressIdentity, Leg } from "./call.ts";
import type { Turn } from "./turn.ts";

export const ALLOWED_METHODS = "INVITE, ACK, CANCEL, BYE, OPTIONS";

/** What of a user part that is no number may be shown outside: an extension, a name. Anything else could be an inside address. */
const HARMLESS_USER = /^[A-Za-z0-9_*#-]{1,64}$|^\+?[0-9*#]{1,40}$/;

const ANONYMOUS = "sip:anonymous@anonymous.invalid";

function writtenNumber(number: string, attempt: Attempt, plan: NumberPlan | null): string | null {
  const written = formatNumber(number, plan, attempt.trunk.identity.format);
  return HARMLESS_USER.test(written) ? escapeUser(written) : null;
}

/** The Request-URI and To of a call at this target. */
export function targetUri(number: string, target: Target): string {
  const transport = target.transport === null || target.transport === "udp" ? "" : `;transport=${target.transport}`;
  return `sip:${number}@${formatHostPort(target.host, target.port)}${transport}`;
}

/** Null when the called number cannot be written for this peer. */
export function egressIdentity(call: Call, attempt: Attempt, turn: Turn): EgressIdentity | null {
  const { border } = turn.world;
  const leg = attempt.leg;
  const called = writtenNumber(call.called, attempt, border.plan);
  if (leg === null || called === null) return null;
  const uri = targetUri(called, attempt.target);
  const caller = writtenNumber(call.caller, attempt, border.plan);
  const callerUri = caller === null ? ANONYMOUS : `sip:${caller}@${hostPortTowards(border, leg.flow)}`;
  const from = formatNameAddress({ displayName: call.callerName, uri: callerUri, parameters: NO_PARAMETERS });
  return { uri, from, to: `<${uri}>` };
}

/** The text of the INVITE. */
export function formatEgressInvite(
  call: Call,
  leg: Leg,
  invite: {
    readonly identity: EgressIdentity;
    readonly branch: string;
    /** What follows in Via; mostly empty. */
    readonly offer: string;
    readonly sequence: number;
    readonly description: SessionDescription;
    readonly credentials: readonly HeaderLine[];
    readonly turn: Turn;
  },
): string {
  const { identity, branch, offer, sequence, description, credentials, turn } = invite;
  return formatRequest({
    method: "INVITE",
    uri: identity.uri,
    headers: [
      ["Via", `${viaTowards(turn.world.border, leg.flow, branch)}${offer}`],
      ["Max-Forwards", String(call.maxForwards)],
      ["From", `${identity.from};tag=${leg.localTag}`],
      ["To", identity.to],
      ["Call-ID", leg.callId],
      ["CSeq", `${sequence} INVITE`],
      ...credentials,
      ["Contact", `<${leg.contact}>`],
      ["Allow", ALLOWED_METHODS],
      ["User-Agent", "Demarc"],
    ],
    body: { contentType: "application/sdp", text: formatDescription(description) },
  });
}
