// The media plane of the embedded relay: reads offers and answers, has the relay open ports and aim at peers, and writes
// our addresses into what the other side is shown.

import { availableParallelism } from "node:os";
import type { MediaCommand, MediaResult, MediaSessionId, MediaSide } from "../../engine/index.ts";
import type { SessionDescription } from "../../protocol/sdp/index.ts";
import { ForbiddenTargets } from "../forbidden-targets.ts";
import type { MediaPlane } from "../media-plane.ts";
import { fail, succeed } from "../media-results.ts";
import { OwnPorts } from "../own-ports.ts";
import { SessionOrder } from "../session-order.ts";
import { isHandshaken, placeStreams, readTargets, type StreamTarget } from "../stream-address.ts";
import type { NativeStatus } from "./native-relay.ts";
import type { RelayCommand, RelayReport, SessionNote } from "./relay-message.ts";
import { networkMessages, type RelayNetworks } from "./relay-network.ts";
import type { RelayPlaneOptions } from "./relay-options.ts";
import { eventOf, refusal, withPorts } from "./relay-replies.ts";
import {
  aimCommand,
  applyAnswer,
  NEVER_AIMED,
  openCommand,
  openStreams,
  otherSide,
  type RelaySession,
  readStreams,
  restoreCommands,
  type SessionSide,
  type SessionStream,
  statisticsOf,
} from "./relay-session.ts";
import { RelaySupervisor } from "./relay-supervisor.ts";
import { readNote } from "./session-memo.ts";
import { SlotNumbers } from "./slot-numbers.ts";

export interface RelayPlane extends MediaPlane {
  /** The relay runs and takes commands. */
  readonly up: boolean;
  /** Of the relay process; null while there is none. */
  readonly pid: number | null;
  /** The sessions that a relay carried for an earlier process, and that no command has named since. */
  readonly orphans: readonly MediaSessionId[];
  /** Replaces the networks. Sessions in being keep the ports and addresses they have. */
  configure(networks: RelayNetworks): void;
  /** Null while there is no relay. */
  status(): Promise<NativeStatus | null>;
  /** Ends the relay; commands that wait are answered `unavailable`, later ones too. */
  close(): Promise<void>;
}

const DEFAULT_COMMAND_DEADLINE_MS = 2000;
const DEFAULT_MAX_STREAMS = 16_384;
const DEFAULT_ONE_WAY_AFTER_MS = 10_000;
const DEFAULT_ORPHAN_GRACE_MS = 60_000;
const MOST_THREADS = 8;

/** Throws DemarcError `relay-unavailable` when the relay process does not come up. */
export async function startRelayPlane(options: RelayPlaneOptions): Promise<RelayPlane> {
  const plane = new EmbeddedRelayPlane(options);
  await plane.start();
  return plane;
}

type Command<Kind> = Extract<MediaCommand, { kind: Kind }>;

class EmbeddedRelayPlane implements RelayPlane {
  onEvent: MediaPlane["onEvent"] = null;
  readonly #options: RelayPlaneOptions;
  readonly #supervisor: RelaySupervisor;
  readonly #sessions = new Map<MediaSessionId, RelaySession>();
  readonly #byNumber = new Map<number, RelaySession>();
  /** As the relay told it last: one text for all sessions, not one for each answer that was read. */
  #fingerprint = "";
  readonly #order: SessionOrder;
  readonly #slots: SlotNumbers;
  readonly #ownPorts = new OwnPorts();
  readonly #forbidden: ForbiddenTargets;
  readonly #orphans = new Set<MediaSessionId>();
  #orphansEnd: NodeJS.Timeout | null = null;
  #networks: RelayNetworks;
  #lastNumber = 0;

  constructor(options: RelayPlaneOptions) {
    this.#options = options;
    this.#networks = options.networks;
    this.#order = new SessionOrder(options.log);
    const slots = options.maxStreams ?? DEFAULT_MAX_STREAMS;
    this.#slots = new SlotNumbers(slots);
    this.#forbidden = new ForbiddenTargets({
      ownPorts: this.#ownPorts,
      networks: () => this.#networks,
      services: options.services ?? (() => []),
    });
    this.#supervisor = new RelaySupervisor({
      socketDir: options.socketDir,
      slots,
      threads: options.threads ?? Math.min(MOST_THREADS, Math.max(1, Math.floor(availableParallelism() / 2))),
      withoutIoUring: options.withoutIoUring ?? false,
      graceMs: options.orphanGraceMs ?? DEFAULT_ORPHAN_GRACE_MS,
      commandDeadlineMs: options.commandDeadlineMs ?? DEFAULT_COMMAND_DEADLINE_MS,
      log: options.log,
      restore: () => [this.#configureCommand(), ...[...this.#sessions.values()].flatMap(restoreCommands)],
      onLost: (command, detail) => this.#onLost(command, detail),
      onEvent: (report) => this.#onReport(report),
      onAdopted: (notes) => this.#adopt(notes),
    });
  }

  get up(): boolean {
    return this.#supervisor.up;
  }

  get pid(): number | null {
    return this.#supervisor.pid;
  }

  get orphans(): readonly MediaSessionId[] {
    return [...this.#orphans];
  }

  start(): Promise<void> {
    return this.#supervisor.start();
  }

  close(): Promise<void> {
    if (this.#orphansEnd !== null) clearTimeout(this.#orphansEnd);
    return this.#supervisor.stop();
  }

  configure(networks: RelayNetworks): void {
    this.#networks = networks;
    // One that is down is told when it starts.
    if (!this.up) return;
    void this.#supervisor.request(this.#configureCommand()).then((result) => {
      if (result.kind === "failed") this.#options.log.error("media networks not applied", { detail: result.detail });
    });
  }

  async status(): Promise<NativeStatus | null> {
    const result = await this.#supervisor.request({ op: "status" });
    return result.kind === "status" ? result.status : null;
  }

  execute(command: MediaCommand, reply: (result: MediaResult) => void): void {
    this.#orphans.delete(command.session);
    this.#order.give(command, () => this.#carryOut(command), reply);
  }

  #carryOut(command: MediaCommand): Promise<MediaResult> {
    switch (command.kind) {
      case "offer":
        return this.#offer(command);
      case "answer":
        return this.#answer(command);
      case "tone":
        return this.#play(command);
      case "query":
        return this.#query(command);
      case "release":
        return this.#release(command);
    }
  }

  async #offer({ session: id, from, description, networks }: Command<"offer">): Promise<MediaResult> {
    for (const side of ["a", "b"] as const) {
      if (this.#networks[networks[side]] === undefined) {
        return fail("unknown-network", `${networks[side]} has no media address`);
      }
    }
    const session = this.#sessions.get(id) ?? null;
    const { address } = this.#sideIn(networks[from]);
    const targets = readTargets(description);
    const fault = this.#forbidden.faultOf(targets, address);
    if (fault !== null) return fail("unusable-address", fault);

    const planned = this.#planStreams(session, targets, networks);
    if (planned === null) return fail("no-ports", "the relay has no stream left");
    const number = session?.number ?? this.#nextNumber();
    const muxWanted = this.#networks[networks[otherSide(from)]]?.rtcpMux === "offer";
    // One handshake instead of two.
    const muxOffered = description.media.map((media) => muxWanted || isHandshaken(media));
    const offer = { from, muxOffered, ...readStreams(description, targets) };
    const wanted: RelaySession = { ...(session ?? NEVER_AIMED), id, number, streams: planned, offer };
    const result = await this.#supervisor.request(openCommand(wanted));
    if (result.kind !== "opened") {
      this.#giveBack(planned, session);
      return refusal(result);
    }
    const streams = withPorts(planned, result.ports);
    const opened = session ?? { ...wanted, streams };
    for (const stream of openStreams(opened)) this.#ownPorts.delete(stream);
    opened.streams = streams;
    for (const stream of openStreams(opened)) this.#ownPorts.add(stream);
    opened.offer = offer;
    if (this.#fingerprint !== result.fingerprint) this.#fingerprint = result.fingerprint;
    opened.fingerprint = this.#fingerprint;
    this.#sessions.set(id, opened);
    this.#byNumber.set(number, opened);
    return succeed(
      this.#show(opened, {
        to: otherSide(from),
        description,
        targets,
        network: networks[otherSide(from)],
        mux: muxOffered,
      }),
    );
  }

  async #answer(command: Command<"answer">): Promise<MediaResult> {
    const { session: id, from, description, keys = null, dtls = null, ice = null, tones = null, timeoutMs } = command;
    const session = this.#sessions.get(id);
    if (session === undefined) return fail("unknown-session", id);
    if (session.offer.from === from)
      return fail("unknown-session", `${id} has no offer that side ${from} could answer`);
    const targets = readTargets(description);
    const own = openStreams(session)[0]?.[from].address;
    const fault = own === undefined ? null : this.#forbidden.faultOf(targets, own);
    if (fault !== null) return fail("unusable-address", fault);
    const { mediaTimeoutMs, oneWayAfterMs: oneWayMs = DEFAULT_ONE_WAY_AFTER_MS } = this.#options;
    const limits = { timeoutMs: timeoutMs ?? mediaTimeoutMs, oneWayMs };
    applyAnswer(session, { ...readStreams(description, targets), ...limits, keys, dtls, ice, tones });
    const result = await this.#supervisor.request(aimCommand(session));
    if (result.kind === "failed") return refusal(result);
    const mux = session.offer.targets.map((target) => target.kind === "address" && target.mux);
    return succeed(this.#show(session, { to: session.offer.from, description, targets, network: null, mux }));
  }

  async #play({ session: id, to, event, durationMs, volume }: Command<"tone">): Promise<MediaResult> {
    const session = this.#sessions.get(id);
    if (session === undefined) return fail("unknown-session", id);
    const side = to === "a" ? 0 : 1;
    const stream = session.remotes.find(({ tones }) => tones[side] !== null);
    if (stream === undefined) return fail("unsupported", `side ${to} of ${id} has no tones of ours`);
    const { slot } = stream;
    const tone = { session: session.number, slot, side, event, durationMs, volume } as const;
    const result = await this.#supervisor.request({ op: "tone", ...tone });
    return result.kind === "failed" ? refusal(result) : succeed(null);
  }

  async #query({ session: id }: Command<"query">): Promise<MediaResult> {
    const session = this.#sessions.get(id);
    return session === undefined ? fail("unknown-session", id) : this.#read(session, "read");
  }

  async #release({ session: id }: Command<"release">): Promise<MediaResult> {
    const session = this.#sessions.get(id);
    if (session === undefined) return succeed(null);
    // From here on no restart brings it back. Its slots are free when the relay has, or is dead and has not, closed them.
    this.#sessions.delete(id);
    this.#byNumber.delete(session.number);
    const result = await this.#read(session, "close");
    for (const stream of openStreams(session)) {
      this.#ownPorts.delete(stream);
      this.#slots.give(stream.slot);
    }
    return result;
  }

  async #read(session: RelaySession, op: "read" | "close"): Promise<MediaResult> {
    const slots = openStreams(session).map(({ slot }) => slot);
    if (slots.length === 0) return succeed(null);
    const result = await this.#supervisor.request({ op, session: session.number, slots });
    if (result.kind !== "counters") return refusal(result);
    return { ok: true, description: null, streams: statisticsOf(session, result.counters) };
  }

  /** The streams an offer needs: those there are, moved where a side's network is another, and new ones without ports. */
  #planStreams(
    session: RelaySession | null,
    targets: readonly StreamTarget[],
    networks: Readonly<Record<MediaSide, string>>,
  ): (SessionStream | null)[] | null {
    const planned: (SessionStream | null)[] = [];
    for (let index = 0; index < Math.max(targets.length, session?.streams.length ?? 0); index += 1) {
      const standing = session?.streams[index] ?? null;
      if (standing === null && (targets[index]?.kind ?? "none") === "none") {
        planned.push(null);
        continue;
      }
      const slot = standing?.slot ?? this.#slots.take();
      if (slot === null) {
        this.#giveBack(planned, session);
        return null;
      }
      const keep = (side: SessionSide | undefined, network: string) =>
        side !== undefined && side.network === network ? side : this.#sideIn(network);
      planned.push({ slot, a: keep(standing?.a, networks.a), b: keep(standing?.b, networks.b) });
    }
    return planned;
  }

  /** Frees the slots of a plan that came to nothing. */
  #giveBack(planned: readonly (SessionStream | null)[], session: RelaySession | null): void {
    const kept = new Set(session === null ? [] : openStreams(session).map(({ slot }) => slot));
    for (const stream of planned) if (stream !== null && !kept.has(stream.slot)) this.#slots.give(stream.slot);
  }

  /** A side without ports yet. */
  #sideIn(network: string): SessionSide {
    const { address = "", advertise = null, learn = "same-address", sources = "one" } = this.#networks[network] ?? {};
    return { network, address, port: 0, advertise: advertise ?? address, learn, manySources: sources === "many" };
  }

  #show(
    session: RelaySession,
    view: {
      readonly to: MediaSide;
      readonly description: SessionDescription;
      readonly targets: readonly StreamTarget[];
      /** Where a description without any stream gets its address from; null when it must be known already. */
      readonly network: string | null;
      readonly mux: readonly boolean[];
    },
  ): SessionDescription {
    const { to, description, targets, network, mux } = view;
    const sides = session.streams.map((stream) => stream?.[to] ?? null);
    const first = sides.find((side) => side !== null);
    const address = first?.advertise ?? this.#sideIn(network ?? "").advertise;
    const ports = description.media.map((_, index) => {
      const carried = targets[index]?.kind !== "none" && session.offer.targets[index]?.kind !== "none";
      return carried ? (sides[index]?.port ?? null) : null;
    });
    return placeStreams(description, { address, ports, mux, fingerprint: session.fingerprint });
  }

  #configureCommand(): RelayCommand {
    return { op: "configure", networks: networkMessages(this.#networks) };
  }

  #nextNumber(): number {
    this.#lastNumber = (this.#lastNumber % 0xffffffff) + 1;
    return this.#lastNumber;
  }

  /** Sessions of a process that is gone: whoever names one has it, and the rest are released when nobody did for long enough. */
  #adopt(notes: readonly SessionNote[]): void {
    for (const note of notes) {
      const session = readNote(note);
      this.#lastNumber = Math.max(this.#lastNumber, note.session);
      for (const [slot] of note.ports) this.#slots.claim(slot);
      if (session === null) {
        const slots = note.ports.map(([slot]) => slot);
        void this.#supervisor.request({ op: "close", session: note.session, slots });
        continue;
      }
      this.#sessions.set(session.id, session);
      this.#byNumber.set(session.number, session);
      for (const stream of openStreams(session)) this.#ownPorts.add(stream);
      this.#orphans.add(session.id);
    }
    this.#orphansEnd = setTimeout(() => this.#releaseOrphans(), this.#options.orphanGraceMs ?? DEFAULT_ORPHAN_GRACE_MS);
    this.#orphansEnd.unref();
  }

  #releaseOrphans(): void {
    const sessions = this.orphans;
    if (sessions.length > 0) this.#options.log.warn("media sessions that nobody claimed are released", { sessions });
    for (const session of sessions) this.execute({ kind: "release", session }, () => undefined);
  }

  #onReport(report: Exclude<RelayReport, { id: number }>): void {
    const session = this.#byNumber.get(report.session);
    if (session === undefined) return;
    if (report.event === "timeout") {
      this.onEvent?.(session.id, { kind: "timeout", afterMs: session.timeoutMs });
      return;
    }
    const stream = session.streams.findIndex((one) => one?.slot === report.slot);
    const side = report.side === 0 ? "a" : "b";
    if (stream < 0) return;
    const { oneWayMs } = session;
    if (report.event === "one-way")
      this.#options.log.warn("one-way audio", { call: session.id, stream, silent: side, afterMs: oneWayMs });
    this.onEvent?.(session.id, eventOf(report, { side, stream, oneWayMs }));
  }

  /** A stream that a new relay could not have back carries nothing any more: to the engine that is silence. */
  #onLost(command: RelayCommand, detail: string): void {
    this.#options.log.error("a session is lost with the relay that had it", { detail });
    const session = command.op === "open" ? this.#byNumber.get(command.session) : undefined;
    if (session !== undefined) this.onEvent?.(session.id, { kind: "timeout", afterMs: 0 });
  }
}
