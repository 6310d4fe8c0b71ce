// Asks the outside, and takes its replies: each has a token, and a deadline after which it counts as unanswered.

import { type Millis, SECOND } from "../../base/index.ts";
import type { LocateQuery } from "../../protocol/transport/index.ts";
import type { Action } from "../actions.ts";
import type { CallSummary, Question } from "../decide-contract.ts";
import type { Token } from "../inputs.ts";
import type { MediaCommand } from "../media-contract.ts";
import type { Asked, Pending } from "./pending.ts";
import { newTag, type Turn } from "./turn.ts";

/** Longer than any plane's or resolver's own deadline: this one only ends what broke its promise to reply. */
const DEADLINE: Millis = 10 * SECOND;

function ask(turn: Turn, asked: Asked, action: (token: Token) => Action): Token {
  const token = newTag(turn);
  turn.world.pending.set(token, asked);
  turn.actions.push(action(token), { kind: "start-timer", key: `pending|${token}`, at: asked.until });
  return token;
}

export function askMedia(turn: Turn, pending: Pending, command: MediaCommand): void {
  ask(turn, { ...pending, until: turn.now + DEADLINE }, (token) => ({ kind: "media", token, command }));
}

export function askResolver(turn: Turn, pending: Pending, query: LocateQuery): void {
  ask(turn, { ...pending, until: turn.now + DEADLINE }, (token) => ({ kind: "resolve", token, query }));
}

/** Gives the token under which the answer comes. */
export function askOutside(
  turn: Turn,
  pending: Pending,
  about: { readonly question: Question; readonly call: CallSummary; readonly until: Millis },
): Token {
  const { until } = about;
  return ask(turn, { ...pending, until }, (token) => ({ kind: "decide", token, ...about }));
}

/** Takes the entry that a reply belongs to; null for one that was answered before or ran out of time. */
export function takePending(turn: Turn, token: Token): Pending | null {
  const pending = turn.world.pending.get(token);
  if (pending === undefined) return null;
  turn.world.pending.delete(token);
  turn.actions.push({ kind: "stop-timer", key: `pending|${token}` });
  return pending;
}
