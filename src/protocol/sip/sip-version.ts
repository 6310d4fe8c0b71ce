// The version of SIP that is spoken here (RFC 3261 section 7.1), known where it stands.

import { fourBytesIn } from "./loaded-text.ts";

/** `SIP/`, and `2.0` with anything behind it, as fourBytesIn gives them. */
const SIP_SLASH = 0x2f504953;
const TWO_POINT_NOUGHT = 0x302e32;

/** Whether `SIP/2.0` stands at an index of the loaded text, in these capitals. */
export function isVersionIn(index: number): boolean {
  return fourBytesIn(index) === SIP_SLASH && (fourBytesIn(index + 4) & 0xffffff) === TWO_POINT_NOUGHT;
}
