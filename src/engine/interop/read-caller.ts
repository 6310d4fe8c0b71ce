// Who is calling, as this peer says it: P-Asserted-Identity, P-Preferred-Identity (RFC 3325), Remote-Party-ID, From, and whether the caller
// wants it known (Privacy, RFC 3323; the many ways of writing "anonymous").

import { flatCopy } from "../../base/index.ts";
import type { Identity, NumberPlan } from "../../model/index.ts";
import { from, header, type NameAddress, parameterText, type SipRequest } from "../../protocol/sip/index.ts";
import { isE164, normalizeNumber } from "../routing/index.ts";
import { userAndHost } from "./uri-user.ts";

export interface CallerIdentity {
  /** E.164 where it can be read as such, as written otherwise; empty where nobody is named. Known even where it is withheld. */
  readonly number: string;
  /** As the peer wrote it (latin1); null when there is none, or none but "anonymous". */
  readonly name: string | null;
  /** Whether the caller does not want to be known to the called person. */
  readonly withheld: boolean;
  /** A wish for privacy that we do not know and that must be met or refused (RFC 3323 section 4.2, `critical`); null for none. */
  readonly unmetPrivacy: string | null;
}

export interface IdentityReading {
  readonly identity: Identity;
  readonly plan: NumberPlan | null;
}

type CallerHeader = Identity["callerHeader"];

const ORDER: readonly CallerHeader[] = ["p-asserted-identity", "p-preferred-identity", "remote-party-id", "from"];
/** Only who belongs to the trust domain may say these (RFC 3325 section 5). A preference is a claim as From is. */
const ASSERTIONS: ReadonlySet<CallerHeader> = new Set(["p-asserted-identity", "remote-party-id"]);

const WITHHELD_WORDS = new Set([
  "anonymous",
  "restricted",
  "private",
  "withheld",
  "blocked",
  "private number",
  "withheld number",
]);
const UNKNOWN_WORDS = new Set(["unavailable", "unknown", "number unavailable"]);
/** A name that says where somebody is: some systems show the address of a phone where it has no name. It tells of the inside. */
const PLACE = /@|\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[[\da-f:]/i;
const GRANTED = new Set(["id", "user", "header", "session", "history", "none", "critical"]);
/** The last three are Cisco's and others', after Remote-Party-ID. */
const HIDING = new Set(["id", "user", "full", "uri", "name"]);

/** A claim of who calls, from one header. */
interface Claim {
  readonly number: string;
  readonly name: string | null;
  readonly withheld: boolean;
}

function wordOf(text: string | null): string {
  return (text ?? "").trim().toLowerCase();
}

function claimOf(address: NameAddress, { identity, plan }: IdentityReading): Claim {
  const { user, host } = userAndHost(address.uri);
  const word = wordOf(user);
  const name = wordOf(address.displayName);
  const isWithheld = WITHHELD_WORDS.has(word);
  const nameWithheld = WITHHELD_WORDS.has(name);
  const nobody = isWithheld || UNKNOWN_WORDS.has(word);
  const hasName = name !== "" && !PLACE.test(name) && !nameWithheld && !UNKNOWN_WORDS.has(name);
  return {
    number: nobody ? "" : normalizeNumber(user, plan, identity),
    name: hasName ? address.displayName : null,
    withheld: isWithheld || nameWithheld || host.toLowerCase() === "anonymous.invalid",
  };
}

/** Of two identities of one caller (RFC 3325 section 9.1 allows a sip and a tel URI) the one that is a number; the first name there is. */
function bestOf(addresses: readonly NameAddress[], reading: IdentityReading): Claim | null {
  const callable = addresses.filter(({ uri }) => /^(?:sips?|tel):/i.test(uri));
  const claims = callable.map((address) => claimOf(address, reading));
  const chosen = claims.find(({ number }) => isE164(number)) ?? claims.find(({ number }) => number !== "") ?? claims[0];
  if (chosen === undefined) return null;
  const name = claims.find((claim) => claim.name !== null)?.name ?? null;
  return { number: chosen.number, name, withheld: claims.some(({ withheld }) => withheld) };
}

/** Remote-Party-ID (draft-ietf-sip-privacy-04): of the calling party, verified ones first, each with its own wish for privacy. */
function remotePartyClaim(request: SipRequest, reading: IdentityReading): Claim | null {
  const parties = (request.headers.read(header.remotePartyId) ?? []).filter(({ parameters }) => {
    const party = wordOf(parameterText(parameters, "party"));
    return party === "" || party === "calling";
  });
  const isScreened = ({ parameters }: NameAddress): boolean => wordOf(parameterText(parameters, "screen")) === "yes";
  const claim = bestOf([...parties.filter(isScreened), ...parties.filter((party) => !isScreened(party))], reading);
  if (claim === null) return null;
  const wishes = parties.map(({ parameters }) => wordOf(parameterText(parameters, "privacy")));
  const withheld = claim.withheld || wishes.includes("full") || wishes.includes("uri");
  return { ...claim, withheld, name: wishes.includes("name") ? null : claim.name };
}

function claimIn(name: CallerHeader, request: SipRequest, reading: IdentityReading): Claim | null {
  const { headers } = request;
  switch (name) {
    case "p-asserted-identity":
      return bestOf(headers.read(header.assertedIdentity) ?? [], reading);
    case "p-preferred-identity":
      return bestOf(headers.read(header.preferredIdentity) ?? [], reading);
    case "remote-party-id":
      return remotePartyClaim(request, reading);
    default: {
      const address = headers.read(from);
      return address === null ? null : claimOf(address, reading);
    }
  }
}

/** Whether the request asks for its caller not to be shown; null where it says nothing of it. */
function wishOf(privacies: readonly string[]): boolean | null {
  if (privacies.includes("none")) return false;
  return privacies.some((value) => HIDING.has(value)) ? true : null;
}

/** Values that ask for privacy in any of the lines of Privacy. */
export function privaciesOf(request: SipRequest): readonly string[] {
  return request.headers.has("privacy")
    ? request.headers.readEach(header.privacy).flatMap((values) => values ?? ["id"])
    : [];
}

/**
 * Reads the caller of a request by the settings of the trunk that sent it. The header that the trunk is known to use comes first, then the
 * others in their usual order; a header that names nobody is passed over. Assertions of a peer that is not trusted are not looked at.
 */
export function readCaller(request: SipRequest, reading: IdentityReading): CallerIdentity {
  const { callerHeader, trust } = reading.identity;
  const order = [callerHeader, ...ORDER.filter((name) => name !== callerHeader)];
  const claims: Claim[] = [];
  let shown: Claim | null = null;
  for (const name of order) {
    if (ASSERTIONS.has(name) && !trust) continue;
    const claim = claimIn(name, request, reading);
    if (claim === null) continue;
    claims.push(claim);
    if (shown === null && claim.number !== "") shown = claim;
    // What From says of a wish for anonymity counts, whoever names the caller.
    if (shown !== null && name === "from") break;
  }
  const privacies = privaciesOf(request);
  const withheld = wishOf(privacies) ?? claims.some((claim) => claim.withheld);
  const strange = privacies.includes("critical") ? privacies.find((value) => !GRANTED.has(value)) : undefined;
  const name = shown?.name ?? claims.find((claim) => claim.name !== null)?.name ?? null;
  return {
    number: flatCopy((shown?.number ?? "").slice(0, 128)),
    name: name === null ? null : flatCopy(name.slice(0, 128)),
    withheld,
    unmetPrivacy: strange ?? null,
  };
}
