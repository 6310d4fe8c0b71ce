// What our requests and responses inside a session say of ourselves.

import type { HeaderLine } from "../../protocol/sip/index.ts";
import type { Leg } from "./call.ts";
import { ALLOWED_METHODS } from "./topology-hiding.ts";

/** Of a target refresh request or the response to one (RFC 3261 section 12.2). */
export function contactLines(leg: Leg): HeaderLine[] {
  return [
    ["Contact", `<${leg.contact}>`],
    ["Allow", ALLOWED_METHODS],
  ];
}
