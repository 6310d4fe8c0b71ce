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
import type { Authentication, CredentialsHeader, Leg } from "./call.ts";
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
  /** Whether the request was one outside dialogs, to the trunk's own target: its realm is the trunk's where none is configured. */
  readonly toTarget: boolean;
}

/** Takes a challenge, so that the request can be sent again with `credentialLines`. Gives the reason where it cannot, else null. */
export function takeChallenge(leg: Leg, challenged: Challenged, turn: Turn): string | null {
  const { response, flow, sentTo, toTarget } = challenged;
  const { credentials } = leg.trunk;
  if (credentials === null) return "The peer asks for credentials, and the trunk has none";
  if (!leadsToTrunk(leg, sentTo, turn) || !leadsToTrunk(leg, flow, turn))
    return "An address that is not the trunk's asks for its credentials";
  const [name, codec] =
    response.status === 401
      ? (["Authorization", header.wwwAuthenticate] as const)
      : (["Proxy-Authorization", header.proxyAuthenticate] as const);
  const known = leg.authentication;
  if (known === null && credentials.realm === null && !toTarget)
    return "The peer asks for credentials inside a call, and the trunk's credentials.realm is not set";
  const fits = (challenge: DigestChallenge): boolean => {
    if (known !== null) return challenge.realm === known.realm;
    return credentials.realm === null || isOfRealm(challenge, credentials.realm);
  };
  const challenge = chooseChallenge(response.headers.readEach(codec), fits);
  if (challenge === null) return "The peer asks for no credentials that we know for the trunk's realm";
  if (isRefusal(known, name, challenge)) return "The peer refused the trunk's credentials";
  const authentication = known ?? { realm: challenge.realm, sessions: {}, answered: [], invite: [] };
  authentication.sessions[name] = startSession(challenge, newIdentifier(turn));
  authentication.answered = [...authentication.answered, name];
  leg.authentication = authentication;
  return null;
}

/** Whether the challenge says that our answer to the one before was wrong, rather than that its nonce was too old (RFC 7616 section 3.3). */
function isRefusal(known: Authentication | null, name: CredentialsHeader, challenge: DigestChallenge): boolean {
  const session = known?.sessions[name];
  if (known === null || session === undefined) return false;
  if (challenge.nonce === session.nonce || known.answered.length >= ANSWERS_PER_REQUEST) return true;
  return known.answered.includes(name) && !challenge.stale;
}

/** A new request begins: what it carries of its own accord may be of a nonce too old, and be challenged again. */
export function beginAuthentication(leg: Leg): void {
  if (leg.authentication !== null) leg.authentication.answered = [];
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

/** The credentials of the INVITE, which its ACK repeats (RFC 3261 section 13.2.2.4), where that goes to the trunk. */
export function ackCredentials(leg: Leg, flow: Flow, turn: Turn): readonly HeaderLine[] {
  return leg.authentication !== null && leadsToTrunk(leg, flow, turn) ? leg.authentication.invite : [];
}

/** Notes what an answer says of the next request's nonce (RFC 7616 section 3.5). */
export function noteAnswer(leg: Leg, response: SipResponse): void {
  const session = leg.authentication?.sessions.Authorization;
  const info = session === undefined ? null : response.headers.read(header.authenticationInfo);
  if (session !== undefined && info !== null) takeNextNonce(session, info);
}
