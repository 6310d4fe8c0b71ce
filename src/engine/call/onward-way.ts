// Where a request that one party wants to reach the other goes, while a call stands and before.

import type { Dialog } from "../../protocol/dialog/index.ts";
import type { Flow } from "../../protocol/transport/index.ts";
import type { Call, Leg } from "./call.ts";

/** The dialog in which the other side may be asked; before the answer that of the one phone that rings, and of a caller that has confirmed that it knows. */
export function wayTo(call: Call, other: Leg): { readonly dialog: Dialog; readonly flow: Flow } | null {
  const { state, dialog, flow } = other;
  if (call.end !== null || call.joining !== null || state === "ended") return null;
  if (state !== "inviting" || (other.side === "a" && call.negotiated)) return dialog === null ? null : { dialog, flow };
  const [early, another] = other.earlyDialogs;
  return early === undefined || another !== undefined ? null : { dialog: early.value.dialog, flow: early.value.flow };
}
