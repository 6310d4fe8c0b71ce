// Refer-To (RFC 3515 section 2.1) and Referred-By (RFC 3892 section 3).

import { single } from "./grammar.ts";
import { nameAddress } from "./name-address.ts";

export const referTo = single("refer-to", nameAddress);
/** Its parameter `cid` names the body that proves it. */
export const referredBy = single("referred-by", nameAddress);
