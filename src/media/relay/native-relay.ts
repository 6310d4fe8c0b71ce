// The native addon as the relay process sees it: the packet path, without SDP, sessions of calls or policy.

import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import type { DigestName, SrtpSuite } from "../../protocol/sdp/index.ts";

/** 0 is side a, 1 is side b. */
export type NativeSide = 0 | 1;

/** As native/srtp/srtp-suite.h numbers them. */
export const SUITE_NUMBERS: Readonly<Record<SrtpSuite, number>> = {
  AES_CM_128_HMAC_SHA1_80: 1,
  AES_CM_128_HMAC_SHA1_32: 2,
  AES_256_CM_HMAC_SHA1_80: 3,
  AES_256_CM_HMAC_SHA1_32: 4,
  AEAD_AES_128_GCM: 5,
  AEAD_AES_256_GCM: 6,
};

/** As native/relay/handshakes.h numbers them. */
export const DIGEST_NUMBERS: Readonly<Record<DigestName, number>> = {
  "sha-1": 1,
  "sha-224": 2,
  "sha-256": 3,
  "sha-384": 4,
  "sha-512": 5,
};

export interface NativeCounters {
  readonly packets: number;
  readonly bytes: number;
  readonly lost: number;
  readonly duplicates: number;
  readonly reordered: number;
  readonly jitterMs: number;
  readonly ssrcChanges: number;
  /** -1 when it is not known. */
  readonly dscp: number;
  readonly rtcpPackets: number;
  readonly rejected: number;
  readonly malformed: number;
  /** Packets that were not what their sender's keys make. */
  readonly unauthentic: number;
  /** Packets that had come before, or were too old to tell. */
  readonly replayed: number;
  /** 1 when the kernel passes them on at present. */
  readonly inKernel: number;
  /** Unix milliseconds; 0 when none came. */
  readonly firstPacketAt: number;
  readonly lastPacketAt: number;
}

export interface NativeEvent {
  readonly kind: "first-packet" | "one-way" | "timeout" | "secured" | "unsecured" | "tone";
  readonly session: number;
  /** Of a stream's events. */
  readonly slot: number;
  /** Of `one-way` the silent one. */
  readonly side: NativeSide;
  /**
   * Of `secured` the suite by its number in `SUITE_NUMBERS`; of `unsecured` 1 for a wrong certificate, 2 for no common suite, 3 for silence; of `tone` the
   * event of RFC 4733.
   */
  readonly detail: number;
  /** Of `tone`. */
  readonly durationMs: number;
}

export interface NativeStatus {
  readonly streams: number;
  readonly sockets: number;
  /** How packets come: `io_uring`, or `epoll` where the kernel has not what that needs, or forbids it. */
  readonly wire: string;
  readonly threads: number;
  /** `on`, or why no stream is passed on by the kernel. */
  readonly kernel: string;
  /** Directions of streams that the kernel passes on at present. */
  readonly kernelFlows: number;
  /** Of them, those that go as frames, straight from one interface to the other (XDP); the rest goes by way of the interface's queue (tc). */
  readonly frameFlows: number;
  /** Packets passed on. */
  readonly forwarded: number;
  /** Packets whose other side is closed, on hold or without address. */
  readonly unaddressed: number;
  /** Packets that the system would not take. */
  readonly unsendable: number;
}

export interface NativeOpened {
  /** 0 when it failed. */
  readonly portA: number;
  readonly portB: number;
  /** 1 for side a, 2 for side b: which were opened just now. */
  readonly fresh: number;
  readonly error: "none" | "unknown-network" | "no-ports" | "bad-address" | "bad-slot" | "system";
  /** Of an error: the side that could not be opened. */
  readonly side?: NativeSide;
  /** Of an error: the system's word on the last refusal; empty when it had none. */
  readonly detail?: string;
}

/** As native/addon/aim-addon.cc numbers them. */
export const REMOTE_NUMBERS = { closed: 0, hold: 1, address: 2, checked: 3 } as const;

export interface NativeKeys {
  /** By its number in `SUITE_NUMBERS`. */
  readonly suite: number;
  /** Master keys with their salts. */
  readonly receive: Uint8Array;
  readonly send: Uint8Array;
  /** Of the peer's packets. */
  readonly receiveMark: Uint8Array;
}

export interface NativeTerms {
  /** Whether we begin. */
  readonly client: 0 | 1;
  /** By its number in `DIGEST_NUMBERS`. */
  readonly digest: number;
  /** Of the certificates that the peer may show, one behind the other, all of the digest's kind. */
  readonly fingerprints: Uint8Array;
  /** By their numbers, best first. */
  readonly suites: readonly number[];
  /** At most 255 characters. */
  readonly association: string;
}

/** What is said of one side of a stream. */
export interface NativeAim {
  /** By its number in `REMOTE_NUMBERS`: nobody may speak; what comes counts and nothing is sent; at the address; where its checks say. */
  readonly kind: number;
  /** Learning (0 none, 1 same address, 2 any), and 4 for several sources at once, 8 for RTCP on the port of RTP, 16 for fax instead of RTP. */
  readonly policy: number;
  /** Of an address, with the next three. */
  readonly rtpAddress?: string;
  readonly rtpPort?: number;
  readonly rtcpAddress?: string;
  readonly rtcpPort?: number;
  /** Null: its tones cross as they come. */
  readonly tones: { readonly send: number; readonly receive: number; readonly rateHz: number } | null;
  /** Checks made with these credentials are answered; with others than before its peer is unknown. Null: none are. */
  readonly ice: { readonly fragment: string; readonly password: string } | null;
  /** Null: no keys come by handshake. The same again change nothing. */
  readonly terms: NativeTerms | null;
  /** Null without terms: in the clear. The same again change nothing. */
  readonly keys: NativeKeys | null;
}

/** Arguments are in this order because a call through Node-API costs by the value. All of it is synchronous. */
export interface NativeRelay {
  /** Once a process. `memory` is a file descriptor; the states of `slots` streams are kept in it and taken up again. */
  start(
    ...options: [
      memory: number,
      slots: number,
      onEvent: (event: NativeEvent) => void,
      threads: number,
      /** Without io_uring, even where there is one. */
      plain: 0 | 1,
      /** The file of the program for the kernel; empty for none. */
      kernelProgram: string,
    ]
  ): void;
  stop(): void;
  /** `dscp` -1 leaves the field to the system; `kernel` 0 keeps its streams in user space. False when the address is no IP literal. */
  setNetwork(
    ...network: [name: string, address: string, portFrom: number, portTo: number, dscp: number, kernel: 0 | 1]
  ): boolean;
  dropNetwork(name: string): void;
  /**
   * Opens what is not open, both sides or none. Of each side `exactPort` 0 takes the next free pair of the network, else that very one at `exactAddress`,
   * which is left alone where the side has it.
   */
  openStream(
    ...options: [
      slot: number,
      session: number,
      networkA: string,
      exactAddressA: string,
      exactPortA: number,
      networkB: string,
      exactAddressB: string,
      exactPortB: number,
    ]
  ): NativeOpened;
  /** The last side takes the stream with it. */
  closeSide(slot: number, side: NativeSide): void;
  /** What came until then; null, and nothing is closed, when the slot has gone to another session. */
  closeSlot(slot: number, session: number): readonly [NativeCounters, NativeCounters] | null;
  /** Of side a and side b, 0 for one that is not open; null when the session has no stream there. */
  readPorts(slot: number, session: number): readonly [number, number] | null;
  /**
   * Where both sides of a stream are from now on, and how they are heard. The same `revision` again leaves where they are. `timeout` is told each time
   * that no RTP of the session came for so long, `one-way` when one side was silent for so long and the other not; 0: never. Rates are payload type and
   * clock rate by turns; those not named count as 8000 Hz. Empty where it is done; else what was wrong, and nothing was changed.
   */
  aimStream(
    ...options: [
      slot: number,
      session: number,
      revision: number,
      timeoutMs: number,
      oneWayMs: number,
      rates: readonly number[],
      a: NativeAim,
      b: NativeAim,
    ]
  ): string;
  /** SHA-256 of our certificate, as a=fingerprint has it. Empty before `start`. */
  fingerprint(): string;
  /** False where the side takes no tones, or too many wait. */
  playTone(
    ...tone: [slot: number, session: number, side: NativeSide, event: number, durationMs: number, volume: number]
  ): boolean;
  /** What came from side a and side b; null when the slot has gone to another session. */
  readCounters(slot: number, session: number): readonly [NativeCounters, NativeCounters] | null;
  status(): NativeStatus;
  /** What a stream takes in the shared memory. */
  stateBytes(): number;
}

export const KERNEL_PROGRAM = fileURLToPath(new URL("../../../native/build/Release/relay.bpf.o", import.meta.url));

/** Throws the loader's own error when the addon was not built: `npm start` and `npm test` build it. */
export function loadNativeRelay(): NativeRelay {
  const require = createRequire(import.meta.url);
  return require("../../../native/build/Release/demarc.node") as NativeRelay;
}
