// The batched UDP of the native addon: many datagrams to a system call, handed over in memory that is there already.

import { createRequire } from "node:module";

/** Datagrams in a batch, and the memory for each of them: the sender's address as text, then what it sent. */
export const UDP_BATCH = 32;
export const UDP_ADDRESS_BYTES = 64;
export const UDP_SLOT_BYTES = UDP_ADDRESS_BYTES + 65_536;
/** Of the tables: length, port and length of the address of what was received. */
export const RECEIVED_FIELDS = 3;
/** Place and length of the address, port, place and length of what is to be sent. */
export const OUTGOING_FIELDS = 5;

export interface NativeUdpSocket {
  readonly handle: unknown;
  readonly port: number;
}

/** Arguments are in this order because a call through Node-API costs by the value. */
export interface NativeUdp {
  /**
   * `dscp` -1 leaves the field to the system. `onBatch` finds `count` datagrams in `memory` and `table`, which are used again when it returns; `onUnreachable` so many
   * beginnings of datagrams of ours that did not arrive, by what ICMP says, and where they were going.
   * Throws an error with the system's code.
   */
  openUdp(
    ...options: [
      address: string,
      port: number,
      bufferBytes: number,
      dscp: number,
      memory: Uint8Array,
      table: Uint32Array,
      onBatch: (count: number) => void,
      onUnreachable: (count: number) => void,
    ]
  ): NativeUdpSocket;
  /** Gives how many of the rows from `from` on were taken, at least one; the negative error of the first when it was refused. */
  sendUdp(...send: [handle: unknown, bytes: Uint8Array, table: Uint32Array, from: number, count: number]): number;
  closeUdp(handle: unknown): void;
  /** `EMSGSIZE` of 90. */
  udpErrorName(systemError: number): string;
}

/** Null where the addon is not built: `node:dgram` then does the same, a datagram at a time. */
export function loadNativeUdp(): NativeUdp | null {
  try {
    const addon = createRequire(import.meta.url)("../../../native/build/Release/demarc.node") as Partial<NativeUdp>;
    return addon.openUdp === undefined ? null : (addon as NativeUdp);
  } catch {
    return null;
  }
}
