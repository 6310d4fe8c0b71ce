// Carries the requests out on the native relay, inside the relay process.

import type { HandshakeTerms, StreamKeys } from "../../engine/index.ts";
import type { RemoteMessage, StreamRemotes } from "./aim-message.ts";
import {
  DIGEST_NUMBERS,
  type NativeAim,
  type NativeKeys,
  type NativeRelay,
  type NativeSide,
  type NativeTerms,
  REMOTE_NUMBERS,
  SUITE_NUMBERS,
} from "./native-relay.ts";
import type { RelayCommand, RelayResult, SessionNote, SidePorts } from "./relay-message.ts";

/** Rises when a controller and a relay of different builds would not understand each other. */
const RELAY_PROTOCOL = 7;

/** Controllers and relays with the same word understand each other, and the memory that they share. */
export function protocolOf(native: NativeRelay): string {
  return `${RELAY_PROTOCOL}-${native.stateBytes()}`;
}

/** Some kilobytes each, and a message holds a megabyte. */
const SESSIONS_A_PAGE = 32;
const DONE: RelayResult = { kind: "done" };
const LEARN_NUMBERS = { none: 0, "same-address": 1, any: 2 } as const;

const UNBOUND = { address: "", port: 0 } as const;

/** What is kept for a signalling process that knows nothing. As objects it would be three times as long, and it is seldom read. */
interface KeptSession {
  readonly slots: readonly number[];
  readonly memo: string;
  /** In JSON; null before the first. */
  readonly aim: string | null;
}

export class CommandRunner {
  readonly #native: NativeRelay;
  readonly #slots: number;
  #networks: readonly string[] = [];
  readonly #sessions = new Map<number, KeptSession>();

  constructor(native: NativeRelay, slots: number) {
    this.#native = native;
    this.#slots = slots;
  }

  get sessions(): number {
    return this.#sessions.size;
  }

  run(command: RelayCommand): RelayResult {
    switch (command.op) {
      case "configure":
        return this.#configure(command);
      case "open":
        return this.#openStreams(command);
      case "aim":
        return this.#aim(command);
      case "tone":
        return this.#play(command);
      case "read":
        return this.#count(command, (slot) => this.#native.readCounters(slot, command.session));
      case "close":
        this.#sessions.delete(command.session);
        return this.#count(command, (slot) => this.#native.closeSlot(slot, command.session));
      case "status":
        return { kind: "status", status: this.#native.status() };
      case "hello":
        return { kind: "hello", protocol: protocolOf(this.#native), pid: process.pid, slots: this.#slots };
      case "list":
        return this.#list(command.after);
      case "stop":
        return DONE;
    }
  }

  #configure({ networks }: Extract<RelayCommand, { op: "configure" }>): RelayResult {
    const names = new Set(networks.map(({ name }) => name));
    for (const name of this.#networks) if (!names.has(name)) this.#native.dropNetwork(name);
    for (const { name, address, portFrom, portTo, dscp, kernel } of networks) {
      if (this.#native.setNetwork(name, address, portFrom, portTo, dscp, kernel ? 1 : 0)) continue;
      return { kind: "failed", failure: "unknown-network", detail: `${name}: ${address} is no IP address` };
    }
    this.#networks = [...names];
    return DONE;
  }

  /** All or nothing, but that a side which was to move has given its old ports up when a later stream fails. */
  #openStreams({ session, streams, memo }: Extract<RelayCommand, { op: "open" }>): RelayResult {
    const opened: { readonly slot: number; readonly fresh: number }[] = [];
    const ports: [number, number][] = [];
    for (const { slot, a, b } of streams) {
      const placeA = a.bound ?? UNBOUND;
      const placeB = b.bound ?? UNBOUND;
      const { portA, portB, fresh, error, side, detail } = this.#native.openStream(
        slot,
        session,
        a.network,
        placeA.address,
        placeA.port,
        b.network,
        placeB.address,
        placeB.port,
      );
      if (error !== "none") {
        for (const one of opened) this.#undo(one);
        return { kind: "failed", ...explain(error, side === 1 ? b : a, detail ?? "") };
      }
      opened.push({ slot, fresh });
      ports.push([portA, portB]);
    }
    const slots = streams.map(({ slot }) => slot);
    this.#sessions.set(session, { slots, memo, aim: this.#sessions.get(session)?.aim ?? null });
    return { kind: "opened", ports, fingerprint: this.#native.fingerprint() };
  }

  #undo({ slot, fresh }: { readonly slot: number; readonly fresh: number }): void {
    if ((fresh & 1) !== 0) this.#native.closeSide(slot, 0);
    if ((fresh & 2) !== 0) this.#native.closeSide(slot, 1);
  }

  #list(after: number): RelayResult {
    const numbers = [...this.#sessions.keys()].filter((number) => number > after).sort((left, right) => left - right);
    const page = numbers.slice(0, SESSIONS_A_PAGE);
    const sessions = page.flatMap((session) => {
      const kept = this.#sessions.get(session);
      return kept === undefined ? [] : [this.#note(session, kept)];
    });
    return { kind: "sessions", sessions, more: numbers.length > page.length };
  }

  #note(session: number, { slots, memo, aim }: KeptSession): SessionNote {
    const ports = slots.flatMap((slot) => {
      const pair = this.#native.readPorts(slot, session);
      return pair === null ? [] : [[slot, ...pair] as const];
    });
    const fingerprint = this.#native.fingerprint();
    return { session, memo, aim: aim === null ? null : JSON.parse(aim), ports, fingerprint };
  }

  #aim({ session, revision, timeoutMs, oneWayMs, streams }: Extract<RelayCommand, { op: "aim" }>): RelayResult {
    for (const stream of streams) {
      const { slot, clockRates } = stream;
      const [a, b] = [nativeAim(stream, 0), nativeAim(stream, 1)];
      const fault = this.#native.aimStream(slot, session, revision, timeoutMs, oneWayMs, clockRates, a, b);
      a.keys?.receive.fill(0);
      a.keys?.send.fill(0);
      b.keys?.receive.fill(0);
      b.keys?.send.fill(0);
      if (fault !== "") return { kind: "failed", failure: "unavailable", detail: fault };
    }
    const kept = this.#sessions.get(session);
    if (kept !== undefined) {
      const aim: SessionNote["aim"] = { revision, timeoutMs, oneWayMs, streams };
      this.#sessions.set(session, { ...kept, aim: JSON.stringify(aim) });
    }
    return DONE;
  }

  #play({ session, slot, side, event, durationMs, volume }: Extract<RelayCommand, { op: "tone" }>): RelayResult {
    if (this.#native.playTone(slot, session, side, event, durationMs, volume)) return DONE;
    return { kind: "failed", failure: "unsupported", detail: "the stream takes no tones, or too many wait" };
  }

  #count(
    { slots }: { readonly slots: readonly number[] },
    countersOf: (slot: number) => ReturnType<NativeRelay["readCounters"]>,
  ): RelayResult {
    return { kind: "counters", counters: slots.map(countersOf) };
  }
}

function explain(
  error: string,
  { network }: SidePorts,
  detail: string,
): { failure: "no-ports" | "unknown-network"; detail: string } {
  if (error === "unknown-network") return { failure: "unknown-network", detail: `${network} has no media address` };
  const reason = detail === "" ? "all ports are in use" : detail;
  return { failure: "no-ports", detail: `${network}: ${reason}` };
}

/** What the streams' message says of one side, as the native relay reads it. */
function nativeAim(stream: StreamRemotes, side: NativeSide): NativeAim {
  const remote = side === 0 ? stream.a : stream.b;
  const dtls = stream.dtls[side];
  const keys = dtls === null ? stream.keys[side] : null;
  const how = {
    kind: REMOTE_NUMBERS[remote.kind],
    policy: policyOf(remote),
    tones: stream.tones[side],
    ice: stream.ice[side],
    terms: dtls === null ? null : nativeTerms(dtls),
    keys: keys === null ? null : nativeKeys(keys),
  };
  if (remote.kind !== "address") return how;
  const { address: rtpAddress, rtpPort, rtcpAddress, rtcpPort } = remote;
  return { ...how, rtpAddress, rtpPort, rtcpAddress, rtcpPort };
}

function policyOf(remote: RemoteMessage): number {
  if (remote.kind === "closed" || remote.kind === "hold") return 0;
  const often = (remote.manySources ? 4 : 0) + (remote.mux ? 8 : 0);
  return remote.kind === "checked" ? often : often + LEARN_NUMBERS[remote.learn] + (remote.udptl ? 16 : 0);
}

function nativeTerms({ role, fingerprints, suites, association }: HandshakeTerms): NativeTerms {
  const digest = fingerprints[0]?.digest;
  const alike = fingerprints.filter((one) => one.digest === digest);
  return {
    client: role === "client" ? 1 : 0,
    digest: digest === undefined ? 0 : DIGEST_NUMBERS[digest],
    fingerprints: Buffer.from(alike.map(({ value }) => value.replaceAll(":", "")).join(""), "hex"),
    suites: suites.map((suite) => SUITE_NUMBERS[suite]),
    association,
  };
}

function nativeKeys({ suite, receive, receiveMark, send }: StreamKeys): NativeKeys {
  return {
    suite: SUITE_NUMBERS[suite],
    receive: Buffer.from(receive, "base64"),
    send: Buffer.from(send, "base64"),
    receiveMark: Buffer.from(receiveMark, "hex"),
  };
}
