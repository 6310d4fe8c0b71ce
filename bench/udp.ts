// What a SIP datagram costs from one UDP transport to another over loopback, both in this process: with node:dgram and batched.
import type { Flow } from "../src/protocol/transport/index.ts";
import { createLog } from "../src/runtime/telemetry/index.ts";
import { BatchedUdpTransport } from "../src/runtime/transport/batched-udp.ts";
import { loadNativeUdp } from "../src/runtime/transport/native-udp.ts";
import type { Transport, TransportEvents } from "../src/runtime/transport/transport.ts";
import { UdpTransport } from "../src/runtime/transport/udp.ts";
import { printLine } from "./measure.ts";
import { sampleInvite } from "./messages.ts";

const MESSAGES = 100_000;
/** Under way at once: a burst, and far less than a socket's buffer. */
const WINDOW = 64;

async function measureTransport(name: string, create: (events: TransportEvents) => Transport): Promise<void> {
  const log = createLog({ level: "error", form: "json", color: false, write: () => {} });
  const text = sampleInvite();
  let received = 0;
  let finish = (): void => {};
  const quiet = create({ onMessage: () => {}, onError: () => {}, log });
  const { port } = await quiet.listen("lan", { transport: "udp", address: "127.0.0.1", port: 0, certificate: null });
  const counting = create({
    onMessage: () => {
      received += 1;
      if (received === MESSAGES) finish();
      else if (received % WINDOW === 0) sendWindow();
    },
    onError: () => {},
    log,
  });
  const to = await counting.listen("wan", { transport: "udp", address: "127.0.0.2", port: 0, certificate: null });
  const local = { network: "lan", transport: "udp", localAddress: "127.0.0.1", localPort: port } as const;
  const flow: Flow = { ...local, remoteAddress: to.address, remotePort: to.port };
  const sendWindow = (): void => {
    for (let sent = 0; sent < Math.min(WINDOW, MESSAGES - received); sent += 1) quiet.send(flow, text);
  };
  const before = { time: performance.now(), cpu: process.cpuUsage() };
  await new Promise<void>((done) => {
    finish = done;
    sendWindow();
  });
  const { user, system } = process.cpuUsage(before.cpu);
  const perSecond = (MESSAGES / (performance.now() - before.time)) * 1000;
  const microseconds = (user + system) / MESSAGES;
  printLine(
    `${name}: sent and received`,
    `${microseconds.toFixed(1)} µs, ${Math.round(perSecond / 1000)},000 a second`,
  );
  await Promise.all([quiet.close(), counting.close()]);
}

export async function benchUdp(): Promise<void> {
  await measureTransport("node:dgram", (events) => new UdpTransport(events));
  const native = loadNativeUdp();
  if (native === null) printLine("batched", "the addon is not built");
  else await measureTransport("batched", (events) => new BatchedUdpTransport(events, native));
}
