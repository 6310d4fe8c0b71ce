// What would happen to a call: it is let through an engine of its own, which knows what the live one knows and is thrown away afterwards, and what it does
// is written down. So the answer is the engine's own and not a second account of its rules.

import type { Millis } from "../base/index.ts";
import type { Configuration, Selection } from "../model/index.ts";
import { answerableHead, displayText, formatResponse, parseMessage } from "../protocol/sip/index.ts";
import { type Flow, parseAddress } from "../protocol/transport/index.ts";
import type { Action } from "./actions.ts";
import { isFull } from "./admission/index.ts";
import {
  type Call,
  type CallWitness,
  callerShown,
  isForHelp,
  type Turn,
  trunkOfFlow,
  type World,
} from "./call/index.ts";
import { type Answer, type CallSummary, nameOfQuestion, type Question } from "./decide-contract.ts";
import {
  answerTo,
  type ExplainQuestion,
  flowFrom,
  inviteOf,
  isKnownByMore,
  mediaSomewhere,
  resolveSomewhere,
} from "./explain-question.ts";
import type { Input } from "./inputs.ts";
import { sortFlows, whyNot } from "./routing/index.ts";

/** One route that was asked; `why` is null for the one that matched. */
export interface TriedRoute {
  readonly route: string;
  readonly why: string | null;
}

export interface LookedTable {
  /** Null for the main list. */
  readonly table: string | null;
  readonly tried: readonly TriedRoute[];
  /** Routes that did not match and are not told. */
  readonly untold: number;
  readonly matched: string | null;
}

export interface ExplainedTarget {
  readonly trunk: string;
  readonly target: string;
  readonly called: string;
  /** As the target is shown it. */
  readonly caller: string;
  /** Whether it would be asked now, as far as is known without asking. */
  readonly state: "ready" | "failed lately" | "left alone" | "limit reached" | "not resolved here";
}

/** Somebody outside who would be asked where the call goes. */
export interface AskedOutside {
  readonly question: Question;
  readonly call: CallSummary;
  /** What was said, and the rest of the explanation goes by; null where nobody was asked, and the call goes by its fallback. */
  readonly answer: Answer | null;
}

export interface Explanation {
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly ingressTrunk: string;
  readonly caller: string;
  readonly callerName: string | null;
  readonly withheld: boolean;
  readonly called: string;
  readonly emergency: boolean;
  /** Whether it only tries the way of emergency calls. */
  readonly emergencyTest: boolean;
  readonly classOfService: { readonly name: string; readonly allowed: boolean } | null;
  readonly tables: readonly LookedTable[];
  /** In the order in which they would be asked. */
  readonly asks: readonly AskedOutside[];
  /** The route that decides; null where none does. */
  readonly route: string | null;
  /** In which order its trunks stand, and why; null where it leads to none. */
  readonly selection: {
    readonly by: Selection["by"];
    readonly trunks: readonly { readonly trunk: string; readonly why: string | null }[];
  } | null;
  /** In the order in which they would be tried. */
  readonly targets: readonly ExplainedTarget[];
  /** The lines towards the first target that is asked; null where none is. */
  readonly invite: readonly string[] | null;
  /** The lines towards the caller: the 200 if the target answers, or the refusal. */
  readonly response: readonly string[] | null;
  /** Status of the response. */
  readonly status: number | null;
}

export interface ExplainRun {
  /** Of this question alone: the call is left in it. */
  readonly world: World;
  readonly handle: (input: Input, now: Millis) => readonly Action[];
  readonly now: Millis;
  /** What was said to earlier questions, by their names. */
  readonly answers: ReadonlyMap<string, Answer>;
}

/** Of each table: more would be read by nobody. */
const ROUTES_TOLD = 200;
/** Inputs that a call needs until it is answered are a dozen. */
const STEPS_MOST = 1000;

interface Seen {
  readonly tables: LookedTable[];
  classOfService: Explanation["classOfService"];
  selection: Explanation["selection"];
  /** The call, even where it is refused at once. */
  call: Call | null;
  networks: { readonly a: string; readonly b: string };
  readonly sent: { readonly flow: Flow; readonly text: string }[];
  readonly asks: AskedOutside[];
}

function witnessOf(seen: Seen): CallWitness {
  return {
    // What was told before somebody answered is told anew.
    began: () => {
      seen.tables.length = 0;
      seen.classOfService = null;
      seen.selection = null;
    },
    opened: (call) => {
      seen.call = call;
    },
    classAsked: (name, allowed) => {
      seen.classOfService = { name, allowed };
    },
    chosen: (by, trunks) => {
      seen.selection = { by, trunks: trunks.map(({ trunk, why }) => ({ trunk: trunk.name, why })) };
    },
    looked: (table, { compiled, asked, place, tried }) => {
      const from = (tried.at(-1) ?? -1) + 1;
      const to = place ?? compiled.routes.length - 1;
      const told: TriedRoute[] = [];
      const first = compiled.order === "longest" ? 0 : from;
      const last = compiled.order === "longest" ? compiled.routes.length - 1 : to;
      let untold = 0;
      for (let at = first; at <= last; at += 1) {
        const route = compiled.routes[at]?.route.name ?? "";
        if (at === place) told.push({ route, why: null });
        else if (told.length >= ROUTES_TOLD || tried.includes(at)) untold += 1;
        else told.push({ route, why: whyNot(compiled, at, asked) ?? "another route says more of the called number" });
      }
      const matched = place === null ? null : (compiled.routes[place]?.route.name ?? null);
      seen.tables.push({ table, tried: told, untold, matched });
    },
  };
}

/** What was said to a question; it is told that it would be asked. */
function answerOf(run: ExplainRun, asked: Action & { readonly kind: "decide" }, seen: Seen): Answer {
  const { question, call } = asked;
  const none = { kind: "none", detail: "not asked" } as const;
  // Where it goes is settled by then, and whoever hears of an answer believes in one.
  if (question.kind === "policy" && question.hook === "onAnswer") return none;
  const answer = run.answers.get(nameOfQuestion(question)) ?? null;
  seen.asks.push({ question, call, answer });
  return answer ?? none;
}

/** Lets the inputs of the world outside come as they would, until nothing more is asked. */
function play(run: ExplainRun, first: Input, seen: Seen): void {
  const inputs: Input[] = [first];
  const { configuration } = run.world.border;
  for (let step = 0; step < STEPS_MOST; step += 1) {
    const input = inputs.shift();
    if (input === undefined) return;
    for (const action of run.handle(input, run.now)) {
      if (action.kind === "send") seen.sent.push(action);
      else if (action.kind === "resolve") {
        inputs.push({ kind: "resolved", token: action.token, result: resolveSomewhere(action.query) });
      } else if (action.kind === "decide") {
        inputs.push({ kind: "decided", token: action.token, answer: answerOf(run, action, seen) });
      } else if (action.kind === "media") {
        const { token, command } = action;
        if (command.kind === "offer") seen.networks = command.networks;
        inputs.push({ kind: "media-reply", token, result: mediaSomewhere(command, seen.networks, configuration) });
      }
    }
  }
}

function inviteIn(seen: Seen): Seen["sent"][number] | undefined {
  return seen.sent.find(({ text }) => text.startsWith("INVITE "));
}

/** The target takes the call: what its 200 brings about. */
function answerInvite(run: ExplainRun, seen: Seen): void {
  const invite = inviteIn(seen);
  const parsed = invite === undefined ? null : parseMessage(invite.text);
  if (invite === undefined || parsed === null || !parsed.ok || parsed.value.kind !== "request") return;
  const { remoteAddress } = invite.flow;
  const head = answerableHead(parsed.value, { address: remoteAddress, port: invite.flow.remotePort });
  if (head === null) return;
  const body = answerTo(parsed.value.body, remoteAddress);
  const contact = remoteAddress.includes(":") ? `[${remoteAddress}]` : remoteAddress;
  const text = formatResponse(head, {
    status: 200,
    toTag: "explained",
    headers: [["Contact", `<sip:${contact}>`]],
    body: body === null ? null : { contentType: "application/sdp", text: body },
  });
  play(run, { kind: "datagram", flow: invite.flow, text }, seen);
}

function stateOf(
  world: World,
  call: Call,
  at: { readonly index: number; readonly now: Millis },
): ExplainedTarget["state"] {
  const { index, now } = at;
  const planned = call.targets[index];
  if (planned === undefined) return "ready";
  const { trunk, target } = planned;
  // What this call itself counts for is not held against it.
  const own = call.attempts.filter((attempt) => attempt.counted && attempt.trunk.name === trunk.name).length;
  const books = { usages: world.usage, limits: world.border.limits };
  if (!call.emergency && isFull(books, { trunk, direction: "egress" }, own)) return "limit reached";
  if (planned.bound === undefined && parseAddress(target.host) === null) return "not resolved here";
  const { network } = trunk;
  const flows = ["udp", "tcp", "tls"].map((transport): Flow => {
    const named = target.transport ?? transport;
    const port = target.port ?? (named === "tls" ? 5061 : 5060);
    return {
      network,
      transport: named as Flow["transport"],
      localAddress: "",
      localPort: 0,
      remoteAddress: target.host,
      remotePort: port,
    };
  });
  const { closed, failed } = sortFlows(
    world.destinations,
    planned.bound === undefined ? flows : [planned.bound.flow],
    now,
  );
  if (closed.length > 0) return "left alone";
  return failed.length > 0 ? "failed lately" : "ready";
}

/** Why a question cannot be asked. */
export type ExplainRefusal = "unknown-trunk" | "unidentified-trunk";

/** Plays the call in a world of its own, and tells what came of it. */
export function explainCall(run: ExplainRun, question: ExplainQuestion): Explanation | ExplainRefusal {
  const { world, now } = run;
  const { configuration } = world.border;
  const trunk = Object.hasOwn(configuration.trunks, question.from) ? configuration.trunks[question.from] : undefined;
  if (trunk === undefined) return "unknown-trunk";
  const flow = flowFrom(trunk, configuration);
  if (flow === null) return "unidentified-trunk";
  // Who is known by a password or by the line that was registered has shown it.
  if (isKnownByMore(trunk)) world.assumed = trunk;
  const seen: Seen = {
    tables: [],
    classOfService: null,
    selection: null,
    call: null,
    networks: { a: "", b: "" },
    sent: [],
    asks: [],
  };
  world.witness = witnessOf(seen);
  play(run, { kind: "datagram", flow, text: inviteOf(withCaller(question, configuration), trunk, flow) }, seen);
  const targets = targetsOf(run, seen.call);
  answerInvite(run, seen);
  return {
    ...partiesOf(seen.call),
    ...messagesOf(seen),
    at: new Date(now).toISOString(),
    targets,
    classOfService: seen.classOfService,
    selection: seen.selection,
    asks: seen.asks,
    tables: seen.tables,
    ingressTrunk: seen.call?.ingress.name ?? trunkOfFlow(world.border, flow)?.name ?? question.from,
  };
}

/** Before the call is answered: where it could still go. */
function targetsOf({ world, now }: ExplainRun, call: Call | null): readonly ExplainedTarget[] {
  if (call === null) return [];
  const targets = call.targets.filter(({ lastResort }) => !lastResort);
  const turn: Turn = { now, actions: [], world, speaker: null, subject: null, asked: null };
  return targets.map(({ trunk, target, edited }, index): ExplainedTarget => {
    const { called, caller: own } = edited ?? call;
    const caller = callerShown(call, { trunk, caller: own }, turn);
    return { trunk: trunk.name, target: target.uri, called, caller, state: stateOf(world, call, { index, now }) };
  });
}

function partiesOf(call: Call | null) {
  return {
    caller: call?.caller ?? "",
    callerName: call?.callerName ?? null,
    withheld: call?.interop.withheld ?? false,
    called: call?.called ?? "",
    emergency: call !== null && isForHelp(call),
    emergencyTest: call !== null && call.test !== null,
    route: call?.route ?? null,
  };
}

function messagesOf(seen: Seen) {
  const invite = inviteIn(seen)?.text ?? null;
  const response = seen.sent.findLast(({ text }) => /^SIP\/2\.0 [2-6]/.test(text))?.text ?? null;
  return {
    invite: invite === null ? null : linesOf(invite),
    response: response === null ? null : linesOf(response),
    status: response === null ? null : Number(response.slice(8, 11)),
  };
}

/** A message as a person reads it. */
function linesOf(message: string): readonly string[] {
  return message.trimEnd().split("\r\n").map(displayText);
}

/** Without a caller, the first number that lives behind the trunk. */
function withCaller(question: ExplainQuestion, { numbers }: Configuration): ExplainQuestion {
  if (question.caller !== null) return question;
  return { ...question, caller: numbers.find(({ trunk }) => trunk === question.from)?.first ?? null };
}
