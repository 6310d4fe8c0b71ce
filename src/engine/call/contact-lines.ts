// What our requests and responses inside a session say of ourselves.

import type { HeaderLine } from "../../protocol/sip/index.ts";
import { allowedTo } from "./allowed-methods.ts";
import type { Leg } from "./call.ts";

/** Of a target refresh request or the response to one (RFC 3261 section 12.2). */
export function contactLines(leg: Leg): HeaderLine[] {
  return [
    ["Contact", `<${leg.contact}>`],
    ["Allow", allowedTo(leg)],
  ];
}
