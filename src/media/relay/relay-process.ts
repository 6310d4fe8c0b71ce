// The relay process: the packet path and a control connection, nothing else. Started by relay-child.ts with the path of
// its socket, the number of streams and of packet threads, "plain" to leave io_uring alone, how long it goes on without a controller, and the
// memory that its streams are kept in as descriptor 3. A signalling process that is gone, however it went, leaves its calls
// in here: the next one finds them. When none comes, it ends.

import { createServer, type Socket } from "node:net";
import { SRTP_SUITES, type SrtpSuite } from "../../protocol/sdp/index.ts";
import { CommandRunner } from "./command-runner.ts";
import { frameMessage, MessageFrames } from "./message-frames.ts";
import { KERNEL_PROGRAM, loadNativeRelay, type NativeEvent, type NativeRelay, SUITE_NUMBERS } from "./native-relay.ts";
import { HANDSHAKE_FAULTS, type RelayReport, readRequest } from "./relay-message.ts";

const MEMORY_DESCRIPTOR = 3;
const CONNECT_WITHIN_MS = 10_000;
/** Each write wakes the controller, which has something to do with a few replies while the next are made. */
const REPLIES_AT_ONCE = 16;

function report(event: NativeEvent): RelayReport {
  const { kind, session, slot, side, detail, durationMs } = event;
  if (kind === "tone") return { event: kind, session, slot, side, tone: detail, durationMs };
  if (kind === "timeout") return { event: kind, session };
  if (kind === "secured") return { event: kind, session, slot, side, suite: suiteNumbered(detail) };
  if (kind === "unsecured")
    return { event: kind, session, slot, side, fault: HANDSHAKE_FAULTS[detail - 1] ?? "silence" };
  return { event: kind, session, slot, side };
}

function suiteNumbered(number: number): SrtpSuite {
  const found = SRTP_SUITES.find((suite) => SUITE_NUMBERS[suite] === number);
  if (found === undefined) throw new Error(`there is no suite ${number}`);
  return found;
}

function end(native: NativeRelay): never {
  native.stop();
  process.exit(0);
}

/** One controller at a time, one after another. */
class Reception {
  readonly #native: NativeRelay;
  readonly #runner: CommandRunner;
  readonly #graceMs: number;
  /** The last that has come of the handshake of each side while nobody was there to hear it. */
  readonly #untold = new Map<string, NativeEvent>();
  readonly #replies: Buffer[] = [];
  #controller: Socket | null = null;
  #lonely: NodeJS.Timeout;

  constructor(native: NativeRelay, runner: CommandRunner, graceMs: number) {
    this.#native = native;
    this.#runner = runner;
    this.#graceMs = graceMs;
    this.#lonely = setTimeout(() => end(native), CONNECT_WITHIN_MS);
  }

  tell(event: NativeEvent): void {
    if (this.#controller !== null) this.#controller.write(frameMessage(report(event)));
    else if (event.kind === "secured" || event.kind === "unsecured")
      this.#untold.set(`${event.slot} ${event.side}`, event);
  }

  /** With the first command for a session: whoever gives one has taken the sessions over. */
  #tellBelatedly(): void {
    for (const event of this.#untold.values()) this.tell(event);
    this.#untold.clear();
  }

  greet(controller: Socket): void {
    controller.on("error", () => controller.destroy());
    // Two that both give orders would undo each other's.
    if (this.#controller !== null) return void controller.destroy();
    clearTimeout(this.#lonely);
    this.#controller = controller;
    controller.on("close", () => this.#part());
    this.#serve(controller);
  }

  #part(): void {
    this.#controller = null;
    if (this.#runner.sessions === 0) end(this.#native);
    this.#lonely = setTimeout(() => end(this.#native), this.#graceMs);
  }

  #serve(controller: Socket): void {
    const frames = new MessageFrames();
    controller.on("data", (chunk) => {
      const messages = frames.push(chunk);
      if (messages === null) return void controller.destroy();
      for (const message of messages) {
        const request = readRequest(message);
        if (request === null || request.op === "stop") {
          this.#flush(controller);
          if (request !== null) end(this.#native);
          return void controller.destroy();
        }
        const reply: RelayReport = { id: request.id, result: this.#runner.run(request) };
        this.#replies.push(frameMessage(reply));
        const belated = "session" in request && this.#untold.size > 0;
        if (belated || this.#replies.length >= REPLIES_AT_ONCE) this.#flush(controller);
        if (belated) this.#tellBelatedly();
      }
      this.#flush(controller);
    });
  }

  #flush(controller: Socket): void {
    if (this.#replies.length > 0) controller.write(Buffer.concat(this.#replies));
    this.#replies.length = 0;
  }
}

interface Arguments {
  readonly socketPath: string;
  readonly slots: number;
  readonly threads: number;
  readonly plain: boolean;
  readonly graceMs: number;
}

function main({ socketPath, slots, threads, plain, graceMs }: Arguments): void {
  // Ctrl-C reaches every process of the terminal, and calls are hung up through us: we end when our controller has us end.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});
  // Whoever read what we say may be gone.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
  const native = loadNativeRelay();
  const reception = new Reception(native, new CommandRunner(native, slots), graceMs);
  native.start(MEMORY_DESCRIPTOR, slots, (event) => reception.tell(event), threads, plain ? 1 : 0, KERNEL_PROGRAM);
  const server = createServer((controller) => reception.greet(controller));
  server.listen(socketPath, () => process.stdout.write("ready\n"));
}

const [, , socketPath = "", slots = "", threads = "", wire = "", graceMs = ""] = process.argv;
main({
  socketPath,
  slots: Number(slots),
  threads: Number(threads),
  plain: wire === "plain",
  graceMs: Number(graceMs),
});
