// The parties of a call as this peer wants them written: From, the headers that assert or prefer an identity, and Privacy.

import type { NumberPlan, Trunk } from "../../model/index.ts";
import { formatHostPort, formatNameAddress, type HeaderLine, NO_PARAMETERS } from "../../protocol/sip/index.ts";
import { formatNumber, isE164 } from "../routing/index.ts";
import { showableUser } from "./uri-user.ts";

/** Who calls, as the call keeps it. */
export interface CallingParty {
  readonly caller: string;
  readonly callerName: string | null;
  readonly withheld: boolean;
  readonly emergency: boolean;
}

/** For whom it is written. */
export interface Reader {
  readonly trunk: Trunk;
  readonly plan: NumberPlan | null;
  /** `host:port` of ours as this peer is told it. */
  readonly ownHost: string;
  /** The peer's own host. */
  readonly peerHost: string;
}

export interface WrittenCaller {
  /** Of From, without the tag. */
  readonly from: string;
  readonly lines: readonly HeaderLine[];
}

/** RFC 3323 section 4.1.1.3. */
export const ANONYMOUS_URI = "sip:anonymous@anonymous.invalid";

/** Whether a number that its owner withholds may be told to this peer, with the wish (RFC 3325 section 7). */
export function mayKnowWithheld({ identity, role }: Trunk): boolean {
  if (!identity.trust || identity.withheld === "hide") return false;
  return identity.withheld === "pass" || role === "provider" || role === "gateway";
}

function domainFor({ trunk, ownHost, peerHost }: Reader): string {
  const { domain } = trunk.identity;
  if (domain === "own") return ownHost;
  return domain === "peer" ? formatHostPort(peerHost, null) : domain;
}

/** `;user=phone` where this peer wants it and it is true (RFC 3261 section 19.1.1). */
function userKind(user: string, { trunk }: Reader): string {
  return trunk.identity.userPhone && /^\+?[0-9]+$/.test(user) ? ";user=phone" : "";
}

/** The URI of a number in the domain that this peer knows it in; null where nothing of it may be shown. */
export function uriOfNumber(number: string, reader: Reader): string | null {
  const user = showableUser(formatNumber(number, reader.plan, reader.trunk.identity));
  return user === null ? null : `sip:${user}@${domainFor(reader)}${userKind(user, reader)}`;
}

/** Who had a call made (RFC 3892), in the domain that this peer knows; none where nothing of it may be shown. */
export function referredByLines(number: string | null, reader: Reader): HeaderLine[] {
  const uri = number === null ? null : uriOfNumber(number, reader);
  return uri === null ? [] : [["Referred-By", `<${uri}>`]];
}

/** The user part, with what belongs behind the host, of the called number; null where it cannot be written. */
export function writeCalled(
  called: string,
  emergency: boolean,
  reader: Reader,
): { readonly user: string; readonly kind: string } | null {
  const { addPrefix } = reader.trunk.identity;
  const written = formatNumber(called, reader.plan, reader.trunk.identity);
  // A service number is what it is: nothing is put before it.
  const user = showableUser(addPrefix === null || emergency ? written : addPrefix + written);
  return user === null ? null : { user, kind: userKind(user, reader) };
}

/** The number that a peer is shown. An emergency call keeps its caller's own, so that the caller can be called back. */
export function numberShown(
  { caller, emergency }: Pick<CallingParty, "caller" | "emergency">,
  { callerNumber }: Trunk["identity"],
): string {
  return callerNumber === null || (emergency && isE164(caller)) ? caller : callerNumber;
}

function nameAddress(displayName: string | null, uri: string): string {
  return formatNameAddress({ displayName, uri, parameters: NO_PARAMETERS });
}

function identityLines(
  party: { readonly uri: string; readonly name: string | null; readonly hidden: boolean },
  { identity }: Trunk,
): HeaderLine[] {
  const { uri, name, hidden } = party;
  const value = nameAddress(name, uri);
  const privacy: HeaderLine[] = hidden ? [["Privacy", "id"]] : [];
  switch (identity.callerHeader) {
    case "remote-party-id":
      return [["Remote-Party-ID", `${value};party=calling;screen=yes;privacy=${hidden ? "full" : "off"}`], ...privacy];
    case "p-preferred-identity":
      return [["P-Preferred-Identity", value], ...privacy];
    case "p-asserted-identity":
      return [["P-Asserted-Identity", value], ...privacy];
    default:
      // From has no room for what is not to be shown.
      return hidden ? [["P-Asserted-Identity", value], ...privacy] : [];
  }
}

/** Writes the caller for a peer. */
export function writeCaller(party: CallingParty, reader: Reader): WrittenCaller {
  const { trunk } = reader;
  const hidden = party.withheld && !party.emergency;
  const uri = uriOfNumber(numberShown(party, trunk.identity), reader);
  const name = trunk.identity.callerName === "strip" ? null : party.callerName;
  const from = hidden ? nameAddress("Anonymous", ANONYMOUS_URI) : nameAddress(name, uri ?? ANONYMOUS_URI);
  if (uri === null || (hidden && !mayKnowWithheld(trunk))) return { from, lines: [] };
  return { from, lines: identityLines({ uri, name: hidden ? null : name, hidden }, trunk) };
}
