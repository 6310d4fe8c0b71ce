// A world of agents on virtual time: datagrams with faults, timers, media and names, everything out of one seeded sequence, so that a run repeats
// exactly. It holds the agents to the loop's contract: one input, all its actions, then the next input.

import { type Millis, type Random, randomBelow } from "../base/index.ts";
import type { Answer } from "../engine/index.ts";
import type { MediaPlane } from "../media/media-plane.ts";
import {
  DEFAULT_PORTS,
  type Flow,
  type LocateQuery,
  type ServerPlace,
  type TransportName,
} from "../protocol/transport/index.ts";
import type { Agent, LabAction, LabInput } from "./agent.ts";
import { copiesOf, isSevered, type LinkFaults, type Partition, PERFECT_LINK, randomBetween } from "./link-faults.ts";
import { type ClockEvent, VirtualClock } from "./virtual-clock.ts";

export interface NodeListener {
  readonly network: string;
  readonly transport: TransportName;
  readonly address: string;
  readonly port: number;
}

export interface NodeOptions {
  readonly name: string;
  readonly agent: Agent;
  readonly listeners: readonly NodeListener[];
  /** Answers the node's media actions. Without one they are an error of the node's. */
  readonly media?: MediaPlane;
}

export interface SentMessage {
  readonly at: Millis;
  readonly from: string;
  /** The receiving node; null when nobody listens there. */
  readonly to: string | null;
  readonly flow: Flow;
  readonly text: string;
  /** How many copies will arrive: none when it is lost or nobody listens. */
  readonly copies: number;
}

/** Sees all that happens. Every method is called before its consequences. */
export interface NetworkObserver {
  sent?(message: SentMessage): void;
  /** Before `node` hears it. */
  delivered?(node: string, input: LabInput, now: Millis): void;
  /** Each action of a node that is no send, timer or resolve. */
  acted?(node: string, action: LabAction, now: Millis): void;
  /** What a node must not do: throw, or send from an address that is not its own. */
  broke?(node: string, detail: string, now: Millis): void;
}

export type DecideAction = Extract<LabAction, { kind: "decide" }>;

export interface VirtualNetworkOptions {
  readonly random: Random;
  readonly faults?: LinkFaults;
  readonly observer?: NetworkObserver;
  /** Names that can be resolved; every other one fails. */
  readonly hosts?: ReadonlyMap<string, readonly string[]>;
  /** What those outside say to the questions of a node; null for nothing, ever. Without it nobody answers. */
  readonly decide?: (asked: DecideAction) => Answer | null;
  /** Timers fire up to this much late. Default 0. */
  readonly timerLatenessMs?: Millis;
  /** What the clock shows at first. Default 0. */
  readonly startAt?: Millis;
}

interface WorldEvent extends ClockEvent {
  /** Null for an event of the world itself. */
  readonly node: WorldNode | null;
  readonly input: LabInput | null;
  readonly run: (() => void) | null;
}

interface WorldNode {
  readonly name: string;
  readonly agent: Agent;
  readonly listeners: readonly NodeListener[];
  readonly media: MediaPlane | null;
  readonly timers: Map<string, WorldEvent>;
  /** When the last datagram to each other node arrives; without reordering none overtakes it. */
  readonly lastArrival: Map<string, Millis>;
}

interface Destination {
  readonly node: WorldNode;
  readonly network: string;
}

export class VirtualNetwork {
  faults: LinkFaults;
  observer: NetworkObserver;
  readonly #random: Random;
  readonly #clock: VirtualClock<WorldEvent>;
  readonly #nodes = new Map<string, WorldNode>();
  readonly #destinations = new Map<string, Destination>();
  readonly #hosts: ReadonlyMap<string, readonly string[]>;
  readonly #answer: (asked: DecideAction) => Answer | null;
  readonly #timerLatenessMs: Millis;
  readonly #silentAddresses = new Set<string>();
  #partitions: Partition[] = [];
  #held = false;

  constructor(options: VirtualNetworkOptions) {
    this.#clock = new VirtualClock(options.startAt ?? 0);
    this.#random = options.random;
    this.faults = options.faults ?? PERFECT_LINK;
    this.observer = options.observer ?? {};
    this.#hosts = options.hosts ?? new Map();
    this.#answer = options.decide ?? (() => null);
    this.#timerLatenessMs = options.timerLatenessMs ?? 0;
  }

  get now(): Millis {
    return this.#clock.now;
  }

  /** Whether nothing will happen any more by itself. */
  get idle(): boolean {
    return this.#clock.idle;
  }

  addNode(options: NodeOptions): void {
    const { name, agent, listeners } = options;
    const media = options.media ?? null;
    const node: WorldNode = { name, agent, listeners, media, timers: new Map(), lastArrival: new Map() };
    this.#nodes.set(name, node);
    for (const { transport, address, port, network } of listeners) {
      this.#destinations.set(`${transport}|${address}|${port}`, { node, network });
    }
    if (media !== null) {
      media.onEvent = (session, event) => this.#push(node, this.now, { kind: "media-event", session, event });
    }
  }

  /** Gives `node` an input at a time, now or later. */
  schedule(node: string, at: Millis, input: LabInput): void {
    this.#push(this.#nodeOf(node), at, input);
  }

  /** Runs something of the host's own at a time. Also the `schedule` that a fake media plane takes. */
  scheduleRun(at: Millis, run: () => void): void {
    this.#clock.schedule({ at, sequence: this.#clock.nextSequence(), cancelled: false, node: null, input: null, run });
  }

  /** A datagram from an address that need not be anybody's. */
  sendDatagram(flow: Flow, text: string): void {
    this.#send("?", flow, text);
  }

  /** Nothing that is sent there is answered, not even by an error. */
  silence(address: string): void {
    this.#silentAddresses.add(address);
  }

  sever(partition: Partition): void {
    this.#partitions = this.#partitions.filter(({ until }) => until > this.now);
    this.#partitions.push(partition);
  }

  /** The keys of the timers that a node has running. */
  timersOf(node: string): string[] {
    return [...this.#nodeOf(node).timers.keys()];
  }

  /** Lets the time pass to `until`, with all that happens in it. */
  runUntil(until: Millis): void {
    for (let event = this.#clock.next(until); event !== null; event = this.#clock.next(until)) this.#happen(event);
    this.#clock.now = until;
  }

  /** Runs until nothing is to come, or until it is held. False when there still is something, at `limit` or where it was held. */
  runUntilIdle(limit: Millis): boolean {
    this.#held = false;
    for (let event = this.#clock.next(limit); event !== null; event = this.#clock.next(limit)) {
      this.#happen(event);
      if (this.#held) break;
    }
    return this.#clock.idle;
  }

  /** Lets `runUntilIdle` return after what is happening now: somebody outside of this world has to say something first. */
  hold(): void {
    this.#held = true;
  }

  #nodeOf(name: string): WorldNode {
    const node = this.#nodes.get(name);
    if (node === undefined) throw new RangeError(`there is no node ${name}`);
    return node;
  }

  #push(node: WorldNode, at: Millis, input: LabInput): WorldEvent {
    const sequence = this.#clock.nextSequence();
    const event: WorldEvent = { at, sequence, cancelled: false, node, input, run: null };
    this.#clock.schedule(event);
    return event;
  }

  #happen(event: WorldEvent): void {
    const { node, input } = event;
    if (node === null || input === null) {
      event.run?.();
      return;
    }
    // The same key may have been started again while this event waited: then this one was cancelled, and is not here.
    if (input.kind === "timer") node.timers.delete(input.key);
    this.observer.delivered?.(node.name, input, this.now);
    for (const action of this.#handle(node, input)) this.#carryOut(node, action);
  }

  #handle(node: WorldNode, input: LabInput): readonly LabAction[] {
    try {
      return node.agent.handle(input, this.now);
    } catch (error) {
      const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
      this.observer.broke?.(node.name, `threw on a ${input.kind}: ${detail}`, this.now);
      return [];
    }
  }

  #carryOut(node: WorldNode, action: LabAction): void {
    switch (action.kind) {
      case "send":
        if (!isOwn(node, action.flow))
          this.observer.broke?.(node.name, `sent from ${formatSource(action.flow)}`, this.now);
        this.#send(node.name, action.flow, action.text);
        break;
      case "start-timer":
        this.#startTimer(node, action.key, action.at);
        break;
      case "stop-timer":
        this.#stopTimer(node, action.key);
        break;
      case "resolve":
        this.#resolve(node, action.token, action.query);
        break;
      case "decide":
        this.#decide(node, action);
        break;
      default:
        this.observer.acted?.(node.name, action, this.now);
        if (action.kind === "media") this.#command(node, action);
    }
  }

  #startTimer(node: WorldNode, key: string, at: Millis): void {
    this.#stopTimer(node, key);
    const lateness = this.#timerLatenessMs === 0 ? 0 : randomBetween(this.#random, 0, this.#timerLatenessMs);
    node.timers.set(key, this.#push(node, Math.max(at, this.now) + lateness, { kind: "timer", key }));
  }

  #stopTimer(node: WorldNode, key: string): void {
    const running = node.timers.get(key);
    if (running === undefined) return;
    running.cancelled = true;
    node.timers.delete(key);
  }

  #resolve(node: WorldNode, token: string, { host, port, transport }: LocateQuery): void {
    const addresses = this.#hosts.get(host);
    const spoken = transport ?? "udp";
    const result =
      addresses === undefined
        ? { ok: false as const, detail: `no such name: ${host}` }
        : { ok: true as const, places: addresses.map((address) => placeAt(address, port, spoken)) };
    this.#push(node, this.now + randomBelow(this.#random, 20), { kind: "resolved", token, result });
  }

  #decide(node: WorldNode, action: DecideAction): void {
    const answer = this.#answer(action);
    const { token } = action;
    if (answer !== null) this.#push(node, this.now + randomBelow(this.#random, 50), { kind: "decided", token, answer });
  }

  #command(node: WorldNode, action: Extract<LabAction, { kind: "media" }>): void {
    const { token, command } = action;
    if (node.media === null) {
      this.observer.broke?.(node.name, "has no media plane to command", this.now);
      return;
    }
    node.media.execute(command, (result) => this.#push(node, this.now, { kind: "media-reply", token, result }));
  }

  #send(from: string, flow: Flow, text: string): void {
    const destination = this.#destinations.get(`${flow.transport}|${flow.remoteAddress}|${flow.remotePort}`);
    if (destination === undefined) {
      this.observer.sent?.({ at: this.now, from, to: null, flow, text, copies: 0 });
      this.#refuse(from, flow);
      return;
    }
    const { node } = destination;
    const severed = this.#partitions.length > 0 && isSevered(this.#partitions, { from, to: node.name }, this.now);
    const silent = this.#silentAddresses.has(flow.remoteAddress);
    const copies = severed || silent ? 0 : copiesOf(this.faults, this.#random);
    this.observer.sent?.({ at: this.now, from, to: node.name, flow, text, copies });
    if (copies === 0) return;
    const input: LabInput = { kind: "datagram", flow: reverse(flow, destination.network), text };
    for (let copy = 0; copy < copies; copy += 1) this.#push(node, this.#arrivalAt(node, from), input);
  }

  /** A closed port: ICMP comes back, where the sender is one that can be told. */
  #refuse(from: string, flow: Flow): void {
    const sender = this.#nodes.get(from);
    if (sender === undefined || this.#silentAddresses.has(flow.remoteAddress)) return;
    const at = this.now + randomBetween(this.#random, this.faults.delayMinMs, this.faults.delayMaxMs);
    this.#push(sender, at, { kind: "transport-error", flow, detail: "connection refused" });
  }

  #arrivalAt(node: WorldNode, from: string): Millis {
    const { faults } = this;
    const arrival = this.now + randomBetween(this.#random, faults.delayMinMs, faults.delayMaxMs);
    if (faults.reordering > 0 && this.#random.uint32() < faults.reordering * 4294967296) {
      return arrival + randomBetween(this.#random, 0, faults.holdMaxMs);
    }
    const inOrder = Math.max(arrival, node.lastArrival.get(from) ?? 0);
    node.lastArrival.set(from, inOrder);
    return inOrder;
  }
}

function placeAt(address: string, port: number | null, transport: TransportName): ServerPlace {
  return { address, port: port ?? DEFAULT_PORTS[transport], transport };
}

function isOwn(node: WorldNode, flow: Flow): boolean {
  for (const { network, transport, address, port } of node.listeners) {
    if (address !== flow.localAddress || port !== flow.localPort) continue;
    if (network === flow.network && transport === flow.transport) return true;
  }
  return false;
}

function formatSource(flow: Flow): string {
  return `${flow.transport} ${flow.localAddress}:${flow.localPort} in ${flow.network}, which is not its own`;
}

/** The flow as its receiver sees it. */
function reverse(flow: Flow, network: string): Flow {
  return {
    network,
    transport: flow.transport,
    localAddress: flow.remoteAddress,
    localPort: flow.remotePort,
    remoteAddress: flow.localAddress,
    remotePort: flow.localPort,
  };
}
