// The world of one batch: an office's PBX, Demarc, two carriers, and what the network between them does.

import { type Random, randomBelow, randomToken, seededRandom } from "../../src/base/index.ts";
import { type Answer, createEngine, type Engine, type Question } from "../../src/engine/index.ts";
import {
  type Agent,
  type AnswerScript,
  Checkers,
  type CountedAudioPorts,
  createAudioPorts,
  createIdentity,
  Doorkeeper,
  type FakeMediaBooks,
  FakeMediaPlane,
  FaultyMedia,
  failWith,
  type LeftOver,
  Phone,
  VirtualNetwork,
} from "../../src/lab/index.ts";
import { CONTINUE, type Configuration, parseConfiguration } from "../../src/model/index.ts";
import { DigestServer, passwordHa1 } from "../../src/protocol/sip/index.ts";
import { createDigestHash } from "../../src/runtime/index.ts";
import type { Faults } from "./faults.ts";
import { handedOver } from "./hand-over.ts";

export type Peer = "pbx" | "carriera" | "carrierb";

export const BORDER = "demarc";
export const BORDER_ADDRESSES = { lan: "10.1.0.5", wan: "203.0.113.10" } as const;
export const PEERS: Readonly<Record<Peer, { readonly network: "lan" | "wan"; readonly address: string }>> = {
  pbx: { network: "lan", address: "10.1.0.20" },
  carriera: { network: "wan", address: "198.51.100.31" },
  carrierb: { network: "wan", address: "198.51.100.42" },
};
export const STRANGER_ADDRESS = "192.0.2.66";
export const PEER_NAMES = Object.keys(PEERS) as Peer[];

const PORT = 5060;
/** Longer than anything Demarc allows a call, so that it is Demarc's own limits that end a call whose peers are gone. */
const PATIENCE_MS = 900_000;

export interface Limits {
  readonly trunks: Readonly<Record<Peer, { calls?: number; callsPerSecond?: number; emergencyReserve?: number }>>;
  /** Streams that have ports on the outer side. */
  readonly streams: number;
}

/** Never reached. */
export const WIDE_LIMITS: Limits = { trunks: { pbx: {}, carriera: {}, carrierb: {} }, streams: 5000 };
/** Soon reached. */
export const TIGHT_LIMITS: Limits = {
  trunks: {
    pbx: { calls: 60, callsPerSecond: 30 },
    carriera: { calls: 25, callsPerSecond: 12, emergencyReserve: 2 },
    carrierb: { calls: 20 },
  },
  streams: 38,
};

/** Who wants session timers and how they are refreshed, whose transfers are carried out, whose redirections followed, and what of the other side each is passed. */
const SIGNALING: Readonly<Record<Peer, object>> = {
  pbx: { sessionExpires: "90s", passMethods: ["INFO", "OPTIONS"], transfer: "execute", redirect: "follow" },
  carriera: { minSessionExpires: "120s", passMethods: ["INFO"], transfer: "execute", redirect: "follow" },
  carrierb: { sessionExpires: "120s", sessionRefresh: "invite", transfer: "pass", redirect: "pass" },
};

/** What carriera asks for, where it asks. */
const LOGIN = { username: "trunk-0100", realm: "carriera.example", password: "Circle of Life" };

function configurationOf({ limits, asks, policy }: Pick<WorldOptions, "limits" | "asks" | "policy">) {
  const trunk = (peer: Peer, rest: object) => ({
    network: PEERS[peer].network,
    targets: [{ uri: `sip:${PEERS[peer].address}:${PORT}` }],
    identify: { addresses: [`${PEERS[peer].address}/32`] },
    failover: { attemptTimeout: "2s" },
    // What was planned for a call decides who takes it, and not how its target did in calls before.
    health: { downAfter: 20 },
    signaling: { reliableProvisional: peer === "carrierb" ? "off" : "supported", ...SIGNALING[peer] },
    ...rest,
    limits: { ringTimeout: "20s", maxDuration: "300s", ...limits.trunks[peer] },
  });
  const network = (name: "lan" | "wan", ports: string) => ({
    listen: [{ transport: "udp", address: BORDER_ADDRESSES[name], port: PORT }],
    media: { address: BORDER_ADDRESSES[name], ports },
  });
  const parsed = parseConfiguration({
    ...(policy === true ? { node: { policy: { file: "policy.ts", deadline: "80ms" } } } : {}),
    country: "US",
    emergencyNumbers: ["911"],
    networks: { lan: network("lan", "20000-29999"), wan: network("wan", "30000-39999") },
    trunks: {
      pbx: trunk("pbx", { role: "pbx" }),
      carriera: trunk("carriera", {
        role: "provider",
        media: { codecs: ["PCMU", "PCMA"] },
        ...(asks === true ? { credentials: LOGIN } : {}),
      }),
      carrierb: trunk("carrierb", { role: "provider", media: { codecs: ["PCMA", "PCMU"], dtmf: "info" } }),
    },
    hooks: { outside: { url: "https://outside.example/", deadline: "300ms" } },
    numbers: [{ range: ["+12020000000", "+12029999999"], trunk: "pbx" }],
    routes: [
      { name: "emergency", match: { emergency: true }, to: ["carriera", "carrierb"] },
      { name: "premium", match: { from: "pbx", called: "+1900*" }, to: { reject: 403, reason: "Premium" } },
      { name: "asked", match: { called: "/^\\+.*[05]$/" }, to: { hook: "outside" } },
      { name: "inbound", match: { from: ["carriera", "carrierb"] }, to: "numbers" },
      { name: "outbound", match: { from: "pbx", called: "+*" }, to: ["carriera", "carrierb"] },
    ],
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.failure));
  return parsed.value;
}

export interface World {
  readonly configuration: Configuration;
  readonly network: VirtualNetwork;
  readonly engine: Engine;
  readonly media: FaultyMedia;
  /** Its books, which no fault hides. */
  readonly plane: FakeMediaPlane;
  readonly phones: Readonly<Record<Peer, Phone>>;
  readonly checkers: Checkers;
  /** How each peer answers each number. Others it answers with 404. */
  readonly answers: Record<Peer, Map<string, AnswerScript>>;
  /** Counts that must be nothing at the end. */
  readonly leftOver: () => LeftOver;
}

export interface WorldOptions {
  readonly seed: number;
  readonly faults: Faults;
  readonly limits: Limits;
  /** Whether carriera asks for credentials, at INVITE and BYE. */
  readonly asks?: boolean;
  /** Whether calls wait for a policy, which lets them go on, late, with a tag, or not at all in time. */
  readonly policy?: boolean;
  /** After how many inputs another engine goes on in place of the one before. Default never. */
  readonly handOverEvery?: number;
  /** Puts something between Demarc and the world, to see that the checkers notice. */
  readonly wrap?: (agent: Agent) => Agent;
}

export function createWorld(options: WorldOptions): World {
  const { faults } = options;
  const random = seededRandom(options.seed);
  const ports = createAudioPorts(40_000, 59_999);
  const checkers = new Checkers({
    border: BORDER,
    borderAddresses: new Map(Object.entries(BORDER_ADDRESSES)),
    peers: new Map(
      PEER_NAMES.map((name) => [name, { mark: createIdentity(name).mark, address: PEERS[name].address, port: PORT }]),
    ),
    forbiddenPrefixes: ["+1900", "1900", "+1666", "1666"],
  });
  const network = new VirtualNetwork({
    random,
    faults: faults.link,
    observer: checkers,
    timerLatenessMs: faults.timerLatenessMs,
    decide: ({ question }) => (question.kind === "policy" ? policyAnswer : sayOutside)(question, random),
  });
  const plane = createMediaPlane(options.limits);
  const later = (afterMs: number, run: () => void) => network.scheduleRun(network.now + afterMs, run);
  const media = new FaultyMedia(plane, { random, faults: faults.media, later });
  const configuration = configurationOf(options);
  const create = () => createEngine({ configuration, random, hash: createDigestHash() });
  const engine = handedOver(create, options.handOverEvery ?? Number.POSITIVE_INFINITY);
  const border: Agent = { handle: (input, now) => (input.kind === "place-call" ? [] : engine.handle(input, now)) };
  const answers = { pbx: new Map(), carriera: new Map(), carrierb: new Map() };
  const phoneOf = (name: Peer): Phone => {
    const guard = (phone: Agent) => (options.asks === true && name === "carriera" ? guardOf(phone, random) : phone);
    return addPhone({ name, network, random, ports, answers: answers[name], guard });
  };
  const phones = { pbx: phoneOf("pbx"), carriera: phoneOf("carriera"), carrierb: phoneOf("carrierb") };
  network.addNode({ name: BORDER, agent: options.wrap?.(border) ?? border, listeners: borderListeners(), media });
  const leftOver = () => countLeftOver({ engine, network, phones: Object.values(phones), ports, books: plane.books() });
  return { configuration, network, engine, media, plane, phones, checkers, answers, leftOver };
}

/** Nothing of it changes where a call goes, which is planned. */
function policyAnswer(question: Question, random: Random): Answer | null {
  const chance = randomBelow(random, 8);
  if (question.kind !== "policy" || chance === 0) return null;
  if (chance === 1) return { kind: "none", detail: "it does not run" };
  if (question.hook === "onAnswer") return { kind: "judgement", decision: { end: false, tags: ["heard"] } };
  const headers = [{ edit: "set", header: "X-Policy", value: [{ kind: "text", text: question.hook }] }] as const;
  return { kind: "policy", decision: { ...CONTINUE, ...(chance < 4 ? { tags: [question.hook], headers } : {}) } };
}

/** Whoever is asked outside says what the routes would do, nothing of use, or nothing at all. */
function sayOutside(question: Question, random: Random): Answer | null {
  const chance = randomBelow(random, 10);
  if (chance === 0 || question.kind !== "hook") return null;
  if (chance === 1) return { kind: "none", detail: "nobody is there" };
  const decision = { to: null, called: null, caller: null };
  if (chance < 6) return { kind: "hook", decision };
  const carriers = ["carriera", "carrierb"].map((trunk) => ({ trunk, weight: null }));
  const outbound = question.from === "pbx";
  return {
    kind: "hook",
    decision: { ...decision, to: outbound ? { kind: "trunks", entries: carriers } : { kind: "numbers" } },
  };
}

function createMediaPlane({ streams }: Limits): FakeMediaPlane {
  const lan = { address: BORDER_ADDRESSES.lan, portFrom: 20_000, portTo: 29_999 };
  const wan = { address: BORDER_ADDRESSES.wan, portFrom: 30_000, portTo: 29_999 + 2 * streams };
  return new FakeMediaPlane({ networks: { lan, wan } });
}

function borderListeners() {
  return (["lan", "wan"] as const).map((network) => ({
    network,
    transport: "udp" as const,
    address: BORDER_ADDRESSES[network],
    port: PORT,
  }));
}

/** Asks before the phone does anything. Its nonces are old before most calls are over. */
function guardOf(agent: Agent, random: Random): Agent {
  const hash = createDigestHash();
  const server = new DigestServer({
    realm: LOGIN.realm,
    algorithms: ["SHA-256", "MD5"],
    qop: ["auth"],
    userhash: false,
    key: randomToken(random, 26),
    nonceLifetimeMs: 10_000,
    nonceLimit: 1000,
    hash,
    findUser: ({ text }, name) =>
      text === LOGIN.username ? { username: text, ha1: passwordHa1(LOGIN, name, hash) } : null,
  });
  return new Doorkeeper({ agent, server, random });
}

function addPhone(options: {
  readonly name: Peer;
  readonly network: VirtualNetwork;
  readonly random: Random;
  readonly ports: CountedAudioPorts;
  readonly answers: ReadonlyMap<string, AnswerScript>;
  readonly guard: (phone: Agent) => Agent;
}): Phone {
  const { name, network, random, ports, answers, guard } = options;
  const { address } = PEERS[name];
  const nobody = failWith(404);
  const listener = { network: "net", transport: "udp", localAddress: address, localPort: PORT } as const;
  const phone = new Phone({
    identity: createIdentity(name),
    listener,
    random,
    audioPorts: ports,
    patienceMs: PATIENCE_MS,
    answering: (called) => answers.get(called) ?? nobody,
  });
  network.addNode({
    name,
    agent: guard(phone),
    listeners: [{ network: "net", transport: "udp", address, port: PORT }],
  });
  return phone;
}

function countLeftOver(world: {
  readonly engine: Engine;
  readonly network: VirtualNetwork;
  readonly phones: readonly Phone[];
  readonly ports: CountedAudioPorts;
  readonly books: FakeMediaBooks;
}): LeftOver {
  const { engine, network, phones, ports, books } = world;
  const status = engine.status();
  let counted = 0;
  for (const { ingressCalls, egressCalls } of engine.trunkActivity(network.now)) counted += ingressCalls + egressCalls;
  let phoneState = 0;
  for (const phone of phones) phoneState += phone.calls + phone.transactions;
  return {
    "calls without a record": status.calls,
    "calls kept": status.kept,
    "calls that wait for somebody outside": status.waiting,
    "tags that lead to a leg": status.tags,
    "transactions of Demarc": status.transactions,
    "faults of Demarc": status.faults,
    "calls counted against limits": counted,
    "timers of Demarc": network.timersOf(BORDER).length,
    "media sessions": books.sessions,
    "media ports": books.ports,
    "media commands without a reply": books.unanswered,
    "calls and transactions of the phones": phoneState,
    "timers of the phones": PEER_NAMES.reduce((sum, name) => sum + network.timersOf(name).length, 0),
    "audio ports of the phones": ports.taken,
  };
}
