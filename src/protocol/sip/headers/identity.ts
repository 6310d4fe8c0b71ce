// Identity (RFC 8224 section 4), and Identity-Info (RFC 4474 section 9), which it made obsolete.

import { formatParameters, parseParameters } from "../parameters.ts";
import { isAbsoluteUri } from "../uri.ts";
import { type Grammar, perLine, single } from "./grammar.ts";
import { type Parameterised, parameterText } from "./parameterised.ts";
import { uriReference } from "./uri-reference.ts";
import { runOf } from "./words.ts";

/** base64 of either alphabet (erratum 6499 to RFC 8224) and the dots of a PASSporT. */
const passport = runOf((code) => /[A-Za-z0-9+/=_.-]/.test(String.fromCharCode(code)));

const signedIdentity: Grammar<Parameterised> = {
  read(text, from) {
    const digest = passport.read(text, from);
    const parsed = digest === null ? null : parseParameters(text, digest.end, true);
    if (digest === null || parsed === null) return null;
    const value: Parameterised = { value: digest.value, parameters: parsed.parameters };
    return isAbsoluteUri(credentialsUri(value)) ? { value, end: parsed.end } : null;
  },
  format: ({ value, parameters }) => value + formatParameters(parameters),
};

/** The value is the PASSporT, full or without its header and claims. There may be several lines; each stands for itself. */
export const identity = perLine("identity", signedIdentity);
export const identityInfo = single("identity-info", uriReference);

/** Where the signer's certificate is: the parameter `info`, without its angle brackets. Some write quotes instead. */
export function credentialsUri({ parameters }: Parameterised): string {
  return (parameterText(parameters, "info") ?? "").replace(/^<(.*)>$/, "$1");
}
