// Ways that messages take: Route, Record-Route (RFC 3261 sections 20.34 and 20.30), Path (RFC 3327), Service-Route (RFC 3608).

import { listInPlace } from "../in-place.ts";
import { nameAddress } from "./name-address.ts";

export const route = listInPlace("route", nameAddress);
/** Record-Route: the proxies that want to stay in the way, the topmost first (RFC 3261 section 20.30). */
export const recordRoute = listInPlace("record-route", nameAddress);
export const path = listInPlace("path", nameAddress);
export const serviceRoute = listInPlace("service-route", nameAddress);
