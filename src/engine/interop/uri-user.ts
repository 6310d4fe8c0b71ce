// Whom a URI names, whatever its scheme, and what of that may be shown to the other side.

import { escapeUser, parseSipUri, unescapeUser } from "../../protocol/sip/index.ts";

export interface NamedUser {
  /** Without escapes; empty where there is none. */
  readonly user: string;
  /** Empty of a tel URI. */
  readonly host: string;
}

/** The user and host of a sip or sips URI, or the number of a tel URI with its parameters (RFC 3966); empty texts where there is neither. */
export function userAndHost(uri: string): NamedUser {
  if (/^tel:/i.test(uri)) return { user: unescapeUser(uri.slice(4)), host: "" };
  const parsed = parseSipUri(uri);
  return parsed === null ? { user: "", host: "" } : { user: unescapeUser(parsed.user ?? ""), host: parsed.host };
}

/** The user alone. */
export function userOf(uri: string): string {
  return userAndHost(uri).user;
}

/** What of a user part that is no number may be shown outside: an extension, a name. Anything else could be an inside address. */
const HARMLESS_USER = /^[A-Za-z0-9_*#-]{1,64}$|^\+?[0-9*#]{1,40}$/;

/** The user part as it is written for the other side; null for one that could tell of the inside. */
export function showableUser(user: string): string | null {
  return HARMLESS_USER.test(user) ? escapeUser(user) : null;
}
