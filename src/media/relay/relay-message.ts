// What the signalling process and the relay process say to each other: requests and replies tied by id, and events.
// Everything is checked on entry, on both sides: a field that is missing or of another type ends the connection.

import { SRTP_SUITES, type SrtpSuite } from "../../protocol/sdp/index.ts";
import { type AimMessage, readAim } from "./aim-message.ts";
import {
  amount,
  both,
  dscp,
  type Fields,
  integer,
  list,
  object,
  port,
  reading,
  session,
  slot,
  text,
  truth,
  word,
} from "./message-fields.ts";
import type { NativeCounters, NativeStatus } from "./native-relay.ts";

export interface NetworkMessage {
  readonly name: string;
  readonly address: string;
  readonly portFrom: number;
  readonly portTo: number;
  /** -1 leaves it to the system. */
  readonly dscp: number;
  /** Its streams may be passed on by the kernel. */
  readonly kernel: boolean;
}

export interface SidePorts {
  readonly network: string;
  /** What it already has, or must have again; null for the next free pair. */
  readonly bound: { readonly address: string; readonly port: number } | null;
}

export interface StreamPorts {
  readonly slot: number;
  readonly a: SidePorts;
  readonly b: SidePorts;
}

export type RelayCommand =
  /** Replaces all networks. */
  | { readonly op: "configure"; readonly networks: readonly NetworkMessage[] }
  /** Opens what is not open, all or nothing. The relay keeps the session's last memo, and does not look into it; beside it, the last aim. */
  | {
      readonly op: "open";
      readonly session: number;
      readonly streams: readonly StreamPorts[];
      readonly memo: string;
    }
  /** `revision` rises with each offer or answer of a session; the same again changes nothing. `timeoutMs` and `oneWayMs` 0: never. */
  | ({ readonly op: "aim"; readonly session: number } & AimMessage)
  /** Puts a tone into what goes to a side of a stream. Answered `failed` where that takes none. */
  | {
      readonly op: "tone";
      readonly session: number;
      readonly slot: number;
      readonly side: 0 | 1;
      readonly event: number;
      readonly durationMs: number;
      readonly volume: number;
    }
  | { readonly op: "close"; readonly session: number; readonly slots: readonly number[] }
  | { readonly op: "read"; readonly session: number; readonly slots: readonly number[] }
  | { readonly op: "status" }
  /** Who are you? */
  | { readonly op: "hello" }
  /** The sessions with numbers above `after`, some at a time. */
  | { readonly op: "list"; readonly after: number }
  /** Ends the relay, whatever it carries. */
  | { readonly op: "stop" };

/** What a relay that lost its controller still carries, for the next one. */
export interface SessionNote {
  readonly session: number;
  /** As it was given. */
  readonly memo: string;
  /** Null for one that was opened only. */
  readonly aim: AimMessage | null;
  /** Slot and the ports of both sides; 0 for a side that is not open. */
  readonly ports: readonly (readonly [number, number, number])[];
  /** SHA-256 of the relay's certificate. */
  readonly fingerprint: string;
}

/** Of 64 streams some 40,000. */
const MOST_MEMO_CHARACTERS = 512 * 1024;

export type RelayRequest = RelayCommand & { readonly id: number };

export type RelayFailure = "no-ports" | "unsupported" | "unknown-network" | "unavailable";

/** Two ports a stream, in the order of the request. */
export type RelayResult =
  | { readonly kind: "done" }
  | {
      readonly kind: "opened";
      readonly ports: readonly (readonly [number, number])[];
      /** SHA-256 of the relay's certificate. */
      readonly fingerprint: string;
    }
  /** Null for a slot that has gone to another session. */
  | { readonly kind: "counters"; readonly counters: readonly (readonly [NativeCounters, NativeCounters] | null)[] }
  | { readonly kind: "status"; readonly status: NativeStatus }
  | { readonly kind: "hello"; readonly protocol: string; readonly pid: number; readonly slots: number }
  | { readonly kind: "sessions"; readonly sessions: readonly SessionNote[]; readonly more: boolean }
  | { readonly kind: "failed"; readonly failure: RelayFailure; readonly detail: string };

export type RelayReport =
  | { readonly id: number; readonly result: RelayResult }
  | {
      readonly event: "first-packet" | "one-way";
      readonly session: number;
      readonly slot: number;
      readonly side: 0 | 1;
    }
  | {
      readonly event: "tone";
      readonly session: number;
      readonly slot: number;
      readonly side: 0 | 1;
      readonly tone: number;
      readonly durationMs: number;
    }
  | {
      readonly event: "secured";
      readonly session: number;
      readonly slot: number;
      readonly side: 0 | 1;
      readonly suite: SrtpSuite;
    }
  | {
      readonly event: "unsecured";
      readonly session: number;
      readonly slot: number;
      readonly side: 0 | 1;
      readonly fault: HandshakeFault;
    }
  | { readonly event: "timeout"; readonly session: number };

/** What has kept a side from having keys: as native/relay/handshakes.h numbers it, from 1. */
export const HANDSHAKE_FAULTS = ["fingerprint", "profile", "silence"] as const;
export type HandshakeFault = (typeof HANDSHAKE_FAULTS)[number];

/** Reads a request. Null when it is none. */
export function readRequest(message: unknown): RelayRequest | null {
  return reading(() => {
    const fields = object(message);
    const id = integer(fields.id, Number.MAX_SAFE_INTEGER);
    return { ...readCommand(fields), id };
  });
}

/** Reads a reply or an event. Null when it is neither. */
export function readReport(message: unknown): RelayReport | null {
  return reading(() => {
    const fields = object(message);
    if (fields.event === undefined)
      return { id: integer(fields.id, Number.MAX_SAFE_INTEGER), result: readResult(fields.result) };
    const session = integer(fields.session, 0xffffffff);
    const event = word(fields.event, ["first-packet", "one-way", "timeout", "secured", "unsecured", "tone"]);
    if (event === "timeout") return { event, session };
    const place = { session, slot: slot(fields.slot), side: integer(fields.side, 1) as 0 | 1 };
    if (event === "secured") return { event, ...place, suite: word(fields.suite, SRTP_SUITES) };
    if (event === "unsecured") return { event, ...place, fault: word(fields.fault, HANDSHAKE_FAULTS) };
    if (event !== "tone") return { event, ...place };
    return { event, ...place, tone: integer(fields.tone, 16), durationMs: integer(fields.durationMs, 0xffffffff) };
  });
}

function readCommand(fields: Fields): RelayCommand {
  const op = word(fields.op, ["configure", "open", "aim", "tone", "close", "read", "status", "hello", "list", "stop"]);
  switch (op) {
    case "configure":
      return { op, networks: list(fields.networks, readNetwork) };
    case "open":
      return {
        op,
        session: session(fields.session),
        streams: list(fields.streams, readStreamPorts),
        memo: text(fields.memo, MOST_MEMO_CHARACTERS),
      };
    case "aim":
      return { op, session: session(fields.session), ...readAim(fields) };
    case "tone":
      return {
        op,
        session: session(fields.session),
        slot: slot(fields.slot),
        side: integer(fields.side, 1) as 0 | 1,
        event: integer(fields.event, 16),
        durationMs: integer(fields.durationMs, 8000),
        volume: integer(fields.volume, 63),
      };
    case "close":
    case "read":
      return { op, session: session(fields.session), slots: list(fields.slots, slot) };
    case "list":
      return { op, after: session(fields.after) };
    case "status":
    case "hello":
    case "stop":
      return { op };
  }
}

function readNetwork(value: unknown): NetworkMessage {
  const { name, address, portFrom, portTo, dscp: marked, kernel } = object(value);
  const [from, to] = [port(portFrom), port(portTo)];
  return {
    name: text(name),
    address: text(address),
    portFrom: from,
    portTo: to,
    dscp: dscp(marked),
    kernel: truth(kernel),
  };
}

function readStreamPorts(value: unknown): StreamPorts {
  const fields = object(value);
  return { slot: slot(fields.slot), a: readSidePorts(fields.a), b: readSidePorts(fields.b) };
}

function readSidePorts(value: unknown): SidePorts {
  const { network, bound } = object(value);
  if (bound === null) return { network: text(network), bound };
  const fields = object(bound);
  return { network: text(network), bound: { address: text(fields.address), port: port(fields.port) } };
}

function readResult(value: unknown): RelayResult {
  const fields = object(value);
  const kind = word(fields.kind, ["done", "opened", "counters", "status", "hello", "sessions", "failed"]);
  switch (kind) {
    case "done":
      return { kind };
    case "opened":
      return {
        kind,
        ports: list(fields.ports, (pair) => both(pair, port)),
        fingerprint: text(fields.fingerprint),
      };
    case "counters":
      return { kind, counters: list(fields.counters, (pair) => (pair === null ? null : both(pair, readCounters))) };
    case "status":
      return { kind, status: readStatus(fields.status) };
    case "hello": {
      const [protocol, slots] = [text(fields.protocol), slot(fields.slots)];
      return { kind, protocol, pid: integer(fields.pid, 2 ** 32), slots };
    }
    case "sessions":
      return { kind, sessions: list(fields.sessions, readNote), more: truth(fields.more) };
    case "failed": {
      const failure = word(fields.failure, ["no-ports", "unsupported", "unknown-network", "unavailable"]);
      return { kind, failure, detail: text(fields.detail) };
    }
  }
}

function readNote(value: unknown): SessionNote {
  const fields = object(value);
  const ports = list(fields.ports, (item) => {
    const [number, a, b] = list(item, (one) => integer(one, 0xffffffff));
    return [slot(number), port(a), port(b)] as const;
  });
  const aim = fields.aim === null ? null : readAim(object(fields.aim));
  const fingerprint = text(fields.fingerprint);
  return { session: session(fields.session), memo: text(fields.memo, MOST_MEMO_CHARACTERS), aim, ports, fingerprint };
}

function readCounters(value: unknown): NativeCounters {
  const fields = object(value);
  return {
    packets: amount(fields.packets),
    bytes: amount(fields.bytes),
    lost: amount(fields.lost),
    duplicates: amount(fields.duplicates),
    reordered: amount(fields.reordered),
    jitterMs: amount(fields.jitterMs),
    ssrcChanges: amount(fields.ssrcChanges),
    dscp: dscp(fields.dscp),
    rtcpPackets: amount(fields.rtcpPackets),
    rejected: amount(fields.rejected),
    malformed: amount(fields.malformed),
    unauthentic: amount(fields.unauthentic),
    replayed: amount(fields.replayed),
    inKernel: amount(fields.inKernel),
    firstPacketAt: amount(fields.firstPacketAt),
    lastPacketAt: amount(fields.lastPacketAt),
  };
}

function readStatus(value: unknown): NativeStatus {
  const fields = object(value);
  return {
    streams: amount(fields.streams),
    sockets: amount(fields.sockets),
    wire: text(fields.wire),
    threads: amount(fields.threads),
    kernel: text(fields.kernel),
    kernelFlows: amount(fields.kernelFlows),
    frameFlows: amount(fields.frameFlows),
    forwarded: amount(fields.forwarded),
    unaddressed: amount(fields.unaddressed),
    unsendable: amount(fields.unsendable),
  };
}
