// Between a call and the room of interoperability: what is heard from each side, and what the other is told of it.

import type { Trunk } from "../../model/index.ts";
import {
  from,
  type HeaderFields,
  type HeaderLine,
  type SipRequest,
  type SipResponse,
} from "../../protocol/sip/index.ts";
import { CAUSES } from "../causes.ts";
import {
  type CallFacts,
  carryOut,
  linesHeard,
  noteHeard,
  type RuledMessage,
  readMessage,
  tellPeer,
  userOf,
  wantsNothing,
} from "../interop/index.ts";
import { type Attempt, type Call, calledBy, currentAttempt, type Leg } from "./call.ts";
import { callOf, type Turn } from "./turn.ts";

/** Recovery on timer expiry: why an INVITE that nobody answered is cancelled. */
const TOO_SLOW = 102;

function factsOf(call: Call, trunk: Trunk, other: Trunk | null): CallFacts {
  const { caller, callerName, interop, emergency, id } = call;
  const hidden = interop.withheld && !emergency;
  return {
    caller: hidden ? "" : caller,
    callerName: hidden ? "" : (callerName ?? ""),
    called: calledBy(call, currentAttempt(call)),
    trunk: trunk.name,
    otherTrunk: other?.name ?? "",
    callId: id,
  };
}

const SILENT = { lines: [], reasons: [] } as const;
const INVITE: RuledMessage = { kind: "request", method: "INVITE", status: 0 };

/** A new call's INVITE after the rules of the trunk that sent it. Of the call nothing is known yet but what the INVITE says. */
export function hearInvite(request: SipRequest, trunk: Trunk): SipRequest {
  if (trunk.headers.in.length === 0) return request;
  const address = request.headers.read(from);
  const caller = address === null ? "" : userOf(address.uri);
  const called = userOf(request.uri);
  const facts = {
    caller,
    callerName: address?.displayName ?? "",
    called,
    trunk: trunk.name,
    otherTrunk: "",
    callId: "",
  };
  return readMessage(request, trunk.headers.in, { message: INVITE, facts, beside: [] });
}

/** A response of a target after its trunk's rules, noted as the last that the callee's side said. */
export function hearResponse(call: Call, attempt: Attempt, heard: { response: SipResponse; turn: Turn }): SipResponse {
  const response = ruledResponse(call, attempt, heard.response);
  const { configuration } = heard.turn.world.border;
  const isCurrent = attempt === currentAttempt(call) && attempt.state !== "given-up" && call.end === null;
  if (isCurrent && response.status > 100)
    noteHeard(call.interop, "callee", { headers: response.headers, configuration });
  return response;
}

function ruledResponse(call: Call, { trunk }: Attempt, response: SipResponse): SipResponse {
  if (trunk.headers.in.length === 0) return response;
  const message = { kind: "response", method: "INVITE", status: response.status } as const;
  return readMessage(response, trunk.headers.in, { message, facts: factsOf(call, trunk, call.aLeg.trunk), beside: [] });
}

/** A request by which a side ends the call, after its trunk's rules: what it gives as the reason goes to the other side. */
export function hearEnding(call: Call, leg: Leg, ending: { readonly request: SipRequest; readonly turn: Turn }): void {
  const { request, turn } = ending;
  const { configuration } = turn.world.border;
  noteHeard(call.interop, leg.side === "a" ? "caller" : "callee", { headers: request.headers, configuration });
}

/** Of a message inside a call what some trunk may be shown. */
export function mayCross({ headers }: SipRequest | SipResponse, turn: Turn): readonly HeaderLine[] {
  return linesHeard(headers, turn.world.border.configuration);
}

/** A request inside a call after the rules of its leg's trunk. */
export function hearRequest(call: Call, { trunk }: Leg, request: SipRequest): SipRequest {
  if (trunk.headers.in.length === 0) return request;
  const message = { kind: "request", method: request.method, status: 0 } as const;
  return readMessage(request, trunk.headers.in, { message, facts: factsOf(call, trunk, null), beside: [] });
}

/** The answer to a request of ours inside a call, after the rules of its leg's trunk. */
export function hearAnswer(
  call: Call,
  { trunk }: Leg,
  answer: { readonly method: string; readonly response: SipResponse },
): SipResponse {
  const { method, response } = answer;
  if (trunk.headers.in.length === 0) return response;
  const message = { kind: "response", method, status: response.status } as const;
  return readMessage(response, trunk.headers.in, { message, facts: factsOf(call, trunk, null), beside: [] });
}

/** The lines of a request of our own inside a call, or of our answer to one. */
export function tellInCall(
  call: Call,
  leg: Leg,
  told: {
    readonly message: RuledMessage;
    readonly lines: readonly HeaderLine[];
    /** Of the other side's message that it follows from, what some trunk may be shown; none where it follows from none. */
    readonly crossing: readonly HeaderLine[];
  },
): readonly HeaderLine[] {
  const { message, lines, crossing } = told;
  const { trunk: to } = leg;
  if (wantsNothing(to)) return lines;
  const isCaller = leg.side === "a";
  const other = (isCaller ? currentAttempt(call)?.trunk : call.aLeg.trunk) ?? null;
  const towards = isCaller ? "caller" : "callee";
  const facts = factsOf(call, to, other);
  const heard = { lines: crossing, reasons: [] };
  const interop = { ...call.interop, caller: isCaller ? SILENT : heard, callee: isCaller ? heard : SILENT };
  return tellPeer(lines, { interop, towards, to, from: other ?? to, facts, message, cause: null });
}

/** The lines of a request that is passed on, or of its answer: ours, and what of the other side's this one may see. */
export function tellOnward(
  call: Call,
  passage: {
    readonly from: Leg;
    readonly to: Leg;
    readonly message: RuledMessage;
    /** As the other side wrote them. */
    readonly headers: HeaderFields;
    readonly lines: readonly HeaderLine[];
  },
  turn: Turn,
): readonly HeaderLine[] {
  const { message, headers, lines } = passage;
  const [from, to] = [passage.from.trunk, passage.to.trunk];
  if (wantsNothing(to)) return lines;
  const towards = passage.to.side === "a" ? "caller" : "callee";
  const heard = { lines: linesHeard(headers, turn.world.border.configuration), reasons: [] };
  const interop = { ...call.interop, [towards === "caller" ? "callee" : "caller"]: heard };
  return tellPeer(lines, { interop, towards, to, from, facts: factsOf(call, to, from), message, cause: null });
}

/** The lines of a new call's INVITE. */
export function tellInvite(call: Call, leg: Leg, lines: readonly HeaderLine[]): readonly HeaderLine[] {
  const { aLeg, interop, marks } = call;
  const { trunk: to } = leg;
  if (wantsNothing(to) && marks.headers.length === 0) return lines;
  const from = aLeg.trunk;
  const facts = factsOf(call, to, from);
  const telling = { interop, towards: "callee", to, from, facts, message: INVITE, cause: null, opens: true } as const;
  const told = wantsNothing(to) ? lines : tellPeer(lines, telling);
  return carryOut(told, marks.headers, { message: INVITE, facts, beside: [] });
}

/** The lines of a response to the caller's INVITE. */
export function tellCaller(call: Call, status: number, lines: readonly HeaderLine[]): readonly HeaderLine[] {
  const { aLeg, interop } = call;
  const { trunk: to } = aLeg;
  if (wantsNothing(to)) return lines;
  const other = currentAttempt(call)?.trunk ?? null;
  const message = { kind: "response", method: "INVITE", status } as const;
  const facts = factsOf(call, to, other);
  const cause = status < 300 ? null : (call.end?.q850 ?? null);
  return tellPeer(lines, { interop, towards: "caller", to, from: other ?? to, facts, message, cause });
}

/** The lines of a BYE of ours besides what every request in a dialog has. */
export function tellBye(leg: Leg, turn: Turn): readonly HeaderLine[] {
  const call = callOf(turn, leg.place.call);
  if (call === undefined) return [];
  return tellEnd(call, { leg, method: "BYE", cause: call.end?.q850 ?? CAUSES["normal-clearing"].q850 });
}

/** The lines of the CANCEL of an attempt. */
export function tellCancel(call: Call, attempt: Attempt): readonly HeaderLine[] {
  if (attempt.leg === null) return [];
  return tellEnd(call, { leg: attempt.leg, method: "CANCEL", cause: call.end?.q850 ?? TOO_SLOW });
}

function tellEnd(
  call: Call,
  end: { readonly leg: Leg; readonly method: string; readonly cause: number },
): readonly HeaderLine[] {
  const { leg, method, cause } = end;
  const { aLeg, interop } = call;
  const { trunk: to } = leg;
  if (wantsNothing(to)) return [];
  const isCaller = leg.side === "a";
  const other = (isCaller ? currentAttempt(call)?.trunk : aLeg.trunk) ?? null;
  const facts = factsOf(call, to, other);
  const message = { kind: "request", method, status: 0 } as const;
  const towards = isCaller ? "caller" : "callee";
  return tellPeer([], { interop, towards, to, from: other ?? to, facts, message, cause });
}
