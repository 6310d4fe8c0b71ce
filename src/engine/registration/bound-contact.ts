// A contact that a peer has registered with us, and the table of them. Plain data, so that it can be written down.

import type { Millis } from "../../base/index.ts";
import { isSameSipUri, parseSipUri } from "../../protocol/sip/index.ts";
import { type Flow, isReliable, leadsTheSameWay } from "../../protocol/transport/index.ts";

export interface BoundContact {
  /** The URI as registered. */
  readonly uri: string;
  /** Whose it is and over which of its flows (RFC 5626); null where it says nothing of that. */
  readonly instance: string | null;
  readonly registration: number | null;
  /** Where its REGISTER came from: its calls go back that way, through whatever NAT or connection. */
  readonly flow: Flow;
  /** The proxies on that way, as URIs (RFC 3327). */
  readonly path: readonly string[];
  readonly callId: string;
  readonly sequence: number;
  /** 0 to 1: the greater is called first. */
  readonly preference: number;
  /** For all numbers of the trunk (RFC 6140). */
  readonly bulk: boolean;
  readonly userAgent: string | null;
  readonly since: Millis;
  readonly refreshedAt: Millis;
  readonly until: Millis;
}

/** By trunk; each list in the order of first registration, and without what has run out only once somebody looks. */
export type BoundContacts = Map<string, BoundContact[]>;

/** What stands of a trunk's contacts, those to call first first: the preferred, of equals the one heard of last. */
export function contactsOf(contacts: BoundContacts, trunk: string, now: Millis): readonly BoundContact[] {
  const standing = (contacts.get(trunk) ?? []).filter(({ until }) => until > now);
  return standing.sort((one, other) => other.preference - one.preference || other.refreshedAt - one.refreshedAt);
}

/** Whether two are one contact: by its flow (RFC 5626 section 6), else by URI (RFC 3261 section 10.3). */
export function isSameContact(
  one: Pick<BoundContact, "uri" | "instance" | "registration">,
  other: Pick<BoundContact, "uri" | "instance" | "registration">,
): boolean {
  if (one.registration !== null && other.registration !== null && one.instance !== null)
    return one.instance === other.instance && one.registration === other.registration;
  const [a, b] = [parseSipUri(one.uri), parseSipUri(other.uri)];
  return a !== null && b !== null ? isSameSipUri(a, b) : one.uri === other.uri;
}

/** A connection is gone: what was registered over it cannot be called (RFC 5626 section 7). Gives the trunks that lost something. */
export function dropFlow(contacts: BoundContacts, flow: Flow): string[] {
  if (contacts.size === 0 || !isReliable(flow)) return [];
  const lost: string[] = [];
  for (const [trunk, list] of contacts) {
    const left = list.filter((contact) => !leadsTheSameWay(contact.flow, flow));
    if (left.length === list.length) continue;
    lost.push(trunk);
    if (left.length > 0) contacts.set(trunk, left);
    else contacts.delete(trunk);
  }
  return lost;
}
