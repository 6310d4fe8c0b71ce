// A call through a relay over each of the two ways that packets come from the system: what holds for one must hold for the other.

import { afterEach, beforeEach, describe } from "vitest";
import type { RelayNetworks } from "./relay-network.ts";
import type { RelayPlaneOptions } from "./relay-options.ts";
import {
  loopback,
  NETWORKS,
  type OpenCall,
  openCall,
  openRig,
  Peer,
  type Rig,
  rtpPacket,
} from "./relay-rig.contract.ts";

export interface WireBench {
  readonly withoutIoUring: boolean;
  rig: Rig;
  a: Peer;
  b: Peer;
  call: OpenCall;
  /** A peer that is closed at the end of the test. */
  open(address: string): Promise<Peer>;
  /** In place of what there is. No call is open then. */
  restart(networks: RelayNetworks, more?: Partial<RelayPlaneOptions>): Promise<void>;
}

export function underEachWire(define: (bench: WireBench) => void): void {
  describe.each([
    { wire: "io_uring", withoutIoUring: false },
    { wire: "epoll", withoutIoUring: true },
  ])("over $wire", ({ withoutIoUring }) => {
    const opened: Peer[] = [];
    const bench = {
      withoutIoUring,
      open: async (address: string) => {
        const peer = await Peer.open(address);
        opened.push(peer);
        return peer;
      },
      restart: async (networks: RelayNetworks, more: Partial<RelayPlaneOptions> = {}) => {
        await bench.rig.close();
        bench.rig = await openRig({ networks, withoutIoUring, threads: 2, ...more });
      },
    } as WireBench;

    beforeEach(async () => {
      bench.rig = await openRig({ networks: NETWORKS, withoutIoUring, threads: 2 });
      bench.a = await bench.open(loopback(10));
      bench.b = await bench.open(loopback(11));
      bench.call = await openCall(bench.rig.plane, "call", bench);
    });
    afterEach(async () => {
      for (const peer of opened.splice(0)) peer.close();
      await bench.rig.close();
    });

    define(bench);
  });
}

export function withSource(sequence: number, ssrc: number, mark: number): Buffer {
  const packet = rtpPacket(sequence, mark);
  packet.writeUInt32BE(ssrc, 8);
  return packet;
}
