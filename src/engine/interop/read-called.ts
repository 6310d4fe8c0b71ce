// Whom a call is for, as this peer dials it: emergency services first, then what is left behind the peer's own prefix.

import type { Identity, NumberPlan } from "../../model/index.ts";
import { bareNumber, normalizeNumber } from "../routing/index.ts";
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
export function emergencyNumberOf(uri: string, { identity, emergencyNumbers }: Omit<Dialling, "plan">): string | null {
  if (SERVICE.test(uri)) return [...emergencyNumbers][0] ?? ANYWHERE;
  return serviceOf(bareNumber(userOf(uri)), { identity, emergencyNumbers });
}

function serviceOf(dialled: string, { identity, emergencyNumbers }: Omit<Dialling, "plan">): string | null {
  const plain = dialled.replace(/^\+/, "");
  if (emergencyNumbers.has(plain)) return plain;
  const stripped = withoutPrefix(dialled, identity?.stripPrefix ?? null);
  return emergencyNumbers.has(stripped) ? stripped : null;
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
  return { called: normalizeNumber(user, plan, identity.format), emergency: false };
}
