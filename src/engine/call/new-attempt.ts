// An attempt of which nothing has been made yet.

import { grantOf } from "../registration/index.ts";
import type { Attempt, Call } from "./call.ts";
import type { PlannedTarget } from "./planned-target.ts";
import { type Turn, wallClock } from "./turn.ts";

export function newAttempt(call: Call, planned: PlannedTarget, turn: Turn): Attempt {
  const { trunk, target, redirected = null, edited = null, bound = null } = planned;
  return {
    index: call.attempts.length,
    trunk,
    target,
    redirected,
    bound,
    edited,
    startedAt: wallClock(turn),
    state: "preparing",
    status: null,
    reason: "",
    cause: null,
    q850: null,
    refused: false,
    counted: false,
    rangAt: null,
    judged: false,
    ringing: [],
    leg: null,
    transaction: null,
    seed: null,
    challenged: [],
    // Of a redirection it is not known whether proxies lead there.
    route: bound?.path ?? (redirected === null ? (grantOf(trunk, turn)?.serviceRoute ?? []) : []),
    flows: [],
    datagramFlow: null,
    left: [],
    shown: null,
    location: null,
    identity: null,
    acks: [],
    transactionOver: true,
  };
}
