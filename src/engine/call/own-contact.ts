// Our Contact towards a trunk: the one that was registered with it, where we register, else our plain address.

import type { Trunk } from "../../model/index.ts";
import type { Flow } from "../../protocol/transport/index.ts";
import { contactTowards } from "../own-addresses.ts";
import { lineContact } from "../registration/index.ts";
import type { Turn } from "./turn.ts";

/** A URI. */
export function ownContact(trunk: Trunk, flow: Flow, turn: Turn): string {
  return lineContact(trunk, flow, turn) ?? contactTowards(turn.world.border, flow);
}
