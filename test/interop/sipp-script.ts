// SIPp scenarios as lists of steps: what one party says and must hear, in order. Anything else that comes fails its call.
import { type Parts, type Party, type Question, requestText, responseText, wayOf } from "./sipp-messages.ts";

/** What a party does next, as SIPp has it. */
export type Step = (party: Party) => string;

export interface Script {
  readonly name: string;
  /** SIPp's scenario, with words in double braces that are filled in when it starts. */
  readonly text: string;
}

/** What a message that comes must have and must not have: POSIX regular expressions over all of it. */
export interface Expected {
  readonly has?: readonly string[];
  readonly lacks?: readonly string[];
}

/** How long a party waits for what must come. */
const PATIENCE_MS = 20_000;
/** RFC 3261 17.1.1.1, T1: what is not answered is sent again. */
const REPEAT_MS = 500;
const REASONS: Readonly<Record<number, string>> = { 180: "Ringing", 183: "Session Progress", 200: "OK" };

/** How a party is, in all of its call. */
export interface Nature {
  /** What its Allow names, beyond what every phone does. */
  readonly allow?: readonly string[];
  /** How many Via lines the requests that it gets have: one more for each proxy on the way. */
  readonly hops?: number;
}

export function callerScript(name: string, steps: readonly Step[], nature: Nature = {}): Script {
  return writeScript(name, { ...nature, role: "caller" }, steps);
}

export function calleeScript(name: string, steps: readonly Step[], nature: Nature = {}): Script {
  return writeScript(name, { ...nature, role: "callee" }, steps);
}

function writeScript(name: string, nature: Nature & Pick<Party, "role">, steps: readonly Step[]): Script {
  const { role, allow = [], hops = 1 } = nature;
  const party: Party = {
    role,
    allow: ["INVITE", "ACK", "CANCEL", "BYE", "OPTIONS", ...allow].join(", "),
    hops,
    sequence: 0,
    invited: 0,
    trying: false,
    descriptions: 0,
    asked: null,
    questions: new Map(),
    variables: new Set(),
  };
  const text = steps.map((step) => step(party)).join("\n");
  const { variables } = party;
  // SIPp takes a variable that nothing reads for a mistake.
  const read = variables.size === 0 ? "" : `<Reference variables="${[...variables].join(",")}" />\n`;
  return {
    name,
    text: `<?xml version="1.0" encoding="UTF-8" ?>\n<scenario name="${name}">\n${text}\n${read}</scenario>\n`,
  };
}

/** The INVITE of a call. */
export function calls(parts: Parts = {}): Step {
  return (party) => {
    const invite = { method: "INVITE", ...nextInvite(party), asCalled: true } as const;
    return send(requestText(party, { sdp: {}, ...parts, ...invite }), REPEAT_MS);
  };
}

/** A request inside the dialog. */
export function asks(method: string, parts: Parts = {}): Step {
  return (party) => {
    if (method === "INVITE") return send(requestText(party, { ...parts, method, ...nextInvite(party) }), REPEAT_MS);
    party.sequence += 1;
    const { sequence } = party;
    return send(requestText(party, { ...parts, method, sequence, transaction: `request-${sequence}` }), REPEAT_MS);
  };
}

function nextInvite(party: Party): { readonly sequence: number; readonly transaction: string } {
  party.sequence += 1;
  party.invited = party.sequence;
  party.trying = true;
  return { sequence: party.invited, transaction: `invite-${party.invited}` };
}

/** The ACK of the 2xx to its last INVITE. */
export function acks(parts: Parts = {}): Step {
  return (party) => {
    const sequence = party.invited;
    return send(requestText(party, { ...parts, method: "ACK", sequence, transaction: `ack-${sequence}` }));
  };
}

/** The ACK of a refusal of its last INVITE. */
export function acksRefusal(): Step {
  return (party) => {
    const sequence = party.invited;
    const asCalled = sequence === 1 && party.role === "caller";
    return send(requestText(party, { method: "ACK", sequence, transaction: `invite-${sequence}`, asCalled }));
  };
}

/** Acknowledges the last reliable provisional response (RFC 3262 section 7.2). */
export function pracks(parts: Parts = {}): Step {
  return (party) => asks("PRACK", { ...parts, headers: [`RAck:[$rseq] ${party.invited} INVITE`] })(party);
}

/** Takes the call back. */
export function cancels(): Step {
  return (party) =>
    send(requestText(party, { method: "CANCEL", sequence: 1, transaction: "invite-1", asCalled: true }), REPEAT_MS);
}

/** A response. `reliable`: one that a PRACK is due for. */
export function hears(status: number, expected: Expected & { readonly reliable?: boolean } = {}): Step {
  return (party) => {
    const trying = status === 100 ? "" : mayHearTrying(party);
    noteReceived(party);
    const rseq = expected.reliable === true ? keep(party, "RSeq", "rseq") : "";
    return trying + receive(`response="${status}" rrs="true"`, rseq + checks(party, expected));
  };
}

/** A response that comes or not, before the next that must. */
export function mayHear(status: number): Step {
  return () => `<recv response="${status}" rrs="true" optional="true"></recv>`;
}

/** The INVITE that makes it the callee. */
export function isCalled(expected: Expected = {}): Step {
  return (party) => {
    const ends = keep(party, "From", "caller") + keep(party, "To", "callee");
    return isAskedFor(party, { method: "INVITE", name: "call", opens: true }, ends + checks(party, expected));
  };
}

/** A request inside the dialog, or the CANCEL of the call. `name`: to answer it by when something else has come since. */
export function isAsked(method: string, expected: Expected & { readonly name?: string } = {}): Step {
  return (party) => isAskedFor(party, { method, name: expected.name ?? "", opens: false }, checks(party, expected));
}

function isAskedFor(party: Party, asked: Omit<Question, "last">, actions: string): string {
  const trying = mayHearTrying(party);
  noteReceived(party);
  const { method, name } = asked;
  party.asked = { ...asked, last: true };
  if (name === "") return trying + receive(`request="${method}"`, actions);
  party.questions.set(name, party.asked);
  const way = wayOf(party, name).map(({ header, line, variable }) => keep(party, header, variable, line));
  const kept = [...way, ...["From", "To", "CSeq"].map((line) => keep(party, line, name + line.toLowerCase()))];
  return trying + receive(`request="${method}"${asked.opens ? ' rrs="true"' : ""}`, kept.join("") + actions);
}

export function isAcked(expected: Expected = {}): Step {
  return (party) => {
    noteReceived(party);
    return receive('request="ACK"', checks(party, expected));
  };
}

export interface Answer extends Parts {
  /** The name of what is answered; the last question if not said. */
  readonly to?: string;
  /** Of several phones behind the callee. */
  readonly phone?: string;
  /** Sent so that a PRACK is due, under this RSeq. */
  readonly rseq?: number;
}

export function answers(status: number, { to, phone = "", rseq, headers = [], ...parts }: Answer = {}): Step {
  return (party) => {
    const question = to === undefined ? party.asked : party.questions.get(to);
    if (question === null || question === undefined) throw new Error(`${status} answers nothing`);
    const reliable = rseq === undefined ? [] : ["Require: 100rel", `RSeq: ${rseq}`];
    const reason = REASONS[status] ?? "{{host}}";
    const written = { ...parts, headers: [...headers, ...reliable], status, reason, phone };
    const repeats = question.method === "INVITE" && (rseq !== undefined || (status >= 200 && status < 300));
    return send(responseText(party, question, written), repeats ? REPEAT_MS : null);
  };
}

/** Streams its tone from here on. */
export function talks(codec: "PCMU" | "PCMA" = "PCMU"): Step {
  return () => act(codec === "PCMU" ? "{{tone}},-1,0,PCMU/8000" : "{{toneALaw}},-1,8,PCMA/8000");
}

export function hushes(): Step {
  return () => act("pause");
}

/** Streams on after it was hushed. */
export function talksOn(): Step {
  return () => act("resume");
}

export function waits(ms: number): Step {
  return () => `<pause milliseconds="${ms}" />`;
}

export function hangsUp(): Step {
  return inOrder(hushes(), asks("BYE"), hears(200));
}

export function isHungUp(): Step {
  return inOrder(isAsked("BYE"), hushes(), answers(200));
}

export function inOrder(...steps: readonly Step[]): Step {
  return (party) => steps.map((step) => step(party)).join("\n");
}

function act(stream: string): string {
  return `<nop><action><exec rtp_stream="${stream}" /></action></nop>`;
}

function send(message: string, repeatMs: number | null = null): string {
  return `<send${repeatMs === null ? "" : ` retrans="${repeatMs}"`}><![CDATA[\n\n${message}\n\n]]></send>`;
}

function receive(what: string, actions: string): string {
  return `<recv ${what} timeout="${PATIENCE_MS}">${actions === "" ? "" : `<action>${actions}</action>`}</recv>`;
}

/** A 100 comes or not, before whatever comes next. */
function mayHearTrying(party: Party): string {
  if (!party.trying) return "";
  return '<recv response="100" optional="true"></recv>\n';
}

function noteReceived(party: Party): void {
  party.trying = false;
  if (party.asked !== null) party.asked.last = false;
}

/** Keeps the value of a header's line in a variable; of the first line if not said. */
function keep(party: Party, header: string, variable: string, line = 1): string {
  party.variables.add(variable);
  return `<ereg regexp=".*" search_in="hdr" header="${header}:" occurrence="${line}" assign_to="${variable}" />`;
}

function checks(party: Party, { has = [], lacks = [] }: Expected): string {
  const check = (pattern: string, attribute: string) => {
    const variable = `check${party.variables.size}`;
    party.variables.add(variable);
    return `<ereg regexp="${escapeXml(pattern)}" search_in="msg" ${attribute}="true" assign_to="${variable}" />`;
  };
  return [
    ...has.map((pattern) => check(pattern, "check_it")),
    ...lacks.map((pattern) => check(pattern, "check_it_inverse")),
  ].join("");
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
