// The relay process: the packet path and a control connection, nothing else. Started by relay-child.ts with the path of
// its socket, the number of streams and of packet threads, "plain" to leave io_uring alone, and the memory that its streams are kept in as descriptor 3. It lives as long as
// the connection: a signalling process that is gone, however it went, leaves no relay behind.

import { createServer, type Socket } from "node:net";
import { CommandRunner } from "./command-runner.ts";
import { frameMessage, MessageFrames } from "./message-frames.ts";
import { loadNativeRelay, type NativeEvent, type NativeRelay } from "./native-relay.ts";
import { type RelayReport, readRequest } from "./relay-message.ts";

const MEMORY_DESCRIPTOR = 3;
const CONNECT_WITHIN_MS = 10_000;

function report(event: NativeEvent): RelayReport {
  const { kind, session, slot, side } = event;
  return kind === "timeout" ? { event: kind, session } : { event: kind, session, slot, side };
}

function serve(controller: Socket, runner: CommandRunner): void {
  const frames = new MessageFrames();
  controller.on("data", (chunk) => {
    const messages = frames.push(chunk);
    if (messages === null) return void controller.destroy();
    for (const message of messages) {
      const request = readRequest(message);
      if (request === null) return void controller.destroy();
      const reply: RelayReport = { id: request.id, result: runner.run(request) };
      controller.write(frameMessage(reply));
    }
  });
}

function end(native: NativeRelay): void {
  native.stop();
  process.exit(0);
}

function main(socketPath: string, [slots, threads]: readonly [number, number], plain: 0 | 1): void {
  // Ctrl-C reaches every process of the terminal, and calls are hung up through us: we end when our controller does.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});
  const native = loadNativeRelay();
  const controllers: Socket[] = [];
  const onEvent = (event: NativeEvent) => controllers[0]?.write(frameMessage(report(event)));
  native.start(MEMORY_DESCRIPTOR, slots, onEvent, threads, plain);
  const server = createServer((controller) => {
    // One controller, and nobody after it.
    server.close();
    clearTimeout(lonely);
    controllers.push(controller);
    controller.on("error", () => controller.destroy());
    controller.on("close", () => end(native));
    serve(controller, new CommandRunner(native));
  });
  server.maxConnections = 1;
  const lonely = setTimeout(() => end(native), CONNECT_WITHIN_MS);
  server.listen(socketPath, () => process.stdout.write("ready\n"));
}

const [, , socketPath = "", slots = "", threads = "", wire = ""] = process.argv;
main(socketPath, [Number(slots), Number(threads)], wire === "plain" ? 1 : 0);
