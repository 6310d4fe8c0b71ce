// Two phones, alice and bob, on a virtual network of their own: for tests that let them talk.

import { seededRandom } from "../../base/index.ts";
import type { LabAction } from "../agent.ts";
import { createAudioPorts } from "../audio-ports.ts";
import type { LinkFaults } from "../link-faults.ts";
import { type SentMessage, VirtualNetwork } from "../virtual-network.ts";
import { createIdentity } from "./identity.ts";
import { Phone } from "./phone.ts";
import { type AnswerScript, type CallScript, callScript } from "./script.ts";

export interface Pair {
  readonly network: VirtualNetwork;
  readonly alice: Phone;
  readonly bob: Phone;
  readonly sent: SentMessage[];
  readonly reports: string[];
  readonly audio: string[];
  readonly leftOver: () => number;
}

const ALICE = { network: "net", transport: "udp", localAddress: "10.0.0.1", localPort: 5060 } as const;
const BOB = { network: "net", transport: "udp", localAddress: "10.0.0.2", localPort: 5060 } as const;

export function createPair(answer: AnswerScript, setting: { seed?: number; faults?: LinkFaults } = {}): Pair {
  const random = seededRandom(setting.seed ?? 1);
  const sent: SentMessage[] = [];
  const reports: string[] = [];
  const audio: string[] = [];
  const acted = (node: string, action: LabAction) => {
    if (action.kind === "report") reports.push(`${node} ${Object.values(action.event).join(" ")}`);
    if (action.kind === "audio") audio.push(`${node} ${action.operation}`);
  };
  const broke = (node: string, detail: string) => {
    throw new Error(`${node} ${detail}`);
  };
  const observer = { sent: (message: SentMessage) => sent.push(message), acted, broke };
  const network = new VirtualNetwork({ random, observer, ...(setting.faults && { faults: setting.faults }) });
  const ports = createAudioPorts(20_000, 20_099);
  const phoneOf = (name: string, listener: typeof ALICE | typeof BOB) => {
    const phone = new Phone({
      identity: createIdentity(name),
      listener,
      random,
      answering: () => answer,
      audioPorts: ports,
    });
    const { network: net, transport, localAddress: address, localPort: port } = listener;
    network.addNode({ name, agent: phone, listeners: [{ network: net, transport, address, port }] });
    return phone;
  };
  const alice = phoneOf("alice", ALICE);
  const bob = phoneOf("bob", BOB);
  const leftOver = () =>
    alice.calls +
    bob.calls +
    alice.transactions +
    bob.transactions +
    ports.taken +
    network.timersOf("alice").length +
    network.timersOf("bob").length;
  return { network, alice, bob, sent, reports, audio, leftOver };
}

export function place(pair: Pair, rest: Partial<CallScript> = {}, at = 0): void {
  const to = { address: BOB.localAddress, port: BOB.localPort };
  const script = callScript({ id: "call", to, called: "200", caller: "100", ...rest });
  pair.network.schedule("alice", at, { kind: "place-call", script });
}

/** `alice INVITE`, `bob 200 INVITE` … */
export function ladder({ sent }: Pair): string[] {
  return sent.map(({ from, text }) => {
    const [first = "", second = ""] = text.split(" ", 2);
    const method = /^CSeq: \d+ (\w+)/m.exec(text)?.[1] ?? "";
    return first === "SIP/2.0" ? `${from} ${second} ${method}` : `${from} ${first}`;
  });
}
