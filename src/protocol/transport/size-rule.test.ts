import { expect, test } from "vitest";
import type { Flow, TransportName } from "./flow.ts";
import { outgrowsDatagram } from "./size-rule.ts";

const flow = (transport: TransportName): Flow => ({
  network: "lan",
  transport,
  localAddress: "127.0.0.1",
  localPort: 5060,
  remoteAddress: "192.0.2.1",
  remotePort: 5060,
});

test("1,300 bytes fit into a datagram, one more does not, and streams take any", () => {
  expect(outgrowsDatagram(flow("udp"), "x".repeat(1_300))).toBe(false);
  expect(outgrowsDatagram(flow("udp"), "x".repeat(1_301))).toBe(true);
  for (const transport of ["tcp", "tls", "ws", "wss"] as const) {
    expect(outgrowsDatagram(flow(transport), "x".repeat(60_000))).toBe(false);
  }
});
