// Carries the requests out on the native relay, inside the relay process.

import type { HandshakeTerms, StreamKeys } from "../../engine/index.ts";
import type { RemoteMessage } from "./aim-message.ts";
import { DIGEST_NUMBERS, type NativeRelay, type NativeSide, SUITE_NUMBERS } from "./native-relay.ts";
import type { RelayCommand, RelayResult, SessionNote, SidePorts, StreamPorts } from "./relay-message.ts";

/** Rises when a controller and a relay of different builds would not understand each other. */
const RELAY_PROTOCOL = 6;

/** Controllers and relays with the same word understand each other, and the memory that they share. */
export function protocolOf(native: NativeRelay): string {
  return `${RELAY_PROTOCOL}-${native.stateBytes()}`;
}

/** Some kilobytes each, and a message holds a megabyte. */
const SESSIONS_A_PAGE = 32;
const DONE: RelayResult = { kind: "done" };
const LEARN_NUMBERS = { none: 0, "same-address": 1, any: 2 } as const;

export class CommandRunner {
  readonly #native: NativeRelay;
  readonly #slots: number;
  #networks: readonly string[] = [];
  /** Ports by slot and side, so that opening again what is open changes nothing. */
  readonly #open = new Map<number, { readonly session: number; readonly sides: [OpenSide | null, OpenSide | null] }>();

  /** What is kept for a signalling process that knows nothing, in JSON: as objects it would be three times as long, and it is seldom read. */
  readonly #memos = new Map<number, { readonly memo: string; readonly aim: string | null }>();

  constructor(native: NativeRelay, slots: number) {
    this.#native = native;
    this.#slots = slots;
  }

  get sessions(): number {
    return this.#memos.size;
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
        return this.#read(command);
      case "close": {
        const result = this.#read(command);
        for (const slot of command.slots) {
          if (this.#open.get(slot)?.session === command.session) this.#open.delete(slot);
          this.#native.closeSlot(slot, command.session);
        }
        this.#memos.delete(command.session);
        return result;
      }
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

  /** All or nothing, but that a side which was to move has given its old ports up when a later one fails. */
  #openStreams({ session, streams, memo }: Extract<RelayCommand, { op: "open" }>): RelayResult {
    const fresh: { readonly slot: number; readonly side: NativeSide; readonly opened: OpenSide }[] = [];
    const ports: [number, number][] = [];
    for (const stream of streams) {
      const pair: [number, number] = [0, 0];
      for (const side of [0, 1] as const) {
        const standing = this.#standing(session, stream, side);
        if (standing !== null) {
          pair[side] = standing.port;
          continue;
        }
        const wanted = side === 0 ? stream.a : stream.b;
        const { slot } = stream;
        const { address, port: exactPort } = wanted.bound ?? { address: "", port: 0 };
        const { port, error, detail } = this.#native.openSide(slot, session, side, wanted.network, address, exactPort);
        if (error !== "none") {
          this.#undo(session, fresh);
          return { kind: "failed", ...explain(error, wanted, detail) };
        }
        const opened = { network: wanted.network, port };
        fresh.push({ slot, side, opened });
        this.#remember(session, { slot, side, opened });
        pair[side] = port;
      }
      ports.push(pair);
    }
    this.#memos.set(session, { memo: JSON.stringify(memo), aim: this.#memos.get(session)?.aim ?? null });
    return { kind: "opened", ports, fingerprint: this.#native.fingerprint() };
  }

  #list(after: number): RelayResult {
    const numbers = [...this.#memos.keys()].filter((number) => number > after).sort((left, right) => left - right);
    const page = new Set(numbers.slice(0, SESSIONS_A_PAGE));
    const ports = new Map<number, [number, number, number][]>();
    for (const [slot, { session, sides }] of this.#open) {
      if (!page.has(session)) continue;
      const all = ports.get(session) ?? [];
      all.push([slot, sides[0]?.port ?? 0, sides[1]?.port ?? 0]);
      ports.set(session, all);
    }
    const fingerprint = this.#native.fingerprint();
    const sessions = [...page].map((session) => {
      const kept = this.#memos.get(session);
      const memo: SessionNote["memo"] = kept === undefined ? {} : JSON.parse(kept.memo);
      const aim: SessionNote["aim"] = kept?.aim == null ? null : JSON.parse(kept.aim);
      return { session, memo, aim, ports: ports.get(session) ?? [], fingerprint };
    });
    return { kind: "sessions", sessions, more: numbers.length > page.size };
  }

  #standing(session: number, { slot, a, b }: StreamPorts, side: NativeSide): OpenSide | null {
    const open = this.#open.get(slot);
    const has = open?.session === session ? open.sides[side] : null;
    const wanted = side === 0 ? a : b;
    if (has === null || has.network !== wanted.network) return null;
    return wanted.bound === null || wanted.bound.port === has.port ? has : null;
  }

  #remember(
    session: number,
    { slot, side, opened }: { slot: number; side: NativeSide; opened: OpenSide | null },
  ): void {
    let open = this.#open.get(slot);
    if (open?.session !== session) {
      open = { session, sides: [null, null] };
      this.#open.set(slot, open);
    }
    open.sides[side] = opened;
  }

  #undo(session: number, fresh: readonly { readonly slot: number; readonly side: NativeSide }[]): void {
    for (const { slot, side } of fresh) {
      this.#native.closeSide(slot, side);
      this.#remember(session, { slot, side, opened: null });
      const sides = this.#open.get(slot)?.sides;
      if (sides === undefined || sides[0] !== null || sides[1] !== null) continue;
      this.#open.delete(slot);
      this.#native.closeSlot(slot, session);
    }
  }

  #aim({ session, revision, timeoutMs, oneWayMs, streams }: Extract<RelayCommand, { op: "aim" }>): RelayResult {
    for (const { slot, a, b, keys, dtls, ice, tones, clockRates } of streams) {
      if (this.#open.get(slot)?.session !== session) continue;
      this.#native.setRates(slot, clockRates);
      for (const side of [0, 1] as const)
        this.#native.setChecks(slot, side, ice[side]?.fragment ?? "", ice[side]?.password ?? "");
      for (const side of [0, 1] as const) {
        const { send, receive, rateHz } = tones[side] ?? { send: 0, receive: 0, rateHz: 0 };
        this.#native.setTones(slot, side, send, receive, rateHz);
      }
      // Before anybody may speak: nothing of a secure side may ever pass as it came.
      const keyed = ([0, 1] as const).every((side) =>
        this.#secure(slot, side, { keys: keys[side], terms: dtls[side] }),
      );
      if (!keyed) return { kind: "failed", failure: "unavailable", detail: "the keys do not fit their suite" };
      this.#setRemote({ slot, side: 0, revision }, a);
      this.#setRemote({ slot, side: 1, revision }, b);
    }
    this.#native.watchSession(session, timeoutMs, oneWayMs);
    const kept = this.#memos.get(session);
    if (kept !== undefined) {
      const aim: SessionNote["aim"] = { revision, timeoutMs, oneWayMs, streams };
      this.#memos.set(session, { memo: kept.memo, aim: JSON.stringify(aim) });
    }
    return DONE;
  }

  /** By handshake, by keys that there are, or not at all. */
  #secure(
    slot: number,
    side: NativeSide,
    by: { readonly keys: StreamKeys | null; readonly terms: HandshakeTerms | null },
  ): boolean {
    if (by.terms !== null) return this.#setTerms(slot, side, by.terms);
    this.#native.clearHandshake(slot, side);
    return this.#setKeys(slot, side, by.keys);
  }

  #setTerms(slot: number, side: NativeSide, { role, fingerprints, suites, association }: HandshakeTerms): boolean {
    const digest = fingerprints[0]?.digest;
    if (digest === undefined) return false;
    const alike = fingerprints.filter((one) => one.digest === digest);
    const digests = Buffer.from(alike.map(({ value }) => value.replaceAll(":", "")).join(""), "hex");
    const numbers = suites.map((suite) => SUITE_NUMBERS[suite]);
    const client = role === "client" ? 1 : 0;
    return this.#native.setHandshake(slot, side, client, DIGEST_NUMBERS[digest], digests, numbers, association);
  }

  #play({ session, slot, side, event, durationMs, volume }: Extract<RelayCommand, { op: "tone" }>): RelayResult {
    if (this.#native.playTone(slot, session, side, event, durationMs, volume)) return DONE;
    return { kind: "failed", failure: "unsupported", detail: "the stream takes no tones, or too many wait" };
  }

  #setKeys(slot: number, side: NativeSide, keys: StreamKeys | null): boolean {
    if (keys === null) {
      this.#native.clearKeys(slot, side);
      return true;
    }
    const receive = Buffer.from(keys.receive, "base64");
    const send = Buffer.from(keys.send, "base64");
    const mark = Buffer.from(keys.receiveMark, "hex");
    const set = this.#native.setKeys(slot, side, SUITE_NUMBERS[keys.suite], receive, send, mark);
    receive.fill(0);
    send.fill(0);
    return set;
  }

  #setRemote(place: { slot: number; side: NativeSide; revision: number }, remote: RemoteMessage): void {
    const { slot, side, revision } = place;
    if (remote.kind === "checked") {
      this.#native.followChecks(slot, side, revision, (remote.manySources ? 4 : 0) + (remote.mux ? 8 : 0));
      return;
    }
    if (remote.kind !== "address") {
      this.#native.silenceRemote(slot, side, revision, remote.kind === "closed" ? 1 : 0);
      return;
    }
    const { address, rtpPort, rtcpAddress, rtcpPort, learn, manySources, mux, udptl } = remote;
    const policy = LEARN_NUMBERS[learn] + (manySources ? 4 : 0) + (mux ? 8 : 0) + (udptl ? 16 : 0);
    this.#native.setRemote(slot, side, revision, address, rtpPort, rtcpAddress, rtcpPort, policy);
  }

  #read({ session, slots }: { readonly session: number; readonly slots: readonly number[] }): RelayResult {
    return { kind: "counters", counters: slots.map((slot) => this.#native.readCounters(slot, session)) };
  }
}

interface OpenSide {
  readonly network: string;
  readonly port: number;
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
