// The media plane of rtpengine: the same offers and answers, carried out by daemons over their ng protocol.

import type { MediaCommand, MediaResult, MediaSessionId, MediaSide } from "../../engine/index.ts";
import { cryptoLines } from "../../protocol/sdp/index.ts";
import { ForbiddenTargets } from "../forbidden-targets.ts";
import type { MediaPlane } from "../media-plane.ts";
import { fail, type MediaFailure, succeed } from "../media-results.ts";
import { OwnPorts } from "../own-ports.ts";
import { SessionOrder } from "../session-order.ts";
import { isHandshaken, readTargets, speaksBothWays } from "../stream-address.ts";
import { readCallReport, statisticsOf } from "./call-report.ts";
import { agree, causeOf, openStreams } from "./conversation.ts";
import { FoundCalls } from "./found-calls.ts";
import { type Instance, Instances } from "./instances.ts";
import type { RtpengineNetwork, RtpenginePlaneOptions } from "./rtpengine-options.ts";
import {
  callName,
  draftOf,
  otherSide,
  ownStreams,
  type RtpengineSession,
  type SessionSide,
  type StandingOffer,
  tagOf,
} from "./rtpengine-session.ts";
import { SessionWatch } from "./session-watch.ts";
import { showStreams } from "./show-streams.ts";
import { WatchRounds } from "./watch-rounds.ts";

export interface RtpenginePlane extends MediaPlane {
  /** At least one instance answers. */
  readonly up: boolean;
  /** The sessions that an earlier process left, and that no command has named since. */
  readonly orphans: readonly MediaSessionId[];
  /** Each instance, whether it answers, and how many sessions it has. */
  instances(): readonly { readonly name: string; readonly up: boolean; readonly sessions: number }[];
  /** Calls go on without us. Later commands are answered `unavailable`. */
  close(): Promise<void>;
}

const DEFAULT_ONE_WAY_AFTER_MS = 10_000;
const DEFAULT_ORPHAN_GRACE_MS = 60_000;
const DEFAULT_WATCH_EVERY_MS = 2000;
const SIDES = ["a", "b"] as const;
const WITHOUT_HANDSHAKES = "keys by DTLS are agreed on by the embedded relay alone";
const WITHOUT_ICE = "connectivity checks (ICE) are answered by the embedded relay alone";

/** An rtpengine that is not there yet is no fault: calls are refused until one answers. */
export async function startRtpenginePlane(options: RtpenginePlaneOptions): Promise<RtpenginePlane> {
  const plane = new NgPlane(options);
  await plane.start();
  return plane;
}

type Command<Kind> = Extract<MediaCommand, { kind: Kind }>;

class NgPlane implements RtpenginePlane {
  onEvent: MediaPlane["onEvent"] = null;
  readonly #options: RtpenginePlaneOptions;
  readonly #sessions = new Map<MediaSessionId, RtpengineSession>();
  readonly #order: SessionOrder;
  readonly #ownPorts = new OwnPorts();
  readonly #forbidden: ForbiddenTargets;
  readonly #instances: Instances;
  readonly #found: FoundCalls;
  readonly #rounds: WatchRounds;

  constructor(options: RtpenginePlaneOptions) {
    this.#options = options;
    const { log, networks, owner } = options;
    this.#order = new SessionOrder(log);
    this.#forbidden = new ForbiddenTargets({
      ownPorts: this.#ownPorts,
      networks: () => networks,
      services: options.services ?? (() => []),
    });
    this.#found = new FoundCalls({
      owner,
      graceMs: options.orphanGraceMs ?? DEFAULT_ORPHAN_GRACE_MS,
      log,
      isKnown: (session) => this.#sessions.has(session),
      release: (session) => this.execute({ kind: "release", session }, () => undefined),
    });
    this.#instances = new Instances(options.instances, { log, onUp: (instance) => this.#found.look(instance) });
    this.#rounds = new WatchRounds({
      everyMs: options.watchEveryMs ?? DEFAULT_WATCH_EVERY_MS,
      sessions: this.#sessions,
      onEvent: (session, event) => this.onEvent?.(session, event),
      log,
    });
  }

  get up(): boolean {
    return this.#instances.up;
  }

  get orphans(): readonly MediaSessionId[] {
    return this.#found.unclaimed;
  }

  instances() {
    const counts = new Map<Instance, number>();
    for (const { instance } of this.#sessions.values()) counts.set(instance, (counts.get(instance) ?? 0) + 1);
    return this.#instances.all.map((instance) => {
      return { name: instance.name, up: instance.up, sessions: counts.get(instance) ?? 0 };
    });
  }

  async start(): Promise<void> {
    await this.#instances.start();
    if (!this.up) this.#options.log.error("no rtpengine answers: calls are refused until one does");
    this.#rounds.start();
  }

  close(): Promise<void> {
    this.#rounds.stop();
    this.#found.close();
    this.#instances.close();
    return Promise.resolve();
  }

  execute(command: MediaCommand, reply: (result: MediaResult) => void): void {
    this.#order.give(command, () => this.#carryOut(command), reply);
  }

  async #carryOut(command: MediaCommand): Promise<MediaResult> {
    await this.#claim(command.session);
    switch (command.kind) {
      case "offer":
        return this.#offer(command);
      case "answer":
        return this.#answer(command);
      case "tone":
        return fail("unsupported", "rtpengine is not asked for tones; use the embedded relay where media.dtmf differs");
      case "query":
        return this.#query(command);
      case "release":
        return this.#release(command);
    }
  }

  /** One that an earlier process left is ours from the first command that names it. */
  async #claim(id: MediaSessionId): Promise<void> {
    const session = this.#sessions.has(id) ? null : await this.#found.claim(id);
    if (session === null) return;
    const sideOf = ({ network, address, tag }: SessionSide) => {
      return { network, address, tag, learn: this.#networkNamed(network).learn ?? "none" };
    };
    session.sides = { a: sideOf(session.sides.a), b: sideOf(session.sides.b) };
    this.#keep(session);
  }

  async #offer({ session: id, from, description, networks }: Command<"offer">): Promise<MediaResult> {
    for (const name of Object.values(networks)) {
      if (this.#options.networks[name] === undefined) return fail("unknown-network", `${name} has no media address`);
    }
    const checked = description.media.some(({ attributes }) => attributes.some(({ name }) => name === "ice-ufrag"));
    if (checked) return fail("unsupported", WITHOUT_ICE);
    if (description.media.some(isHandshaken)) return fail("unsupported", WITHOUT_HANDSHAKES);
    const targets = readTargets(description);
    const fault = this.#forbidden.faultOf(targets, this.#networkNamed(networks[from]).address);
    if (fault !== null) return fail("unusable-address", fault);
    const muxOffered = this.#networkNamed(networks[otherSide(from)]).rtcpMux === "offer";
    const offer = { from, description, targets, muxOffered, speaks: speaksBothWays(description) };
    const standing = this.#sessions.get(id) ?? null;
    const opened =
      standing === null ? await this.#open(id, networks, offer) : await this.#openMore(standing, networks, offer);
    if ("ok" in opened) return opened;
    opened.offer = offer;
    const mux = targets.map(() => muxOffered);
    return showStreams(opened, { to: otherSide(from), description, targets, mux });
  }

  /** On one instance after the other, until one takes it. */
  async #open(
    id: MediaSessionId,
    networks: Readonly<Record<MediaSide, string>>,
    offer: StandingOffer,
  ): Promise<RtpengineSession | MediaFailure> {
    const tried = new Set<Instance>();
    let refusal = fail("unavailable", "no rtpengine answers");
    for (let instance = this.#instances.choose(tried); instance !== null; instance = this.#instances.choose(tried)) {
      tried.add(instance);
      const session = this.#newSession(id, instance, networks);
      const failure = await openStreams(session, offer);
      if (failure === null) {
        this.#keep(session);
        return session;
      }
      // It may have opened ports all the same.
      void instance.end(session.call);
      refusal = failure;
    }
    return refusal;
  }

  #newSession(id: MediaSessionId, instance: Instance, networks: Readonly<Record<MediaSide, string>>): RtpengineSession {
    return {
      id,
      instance,
      call: callName(this.#options.owner, id),
      sides: { a: this.#sideOn(instance, "a", networks.a), b: this.#sideOn(instance, "b", networks.b) },
      streams: [],
      dscp: this.#networkNamed(networks.a).dscp ?? null,
      offer: null,
      told: { a: [], b: [] },
      watch: new SessionWatch(performance.now()),
    };
  }

  /** What a standing session lacks for an offer: streams that it has not had, keys, a side in another network. */
  async #openMore(
    session: RtpengineSession,
    networks: Readonly<Record<MediaSide, string>>,
    offer: StandingOffer,
  ): Promise<RtpengineSession | MediaFailure> {
    const to = otherSide(offer.from);
    const moved = SIDES.filter((side) => session.sides[side].network !== networks[side]);
    const lacksPorts = offer.targets.some(
      ({ kind }, index) => kind !== "none" && (session.streams[index]?.ports[to] ?? 0) === 0,
    );
    const lacksKeys = offer.description.media.some((media, index) => {
      return cryptoLines(media).length > 0 && (session.streams[index]?.own[to].size ?? 0) === 0;
    });
    if (moved.length === 0 && !lacksPorts && !lacksKeys) return session;
    // An offer has rtpengine take other keys at once, which the answerer has not agreed to yet.
    const keyed = SIDES.every((side) => session.told[side].some(({ keys }) => keys !== null));
    if (keyed && moved.length === 0) {
      return fail("unsupported", "rtpengine adds no stream to a call that is encrypted on both sides");
    }
    const draft = draftOf(session);
    const sideOf = (side: MediaSide) =>
      moved.includes(side) ? this.#sideOn(session.instance, side, networks[side]) : session.sides[side];
    draft.sides = { a: sideOf("a"), b: sideOf("b") };
    for (const side of moved) {
      draft.told[side] = [];
      for (const stream of draft.streams) if (stream !== null) Object.assign(stream, portless(stream, side));
    }
    const failure = await openStreams(draft, offer);
    const left = failure === null ? session.sides : draft.sides;
    for (const side of moved) await session.instance.endBranch(session.call, left[side].tag);
    if (failure !== null) return failure;
    this.#disown(session);
    Object.assign(session, { sides: draft.sides, streams: draft.streams, told: draft.told });
    this.#own(session);
    return session;
  }

  async #answer(command: Command<"answer">): Promise<MediaResult> {
    const { session: id, from, description, keys = null, dtls, ice, timeoutMs } = command;
    const session = this.#sessions.get(id);
    if (session === undefined) return fail("unknown-session", id);
    const { offer } = session;
    if (offer === null || offer.from === from) {
      return fail("unknown-session", `${id} has no offer that side ${from} could answer`);
    }
    if (dtls !== undefined && [...dtls.a, ...dtls.b].some((one) => one !== null))
      return fail("unsupported", WITHOUT_HANDSHAKES);
    if (ice !== undefined && [...ice.a, ...ice.b].some((one) => one !== null)) return fail("unsupported", WITHOUT_ICE);
    const targets = readTargets(description);
    const fault = this.#forbidden.faultOf(targets, this.#networkNamed(session.sides[from].network).address);
    if (fault !== null) return fail("unusable-address", fault);
    this.#disown(session);
    const failure = await agree(session, offer, { from, description, targets, keys });
    this.#own(session);
    if (failure?.cause === "unknown-session") this.#forget(session);
    if (failure !== null) return failure;
    const both = speaksBothWays(description);
    const speaks = offer.speaks.some((speaks, index) => speaks && both[index] === true);
    const { mediaTimeoutMs, oneWayAfterMs = DEFAULT_ONE_WAY_AFTER_MS } = this.#options;
    const terms = { timeoutMs: speaks ? (timeoutMs ?? mediaTimeoutMs) : 0, oneWayMs: oneWayAfterMs };
    session.watch.agree(terms, performance.now());
    const mux = offer.targets.map((target) => target.kind === "address" && target.mux);
    return showStreams(session, { to: offer.from, description, targets, mux });
  }

  async #query({ session: id }: Command<"query">): Promise<MediaResult> {
    const session = this.#sessions.get(id);
    return session === undefined ? fail("unknown-session", id) : this.#read(session);
  }

  async #release({ session: id }: Command<"release">): Promise<MediaResult> {
    const session = this.#sessions.get(id);
    if (session === undefined) return succeed(null);
    this.#forget(session);
    // What ends a call tells nothing of it.
    const result = await this.#read(session);
    if (!result.ok && result.cause === "unavailable") session.instance.owe(session.call);
    else await session.instance.end(session.call);
    return result;
  }

  async #read({ instance, call, sides, watch }: RtpengineSession): Promise<MediaResult> {
    const reply = await instance.ask({ command: "query", "call-id": call });
    if (!reply.ok) return fail(causeOf(reply.failure), reply.failure.detail);
    const tags = { a: sides.a.tag, b: sides.b.tag };
    const firstAt = (stream: number, side: MediaSide) => watch.firstPacketAt(stream, side);
    return { ok: true, description: null, streams: statisticsOf(readCallReport(reply.value), tags, firstAt) };
  }

  #sideOn(instance: Instance, side: MediaSide, network: string): SessionSide {
    const { address, advertise, learn = "none" } = this.#networkNamed(network);
    const shown = instance.addresses[network] ?? advertise ?? address;
    return { network, address: shown, learn, tag: tagOf(side, network) };
  }

  #networkNamed(name: string): RtpengineNetwork {
    return this.#options.networks[name] ?? { address: "", portFrom: 0, portTo: 0, advertise: null };
  }

  #keep(session: RtpengineSession): void {
    this.#sessions.set(session.id, session);
    this.#own(session);
  }

  #forget(session: RtpengineSession): void {
    this.#sessions.delete(session.id);
    this.#disown(session);
  }

  #own(session: RtpengineSession): void {
    for (const stream of ownStreams(session)) this.#ownPorts.add(stream);
  }

  #disown(session: RtpengineSession): void {
    for (const stream of ownStreams(session)) this.#ownPorts.delete(stream);
  }
}

function portless({ ports, own }: RtpengineSession["streams"][number] & object, side: MediaSide) {
  return { ports: { ...ports, [side]: 0 }, own: { ...own, [side]: new Map() } };
}
