// Globally routable URIs of one user agent (RFC 5627): in the Contact of a registrar's answer, and by their mark wherever they are used.

import { parameterValue } from "../parameters.ts";
import { parseSipUri, type SipUri } from "../uri.ts";
import type { NameAddress } from "./name-address.ts";
import { parameterText } from "./parameterised.ts";

function gruuIn({ parameters }: NameAddress, name: string): string | null {
  const text = parameterText(parameters, name) ?? "";
  const uri = parseSipUri(text);
  return uri !== null && isGruu(uri) ? text : null;
}

/** The one that says whose it is, for good (section 3.1.1); null when there is none, or it is no such URI. */
export function publicGruuOf(contact: NameAddress): string | null {
  return gruuIn(contact, "pub-gruu");
}

/** The one that does not, until the registration ends (section 3.1.2); null likewise. */
export function temporaryGruuOf(contact: NameAddress): string | null {
  return gruuIn(contact, "temp-gruu");
}

/** Whether the URI leads to one user agent: whoever uses it as Contact may be called by it outside the dialog too (section 3.4). */
export function isGruu({ parameters }: SipUri): boolean {
  return parameterValue(parameters, "gr") !== undefined;
}
