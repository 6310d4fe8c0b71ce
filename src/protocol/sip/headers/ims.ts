// The private headers of 3GPP networks: RFC 7315 section 5 and P-Served-User (RFC 5502 section 6).

import { singleInPlace } from "../in-place.ts";
import { list, single } from "./grammar.ts";
import { nameAddress } from "./name-address.ts";
import { bareParameters, tokenWithParameters, withParameters } from "./parameterised.ts";
import { word } from "./words.ts";

export const associatedUri = list("p-associated-uri", nameAddress, { orEmpty: true });
export const calledPartyId = singleInPlace("p-called-party-id", nameAddress);
/** The value as written, with its quotes if it has some. */
export const visitedNetworkId = list("p-visited-network-id", withParameters(word));
/** The value is the kind of access (`3GPP-E-UTRAN-FDD`, `IEEE-802.11`); `network-provided` is a parameter. */
export const accessNetworkInfo = list("p-access-network-info", tokenWithParameters);
/** Parameters `ccf`, `ecf`, `ccf-2`, `ecf-2`. */
export const chargingFunctionAddresses = list("p-charging-function-addresses", bareParameters);
/** Parameters, `icid-value` first. */
export const chargingVector = single("p-charging-vector", bareParameters);
/** `sescase` and `regstate` are parameters. */
export const servedUser = singleInPlace("p-served-user", nameAddress);
