// The test kit: an operator's configuration and policy, the product's own engine, and a lab around it on a virtual clock, in which calls are placed
// and looked at. Nothing of it opens a socket, and a call of an hour takes a moment.

import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { parse } from "yaml";
import { invariant, type Random, seededRandom } from "../base/index.ts";
import { type Answer, type CallRecord, createEngine } from "../engine/index.ts";
import {
  type Agent,
  callScript,
  createAudioPorts,
  createIdentity,
  FakeMediaPlane,
  Phone,
  type SentMessage,
  VirtualNetwork,
} from "../lab/index.ts";
import { type Configuration, formatPath, parseConfiguration } from "../model/index.ts";
import {
  displayText,
  escapeUser,
  header,
  parseMessage,
  parseSipUri,
  type SipRequest,
  unescapeUser,
} from "../protocol/sip/index.ts";
import { type AskedTarget, type LabCall, type LabOptions, type LabOutcome, scriptOf } from "./lab-call.ts";
import { LAB_PORT, type LabPlace, labCopyOf } from "./lab-copy.ts";
import { DEFAULT_DEADLINE_MS, LabPolicy, loadPolicy } from "./lab-policy.ts";

type Asked = Parameters<NonNullable<ConstructorParameters<typeof VirtualNetwork>[0]["decide"]>>[0];

const BORDER = "demarc";
const START = "2026-01-05T12:00:00Z";
/** No call lasts longer. */
const MOST_MS = 30 * 86_400_000;

/** Nothing in the lab asks for a password. */
const NO_HASH = { hash: () => "", mac: () => "" };

/** What was seen of the call under way. */
interface Seen {
  readonly targets: AskedTarget[];
  readonly callIds: Set<string>;
  record: CallRecord | null;
}

function nodeNamed({ trunk, target }: LabPlace): string {
  return `${trunk} ${target}`;
}

function userOf(uri: string): string {
  return unescapeUser(parseSipUri(uri)?.user ?? "");
}

function linesOf({ headers }: SipRequest): AskedTarget["headers"] {
  const byName = new Map<string, string[]>();
  for (let index = 0; index < headers.count; index += 1) {
    const values = byName.get(headers.nameAt(index)) ?? [];
    byName.set(headers.nameAt(index), [...values, displayText(headers.valueAt(index))]);
  }
  return Object.fromEntries(byName);
}

/** A lab in which calls are placed, one after another. */
export class PolicyLab {
  readonly #options: LabOptions;
  readonly #policy: LabPolicy;
  readonly #copy: ReturnType<typeof labCopyOf>;
  readonly #network: VirtualNetwork;
  readonly #questions: Asked[] = [];
  #seen: Seen = { targets: [], callIds: new Set(), record: null };
  #placed = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor(configuration: Configuration, policy: LabPolicy, options: LabOptions) {
    this.#options = options;
    this.#policy = policy;
    const { at = START, seed = 1 } = options;
    const startAt = Date.parse(at);
    if (Number.isNaN(startAt)) throw new RangeError(`at: "${at}" is no time; write 2026-01-05T12:00:00Z`);
    this.#copy = labCopyOf(configuration);
    const random = seededRandom(seed);
    this.#network = new VirtualNetwork({
      random,
      startAt,
      observer: {
        sent: (message) => this.#onSent(message),
        acted: (_, action) => {
          if (action.kind === "record") this.#seen.record = action.record;
        },
      },
      decide: (asked) => this.#onAsked(asked),
    });
    this.#addBorder(random);
    for (const place of this.#copy.places) this.#addPeer(place, random);
  }

  /** Places a call, and lets the time pass until nothing of it is left. Calls that are placed at once go one after another. */
  call(call: LabCall): Promise<LabOutcome> {
    const placed = this.#last.then(() => this.#place(call));
    this.#last = placed.catch(() => undefined);
    return placed;
  }

  #addBorder(random: Random): void {
    const { configuration, borders } = this.#copy;
    const engine = createEngine({ configuration, random, hash: NO_HASH });
    const agent: Agent = { handle: (input, now) => (input.kind === "place-call" ? [] : engine.handle(input, now)) };
    const listeners = [...borders].map(([network, address]) => {
      return { network, transport: "udp" as const, address, port: LAB_PORT };
    });
    const networks = [...borders].map(([name, address]) => [name, { address, portFrom: 20_000, portTo: 29_999 }]);
    const media = new FakeMediaPlane({ networks: Object.fromEntries(networks) });
    this.#network.addNode({ name: BORDER, agent, listeners, media });
  }

  #addPeer(place: LabPlace, random: Random): void {
    const { address: localAddress, trunk } = place;
    const phone = new Phone({
      identity: createIdentity("lab"),
      listener: { network: "lab", transport: "udp", localAddress, localPort: LAB_PORT },
      random,
      audioPorts: createAudioPorts(40_000, 59_999),
      patienceMs: MOST_MS,
      answering: () => scriptOf(this.#options.answers?.[trunk]),
    });
    const listener = { network: "lab", transport: "udp" as const, address: localAddress, port: LAB_PORT };
    this.#network.addNode({ name: nodeNamed(place), agent: phone, listeners: [listener] });
  }

  async #place(call: LabCall): Promise<LabOutcome> {
    const { from, called, caller, callerName = "", headers = {}, talkMs = 10_000, patienceMs = null } = call;
    const { configuration, places, borders } = this.#copy;
    const place = places.find(({ trunk }) => trunk === from);
    if (place === undefined)
      throw new RangeError(`there is no trunk ${from}; there are: ${Object.keys(configuration.trunks).join(", ")}`);
    this.#seen = { targets: [], callIds: new Set(), record: null };
    this.#placed += 1;
    const address = borders.get(configuration.trunks[from]?.network ?? "") ?? "";
    const script = callScript({
      id: `call-${this.#placed}`,
      to: { address, port: LAB_PORT },
      called: escapeUser(called),
      caller: escapeUser(caller),
      callerName,
      headers: Object.entries(headers),
      hangUpAfterMs: talkMs,
      cancelAfterMs: patienceMs,
    });
    this.#network.schedule(nodeNamed(place), this.#network.now, { kind: "place-call", script });
    await this.#pass();
    const { targets, record } = this.#seen;
    invariant(record !== null, "a call of the lab has no record");
    await this.#policy.tell(record);
    return { status: record.status, targets, decisions: this.#policy.takeSaid(), record };
  }

  /** Lets the time pass; it stands still while the policy is asked. */
  async #pass(): Promise<void> {
    const limit = this.#network.now + MOST_MS;
    for (;;) {
      const isOver = this.#network.runUntilIdle(limit);
      const asked = this.#questions.splice(0);
      if (asked.length === 0) {
        invariant(isOver, "a call of the lab does not end");
        return;
      }
      for (const { token, question } of asked) {
        const answer = await this.#policy.answer(question);
        this.#network.schedule(BORDER, this.#network.now, { kind: "decided", token, answer });
      }
    }
  }

  #onAsked(asked: Asked): Answer | null {
    if (asked.question.kind !== "policy") return { kind: "none", detail: "the lab asks nobody" };
    this.#questions.push(asked);
    this.#network.hold();
    return null;
  }

  #onSent({ from, flow, text }: SentMessage): void {
    const place = this.#copy.places.find(({ address }) => address === flow.remoteAddress);
    if (from !== BORDER || place === undefined || !text.startsWith("INVITE ")) return;
    const parsed = parseMessage(text);
    if (!parsed.ok || parsed.value.kind !== "request") return;
    const { headers, uri } = parsed.value;
    const callId = headers.first("call-id") ?? "";
    // Repeated, or inside a call.
    if (this.#seen.callIds.has(callId)) return;
    this.#seen.callIds.add(callId);
    const { trunk, target } = place;
    const caller = userOf(headers.read(header.from)?.uri ?? "");
    this.#seen.targets.push({ trunk, target, called: userOf(uri), caller, headers: linesOf(parsed.value) });
  }
}

/**
 * Opens a lab on a configuration: its trunks, numbers and routes, with a peer for each target. What belongs to the wire is the lab's: addresses, UDP,
 * no encryption, no registration, no certificates; secrets are not looked up, and prices in files not read. Rejects with what is wrong with the
 * configuration or the policy.
 */
export async function openLab(options: LabOptions): Promise<PolicyLab> {
  const { file, policy } = options;
  const parsed = parseConfiguration(parse(await readFile(file, "utf8")));
  if (!parsed.ok) {
    const problems = parsed.failure.map(({ path, message }) => `${formatPath(path)}: ${message}`);
    throw new TypeError(`${file} is not valid:\n${problems.join("\n")}`);
  }
  const named = parsed.value.node.policy;
  const policyFile = named === null || policy !== undefined ? null : resolve(dirname(file), named.file);
  const used = policyFile === null ? (policy ?? null) : await loadPolicy(policyFile);
  // The engine asks where the configuration names a policy.
  const settings = named ?? {
    file: "policy.ts",
    deadline: DEFAULT_DEADLINE_MS,
    onFailure: { kind: "continue" } as const,
  };
  const node = { ...parsed.value.node, policy: used === null ? null : settings };
  const configuration = { ...parsed.value, node };
  return new PolicyLab(configuration, new LabPolicy(used, policyFile, configuration), options);
}
