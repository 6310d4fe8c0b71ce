// Whose a request is: by the contact that it was sent to, by its sender's password, certificate or address, or by the dialog that it is in.

import type { Trunk } from "../../model/index.ts";
import { header, parameterText, type SipRequest, tagOf, to } from "../../protocol/sip/index.ts";
import type { Flow } from "../../protocol/transport/index.ts";
import type { GateVerdict } from "../credentials/index.ts";
import { lineOf } from "../registration/index.ts";
import { trunkNamed, trunkOfFlow } from "./border.ts";
import { findLeg } from "./find-leg.ts";
import { ownCallOf, ownSpeaker } from "./own-call.ts";
import type { Turn } from "./turn.ts";

export type Speaker =
  | { readonly kind: "trunk"; readonly trunk: Trunk }
  | { readonly kind: "stranger" }
  /** Of a transaction that is there: whose it is was settled when it began. */
  | { readonly kind: "transaction" }
  /** Nobody's yet: it is to prove whose, or may not any more. */
  | { readonly kind: "unproven"; readonly verdict: GateVerdict };

/**
 * Whose a request is. The line that we registered says more than an address: several trunks may be behind one, and a provider may call from others than
 * it is registered at; nobody else knows it. A password says more than an address too, and REGISTER needs one in any case.
 */
export function whoSpeaks(request: SipRequest, flow: Flow, turn: Turn): Speaker {
  const { border, assumed } = turn.world;
  const own = ownCallOf(request, flow, turn);
  if (own !== null) return speakerOf(ownSpeaker(own, turn));
  const line = lineOf(request.sipUri, turn);
  const called = line === null || line.trunk.network !== flow.network ? null : trunkNamed(border, line.trunk.name);
  const byName = assumed ?? called ?? trunkOfFlow(border, flow);
  if (!isToBeProven(request, flow, { known: byName, turn }))
    return speakerOf(byName ?? trunkOfDialog(request, flow, turn));
  if (turn.world.layer.knows(request, flow)) return { kind: "transaction" };
  const inside = trunkOfDialog(request, flow, turn);
  if (inside !== null) return { kind: "trunk", trunk: inside };
  // Neither is answered by a challenge (RFC 3261 section 22.1).
  if (request.method === "ACK" || request.method === "CANCEL") return { kind: "stranger" };
  const verdict = turn.world.gate.examine(request, { flow, now: turn.now, random: turn.world.random });
  const proven = verdict.kind === "known" ? trunkNamed(border, verdict.trunk) : null;
  return proven === null ? { kind: "unproven", verdict } : { kind: "trunk", trunk: proven };
}

function speakerOf(trunk: Trunk | null): Speaker {
  return trunk === null ? { kind: "stranger" } : { kind: "trunk", trunk };
}

/** In networks with trunks that are known by a password: what nobody else's is, what registers, and what brings credentials for us. */
function isToBeProven(
  request: SipRequest,
  { network }: Flow,
  { known, turn }: { readonly known: Trunk | null; readonly turn: Turn },
): boolean {
  const { border, assumed } = turn.world;
  if (assumed !== undefined || !border.identification.loginAlgorithms.has(network)) return false;
  return known === null || request.method === "REGISTER" || bringsCredentials(request, border.configuration.node.name);
}

function bringsCredentials({ headers }: SipRequest, realm: string): boolean {
  if (!headers.has("authorization")) return false;
  const lines = headers.readEach(header.authorization);
  return lines.some((line) => line !== null && parameterText(line.parameters, "realm") === realm);
}

/** Of a peer that is not known by its address, inside a dialog with it. */
function trunkOfDialog(request: SipRequest, flow: Flow, turn: Turn): Trunk | null {
  const address = request.headers.read(to);
  if (address === null || tagOf(address) === null) return null;
  return findLeg({ request, flow }, turn)?.leg.trunk ?? null;
}
