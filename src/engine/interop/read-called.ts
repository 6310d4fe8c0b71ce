// Whom a call is for, as this peer dials it: emergency services first, then what is left behind the peer's own prefix.

import { emergencyNumbersOf, type Identity, isNationalNumber, type NumberPlan } from "../../model/index.ts";
import { bareNumber, normalizeNumber, planFor } from "../routing/index.ts";
import { userOf } from "./uri-user.ts";

/** How calls of one peer are dialled. */
export interface Dialling {
  /** Null for a peer that is not known. */
  readonly identity: Identity | null;
  readonly plan: NumberPlan | null;
  readonly emergencyNumbers: ReadonlySet<string>;
}

export interface CalledParty {
  /** E.164 where it can be read as such, as dialled otherwise. Of an emergency call the service's number. */
  readonly called: string;
  readonly emergency: boolean;
}

const SERVICE = /^urn:service:sos(?:[.]|$)/i;
/** Where no emergency number is configured, what every mobile phone knows. */
const ANYWHERE = "112";

function withoutPrefix(dialled: string, prefix: string | null): string {
  return prefix !== null && dialled.length > prefix.length && dialled.startsWith(prefix)
    ? dialled.slice(prefix.length)
    : dialled;
}

/** The number of the emergency service that a Request-URI calls, by URN (RFC 5031) or number, with the peer's prefix or without; else null. */
export function emergencyNumberOf(uri: string, dialling: Dialling): string | null {
  if (SERVICE.test(uri)) return [...dialling.emergencyNumbers][0] ?? ANYWHERE;
  return serviceOf(bareNumber(userOf(uri)), dialling);
}

function serviceOf(dialled: string, dialling: Dialling): string | null {
  const plain = dialled.replace(/^\+/, "");
  if (isService(plain, dialling)) return plain;
  const stripped = withoutPrefix(dialled, dialling.identity?.stripPrefix ?? null);
  return isService(stripped, dialling) ? stripped : behindCallingCode(plain, dialling);
}

/** A peer in a country of its own has that country's numbers besides. */
function isService(digits: string, { identity, emergencyNumbers }: Dialling): boolean {
  if (emergencyNumbers.has(digits)) return true;
  const country = identity?.country ?? null;
  return country !== null && emergencyNumbersOf(country).includes(digits);
}

/** A peer that makes every number global, emergency numbers too: `+1911`, `49112`. */
function behindCallingCode(plain: string, dialling: Dialling): string | null {
  const { identity } = dialling;
  const plan = identity === null ? dialling.plan : planFor(identity, dialling.plan);
  if (plan === null || !plain.startsWith(plan.callingCode)) return null;
  const rest = plain.slice(plan.callingCode.length);
  return isService(rest, dialling) && !isNationalNumber(plan, rest) ? rest : null;
}

/** Reads the Request-URI of a new call. */
export function readCalled(uri: string, dialling: Dialling & { readonly identity: Identity }): CalledParty {
  const { identity, plan } = dialling;
  const dialled = userOf(uri);
  const bare = bareNumber(dialled);
  const service = SERVICE.test(uri) ? emergencyNumberOf(uri, dialling) : serviceOf(bare, dialling);
  if (service !== null) return { called: service, emergency: true };
  const stripped = withoutPrefix(bare, identity.stripPrefix);
  // What stands behind the number (`;phone-context`) is still needed to read it.
  const semicolon = dialled.indexOf(";");
  const user = stripped === bare ? dialled : stripped + (semicolon < 0 ? "" : dialled.slice(semicolon));
  return { called: normalizeNumber(user, plan, identity), emergency: false };
}
