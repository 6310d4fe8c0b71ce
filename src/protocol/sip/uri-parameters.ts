// What the parameters of sip and sips URIs mean (RFC 3261 section 19.1.1).

import { parseDigits } from "./characters.ts";
import { parameterValue } from "./parameters.ts";
import type { SipUri } from "./uri.ts";
import { unescapeUser } from "./uri-escapes.ts";

/** A parameter's value without escapes; null when there is none. */
export function uriParameterText(uri: SipUri, name: string): string | null {
  const value = parameterValue(uri.parameters, name) ?? null;
  return value === null ? null : unescapeUser(value);
}

/** `udp`, `tcp`, `tls`, `ws` … in lower case; null when none is asked for. */
export function transportOf(uri: SipUri): string | null {
  return uriParameterText(uri, "transport")?.toLowerCase() ?? null;
}

/** The address to send to instead of the host, IPv6 without brackets; null when there is none. */
export function maddrOf(uri: SipUri): string | null {
  const written = uriParameterText(uri, "maddr");
  return written?.startsWith("[") === true && written.endsWith("]") ? written.slice(1, -1) : written;
}

/** Hops of a multicast packet, 0 to 255; null when there is none, or it is no such number. */
export function ttlOf(uri: SipUri): number | null {
  const ttl = parseDigits(uriParameterText(uri, "ttl") ?? "", 3);
  return ttl !== null && ttl <= 255 ? ttl : null;
}

/** What the user part is, in lower case: `phone` where it is a telephone number, `ip` and others where it is a name; null when not said. */
export function userKindOf(uri: SipUri): string | null {
  return uriParameterText(uri, "user")?.toLowerCase() ?? null;
}

/** The method of a request made from the URI, as written: methods are case-sensitive; null when none is asked for. */
export function methodOf(uri: SipUri): string | null {
  return uriParameterText(uri, "method");
}

/** Whether the element at this URI routes loosely (section 16.12), whatever value `lr` has. */
export function isLooseRouter(uri: SipUri): boolean {
  return parameterValue(uri.parameters, "lr") !== undefined;
}
