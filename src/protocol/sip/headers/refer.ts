// Refer-To (RFC 3515 section 2.1), Referred-By (RFC 3892 section 3), Refer-Sub (RFC 4488 section 4).

import { singleInPlace } from "../in-place.ts";
import { single, where } from "./grammar.ts";
import { nameAddress } from "./name-address.ts";
import { type Parameterised, tokenWithParameters } from "./parameterised.ts";

export const referTo = singleInPlace("refer-to", nameAddress);
/** Its parameter `cid` names the body that proves it. */
export const referredBy = singleInPlace("referred-by", nameAddress);
/** `true` or `false`. */
export const referSub = single(
  "refer-sub",
  where(tokenWithParameters, ({ value }) => /^(?:true|false)$/i.test(value)),
);

/** Whether the sender of a REFER wants to be told, or is. */
export function isSubscribed({ value }: Parameterised): boolean {
  return value.toLowerCase() === "true";
}
