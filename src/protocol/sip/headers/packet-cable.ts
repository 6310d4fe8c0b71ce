// The private headers of PacketCable networks (RFC 5503). Their parameters are kept as they are.

import { isTokenCharacter, isValueCharacter } from "../characters.ts";
import { parseHostPort } from "../host-port.ts";
import { singleInPlace } from "../in-place.ts";
import { isAbsoluteUri } from "../uri.ts";
import { single, where } from "./grammar.ts";
import { nameAddress } from "./name-address.ts";
import { withParameters } from "./parameterised.ts";
import { quotedText, runOf, token } from "./words.ts";

export const tracePartyId = singleInPlace("p-dcs-trace-party-id", nameAddress);
/** `BLV`, `EI`, `RING` or another token. */
export const osps = single("p-dcs-osps", token);

const billing = runOf((code) => isTokenCharacter(code) || "/@[]:".includes(String.fromCharCode(code)));
/** The value is `correlation/element@host`. */
export const billingInfo = single(
  "p-dcs-billing-info",
  withParameters(where(billing, (value) => /^[0-9A-F]{1,48}\/[0-9A-F]{1,16}@[^/@]+$/i.test(value))),
);

const hostPort = where(runOf(isValueCharacter), (value) => parseHostPort(value) !== null);
/** The value is `host:port`. */
export const laes = single("p-dcs-laes", withParameters(hostPort));
/** The value is the URI first called, without its quotes. */
export const redirect = single("p-dcs-redirect", withParameters(where(quotedText, isAbsoluteUri)));
