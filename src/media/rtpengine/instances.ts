// The rtpengines that carry media: which of them answer, and which takes the next call.

import type { Millis } from "../../base/index.ts";
import type { MediaLog } from "../media-log.ts";
import type { BencodeDictionary } from "./bencode.ts";
import { type NgAddress, NgClient, type NgReply } from "./ng-client.ts";

export interface RtpengineInstance extends NgAddress {
  /** Of new calls it takes so many for each of another's; 0 for none. Default 100. */
  readonly weight?: number;
  /** By network: what peers are told where this instance carries the call. Default: the network's own address. */
  readonly addresses?: Readonly<Record<string, string>>;
}

const PING_EVERY_MS: Millis = 1000;
const DEFAULT_WEIGHT = 100;
/** Calls to be deleted that an instance could not be told of yet. Beyond it the oldest is left to the daemon's own timeout. */
const MOST_OWED = 10_000;

/** One of them. */
export class Instance {
  readonly name: string;
  readonly addresses: Readonly<Record<string, string>>;
  readonly weight: number;
  /** Smooth weighted round-robin: rises by the weight with each choice, and falls when it is chosen. */
  credit = 0;
  readonly #client: NgClient;
  readonly #log: MediaLog;
  /** Before the first call. False where it is not to be used yet. */
  readonly #onUp: (instance: Instance) => Promise<boolean>;
  readonly #owed = new Set<string>();
  #up = false;
  #asking: Promise<void> | null = null;

  constructor(
    { address, port, weight = DEFAULT_WEIGHT, addresses = {} }: RtpengineInstance,
    { log, onUp }: { readonly log: MediaLog; readonly onUp: (instance: Instance) => Promise<boolean> },
  ) {
    this.name = address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
    this.addresses = addresses;
    this.weight = weight;
    this.#client = new NgClient({ address, port });
    this.#log = log;
    this.#onUp = onUp;
  }

  get up(): boolean {
    return this.#up;
  }

  /** Silence takes it out of the choice for new calls, until it answers a ping. */
  async ask(command: BencodeDictionary): Promise<NgReply> {
    const reply = await this.#client.ask(command);
    if (!reply.ok && reply.failure.kind === "silent") this.#fall(reply.failure.detail);
    return reply;
  }

  /** Ends a call, or sees to it when it can be told. */
  async end(call: string): Promise<void> {
    const reply = await this.ask({ command: "delete", "call-id": call, "delete-delay": 0 });
    if (!reply.ok && reply.failure.kind === "silent") this.owe(call);
  }

  /** The call is ended when the instance answers again. */
  owe(call: string): void {
    this.#owed.add(call);
    for (const oldest of this.#owed) {
      if (this.#owed.size <= MOST_OWED) break;
      this.#owed.delete(oldest);
    }
  }

  /** One side of a call, with its ports. What goes wrong here goes with the call. */
  async endBranch(call: string, tag: string): Promise<void> {
    await this.ask({ command: "delete", "call-id": call, "from-tag": tag, "delete-delay": 0 });
  }

  /** Whether it is there now. One question at a time. */
  ping(): Promise<void> {
    this.#asking ??= this.#ping().finally(() => {
      this.#asking = null;
    });
    return this.#asking;
  }

  close(): void {
    this.#client.close();
  }

  async #ping(): Promise<void> {
    const reply = await this.ask({ command: "ping" });
    if (!reply.ok || this.#up || !(await this.#onUp(this))) return;
    this.#up = true;
    this.#log.info("rtpengine takes calls", { instance: this.name });
    const owed = [...this.#owed];
    this.#owed.clear();
    for (const call of owed) await this.end(call);
  }

  #fall(detail: string): void {
    if (!this.#up) return;
    this.#up = false;
    this.#log.error("rtpengine takes no calls", { instance: this.name, detail });
  }
}

export class Instances {
  readonly all: readonly Instance[];
  #pinging: NodeJS.Timeout | null = null;

  constructor(
    instances: readonly RtpengineInstance[],
    host: { readonly log: MediaLog; readonly onUp: (instance: Instance) => Promise<boolean> },
  ) {
    this.all = instances.map((instance) => new Instance(instance, host));
  }

  /** Comes back when every instance has answered, or has been silent. */
  async start(): Promise<void> {
    await Promise.all(this.all.map((instance) => instance.ping()));
    this.#pinging = setInterval(() => {
      for (const instance of this.all) void instance.ping();
    }, PING_EVERY_MS);
    this.#pinging.unref();
  }

  get up(): boolean {
    return this.all.some((instance) => instance.up);
  }

  /** For a new call: by weight among those that answer and are not in `without`; null where there is none. */
  choose(without: ReadonlySet<Instance>): Instance | null {
    const able = this.all.filter((instance) => instance.up && instance.weight > 0 && !without.has(instance));
    const [first] = able;
    if (first === undefined) return null;
    let best = first;
    for (const instance of able) {
      instance.credit += instance.weight;
      if (instance.credit > best.credit) best = instance;
    }
    best.credit -= able.reduce((sum, { weight }) => sum + weight, 0);
    return best;
  }

  close(): void {
    if (this.#pinging !== null) clearInterval(this.#pinging);
    for (const instance of this.all) instance.close();
  }
}
