// What somebody can do or asks for: methods and option tags (RFC 3261 sections 20.5, 20.29, 20.32, 20.37 and 20.40).
// The option tags of RFC 3262 (100rel), RFC 3312 (precondition), RFC 4028 (timer) and others are values of these headers.

import { list } from "./grammar.ts";
import { token } from "./words.ts";

/** Methods; case-sensitive. A line without a value says: none. */
export const allow = list("allow", token, { orEmpty: true });
export const supported = list("supported", token, { orEmpty: true });
/** An empty Require is against the grammar; it asks for nothing, and null would look like a malformed demand. */
export const require = list("require", token, { orEmpty: true });
export const proxyRequire = list("proxy-require", token, { orEmpty: true });
export const unsupported = list("unsupported", token);

/** Whether an option tag or event package is in the list; both are compared without case. */
export function includesToken(tokens: readonly string[], wanted: string): boolean {
  return tokens.some((candidate) => candidate.toLowerCase() === wanted.toLowerCase());
}
