// The credentials of a leg's trunk for the leg's requests, and for nobody else's.

import type { HeaderLine, ProtectedRequest, SipResponse } from "../../protocol/sip/index.ts";
import type { Flow } from "../../protocol/transport/index.ts";
import { answerChallenge, type CredentialsHeader, loginLines } from "../credentials/index.ts";
import { trunkOfFlow } from "./border.ts";
import type { Leg } from "./call.ts";
import { newIdentifier, type Turn } from "./turn.ts";

/**
 * Whether what goes over a flow goes to the leg's trunk itself. A Contact or Record-Route may lead anywhere, and whoever is there may not get
 * a response to a challenge of its own making (CVE-2021-41158).
 */
function leadsToTrunk(leg: Leg, flow: Flow, turn: Turn): boolean {
  if (flow.network !== leg.network) return false;
  return flow.remoteAddress === leg.peerAddress || trunkOfFlow(turn.world.border, flow)?.name === leg.trunk.name;
}

export interface Challenged {
  readonly response: SipResponse;
  /** Where the response came from. */
  readonly flow: Flow;
  /** Where the request had gone. */
  readonly sentTo: Flow;
  /** The headers whose challenge this very request has answered before, once for each time. */
  readonly challenged: readonly CredentialsHeader[];
  /** Whether the request was one outside dialogs, to the trunk's own target: its realm is the trunk's where none is configured. */
  readonly toTarget: boolean;
}

export type ChallengeOutcome =
  /** What the request has answered by now, when it is sent again with `credentialLines`. */
  | { readonly refusal: null; readonly challenged: readonly CredentialsHeader[] }
  /** Why it cannot be sent again. */
  | { readonly refusal: string };

/** Takes a challenge to a request of the leg. */
export function takeChallenge(leg: Leg, heard: Challenged, turn: Turn): ChallengeOutcome {
  const { response, flow, sentTo, toTarget: settlesRealm, challenged } = heard;
  const { credentials } = leg.trunk;
  if (credentials === null) return { refusal: "The peer asks for credentials, and the trunk has none" };
  if (!leadsToTrunk(leg, sentTo, turn) || !leadsToTrunk(leg, flow, turn))
    return { refusal: "An address that is not the trunk's asks for its credentials" };
  const cnonce = (): string => newIdentifier(turn);
  const known = leg.authentication;
  const answer = answerChallenge(known, { response, credentials, challenged, settlesRealm, cnonce });
  if (answer.refusal !== null) return answer;
  leg.authentication = known ?? { ...answer.login, invite: [] };
  return answer;
}

/** The credentials for a request over a flow: none before a challenge, and none for a flow that does not lead to the trunk. */
export function credentialLines(
  leg: Leg,
  outgoing: { readonly request: ProtectedRequest; readonly flow: Flow },
  turn: Turn,
): HeaderLine[] {
  const { request, flow } = outgoing;
  const { credentials } = leg.trunk;
  if (leg.authentication === null || credentials === null || !leadsToTrunk(leg, flow, turn)) return [];
  return loginLines(leg.authentication, { credentials, request }, turn.world.hash);
}

/** The credentials of an INVITE as its ACK repeats them (RFC 3261 section 13.2.2.4): where that goes to the trunk. */
export function ackCredentials(
  leg: Leg,
  ack: { readonly invite: readonly HeaderLine[]; readonly flow: Flow },
  turn: Turn,
): readonly HeaderLine[] {
  return ack.invite.length > 0 && leadsToTrunk(leg, ack.flow, turn) ? ack.invite : [];
}
