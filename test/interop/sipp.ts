// SIPp as a phone system or a carrier: our scripts, filled in, its counters read. Both sides stream a tone of their own.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort, isBound } from "./free-port.ts";
import type { Ground, Program } from "./ground.ts";
import type { Script } from "./sipp-script.ts";
import { encodeALaw, encodeMuLaw, makeTone } from "./tone.ts";
import { waitUntil } from "./wait-until.ts";

/** SIPp ends itself after this, should nothing else end it. */
const LIFETIME_S = 110;
const START_TIMEOUT_MS = 5000;
/** RTP and RTCP, of audio and of video. */
const PORTS_PER_CALL = 4;

/** What both kinds have. */
interface SippOptions {
  /** The address it signals and streams from. */
  readonly address: string;
  /** How many calls until it ends by itself; 1 if not said. */
  readonly calls?: number;
  /** The name of its host, which it writes wherever it can; a leak is found by it. */
  readonly host: string;
  /** Of the tone it streams. */
  readonly toneHz: number;
  readonly script: Script;
}

export interface CallerOptions extends SippOptions {
  readonly caller: string;
  readonly called: string;
  /** Where it sends its calls: `address:port`. */
  readonly to: string;
  /** Calls at the same time; 1 if not said. */
  readonly atOnce?: number;
}

export interface CalleeOptions extends SippOptions {
  readonly port: number;
}

export interface Sipp {
  readonly program: Program;
  readonly address: string;
  readonly port: number;
  readonly mediaPort: number;
  /** A port it may say that it listens on. */
  readonly otherPort: number;
  /** Of its first call. */
  readonly callId: string;
  /** Calls that went as the scenario says, and calls that did not, so far. */
  counters(): SippCounters;
  /** Every SIP message sent and received, as SIPp logs them. */
  messages(): string;
  /** Resolves when all its calls are done; throws, with its own words, when one failed or it took too long. */
  succeeded(timeoutMs: number): Promise<SippCounters>;
}

export interface SippCounters {
  readonly successful: number;
  readonly failed: number;
}

let instances = 0;

/** Starts calling at once. */
export async function startCaller(ground: Ground, options: CallerOptions): Promise<Sipp> {
  const port = await freePort(options.address);
  const atOnce = String(options.atOnce ?? 1);
  // One call a tick at most, up to `atOnce` open.
  const args = [options.to, "-r", "10", "-l", atOnce];
  return startSipp(ground, { ...options, port }, args);
}

/** Resolves once it listens. */
export async function startCallee(ground: Ground, options: CalleeOptions): Promise<Sipp> {
  const sipp = await startSipp(ground, { ...options, caller: "nobody", called: "nobody" }, []);
  await waitUntil(() => isBound(options.address, options.port) || sipp.program.exitCode() !== null, {
    timeoutMs: START_TIMEOUT_MS,
    describe: () => `SIPp to listen on ${options.address}:${options.port}: ${sipp.program.output().slice(-500)}`,
  });
  if (sipp.program.exitCode() !== null) throw new Error(`SIPp ended at once: ${complaint(sipp.program, "")}`);
  return sipp;
}

type Filled = SippOptions & { port: number; caller: string; called: string };

async function startSipp(ground: Ground, options: Filled, args: readonly string[]): Promise<Sipp> {
  const { address, script, port, calls = 1 } = options;
  instances += 1;
  const own = (suffix: string) => join(ground.folder, `sipp-${instances}-${script.name}.${suffix}`);
  const files = { scenario: own("xml"), counters: own("csv"), messages: own("messages"), errors: own("errors") };
  const tone = makeTone(options.toneHz, 10);
  const tones = { tone: own("ulaw"), toneALaw: own("alaw") };
  writeFileSync(tones.tone, encodeMuLaw(tone));
  writeFileSync(tones.toneALaw, encodeALaw(tone));
  const otherPort = await freePort(address, 2);
  writeFileSync(files.scenario, fillScript(options, { ...tones, otherPort: String(otherPort) }));
  const mediaPort = await freePort(address, PORTS_PER_CALL * calls);
  const controlPort = await freePort(address);
  const where = `-i ${address} -p ${port} -bind_local -mi ${address} -mp ${mediaPort} -ci ${address} -cp ${controlPort}`;
  const ends = `-m ${calls} -timeout ${LIFETIME_S}s -timeout_error -nostdin -buff_size 8000000`;
  const program = await ground.start("sipp", [
    ...["-sf", files.scenario, "-cid_str", `%u-%p-call-of-${options.host}`],
    ...`${where} ${ends}`.split(" "),
    ...["-trace_msg", "-message_file", files.messages, "-trace_err", "-error_file", files.errors],
    ...["-trace_stat", "-stf", files.counters, "-fd", "1", ...args],
  ]);
  const counters = () => readCounters(files.counters);
  return {
    program,
    address,
    port,
    mediaPort,
    otherPort,
    callId: `1-${program.pid}-call-of-${options.host}`,
    counters,
    messages: () => readIfThere(files.messages),
    succeeded: async (timeoutMs) => {
      const code = await program.ended(timeoutMs);
      const result = counters();
      if (code !== 0 || result.failed > 0) {
        throw new Error(`SIPp ${script.name} ended with ${code}: ${complaint(program, readIfThere(files.errors))}`);
      }
      return result;
    },
  };
}

function fillScript({ host, caller, called, script }: Filled, own: Readonly<Record<string, string>>): string {
  const words: Readonly<Record<string, string>> = {
    ...own,
    host,
    tag: `tag-of-${host}`,
    agent: `agent-of-${host}/1.0`,
    caller,
    called,
    callee: `callee-of-${host}`,
    realm: `realm-of-${host}`,
  };
  return script.text.replaceAll(/\{\{(\w+)\}\}/g, (_, word: string) => {
    const value = words[word];
    if (value === undefined) throw new Error(`the script ${script.name} has an unknown word ${word}`);
    return value;
  });
}

/** The last line of the statistics file; zeros while there is none. */
function readCounters(path: string): SippCounters {
  const [header, ...lines] = readIfThere(path).trim().split("\n");
  const names = header?.split(";") ?? [];
  const values = lines.at(-1)?.split(";") ?? [];
  const read = (name: string) => Number(values[names.indexOf(name)] ?? 0);
  return { successful: read("SuccessfulCall(C)"), failed: read("FailedCall(C)") };
}

function complaint(program: Program, errors: string): string {
  return errors === "" ? program.output().slice(-2000) : errors.slice(-4000);
}

function readIfThere(path: string): string {
  return existsSync(path) ? readFileSync(path, "latin1") : "";
}
