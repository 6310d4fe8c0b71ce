// Where the response to a request goes (RFC 3261 section 18.2.2, RFC 3581 section 4).

import { parameterValue, type Via } from "../sip/index.ts";
import type { Flow } from "./flow.ts";

const DEFAULT_PORT = 5060;

/**
 * Over a stream: the connection the request came by. Over UDP: always to the address it came from, to the source port where the sender asks
 * for it with rport, else to the port that its Via names. A `maddr` is not followed: it would let a sender aim our answers at others.
 */
export function responseFlow(via: Via, flow: Flow): Flow {
  if (flow.transport !== "udp" || parameterValue(via.parameters, "rport") !== undefined) return flow;
  const port = via.port ?? DEFAULT_PORT;
  return port === flow.remotePort ? flow : { ...flow, remotePort: port };
}
