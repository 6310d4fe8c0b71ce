// What RFC 5626 adds to a Contact: whose it is, over which of its connections it registers, and that it is to be reached over that.

import { parameterValue } from "../parameters.ts";
import type { SipUri } from "../uri.ts";
import type { NameAddress } from "./name-address.ts";
import { parameterNumber, parameterText } from "./parameterised.ts";

const MOST_REGISTRATIONS = 2 ** 31 - 1;

/** The URN of the user agent, `urn:uuid:…` mostly, as written (section 4.1); null when there is none, or none in brackets. */
export function instanceOf({ parameters }: NameAddress): string | null {
  return /^<([^<>]+)>$/.exec(parameterText(parameters, "+sip.instance") ?? "")?.[1] ?? null;
}

/** Which of the user agent's registrations it is, 1 to 2^31 - 1 (section 4.2); null when there is none, or it is no such number. */
export function registrationOf({ parameters }: NameAddress): number | null {
  const number = parameterNumber(parameters, "reg-id");
  return number !== null && number >= 1 && number <= MOST_REGISTRATIONS ? number : null;
}

/** Whether requests to the URI want the connection that it came over (`ob`, section 4.3). */
export function keepsFlow({ parameters }: SipUri): boolean {
  return parameterValue(parameters, "ob") !== undefined;
}
