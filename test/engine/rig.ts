// The engine between hand-written peers: an office's border with its clock, its timers and a media plane that can be told to wait or fail.
import { expect } from "vitest";
import { seededRandom } from "../../src/base/index.ts";
import {
  type Action,
  type Answer,
  type CallRecord,
  createEngine,
  type EmergencyStep,
  type Engine,
  type EngineOptions,
  type Input,
  type MediaCommand,
  type MediaFailureCause,
  type MediaResult,
} from "../../src/engine/index.ts";
import { isHandshaken } from "../../src/media/media-plane.ts";
import { type Configuration, parseConfiguration } from "../../src/model/index.ts";
import type { Flow, LocateQuery } from "../../src/protocol/transport/index.ts";
import { createDigestHash } from "../../src/runtime/index.ts";
import { type Message, readMessage } from "./peer.ts";

export type PeerName = "pbx" | "carrier-a" | "carrier-b" | "stranger";

const PEERS: Readonly<Record<PeerName, { network: string; local: string; address: string; port: number }>> = {
  pbx: { network: "lan", local: "127.0.0.1", address: "10.0.0.20", port: 5080 },
  "carrier-a": { network: "wan", local: "127.0.0.2", address: "192.0.2.3", port: 5060 },
  "carrier-b": { network: "wan", local: "127.0.0.2", address: "192.0.2.4", port: 5060 },
  stranger: { network: "wan", local: "127.0.0.2", address: "192.0.2.99", port: 5060 },
};

/** Of our certificate, which there is none of. */
const FINGERPRINT = Array.from({ length: 32 }, () => "FA").join(":");

const OFFICE = {
  country: "US",
  emergencyNumbers: ["911", "933"],
  networks: {
    lan: {
      listen: [{ transport: "udp", address: "127.0.0.1", port: 5060 }],
      media: { address: "127.0.0.1", ports: "20000-24999" },
    },
    wan: {
      listen: [{ transport: "udp", address: "127.0.0.2", port: 5060 }],
      media: { address: "127.0.0.2", ports: "30000-34999" },
    },
  },
  trunks: {
    pbx: {
      role: "pbx",
      network: "lan",
      targets: [{ uri: "sip:10.0.0.20:5080" }],
      identify: { addresses: ["10.0.0.20/32"] },
    },
    "carrier-a": {
      role: "provider",
      network: "wan",
      targets: [{ uri: "sip:192.0.2.3:5060" }],
      identify: { addresses: ["192.0.2.3/32"] },
      failover: { attemptTimeout: "2s" },
      limits: { calls: 3, emergencyReserve: 1 },
    },
    "carrier-b": {
      role: "provider",
      network: "wan",
      targets: [{ uri: "sip:192.0.2.4:5060" }],
      identify: { addresses: ["192.0.2.4/32"] },
      limits: { calls: 1 },
    },
  },
  numbers: [{ range: ["+12025550100", "+12025550199"], trunk: "pbx" }],
  routes: [
    { name: "emergency", match: { emergency: true }, to: ["carrier-a", "carrier-b"] },
    { name: "inbound", match: { from: ["carrier-a", "carrier-b"] }, to: "numbers" },
    {
      name: "premium",
      match: { from: "pbx", called: "+1900*" },
      to: { reject: 403, reason: "Premium numbers are blocked" },
    },
    { name: "outbound", match: { from: "pbx", called: "+*" }, to: ["carrier-a", "carrier-b"] },
  ],
};

/** The office with a route before its own that asks somebody outside about calls to these numbers. */
export function askingOutside(called: readonly string[]): Settings {
  const [emergency, ...routes] = OFFICE.routes;
  const asked = { name: "asked", match: { called }, to: { hook: "outside" } };
  const hooks = { outside: { url: "https://outside.example/", deadline: "10s" } };
  return { hooks, routes: [emergency, asked, ...routes] };
}

export type Settings = Readonly<Record<string, unknown>>;

/** The settings of a trunk, group by group: what one group says further does not take away what it said. */
function joinSettings(one: Settings, more: Settings): Settings {
  const joined: Record<string, unknown> = { ...one };
  for (const [name, value] of Object.entries(more)) {
    const before = joined[name];
    joined[name] = isGroup(before) && isGroup(value) ? joinSettings(before, value) : value;
  }
  return joined;
}

function isGroup(value: unknown): value is Settings {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

interface Office {
  readonly more: Readonly<Partial<Record<PeerName, Settings>>>;
  readonly besides: Settings;
  readonly configuration: Configuration;
}

/** Of a test that makes thousands of rigs of the same two objects. */
let lastOffice: Office | null = null;

function officeConfiguration(more: Office["more"], besides: Settings): Configuration {
  if (lastOffice?.more === more && lastOffice.besides === besides) return lastOffice.configuration;
  const trunks = Object.entries(OFFICE.trunks).map(([name, trunk]) => [
    name,
    joinSettings(trunk, more[name as PeerName] ?? {}),
  ]);
  const parsed = parseConfiguration({ ...OFFICE, ...besides, trunks: Object.fromEntries(trunks) });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.failure));
  lastOffice = { more, besides, configuration: parsed.value };
  return parsed.value;
}

const UNAVAILABLE: MediaResult = { ok: false, cause: "unavailable", detail: "told to fail" };

interface AskedMedia {
  readonly token: string;
  readonly command: MediaCommand;
}

/** Something that goes wrong once, the nth time that it could, counted from 1. */
export interface RigFault {
  readonly what: "media-fails" | "media-silent" | "send-fails" | "draw-throws";
  readonly nth: number;
}

export interface RigOptions {
  /** Of the configuration besides its trunks: numbers, routes and the like, in place of the office's. */
  readonly besides?: Settings;
  readonly fault?: RigFault | null;
  /** Whether after each input another engine goes on from what the one before wrote down. Default false. */
  readonly handOver?: boolean;
}

export class Rig {
  now = 1_800_000_000_000;
  engine: Engine;
  /** How often each thing that could go wrong could have. */
  readonly chances = { media: 0, send: 0, draw: 0 };
  readonly #options: RigOptions;
  #engineOptions: EngineOptions;
  readonly records: CallRecord[] = [];
  readonly emergencies: EmergencyStep[] = [];
  readonly logs: string[] = [];
  /** Media commands in order. */
  readonly media: MediaCommand[] = [];
  /** When set, media commands wait until `answerMedia`. */
  holdMedia = false;
  /** When set, media commands of this kind fail. */
  failMedia: MediaCommand["kind"] | null = null;
  /** Why they fail. */
  failCause: MediaFailureCause = "unavailable";
  readonly #held: AskedMedia[] = [];
  readonly #inputs: Input[] = [];
  /** Questions for the resolver, in order. */
  readonly resolving: { readonly token: string; readonly query: LocateQuery }[] = [];
  /** Questions for those outside, in order. */
  readonly deciding: Extract<Action, { kind: "decide" }>[] = [];
  #decidedLast: string | null = null;
  readonly #timers = new Map<string, number>();
  readonly #sent = new Map<PeerName, Message[]>();
  readonly everything: { to: PeerName; text: string }[] = [];
  /** What was sent and could not be; `after` so many of `everything`. */
  readonly failedSends: { to: PeerName; text: string; after: number }[] = [];

  /** @param more further settings of trunks */
  constructor(more: Readonly<Partial<Record<PeerName, Settings>>> = {}, options: RigOptions = {}) {
    this.#options = options;
    this.#engineOptions = {
      configuration: officeConfiguration(more, options.besides ?? {}),
      random: { uint32: () => this.#draw() },
      hash: createDigestHash(),
    };
    this.engine = createEngine(this.#engineOptions);
  }

  /** Does what Demarc does unasked, as at a start. */
  start(): void {
    this.give({ kind: "configuration", configuration: this.#engineOptions.configuration });
  }

  /** Another configuration of the trunks comes into use. */
  reconfigure(more: Readonly<Partial<Record<PeerName, Settings>>>): void {
    this.#engineOptions = {
      ...this.#engineOptions,
      configuration: officeConfiguration(more, this.#options.besides ?? {}),
    };
    this.start();
  }

  /** As at a stop: what is taken back is answered by nobody. */
  stop(): void {
    this.give({ kind: "drain", endCalls: true });
    this.pass(40_000);
  }

  /** What the peer has been sent since it was last asked. */
  sentTo(peer: PeerName): Message[] {
    const messages = this.#sent.get(peer) ?? [];
    this.#sent.delete(peer);
    return messages;
  }

  /** The first lines of what the peer has been sent since it was last asked. */
  linesTo(peer: PeerName): string[] {
    return this.sentTo(peer).map(({ firstLine }) => firstLine);
  }

  receive(peer: PeerName, text: string): void {
    this.give({ kind: "datagram", flow: flowOf(peer), text });
  }

  /** The peer cannot be reached. */
  break(peer: PeerName): void {
    this.give({ kind: "transport-error", flow: flowOf(peer), detail: "refused" });
  }

  /** Those outside answer the question that waits longest, or the one that they answered last once more. False where there is none. */
  decide(answer: Answer, { again = false }: { readonly again?: boolean } = {}): boolean {
    const token = again ? this.#decidedLast : (this.deciding.shift()?.token ?? null);
    this.#decidedLast = token;
    if (token !== null) this.give({ kind: "decided", token, answer });
    return token !== null;
  }

  answerMedia(): void {
    for (const { token, command } of this.#held.splice(0))
      this.give({ kind: "media-reply", token, result: this.#mediaResult(command) });
  }

  /** The plane cannot do what waits, and does what comes from then on. */
  refuseMedia(): void {
    this.holdMedia = false;
    for (const { token } of this.#held.splice(0)) this.give({ kind: "media-reply", token, result: UNAVAILABLE });
  }

  /** Lets time pass; timers fire in their order. */
  pass(ms: number): void {
    const until = this.now + ms;
    for (;;) {
      const next = [...this.#timers].filter(([, at]) => at <= until).sort((one, other) => one[1] - other[1])[0];
      if (next === undefined) break;
      const [key, at] = next;
      this.#timers.delete(key);
      this.now = Math.max(this.now, at);
      this.give({ kind: "timer", key });
    }
    this.now = until;
  }

  /** One input, then all its actions, then what they brought about. */
  give(input: Input): void {
    this.#inputs.push(input);
    if (this.#inputs.length > 1) return;
    for (let next = this.#inputs[0]; next !== undefined; next = this.#inputs[0]) {
      this.#handle(next);
      this.#inputs.shift();
    }
  }

  #handle(input: Input): void {
    const actions = this.engine.handle(input, this.now);
    for (const action of actions) {
      if (action.kind === "send") this.#send(action.flow, action.text);
      else if (action.kind === "start-timer") this.#timers.set(action.key, action.at);
      else if (action.kind === "stop-timer") this.#timers.delete(action.key);
      else if (action.kind === "record") this.records.push(action.record);
      else if (action.kind === "emergency") this.emergencies.push(action.step);
      else if (action.kind === "log") this.logs.push(`${action.level} ${action.message}`);
      else if (action.kind === "resolve") this.resolving.push(action);
      else if (action.kind === "decide") this.deciding.push(action);
      else this.#onMedia(action);
    }
    if (this.#options.handOver === true) this.#handOver();
  }

  #handOver(): void {
    const written = JSON.stringify(this.engine.snapshot());
    const next = createEngine(this.#engineOptions);
    const timers = next.restore(JSON.parse(written)).map((action) => {
      if (action.kind !== "start-timer") throw new Error(`the restored engine wants more: ${JSON.stringify(action)}`);
      return [action.key, action.at] as const;
    });
    expect(new Map(timers)).toEqual(this.#timers);
    expect(JSON.stringify(next.snapshot())).toBe(written);
    for (const view of ["status", "liveCalls"] as const) expect(next[view]()).toEqual(this.engine[view]());
    expect(next.trunkActivity(this.now)).toEqual(this.engine.trunkActivity(this.now));
    this.engine = next;
  }

  /** A fault of our own, planted: the next draw of randomness throws. */
  failNextDraw = false;
  readonly #random = seededRandom(7);

  /** Whether this is the time at which it goes wrong. */
  #fails(what: RigFault["what"], chance: number): boolean {
    const { fault = null } = this.#options;
    return fault?.what === what && fault.nth === chance;
  }

  #draw(): number {
    this.chances.draw += 1;
    if (this.#fails("draw-throws", this.chances.draw)) throw new Error("planted");
    if (!this.failNextDraw) return this.#random.uint32();
    this.failNextDraw = false;
    throw new Error("planted");
  }

  /** After everything has run out nothing may be left of any call, and each had one record. */
  expectNothingLeft(faults = 0): void {
    this.holdMedia = false;
    this.answerMedia();
    this.pass(24 * 3600 * 1000);
    expect(this.engine.status()).toMatchObject({ calls: 0, kept: 0, tags: 0, transactions: 0, faults });
    expect([...this.#timers.keys()]).toEqual([]);
    expect(
      this.engine
        .trunkActivity(this.now)
        .every(({ ingressCalls, egressCalls }) => ingressCalls === 0 && egressCalls === 0),
    ).toBe(true);
    const offered = new Set(this.media.filter(({ kind }) => kind === "offer").map(({ session }) => session));
    const released = this.media.filter(({ kind }) => kind === "release").map(({ session }) => session);
    // After a fault the engine may not know that it never came to ask: releasing what is not there does no harm.
    const needed = faults === 0 ? released : released.filter((session) => offered.has(session));
    expect(needed.sort()).toEqual([...offered].sort());
    expect(new Set(this.records.map(({ id }) => id)).size).toBe(this.records.length);
    expect(this.records.length).toBe(this.engine.status().callsSinceStart);
  }

  #onMedia(asked: AskedMedia): void {
    this.media.push(asked.command);
    this.chances.media += 1;
    if (this.#fails("media-silent", this.chances.media)) return;
    if (this.#fails("media-fails", this.chances.media))
      this.give({ kind: "media-reply", token: asked.token, result: UNAVAILABLE });
    else if (this.holdMedia) this.#held.push(asked);
    else this.give({ kind: "media-reply", token: asked.token, result: this.#mediaResult(asked.command) });
  }

  #mediaResult(command: MediaCommand): MediaResult {
    if (this.failMedia === command.kind) return { ok: false, cause: this.failCause, detail: "told to fail" };
    if (command.kind !== "offer" && command.kind !== "answer") return { ok: true, description: null, streams: [] };
    const [address, port] = command.from === "a" ? ["127.0.0.2", 30000] : ["127.0.0.1", 20000];
    const media = command.description.media.map((section) => ({
      ...section,
      port: section.port === 0 ? 0 : port,
      connection: null,
      attributes: [
        ...section.attributes,
        ...(isHandshaken(section) ? [{ name: "fingerprint", value: `sha-256 ${FINGERPRINT}` }] : []),
      ],
    }));
    return {
      ok: true,
      description: { ...command.description, connection: { addressType: "IP4", address }, media },
      streams: [],
    };
  }

  #send(flow: Flow, text: string): void {
    this.chances.send += 1;
    if (!this.#fails("send-fails", this.chances.send)) {
      this.#note(flow, text);
      return;
    }
    this.failedSends.push({ to: peerAt(flow), text, after: this.everything.length });
    this.give({ kind: "transport-error", flow, detail: "told to fail" });
  }

  #note(flow: Flow, text: string): void {
    const name = peerAt(flow);
    this.#sent.set(name, [...(this.#sent.get(name) ?? []), readMessage(text)]);
    this.everything.push({ to: name, text });
  }
}

function peerAt({ remoteAddress }: Flow): PeerName {
  const found = Object.entries(PEERS).find(([, peer]) => peer.address === remoteAddress);
  return (found?.[0] ?? "stranger") as PeerName;
}

export function flowOf(peer: PeerName): Flow {
  const { network, local, address, port } = PEERS[peer];
  return { network, transport: "udp", localAddress: local, localPort: 5060, remoteAddress: address, remotePort: port };
}
