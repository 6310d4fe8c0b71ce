// What a call costs the engine alone: SIPp's call through both legs, INVITE to BYE, 13 messages, with its timers on the wheel and those of calls
// before it still running. Sockets, media plane and store are left out. Alone: `node bench/engine.ts [--actions]`.
import { parseArgs } from "node:util";
import { invariant, type Millis, seededRandom } from "../src/base/index.ts";
import { type Action, createEngine, type Input } from "../src/engine/index.ts";
import { placeStreams } from "../src/media/stream-address.ts";
import { parseConfiguration } from "../src/model/index.ts";
import type { Flow } from "../src/protocol/transport/index.ts";
import { createDigestHash } from "../src/runtime/index.ts";
import { createTimers } from "../src/runtime/timers.ts";
import { measureOperation, printLine } from "./measure.ts";

const CONFIGURATION = {
  networks: {
    lan: {
      listen: [{ transport: "udp", address: "127.9.1.1", port: 5060 }],
      media: { address: "127.9.1.1", ports: "20000-29999" },
    },
    wan: {
      listen: [{ transport: "udp", address: "127.9.1.2", port: 5060 }],
      media: { address: "127.9.1.2", ports: "20000-29999" },
    },
  },
  trunks: {
    pbx: {
      role: "pbx",
      network: "lan",
      targets: [{ uri: "sip:127.9.1.20:5060" }],
      identify: { addresses: ["127.9.1.20"] },
    },
    carrier: {
      role: "provider",
      network: "wan",
      targets: [{ uri: "sip:127.9.1.30:5060" }],
      identify: { addresses: ["127.9.1.30"] },
    },
  },
  routes: [{ name: "outbound", match: { from: "pbx" }, to: ["carrier"] }],
};
/** Between one call and the next: 1,000 a second. */
const PAUSE_MS: Millis = 1;
/** Enough for what is kept for 32 s (timers B, L and their like) to be kept of as many calls as it will be. */
const CALLS_BEFORE = 40_000;

const PBX: Flow = flowOf("lan", "127.9.1.1", "127.9.1.20");
const CARRIER: Flow = flowOf("wan", "127.9.1.2", "127.9.1.30");

function flowOf(network: string, localAddress: string, remoteAddress: string): Flow {
  return { network, transport: "udp", localAddress, localPort: 5060, remoteAddress, remotePort: 5060 };
}

function sdp(address: string): string {
  const lines = ["v=0", `o=user1 53655765 2353687637 IN IP4 ${address}`, "s=-", `c=IN IP4 ${address}`, "t=0 0"];
  return [...lines, "m=audio 6000 RTP/AVP 0", "a=rtpmap:0 PCMU/8000", ""].join("\r\n");
}

function message(lines: readonly string[], body = ""): string {
  const type = body === "" ? [] : ["Content-Type: application/sdp"];
  return [...lines, ...type, `Content-Length: ${body.length}`, "", body].join("\r\n");
}

function header(text: string, name: string): string {
  const start = text.indexOf(`\r\n${name}: `) + name.length + 4;
  return text.slice(start, text.indexOf("\r\n", start));
}

class Bench {
  readonly actions = new Map<string, number>();
  #now: Millis = 1_767_000_000_000;
  #calls = 0;
  readonly #sent: string[] = [];
  readonly #waiting: Input[] = [];
  readonly #engine;
  readonly #timers;
  #ring: { readonly at: Millis; readonly run: () => void } | null = null;

  constructor() {
    const parsed = parseConfiguration(CONFIGURATION);
    invariant(parsed.ok, "the configuration must be valid");
    this.#engine = createEngine({ configuration: parsed.value, random: seededRandom(1), hash: createDigestHash() });
    this.#timers = createTimers({
      clock: () => this.#now,
      alarm: {
        set: (delayMs, run) => {
          this.#ring = { at: this.#now + delayMs, run };
        },
        cancel: () => {
          this.#ring = null;
        },
      },
      onDue: (key) => this.#take({ kind: "timer", key }),
    });
  }

  /** One call, answered and hung up by the caller. Returns how many bytes were sent. */
  run(): number {
    this.#calls += 1;
    this.#say({ method: "INVITE", sequence: 1, to: "", body: sdp("127.9.1.20") });
    const invite = this.#find("INVITE");
    this.#answer(invite, "180 Ringing", "");
    this.#answer(invite, "200 OK", sdp("127.9.1.30"));
    const to = header(this.#find("SIP/2.0 200"), "To").replace(/^[^>]*>/, "");
    this.#say({ method: "ACK", sequence: 1, to });
    this.#say({ method: "BYE", sequence: 2, to });
    this.#answer(this.#find("BYE"), "200 OK", "");
    const bytes = this.#sent.reduce((sum, { length }) => sum + length, 0);
    invariant(this.#sent.length === 7, `the call took ${this.#sent.length} messages`);
    this.#sent.length = 0;
    this.#pass(PAUSE_MS);
    return bytes;
  }

  #pass(ms: Millis): void {
    this.#now += ms;
    while (this.#ring !== null && this.#ring.at <= this.#now) {
      const { run } = this.#ring;
      this.#ring = null;
      run();
    }
  }

  /** A request of the PBX. */
  #say(said: {
    readonly method: string;
    readonly sequence: number;
    readonly to: string;
    readonly body?: string;
  }): void {
    const { method, sequence, to, body = "" } = said;
    const call = this.#calls;
    const target = "sip:+13035550142@127.9.1.1:5060";
    const lines = [
      `${method} ${target} SIP/2.0`,
      `Via: SIP/2.0/UDP 127.9.1.20:5060;branch=z9hG4bK-${call}-${method}`,
      `From: sipp <sip:sipp@127.9.1.20:5060>;tag=${call}SIPpTag00`,
      `To: <${target}>${to}`,
      `Call-ID: ${call}-1@127.9.1.20`,
      `CSeq: ${sequence} ${method}`,
      "Contact: sip:sipp@127.9.1.20:5060",
      "Max-Forwards: 70",
      "Subject: Performance Test",
    ];
    this.#hear(PBX, message(lines, body));
  }

  #answer(request: string, status: string, body: string): void {
    const to = header(request, "To");
    const names = ["Via", "From", "Call-ID", "CSeq"];
    const tagged = to.includes(";tag=") ? to : `${to};tag=uas${this.#calls}`;
    const lines = names.map((name) => `${name}: ${header(request, name)}`);
    this.#hear(
      CARRIER,
      message([`SIP/2.0 ${status}`, ...lines, `To: ${tagged}`, "Contact: <sip:127.9.1.30:5060;transport=UDP>"], body),
    );
  }

  #find(start: string): string {
    const found = this.#sent.findLast((text) => text.startsWith(start));
    invariant(found !== undefined, `no ${start} was sent`);
    return found;
  }

  #hear(flow: Flow, text: string): void {
    this.#take({ kind: "datagram", flow, text });
    for (let input = this.#waiting.shift(); input !== undefined; input = this.#waiting.shift()) this.#take(input);
  }

  #take(input: Input): void {
    for (const action of this.#engine.handle(input, this.#now)) this.#perform(action);
  }

  #perform(action: Action): void {
    this.actions.set(action.kind, (this.actions.get(action.kind) ?? 0) + 1);
    if (action.kind === "send") this.#sent.push(action.text);
    else if (action.kind === "start-timer") this.#timers.start(action.key, action.at);
    else if (action.kind === "stop-timer") this.#timers.stop(action.key);
    else if (action.kind === "media") {
      const { command, token } = action;
      const description =
        "description" in command ? placeStreams(command.description, { address: "127.9.1.1", ports: [20_000] }) : null;
      this.#waiting.push({ kind: "media-reply", token, result: { ok: true, description, streams: [] } });
    }
  }
}

/** Prints its figure; how many actions of each kind a call has, where asked. */
export async function benchEngine({ actions = false }: { readonly actions?: boolean } = {}): Promise<void> {
  const bench = new Bench();
  for (let call = 0; call < CALLS_BEFORE; call += 1) bench.run();
  if (actions) {
    for (const [kind, count] of bench.actions) printLine(`${kind}, each call`, (count / CALLS_BEFORE).toFixed(2));
  }
  await measureOperation({
    name: "a call of 13 messages through the engine",
    run: () => {
      let bytes = 0;
      for (let call = 0; call < 100; call += 1) bytes += bench.run();
      return bytes;
    },
    perCall: 100,
  });
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { actions: { type: "boolean" } } });
  await benchEngine({ actions: values.actions === true });
}
