// Whom we expect at the end of a flow that encrypts: the name the operator gave, else the host that the URI names (RFC 5922 section 7.3).

import type { Trunk } from "../model/index.ts";
import type { Flow } from "../protocol/transport/index.ts";

/** `host`: of the target or Contact that the flow was made for. */
export function towardsPeer(flow: Flow, { tls }: Trunk, host: string): Flow {
  if (flow.transport !== "tls" && flow.transport !== "wss") return flow;
  return { ...flow, peer: { name: tls.verifyName ?? host, wildcard: tls.wildcard, certificate: tls.certificate } };
}
