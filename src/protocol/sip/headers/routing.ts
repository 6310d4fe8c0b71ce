// Ways that messages take: Route, Record-Route (RFC 3261 sections 20.34 and 20.30), Path (RFC 3327), Service-Route (RFC 3608).

import { list } from "./grammar.ts";
import { nameAddress } from "./name-address.ts";

export const route = list("route", nameAddress);
/** Record-Route: the proxies that want to stay in the way, the topmost first (RFC 3261 section 20.30). */
export const recordRoute = list("record-route", nameAddress);
export const path = list("path", nameAddress);
export const serviceRoute = list("service-route", nameAddress);
