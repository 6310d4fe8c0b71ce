// What the transaction layer costs: whole cycles as a server and as a client, and the memory of many live transactions.
import { spawnSync } from "node:child_process";
import { invariant, type Millis } from "../src/base/index.ts";
import { parseMessage, type SipRequest, type SipResponse } from "../src/protocol/sip/index.ts";
import { type Moment, TransactionLayer } from "../src/protocol/transaction/index.ts";
import type { Flow } from "../src/protocol/transport/index.ts";
import { measureOperation, printLine } from "./measure.ts";
import { sampleInvite } from "./messages.ts";

const FLOW: Flow = {
  network: "lan",
  transport: "udp",
  localAddress: "198.51.100.10",
  localPort: 5060,
  remoteAddress: "192.0.2.40",
  remotePort: 5060,
};

/** Takes actions and forgets all but the timers that run, so that a cycle can end as it would in time. */
class Sink {
  now: Millis = 0;
  sentBytes = 0;
  readonly timers = new Set<string>();

  push(action: { kind: string; text?: string; key?: string }): void {
    if (action.kind === "send") this.sentBytes += action.text?.length ?? 0;
    else if (action.kind === "start-timer") this.timers.add(action.key as string);
    else this.timers.delete(action.key as string);
  }
}

class Bench {
  readonly layer = new TransactionLayer();
  readonly sink = new Sink();
  readonly moment: Moment = { now: 0, actions: this.sink };

  receive(text: string): string | null {
    const parsed = parseMessage(text);
    invariant(parsed.ok, "the sample must be valid");
    const message: SipRequest | SipResponse = parsed.value;
    const event =
      message.kind === "request"
        ? this.layer.receiveRequest(message, FLOW, this.moment)
        : this.layer.receiveResponse(message, FLOW, this.moment);
    invariant(message.kind === "request" || event !== null, "the answer must find its request");
    return event?.kind === "request" ? event.transaction : null;
  }

  /** Lets every running timer fire until none runs: the transactions are gone. */
  settle(): void {
    while (this.sink.timers.size > 0) {
      for (const key of this.sink.timers) {
        this.sink.timers.delete(key);
        this.layer.fireTimer(key, this.moment);
      }
    }
    invariant(this.layer.size === 0, "a settled layer holds nothing");
  }
}

const BATCH = 200;

function inDialog(method: string, serial: number): string {
  const sequence = method === "BYE" ? 2 : 1;
  const text = sampleInvite(serial).replace(/Content-Type[\s\S]*$/, "Content-Length: 0\r\n\r\n");
  return text
    .replace(/^INVITE/, method)
    .replace("CSeq: 1 INVITE", `CSeq: ${sequence} ${method}`)
    .replace("9a3f", method)
    .replace("user=phone>\r\nFrom", "user=phone>;tag=t1\r\nFrom");
}

/** INVITE in, 100, 180 and 200 out, ACK in, BYE in, 200 out, and the end of both transactions. */
function serverCycles(bench: Bench, texts: readonly (readonly string[])[]): number {
  const { layer, moment } = bench;
  for (const [invite, ack, bye] of texts as readonly (readonly [string, string, string])[]) {
    const key = bench.receive(invite) as string;
    layer.respond(key, { status: 100, toTag: null }, moment);
    layer.respond(key, { status: 180, toTag: "t1" }, moment);
    layer.respond(key, { status: 200, toTag: "t1" }, moment);
    bench.receive(ack);
    layer.respond(bench.receive(bye) as string, { status: 200, toTag: null }, moment);
  }
  bench.settle();
  return bench.sink.sentBytes;
}

interface Outgoing {
  readonly invite: string;
  readonly inviteBranch: string;
  readonly answers: readonly string[];
  readonly bye: string;
  readonly byeBranch: string;
  readonly byeAnswer: string;
}

function answer(request: string, status: number): string {
  const kept = request.split("\r\n").filter((line) => /^(Via|From|To|Call-ID|CSeq):/.test(line));
  return [
    `SIP/2.0 ${status} Fine`,
    ...kept.map((line) => line.replace(/^To:.*>$/, "$&;tag=t1")),
    "Content-Length: 0",
    "",
    "",
  ].join("\r\n");
}

function outgoing(serial: number): Outgoing {
  const branchIn = (text: string): string => /branch=([^;\r]+)/.exec(text)?.[1] ?? "";
  const invite = sampleInvite(serial);
  const bye = inDialog("BYE", serial);
  return {
    invite,
    inviteBranch: branchIn(invite),
    answers: [100, 180, 200].map((status) => answer(invite, status)),
    bye,
    byeBranch: branchIn(bye),
    byeAnswer: answer(bye, 200),
  };
}

/** INVITE out, 100, 180 and 200 in, BYE out, 200 in, and the end of both transactions. The ACK is no transaction. */
function clientCycles(bench: Bench, calls: readonly Outgoing[]): number {
  const { layer, moment } = bench;
  for (const call of calls) {
    layer.request({ method: "INVITE", branch: call.inviteBranch, text: call.invite, flow: FLOW, user: "u" }, moment);
    for (const text of call.answers) bench.receive(text);
    layer.request({ method: "BYE", branch: call.byeBranch, text: call.bye, flow: FLOW, user: "u" }, moment);
    bench.receive(call.byeAnswer);
  }
  bench.settle();
  return bench.sink.sentBytes;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}

/** What 100,000 live INVITE server transactions that have answered 180 take: of the heap each, and of the machine all of them. */
function measureMemory(): void {
  const count = 100_000;
  const collect = globalThis.gc;
  invariant(collect, "memory is measured under --expose-gc");
  const bench = new Bench();
  collect();
  const before = process.memoryUsage();
  for (let serial = 0; serial < count; serial += 1) {
    // From bytes, as the transport hands it over: a slice that is kept would keep the whole message.
    const text = Buffer.from(sampleInvite(serial), "latin1").toString("latin1");
    bench.layer.respond(bench.receive(text) as string, { status: 180, toTag: "t1" }, bench.moment);
  }
  collect();
  const after = process.memoryUsage();
  invariant(bench.layer.size === count, "all must be alive");
  const heapBytes = after.heapUsed - before.heapUsed;
  const whole = `${megabytes(heapBytes)} of heap, the process grown by ${megabytes(after.rss - before.rss)} to ${megabytes(after.rss)}`;
  printLine(
    `${count} live INVITE server transactions, 180 sent`,
    `${(heapBytes / count / 1024).toFixed(2)} kB each: ${whole}`,
  );
}

export async function benchTransactions(): Promise<void> {
  const incoming = Array.from({ length: BATCH }, (_each, serial) => [
    sampleInvite(serial),
    inDialog("ACK", serial),
    inDialog("BYE", serial),
  ]);
  const server = new Bench();
  await measureOperation({
    name: "server: INVITE 100 180 200 ACK BYE 200, reading included",
    perCall: BATCH,
    run: () => serverCycles(server, incoming),
  });
  const calls = Array.from({ length: BATCH }, (_each, serial) => outgoing(serial));
  const client = new Bench();
  await measureOperation({
    name: "client: INVITE 100 180 200 BYE 200, reading included",
    perCall: BATCH,
    run: () => clientCycles(client, calls),
  });
  // In a process of its own: this one is full of what the figures above left behind.
  spawnSync(process.execPath, ["--expose-gc", import.meta.filename], { stdio: "inherit" });
}

if (import.meta.main) measureMemory();
