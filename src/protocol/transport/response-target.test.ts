// Where responses go (RFC 3261 section 18.2.2, RFC 3581 section 4), and where they never go.
import { expect, test } from "vitest";
import { topVia, type Via } from "../sip/index.ts";
import type { Flow } from "./flow.ts";
import { responseFlow } from "./response-target.ts";
import { isReliable } from "./transport-action.ts";

const UDP: Flow = {
  network: "lan",
  transport: "udp",
  localAddress: "198.51.100.10",
  localPort: 5060,
  remoteAddress: "192.0.2.40",
  remotePort: 32_768,
};

test.each([
  ["SIP/2.0/UDP 10.0.0.1;rport", 32_768],
  ["SIP/2.0/UDP 10.0.0.1:5080;RPORT=9", 32_768],
  ["SIP/2.0/UDP 10.0.0.1:5080", 5080],
  ["SIP/2.0/UDP 10.0.0.1:32768", 32_768],
  ["SIP/2.0/UDP 10.0.0.1", 5060],
  // Neither maddr nor a received of the sender's own aims our answer at anybody else.
  ["SIP/2.0/UDP 255.255.255.255:5080;maddr=203.0.113.9;received=203.0.113.9", 5080],
])("over UDP %s is answered at the source address, port %i", (via, remotePort) => {
  expect(responseFlow(topVia.parse(via) as Via, UDP)).toEqual({ ...UDP, remotePort });
});

test("over a stream the connection is the way back", () => {
  for (const transport of ["tcp", "tls", "ws", "wss"] as const) {
    const flow = { ...UDP, transport };
    expect(responseFlow(topVia.parse("SIP/2.0/TCP 10.0.0.1:5080") as Via, flow)).toBe(flow);
    expect(isReliable(flow)).toBe(true);
  }
  expect(isReliable(UDP)).toBe(false);
});
