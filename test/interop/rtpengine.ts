// rtpengine in user space, as a program of the test's own.
import { createSocket } from "node:dgram";
import type { Ground, Program } from "./ground.ts";
import { waitUntil } from "./wait-until.ts";

const START_TIMEOUT_MS = 10_000;
const ASK_EVERY_MS = 50;

export interface RtpengineOptions {
  /** Where it takes commands. */
  readonly control: { readonly address: string; readonly port: number };
  /** By the names of networks. */
  readonly interfaces: Readonly<Record<string, string>>;
  readonly ports: readonly [lowest: number, highest: number];
}

/** Resolves once it answers. */
export async function startRtpengine(ground: Ground, options: RtpengineOptions): Promise<Program> {
  const { control, interfaces, ports } = options;
  const args = ["--config-file=none", "--table=-1", "--foreground", "--log-stderr", "--log-level=4", "--num-threads=1"];
  for (const [name, address] of Object.entries(interfaces)) args.push(`--interface=${name}/${address}`);
  args.push(`--listen-ng=${control.address}:${control.port}`, `--listen-cli=${control.address}:${control.port + 1}`);
  args.push(`--port-min=${ports[0]}`, `--port-max=${ports[1]}`, "--timeout=3600", "--delete-delay=0");
  const program = await ground.start("rtpengine", args);
  const socket = createSocket("udp4");
  let answered = false;
  socket
    .on("error", () => undefined)
    .on("message", () => {
      answered = true;
    });
  const asking = setInterval(() => socket.send("1 d7:command4:pinge", control.port, control.address), ASK_EVERY_MS);
  await waitUntil(() => answered, {
    timeoutMs: START_TIMEOUT_MS,
    describe: () => `rtpengine to answer: ${program.output().slice(-2000)}`,
  }).finally(() => {
    clearInterval(asking);
    socket.close();
  });
  return program;
}
