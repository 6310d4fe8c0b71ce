// A call that no target took ends with what the last one said.

import { statusTowardsCaller } from "../causes.ts";
import { type Call, currentAttempt } from "./call.ts";
import { endCall } from "./release.ts";
import type { Turn } from "./turn.ts";

/** @param contacts of a redirection that the caller is told of */
export function endWithLastFailure(call: Call, turn: Turn, contacts: string | null = null): void {
  const last = currentAttempt(call);
  if (last === null || last.status === null || last.cause === null) {
    endCall(call, { cause: "no-route", endedBy: "demarc" }, turn);
    return;
  }
  const { cause, status } = last;
  const retryAfterS = cause === "limit" ? 2 : null;
  endCall(
    call,
    {
      cause,
      endedBy: last.refused ? "callee" : "demarc",
      // A limit is our own doing: only a target's failure says nothing of us.
      status: cause === "limit" || contacts !== null ? status : statusTowardsCaller(status),
      headers: contacts === null ? [] : [["Contact", contacts]],
      retryAfterS,
      ...(last.q850 === null ? {} : { q850: last.q850 }),
    },
    turn,
  );
}
