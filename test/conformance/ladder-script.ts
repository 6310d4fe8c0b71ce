// Reads a call flow written as a ladder, one message a line:
//
//   PBX -> Demarc: INVITE F1 sdp {Supported: 100rel}
//   Demarc -> PBX: 100 F2 of F1
//   Demarc -> CarrierA: INVITE F3 again x2     the very same bytes once more, twice
//   PBX -> Demarc: INVITE F20 of F9 sdp[sendonly]
//   Demarc -> PBX: NOTIFY F31 of F9 sipfrag 100 {Subscription-State: active*}
//   wait 2s
//   wait at most 2s                            until Demarc says something
//   media: PBX <-> CarrierA:7100
//   keys: PBX clear, CarrierA k1.AES/d1        what the plane takes from each, and sends to it
//   handshakes: PBX none, CarrierA server c1 1  who waits for the handshake (or begins it: client), with which certificate, the how manyth association
//   checks: PBX none, CarrierA d1               by which credentials the plane answers each one's checks of ICE
//   record: busy 486 by callee
//   outside: CarrierB                          who was asked where the call goes says that; or `nobody`, `go on`, a status
//   outside: again 603                         and says something else
//   policy: CarrierB                           the same of the policy; of a call that was answered `listens` or `ends`
//
// `of` names what a message belongs to: of a response its request, of ACK and PRACK the response, of CANCEL its INVITE, of
// any other request a message of its dialog; of an INVITE that comes again after a failure, that failure. Between braces
// stand headers, apart by `|`: what a peer writes, and what Demarc must have written (`Name` alone: any value; `!Name`:
// none; a `*` at the end: it begins so). What a line does not say of a body, the message must not have: no `sdp`, no body.
// Before the first message may stand what the trunks are set to and which further methods a peer allows:
//
//   trunk PBX: signaling.reliableProvisional=supported, media.fax=t38
//   PBX allows: PRACK, UPDATE
//   asks: +1303*                               a route before all others asks somebody outside about these numbers
//   asks: policy                               there is a policy
import type { Answer } from "../../src/engine/index.ts";
import { CONTINUE } from "../../src/model/index.ts";
import type { PeerName } from "../engine/rig.ts";
import { readSdpWords, type SdpWords } from "./sdp-words.ts";

export const DEMARC = "demarc";
export type Party = PeerName | typeof DEMARC;

export interface HeaderWord {
  readonly name: string;
  /** Null: any. */
  readonly value: string | null;
  /** It must not be there. */
  readonly absent: boolean;
}

export interface MessageStep {
  readonly kind: "message";
  readonly line: string;
  readonly from: Party;
  readonly to: Party;
  /** A method, or a status of three digits. */
  readonly what: string;
  readonly label: string;
  readonly of: string | null;
  readonly sdp: SdpWords | null;
  /** The status in a body of message/sipfrag. */
  readonly fragment: number | null;
  /** A body of another type: `dtmf 5`, `text hello`. */
  readonly payload: { readonly type: string; readonly text: string } | null;
  readonly headers: readonly HeaderWord[];
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
  /** Not for longer than until Demarc says something. */
  readonly atMost: boolean;
}

export interface RecordStep {
  readonly kind: "record";
  readonly line: string;
  readonly cause: string;
  readonly status: number;
  readonly endedBy: string;
}

/** A known weakness: the rule that this call breaks, as the rules word it. */
export interface WeaknessStep {
  readonly kind: "weakness";
  readonly line: string;
  readonly rule: string;
}

/** Where the media plane sends what it hears from the other end: to each party's own address, at this port or its usual one. */
export interface MediaStep {
  readonly kind: "media";
  readonly line: string;
  readonly ends: readonly MediaEnd[];
}

export interface MediaEnd {
  readonly peer: PeerName;
  /** Null: the usual one; "nowhere": held, or unknown. */
  readonly port: number | "nowhere" | null;
}

/** What the media plane has for the first stream: of each party what it encrypts with, and what is sent to it. */
export interface KeysStep {
  readonly kind: "keys";
  readonly line: string;
  readonly ends: readonly KeysEnd[];
}

export interface KeysEnd {
  readonly peer: PeerName;
  /** Null: in the clear. */
  readonly keys: { readonly theirs: string; readonly suite: string; readonly ours: string } | null;
}

/** By which credentials the plane answers checks on the first stream; null: by none. */
export interface ChecksStep {
  readonly kind: "checks";
  readonly line: string;
  readonly ends: readonly { readonly peer: PeerName; readonly name: string | null }[];
}

/** On which terms the plane has the keys of the first stream come by handshake; null: not at all. */
export interface HandshakesStep {
  readonly kind: "handshakes";
  readonly line: string;
  readonly ends: readonly {
    readonly peer: PeerName;
    /** Our role, the peer's certificate by name, and which association it is. */
    readonly terms: { readonly role: string; readonly theirs: string; readonly association: string } | null;
  }[];
}

export interface TrunkStep {
  readonly kind: "trunk";
  readonly line: string;
  readonly peer: PeerName;
  readonly settings: Readonly<Record<string, unknown>>;
}

export interface AllowStep {
  readonly kind: "allow";
  readonly line: string;
  readonly peer: PeerName;
  readonly methods: readonly string[];
}

/** A route before all others asks about calls to these numbers, or there is a policy: null. */
export interface AsksStep {
  readonly kind: "asks";
  readonly line: string;
  readonly called: string | null;
}

/** What they say, or say again. */
export interface OutsideStep {
  readonly kind: "outside";
  readonly line: string;
  readonly again: boolean;
  readonly says: Answer;
}

export type Step =
  | AsksStep
  | OutsideStep
  | MessageStep
  | WaitStep
  | RecordStep
  | WeaknessStep
  | MediaStep
  | KeysStep
  | ChecksStep
  | HandshakesStep
  | TrunkStep
  | AllowStep;

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

function peerNamed(name: string, line: string): PeerName {
  const party = PARTIES[name];
  if (party === undefined || party === DEMARC) throw new Error(`no peer: ${line}`);
  return party;
}

/** @throws Error naming the line that is no ladder's */
export function parseLadder(text: string): Step[] {
  const lines = text.split("\n").map((line) => line.replace(/(^|\s+)#.*$/, "").trim());
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

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

function parseLine(line: string): Step {
  const wait = /^wait (at most )?(\d+)(ms|s|m|h)$/.exec(line);
  if (wait !== null) {
    const [, atMost, number, unit = ""] = wait;
    return { kind: "wait", line, ms: Number(number) * (UNITS[unit] ?? 0), atMost: atMost !== undefined };
  }
  const record = /^record: ([a-z-]+) (\d{3}) by (caller|callee|demarc)$/.exec(line);
  if (record !== null) {
    const [, cause = "", status, endedBy = ""] = record;
    return { kind: "record", line, cause, status: Number(status), endedBy };
  }
  const asks = /^asks: ([+\d*]+)$/.exec(line);
  if (asks !== null) return { kind: "asks", line, called: asks[1] ?? "" };
  if (line === "asks: policy") return { kind: "asks", line, called: null };
  const policy = /^policy: (\w+|go on)$/.exec(line);
  if (policy !== null) return { kind: "outside", line, again: false, says: parsePolicyAnswer(policy[1] ?? "", line) };
  const outside = /^outside: (again )?(\w+|go on)$/.exec(line);
  if (outside !== null)
    return { kind: "outside", line, again: outside[1] !== undefined, says: parseAnswer(outside[2] ?? "", line) };
  const weakness = /^weakness: (.+)$/.exec(line);
  if (weakness !== null) return { kind: "weakness", line, rule: weakness[1] ?? "" };
  const media = /^media: (\S+) <-> (\S+)$/.exec(line);
  if (media !== null) return { kind: "media", line, ends: media.slice(1).map((end) => parseEnd(end, line)) };
  const trunk = /^trunk (\w+): (.+)$/.exec(line);
  const keys = /^keys: (.+)$/.exec(line);
  if (keys !== null)
    return { kind: "keys", line, ends: (keys[1] ?? "").split(/, +/).map((end) => parseKeysEnd(end, line)) };
  const checks = /^checks: (.+)$/.exec(line);
  if (checks !== null)
    return { kind: "checks", line, ends: (checks[1] ?? "").split(/, +/).map((end) => parseChecksEnd(end, line)) };
  const handshakes = /^handshakes: (.+)$/.exec(line);
  if (handshakes !== null)
    return { kind: "handshakes", line, ends: (handshakes[1] ?? "").split(/, +/).map((end) => parseTerms(end, line)) };
  if (trunk !== null)
    return { kind: "trunk", line, peer: peerNamed(trunk[1] ?? "", line), settings: parseSettings(trunk[2] ?? "") };
  const allow = /^(\w+) allows: (.+)$/.exec(line);
  if (allow !== null)
    return { kind: "allow", line, peer: peerNamed(allow[1] ?? "", line), methods: (allow[2] ?? "").split(/, */) };
  return parseMessageLine(line);
}

function parseAnswer(said: string, line: string): Answer {
  if (said === "nobody") return { kind: "none", detail: "nobody" };
  const nothing = { to: null, called: null, caller: null };
  if (said === "go on") return { kind: "hook", decision: nothing };
  const to = /^\d{3}$/.test(said)
    ? ({ kind: "reject", status: Number(said), reason: null, cause: null } as const)
    : ({ kind: "trunks", entries: [{ trunk: peerNamed(said, line), weight: null }] } as const);
  return { kind: "hook", decision: { ...nothing, to } };
}

function parsePolicyAnswer(said: string, line: string): Answer {
  if (said === "listens" || said === "ends")
    return { kind: "judgement", decision: { end: said === "ends", tags: [said] } };
  if (said === "nobody") return { kind: "none", detail: "nobody" };
  if (said === "go on") return { kind: "policy", decision: { ...CONTINUE, tags: ["gone-on"] } };
  if (/^\d{3}$/.test(said))
    return { kind: "policy", decision: { ...CONTINUE, reject: { status: Number(said), reason: null, cause: null } } };
  return { kind: "policy", decision: { ...CONTINUE, to: [{ trunk: peerNamed(said, line), target: null }] } };
}

function parseEnd(text: string, line: string): MediaEnd {
  const [name = "", port = null] = text.split(":");
  return { peer: peerNamed(name, line), port: port === null || port === "nowhere" ? port : Number(port) };
}

function parseKeysEnd(text: string, line: string): KeysEnd {
  const [, name = "", theirs, suite = "", ours = ""] = /^(\w+) (?:clear|(\w+)[.](\w+)[/](\w+))$/.exec(text) ?? [];
  return { peer: peerNamed(name, line), keys: theirs === undefined ? null : { theirs, suite, ours } };
}

function parseChecksEnd(text: string, line: string): ChecksStep["ends"][number] {
  const [peer = "", name = ""] = text.split(" ");
  if (name === "") throw new Error(`no credentials: ${line}`);
  return { peer: peerNamed(peer, line), name: name === "none" ? null : name };
}

function parseTerms(text: string, line: string): HandshakesStep["ends"][number] {
  const [peer = "", role = "", theirs = "", association = ""] = text.split(" ");
  if (role !== "none" && association === "") throw new Error(`no terms: ${line}`);
  return { peer: peerNamed(peer, line), terms: role === "none" ? null : { role, theirs, association } };
}

/** `a.b=c, d.e=f` as nested groups; a value is read as JSON where it is any, else as a word. */
function parseSettings(text: string): Record<string, unknown> {
  const settings: Record<string, unknown> = {};
  for (const setting of text.split(/, +/)) {
    const [path = "", value = ""] = setting.split("=");
    const keys = path.split(".");
    let group = settings;
    for (const key of keys.slice(0, -1)) {
      group[key] ??= {};
      group = group[key] as Record<string, unknown>;
    }
    group[keys.at(-1) ?? ""] = /^(true|false|null|\d+|\[.*\])$/.test(value) ? JSON.parse(value) : value;
  }
  return settings;
}

function parseHeaders(text: string): HeaderWord[] {
  return text.split("|").map((word) => {
    const [, not = "", name = "", value] = /^\s*(!?)([\w-]+)(?::\s*(.*?))?\s*$/.exec(word) ?? [];
    if (name === "") throw new Error(`no header: ${word}`);
    return { name, value: value ?? null, absent: not !== "" };
  });
}

const CLAUSE =
  / (of F\d+|to [+\d]+|tag [\w-]+|sipfrag \d{3}|dtmf [\d*#A-D]|text \w+|sdp(?:\[[^\]]*\])?|\{[^}]*\}|again|proxied|x\d+)(?= |$)/g;

/** @throws Error naming the line that is no message's */
export function parseMessageLine(line: string): MessageStep {
  const parts = /^(\w+) -> (\w+): ([A-Z]+|[1-6]\d\d) (F\d+)(.*)$/.exec(line);
  const from = PARTIES[parts?.[1] ?? ""];
  const to = PARTIES[parts?.[2] ?? ""];
  if (parts === null || from === undefined || to === undefined || (from === DEMARC) === (to === DEMARC)) {
    throw new Error(`no line of a ladder: ${line}`);
  }
  const [, , , what = "", label = "", rest = ""] = parts;
  const clauses = new Map<string, string>();
  let headers: readonly HeaderWord[] = [];
  const left = rest.replaceAll(CLAUSE, (_, clause: string) => {
    if (clause.startsWith("{")) headers = [...headers, ...parseHeaders(clause.slice(1, -1))];
    else if (clause.startsWith("sdp")) clauses.set("sdp", clause.slice(4, -1));
    else if (/^x\d/.test(clause)) clauses.set("times", clause.slice(1));
    else clauses.set(clause.split(" ")[0] ?? "", clause.split(" ")[1] ?? "");
    return "";
  });
  if (left !== "") throw new Error(`what is "${left.trim()}"? ${line}`);
  const fragment = clauses.get("sipfrag");
  return {
    kind: "message",
    line,
    from,
    to,
    what,
    label,
    of: clauses.get("of") ?? null,
    sdp: clauses.has("sdp") ? readSdpWords(clauses.get("sdp") ?? "") : null,
    fragment: fragment === undefined ? null : Number(fragment),
    payload: payloadOf(clauses),
    headers,
    again: clauses.has("again"),
    times: Number(clauses.get("times") ?? 1),
    number: clauses.get("to") ?? null,
    tag: clauses.get("tag") ?? null,
    proxied: clauses.has("proxied"),
  };
}

function payloadOf(clauses: ReadonlyMap<string, string>): MessageStep["payload"] {
  const digit = clauses.get("dtmf");
  if (digit !== undefined) return { type: "application/dtmf-relay", text: `Signal=${digit}\r\nDuration=160\r\n` };
  const text = clauses.get("text");
  return text === undefined ? null : { type: "text/plain", text };
}
