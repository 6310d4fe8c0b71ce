// One call through Demarc on a perfect network, told as the list of its messages.

import type { CallRecord } from "../../src/engine/index.ts";
import { type AnswerScript, type CallScript, callScript, PERFECT_LINK, type SentMessage } from "../../src/lab/index.ts";
import { parseMessage } from "../../src/protocol/sip/index.ts";
import { type Faults, faultsNamed } from "./faults.ts";
import { BORDER_ADDRESSES, createWorld, PEERS, type Peer, WIDE_LIMITS } from "./world.ts";

export interface Flow {
  readonly from: Peer;
  readonly called: string;
  readonly script?: Partial<CallScript>;
  readonly answers: Readonly<Partial<Record<Peer, AnswerScript>>>;
}

export interface PlayedFlow {
  /** `pbx -> demarc: INVITE SDP`, in the order they were sent. */
  readonly messages: readonly string[];
  readonly records: readonly CallRecord[];
  /** What the checkers found. */
  readonly violations: readonly string[];
}

function perfectWorld(): Faults {
  const none = faultsNamed("none");
  if (none === null) throw new Error("there must be a world without faults");
  return { ...none, link: PERFECT_LINK, media: { ...none.media, delayMaxMs: 0 } };
}

export function playFlow(flow: Flow): PlayedFlow {
  const world = createWorld({ seed: 1, faults: perfectWorld(), limits: WIDE_LIMITS });
  const { network, checkers } = world;
  for (const [peer, answer] of Object.entries(flow.answers)) world.answers[peer as Peer].set(flow.called, answer);
  const { called, from } = flow;
  const to = { address: BORDER_ADDRESSES[PEERS[from].network], port: 5060 };
  const caller = from === "pbx" ? "+12020000001" : "+442079460000";
  network.schedule(from, 0, {
    kind: "place-call",
    script: callScript({ id: "call", to, called, caller, ...flow.script }),
  });
  const idle = network.runUntilIdle(3_600_000);
  checkers.finish(network.now, { ...world.leftOver(), "things to come": idle ? 0 : 1 });
  return {
    messages: checkers.trace.map(describe),
    records: [...checkers.records.values()],
    violations: checkers.violations.map(({ rule, detail }) => `${rule}: ${detail}`),
  };
}

function describe({ from, to, text }: SentMessage): string {
  const parsed = parseMessage(text);
  if (!parsed.ok) return `${from} -> ${to}: not SIP`;
  const message = parsed.value;
  const method = message.headers.first("cseq")?.split(" ").at(-1) ?? "";
  const what = message.kind === "request" ? message.method : `${message.status} (${method})`;
  return `${from} -> ${to}: ${what}${message.body === "" ? "" : " SDP"}`;
}

/** The lines of a script: one message each, what stands behind `--` is for the reader. */
export function linesOf(script: string): string[] {
  return script
    .split("\n")
    .map((line) => line.replace(/--.*/, "").trim().replace(/ +/g, " "))
    .filter((line) => line !== "");
}
