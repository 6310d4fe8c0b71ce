// Reads a call flow written as a ladder, one message a line:
//
//   PBX -> Demarc: INVITE F1 sdp
//   Demarc -> PBX: 100 F2 of F1
//   Demarc -> CarrierA: INVITE F3 again x2     the very same bytes once more, twice
//   wait 2s
//   record: busy 486 by callee
//
// `of` names what a message belongs to: of a response its request, of ACK its response, of CANCEL its INVITE, of BYE the
// INVITE or the 200 that its sender was given. What a line does not say, the message must not have: no `sdp`, no body.
import type { PeerName } from "../engine/rig.ts";

export const DEMARC = "demarc";
export type Party = PeerName | typeof DEMARC;

export interface MessageStep {
  readonly kind: "message";
  readonly line: string;
  readonly from: Party;
  readonly to: Party;
  /** A method, or a status of three digits. */
  readonly what: string;
  readonly label: string;
  readonly of: string | null;
  readonly sdp: boolean;
  /** The bytes of an earlier message with this label. */
  readonly again: boolean;
  readonly times: number;
  /** The number that is called: the user part of an INVITE's Request-URI. */
  readonly number: string | null;
  /** The tag of who answers, where it is not everybody's. */
  readonly tag: string | null;
  /** The sender sits behind a proxy that stays in the path: two Vias, a Record-Route, a Contact that only it can reach. */
  readonly proxied: boolean;
}

export interface WaitStep {
  readonly kind: "wait";
  readonly line: string;
  readonly ms: number;
}

export interface RecordStep {
  readonly kind: "record";
  readonly line: string;
  readonly cause: string;
  readonly status: number;
  readonly endedBy: string;
}

/** A known weakness: the rule of RFC 3261 that this call breaks, as message-rules.ts words it. */
export interface WeaknessStep {
  readonly kind: "weakness";
  readonly line: string;
  readonly rule: string;
}

export type Step = MessageStep | WaitStep | RecordStep | WeaknessStep;

const PARTIES: Readonly<Record<string, Party>> = {
  PBX: "pbx",
  CarrierA: "carrier-a",
  CarrierB: "carrier-b",
  Stranger: "stranger",
  Demarc: DEMARC,
};

/** How a ladder calls a party. */
export function nameOf(party: Party): string {
  return Object.keys(PARTIES).find((name) => PARTIES[name] === party) ?? party;
}

/** @throws Error naming the line that is no ladder's */
export function parseLadder(text: string): Step[] {
  const lines = text.split("\n").map((line) => line.replace(/\s*#.*$/, "").trim());
  const steps = lines.filter((line) => line !== "").map(parseLine);
  const known = new Set<string>();
  for (const step of steps) {
    if (step.kind !== "message") continue;
    if (step.again !== known.has(step.label))
      throw new Error(`${step.line}: ${step.label} is ${step.again ? "no earlier message" : "taken"}`);
    if (step.of !== null && !known.has(step.of)) throw new Error(`${step.line}: ${step.of} is no earlier message`);
    known.add(step.label);
  }
  return steps;
}

function parseLine(line: string): Step {
  const wait = /^wait (\d+)(ms|s)$/.exec(line);
  if (wait !== null) return { kind: "wait", line, ms: Number(wait[1]) * (wait[2] === "s" ? 1000 : 1) };
  const record = /^record: ([a-z-]+) (\d{3}) by (caller|callee|demarc)$/.exec(line);
  if (record !== null) {
    const [, cause = "", status, endedBy = ""] = record;
    return { kind: "record", line, cause, status: Number(status), endedBy };
  }
  const weakness = /^weakness: (.+)$/.exec(line);
  if (weakness !== null) return { kind: "weakness", line, rule: weakness[1] ?? "" };
  return parseMessageLine(line);
}

function parseMessageLine(line: string): MessageStep {
  const parts = /^(\w+) -> (\w+): ([A-Z]+|[1-6]\d\d) (F\d+)(.*)$/.exec(line);
  const from = PARTIES[parts?.[1] ?? ""];
  const to = PARTIES[parts?.[2] ?? ""];
  if (parts === null || from === undefined || to === undefined || (from === DEMARC) === (to === DEMARC)) {
    throw new Error(`no line of a ladder: ${line}`);
  }
  const [, , , what = "", label = "", rest = ""] = parts;
  const clauses = new Map<string, string>();
  const left = rest.replaceAll(
    / (of F\d+|to [+\d]+|tag [\w-]+|sdp|again|proxied|x\d+)(?= |$)/g,
    (_, clause: string) => {
      const [word = "", value = ""] = /^x\d/.test(clause) ? ["times", clause.slice(1)] : clause.split(" ");
      clauses.set(word, value);
      return "";
    },
  );
  if (left !== "") throw new Error(`what is "${left.trim()}"? ${line}`);
  return {
    kind: "message",
    line,
    from,
    to,
    what,
    label,
    of: clauses.get("of") ?? null,
    sdp: clauses.has("sdp"),
    again: clauses.has("again"),
    times: Number(clauses.get("times") ?? 1),
    number: clauses.get("to") ?? null,
    tag: clauses.get("tag") ?? null,
    proxied: clauses.has("proxied"),
  };
}
