// Digest credentials (RFC 7616 section 3.4): what a client answers a challenge with.

import type { Authorization } from "../headers/authorization.ts";
import { quote, unquote } from "../headers/words.ts";
import type { Parameter } from "../parameters.ts";
import { algorithmNamed, type DigestAlgorithm } from "./algorithm.ts";
import type { Qop } from "./challenge.ts";
import { hasRepeatedName, innerText } from "./parameter-text.ts";

/** Texts are as they stand between the quotes, but for the name. */
export interface DigestCredentials {
  /** Bytes as latin1 characters, escapes resolved; a hash with `userhash`. */
  readonly username: string;
  readonly userhash: boolean;
  readonly realm: string;
  readonly nonce: string;
  /** What the client says that it asks for. */
  readonly uri: string;
  /** Lower-case hexadecimal digits. */
  readonly response: string;
  readonly algorithm: DigestAlgorithm;
  readonly opaque: string | null;
  /** With its count and cnonce; null from clients of RFC 2069. */
  readonly protection: Protection | null;
  /** The client's nonce; that of `protection` where there is one. Null when it gave none. */
  readonly cnonce: string | null;
}

export interface Protection {
  readonly qop: Qop;
  /** 1 to 2^32 - 1. */
  readonly nonceCount: number;
}

/** A nonce count as it is written: eight hexadecimal digits. */
export function formatNonceCount(count: number): string {
  return count.toString(16).padStart(8, "0");
}

function readProtection(qop: string, nonceCount: string | null, cnonce: string | null): Protection | null {
  const word = qop.toLowerCase();
  if ((word !== "auth" && word !== "auth-int") || cnonce === null) return null;
  const count = nonceCount !== null && /^[0-9A-Fa-f]{8}$/.test(nonceCount) ? Number.parseInt(nonceCount, 16) : 0;
  return count === 0 ? null : { qop: word, nonceCount: count };
}

/** Null for another scheme, an unknown algorithm or qop, or what is malformed: a part missing, or there twice. */
export function readCredentials(value: Authorization): DigestCredentials | null {
  const { scheme, parameters } = value;
  if (scheme.toLowerCase() !== "digest" || hasRepeatedName(parameters)) return null;
  const text = (name: string): string | null => innerText(parameters, name);
  const [username, realm, nonce, uri] = [text("username"), text("realm"), text("nonce"), text("uri")];
  const [response, qop, cnonce] = [text("response"), text("qop"), text("cnonce")];
  const algorithm = algorithmNamed(text("algorithm"));
  if (username === null || realm === null || nonce === null || uri === null || algorithm === null) return null;
  if (response === null || !/^(?:[0-9A-Fa-f]{32}|[0-9A-Fa-f]{64})$/.test(response)) return null;
  const protection = qop === null ? null : readProtection(qop, text("nc"), cnonce);
  if (qop !== null && protection === null) return null;
  return {
    username: unquote(`"${username}"`),
    userhash: text("userhash")?.toLowerCase() === "true",
    realm,
    nonce,
    uri,
    response: response.toLowerCase(),
    algorithm,
    opaque: text("opaque"),
    protection,
    cnonce,
  };
}

/** The credentials as a header's value. */
export function writeCredentials(credentials: DigestCredentials): Authorization {
  const { username, realm, nonce, uri, response, algorithm, opaque, protection, cnonce, userhash } = credentials;
  const quoted = (name: string, text: string): Parameter => ({ name, value: `"${text}"` });
  const parameters: Parameter[] = [
    { name: "username", value: quote(username) },
    quoted("realm", realm),
    quoted("nonce", nonce),
    quoted("uri", uri),
    quoted("response", response),
    { name: "algorithm", value: algorithm.name },
  ];
  if (cnonce !== null) parameters.push(quoted("cnonce", cnonce));
  if (opaque !== null) parameters.push(quoted("opaque", opaque));
  if (protection !== null) {
    // Without quotes, as RFC 7616 section 3.4 has them and older servers insist.
    parameters.push({ name: "qop", value: protection.qop });
    parameters.push({ name: "nc", value: formatNonceCount(protection.nonceCount) });
  }
  if (userhash) parameters.push({ name: "userhash", value: "true" });
  return { scheme: "Digest", token: null, parameters };
}
