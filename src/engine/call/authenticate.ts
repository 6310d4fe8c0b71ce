// Answers the challenges of a trunk with its credentials (RFC 3261 section 22), and gives them to nobody else.

import {
  authorize,
  chooseChallenge,
  type DigestChallenge,
  type HeaderLine,
  header,
  isOfRealm,
  type ProtectedRequest,
  passwordHa1,
  type SipResponse,
  startSession,
  takeNextNonce,
} from "../../protocol/sip/index.ts";
import type { Flow } from "../../protocol/transport/index.ts";
import { trunkOfFlow } from "./border.ts";
import type { Leg } from "./call.ts";
import type { CredentialsHeader } from "./leg-exchanges.ts";
import { newIdentifier, type Turn } from "./turn.ts";

/** Challenges that are answered for one request: by a proxy and by the server behind it, each with one nonce that was stale. */
const ANSWERS_PER_REQUEST = 4;

export function isChallenge(response: SipResponse): boolean {
  return response.status === 401 || response.status === 407;
}

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
  const { response, flow, sentTo, toTarget, challenged } = heard;
  const { credentials } = leg.trunk;
  if (credentials === null) return { refusal: "The peer asks for credentials, and the trunk has none" };
  if (!leadsToTrunk(leg, sentTo, turn) || !leadsToTrunk(leg, flow, turn))
    return { refusal: "An address that is not the trunk's asks for its credentials" };
  const [name, codec] =
    response.status === 401
      ? (["Authorization", header.wwwAuthenticate] as const)
      : (["Proxy-Authorization", header.proxyAuthenticate] as const);
  const known = leg.authentication;
  if (known === null && credentials.realm === null && !toTarget)
    return { refusal: "The peer asks for credentials inside a call, and the trunk's credentials.realm is not set" };
  const fits = (challenge: DigestChallenge): boolean => {
    if (known !== null) return challenge.realm === known.realm;
    return credentials.realm === null || isOfRealm(challenge, credentials.realm);
  };
  const challenge = chooseChallenge(response.headers.readEach(codec), fits);
  if (challenge === null) return { refusal: "The peer asks for no credentials that we know for the trunk's realm" };
  const authentication = known ?? { realm: challenge.realm, sessions: {}, invite: [] };
  const session = authentication.sessions[name];
  const again = session?.nonce === challenge.nonce;
  const limit = challenged.length >= ANSWERS_PER_REQUEST;
  // Asked once more it says that our answer was wrong, unless its nonce was too old (RFC 7616 section 3.3).
  if (limit || (challenged.includes(name) && (again || !challenge.stale)))
    return { refusal: "The peer refused the trunk's credentials" };
  // Several requests may be challenged with one nonce: they count up in it.
  if (!again) authentication.sessions[name] = startSession(challenge, newIdentifier(turn));
  leg.authentication = authentication;
  return { refusal: null, challenged: [...challenged, name] };
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
  const { hash } = turn.world;
  const { username } = credentials;
  return Object.entries(leg.authentication.sessions).map(([name, session]): HeaderLine => {
    const { realm, algorithm } = session.challenge;
    const ha1 = passwordHa1({ username, realm, password: credentials.password.reveal() }, algorithm.hash, hash);
    return [name, header.authorization.format(authorize(session, { ...request, username, ha1 }, hash))];
  });
}

/** The credentials of an INVITE as its ACK repeats them (RFC 3261 section 13.2.2.4): where that goes to the trunk. */
export function ackCredentials(
  leg: Leg,
  ack: { readonly invite: readonly HeaderLine[]; readonly flow: Flow },
  turn: Turn,
): readonly HeaderLine[] {
  return ack.invite.length > 0 && leadsToTrunk(leg, ack.flow, turn) ? ack.invite : [];
}

/** Notes what an answer says of the next request's nonce (RFC 7616 section 3.5). */
export function noteAnswer(leg: Leg, response: SipResponse): void {
  const session = leg.authentication?.sessions.Authorization;
  const info = session === undefined ? null : response.headers.read(header.authenticationInfo);
  if (session !== undefined && info !== null) takeNextNonce(session, info);
}
