// The lines that a peer is sent besides those that every message has: what of the other side may cross, the call's name, why it ended; and the
// trunk's own wishes last (`headers.remove`, `headers.set`, `headers.out`).

import type { Trunk } from "../../model/index.ts";
import { type HeaderLine, headerName } from "../../protocol/sip/index.ts";
import type { CallInterop } from "./call-interop.ts";
import { passedLines } from "./crossing.ts";
import { type CallFacts, editHeaders, type RuledMessage, setHeaders } from "./edit-headers.ts";
import { reasonLines } from "./reasons.ts";
import { sessionLines } from "./session-names.ts";

const PLAIN = new WeakMap<Trunk, boolean>();

/** Whether a trunk has no wishes at all about headers, as most have not. Found once for each. */
export function wantsNothing(trunk: Trunk): boolean {
  const known = PLAIN.get(trunk);
  if (known !== undefined) return known;
  const { pass, remove, set, reason, userToUser, sessionId, out } = trunk.headers;
  const wishes = pass.length + remove.length + Object.keys(set).length + out.length;
  const plain = wishes === 0 && reason === "none" && sessionId === "none" && !userToUser;
  PLAIN.set(trunk, plain);
  return plain;
}

/** One side of a call as a peer is told of it. */
export interface Telling {
  readonly interop: CallInterop;
  /** To whom. */
  readonly towards: "caller" | "callee";
  readonly to: Trunk;
  /** The other side's. */
  readonly from: Trunk;
  readonly facts: CallFacts;
  readonly message: RuledMessage;
  /** The Q.850 cause, where the message ends a call and nobody named one; null where it does not end it. */
  readonly cause: number | null;
  /** Whether it begins a call. Default false. */
  readonly opens?: boolean;
}

/** The lines of a message after all that its trunk wants. `lines` are ours. */
export function tellPeer(lines: readonly HeaderLine[], telling: Telling): readonly HeaderLine[] {
  const { interop, towards, to, from, message, cause, facts, opens = false } = telling;
  const { headers } = to;
  const heard = towards === "caller" ? interop.callee : interop.caller;
  const passed = passedLines(heard.lines, to, from);
  const added = [
    ...passed,
    ...(cause === null ? [] : reasonLines(headers.reason, { heard: heard.reasons, cause })),
    ...sessionLines(headers.sessionId, interop.sessions, towards),
  ];
  let told = lines;
  if (added.length > 0) {
    // The other side's User-Agent instead of ours, not behind it.
    const instead = new Set(passed.map(([name]) => headerName(name)));
    told = [...lines.filter(([name]) => !instead.has(headerName(name))), ...added];
  }
  const removed = new Set(headers.remove.map(headerName));
  if (removed.size > 0) told = told.filter(([name]) => !removed.has(headerName(name)));
  const context = { message, facts, beside: heard.lines };
  if (opens && Object.keys(headers.set).length > 0) told = setHeaders(told, headers.set, context);
  return headers.out.length === 0 ? told : editHeaders(told, headers.out, context);
}
