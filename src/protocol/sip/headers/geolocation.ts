// Geolocation, Geolocation-Routing, Geolocation-Error (RFC 6442 sections 4.1, 4.2 and 4.4).

import { list, single } from "./grammar.ts";
import { withParameters } from "./parameterised.ts";
import { uriReference } from "./uri-reference.ts";
import { numberUpTo, token } from "./words.ts";

/** Where the caller is: URIs of a body (`cid:`) or of a server. */
export const geolocation = list("geolocation", uriReference);
/** `yes` when servers may route by it; anything else means no. */
export const geolocationRouting = single("geolocation-routing", token);
/** The value is the error's number, 0 to 999; `code` says it in words. */
export const geolocationError = single("geolocation-error", withParameters(numberUpTo(999)));
