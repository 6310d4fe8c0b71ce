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
  readonly port: number;
  readonly error: "none" | "unknown-network" | "no-ports" | "bad-address" | "bad-slot" | "system";
  /** The system's word on the last refusal; empty when it had none. */
  readonly detail: string;
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
  /** `exactPort` 0 takes the next free pair of the network, else binds that very one at `exactAddress`. */
  openSide(
    ...options: [
      slot: number,
      session: number,
      side: NativeSide,
      network: string,
      exactAddress: string,
      exactPort: number,
    ]
  ): NativeOpened;
  closeSide(slot: number, side: NativeSide): void;
  /** Does nothing when the slot is another session's. */
  closeSlot(slot: number, session: number): void;
  /** `policy`: learning (0 none, 1 same address, 2 any), and 4 for several sources at once, 8 for RTCP on the port of RTP, 16 for fax instead of RTP. The same
   * `revision` again changes nothing. */
  setRemote(
    ...options: [
      slot: number,
      side: NativeSide,
      revision: number,
      rtpAddress: string,
      rtpPort: number,
      rtcpAddress: string,
      rtcpPort: number,
      policy: number,
    ]
  ): void;
  /** `closed` 1: nobody may speak; 0: on hold, what comes still counts, nothing is sent. */
  silenceRemote(...options: [slot: number, side: NativeSide, revision: number, closed: 0 | 1]): void;
  /**
   * SRTP on this side from now on: the suite by its number in `SUITE_NUMBERS`, master keys with their salts, the mark of the peer's packets. The same
   * again changes nothing. False when they do not fit the suite: then nothing was changed.
   */
  setKeys(
    ...options: [
      slot: number,
      side: NativeSide,
      suite: number,
      receive: Uint8Array,
      send: Uint8Array,
      receiveMark: Uint8Array,
    ]
  ): boolean;
  /** In the clear on this side from now on. */
  clearKeys(slot: number, side: NativeSide): void;
  /** Checks (ICE) made with these credentials are answered on this side from now on; with others than before its peer is unknown. Empty: none are. */
  setChecks(slot: number, side: NativeSide, fragment: string, password: string): void;
  /** The peer is where its checks say. `policy` as of `setRemote`, without learning. */
  followChecks(slot: number, side: NativeSide, revision: number, policy: number): void;
  /**
   * The side's keys come by DTLS on these terms from now on, and nothing goes in the clear: whether we begin, the fingerprints of the certificates that
   * the peer may show by their kind's number in `DIGEST_NUMBERS`, one behind the other, suites by their numbers, best first, a name of at most 255
   * characters. The same terms again change nothing. False when they do not fit: then nothing was changed.
   */
  setHandshake(
    ...options: [
      slot: number,
      side: NativeSide,
      client: 0 | 1,
      digest: number,
      fingerprints: Uint8Array,
      suites: readonly number[],
      association: string,
    ]
  ): boolean;
  /** No keys come by DTLS any more; those that did are gone. */
  clearHandshake(slot: number, side: NativeSide): void;
  /** SHA-256 of our certificate, as a=fingerprint has it. Empty before `start`. */
  fingerprint(): string;
  /** Tones of this side do not cross from now on; rate 0: they do. */
  setTones(slot: number, side: NativeSide, ...types: [send: number, receive: number, rateHz: number]): void;
  /** False where the side takes no tones, or too many wait. */
  playTone(
    ...tone: [slot: number, session: number, side: NativeSide, event: number, durationMs: number, volume: number]
  ): boolean;
  /** Payload type and clock rate by turns. Those not named count as 8000 Hz. */
  setRates(slot: number, pairs: readonly number[]): void;
  /** Tells `timeout` each time that no RTP came for so long, `one-way` when one side was silent for so long and the other not; 0: never. */
  watchSession(session: number, timeoutMs: number, oneWayMs: number): void;
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
