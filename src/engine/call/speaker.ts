// Whose a request is: by the contact that it was sent to, by its sender's certificate or address, or by the dialog that it is in.

import type { Trunk } from "../../model/index.ts";
import { type SipRequest, tagOf, to } from "../../protocol/sip/index.ts";
import type { Flow } from "../../protocol/transport/index.ts";
import { lineOf } from "../registration/index.ts";
import { trunkNamed, trunkOfFlow } from "./border.ts";
import { findLeg } from "./find-leg.ts";
import type { Turn } from "./turn.ts";

/**
 * The trunk that a request belongs to; null for a stranger's. The line that we registered says more than the address: several trunks may be behind one,
 * and a provider may call from others than it is registered at. Nobody else knows it.
 */
export function speakerOf(request: SipRequest, flow: Flow, turn: Turn): Trunk | null {
  const { border } = turn.world;
  const line = lineOf(request.sipUri, turn);
  const called = line === null || line.trunk.network !== flow.network ? null : trunkNamed(border, line.trunk.name);
  return called ?? trunkOfFlow(border, flow) ?? trunkOfDialog(request, flow, turn);
}

/** Of a peer that is not known by its address, inside a dialog with it. */
function trunkOfDialog(request: SipRequest, flow: Flow, turn: Turn): Trunk | null {
  const address = request.headers.read(to);
  if (address === null || tagOf(address) === null) return null;
  return findLeg({ request, flow }, turn)?.leg.trunk ?? null;
}
