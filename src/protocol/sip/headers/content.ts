// What a body is: Content-* and MIME-Version (RFC 3261 sections 20.11 to 20.15 and 20.24), Content-ID (RFC 8262).

import { list, single, where } from "./grammar.ts";
import { mediaType } from "./media-type.ts";
import { type Parameterised, parameterText, tokenWithParameters, withParameters } from "./parameterised.ts";
import { inBrackets, numberUpTo, runOf, token } from "./words.ts";

/** The value is `type/subtype`. */
export const contentType = single("content-type", withParameters(mediaType));
export const contentDisposition = single("content-disposition", tokenWithParameters);
export const contentEncoding = list("content-encoding", token);
export const contentLanguage = list("content-language", token);
/** Bytes. */
export const contentLength = single("content-length", numberUpTo(9_999_999_999));

const version = runOf((code) => code === 0x2e || (code >= 0x30 && code <= 0x39));
export const mimeVersion = single(
  "mime-version",
  where(version, (value) => /^\d{1,4}\.\d{1,4}$/.test(value)),
);

/** Without its angle brackets, as `cid:` URIs name it (RFC 2392). */
export const contentId = single(
  "content-id",
  inBrackets((text) => /^[!-;=?-~]+$/.test(text)),
);

/** Whether a body that is not understood spoils the message: unless its handling is said to be optional (RFC 3261 section 20.11). */
export function isRequired(disposition: Parameterised | null): boolean {
  return disposition === null || parameterText(disposition.parameters, "handling")?.toLowerCase() !== "optional";
}
