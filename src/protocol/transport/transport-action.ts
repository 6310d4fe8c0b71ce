// What the protocol layers ask of the world around them. The engine's actions include these, word for word.

import type { Millis } from "../../base/index.ts";
import type { Flow } from "./flow.ts";

export type TransportAction =
  | { readonly kind: "send"; readonly flow: Flow; readonly text: string }
  | { readonly kind: "start-timer"; readonly key: string; readonly at: Millis }
  | { readonly kind: "stop-timer"; readonly key: string };

/** Over a stream nothing is retransmitted and nothing lingers for retransmissions (RFC 3261 section 17). */
export function isReliable(flow: Flow): boolean {
  return flow.transport !== "udp";
}
