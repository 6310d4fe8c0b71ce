// Refer-To (RFC 3515 section 2.1) and Referred-By (RFC 3892 section 3).

import { singleInPlace } from "./grammar.ts";
import { nameAddress } from "./name-address.ts";

export const referTo = singleInPlace("refer-to", nameAddress);
/** Its parameter `cid` names the body that proves it. */
export const referredBy = singleInPlace("referred-by", nameAddress);
