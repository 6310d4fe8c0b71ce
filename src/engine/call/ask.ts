// Asks the outside, and takes its replies: each has a token, and a deadline after which it counts as unanswered.

import { type Millis, SECOND } from "../../base/index.ts";
import type { LocateQuery } from "../../protocol/transport/index.ts";
import type { Action } from "../actions.ts";
import type { Token } from "../inputs.ts";
import type { MediaCommand } from "../media-contract.ts";
import type { Pending } from "./pending.ts";
import { newTag, type Turn } from "./turn.ts";

/** Longer than any plane's or resolver's own deadline: this one only ends what broke its promise to reply. */
const DEADLINE: Millis = 10 * SECOND;

function ask(turn: Turn, pending: Pending, action: (token: Token) => Action): void {
  const token = newTag(turn);
  const until = turn.now + DEADLINE;
  turn.world.pending.set(token, { ...pending, until });
  turn.actions.push(action(token), { kind: "start-timer", key: `pending|${token}`, at: until });
}

export function askMedia(turn: Turn, pending: Pending, command: MediaCommand): void {
  ask(turn, pending, (token) => ({ kind: "media", token, command }));
}

export function askResolver(turn: Turn, pending: Pending, query: LocateQuery): void {
  ask(turn, pending, (token) => ({ kind: "resolve", token, query }));
}

/** Takes the entry that a reply belongs to; null for one that was answered before or ran out of time. */
export function takePending(turn: Turn, token: Token): Pending | null {
  const pending = turn.world.pending.get(token);
  if (pending === undefined) return null;
  turn.world.pending.delete(token);
  turn.actions.push({ kind: "stop-timer", key: `pending|${token}` });
  return pending;
}
