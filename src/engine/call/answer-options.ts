// OPTIONS outside any call: whether we are there, and what we can do (RFC 3261 section 11), examined as any request is (section 8.2).

import type { HeaderLine, SipRequest } from "../../protocol/sip/index.ts";
import type { TransactionKey } from "../../protocol/transaction/index.ts";
import { ALLOWED_METHODS } from "./allowed-methods.ts";
import { isCallable } from "./incoming-call.ts";
import { newTag, type Turn } from "./turn.ts";

export function answerOptions(request: SipRequest, transaction: TransactionKey, turn: Turn): void {
  const { layer, draining } = turn.world;
  const answer = (status: number, headers: readonly HeaderLine[]): void => {
    layer.respond(transaction, { status, toTag: newTag(turn), headers }, turn);
  };
  // As for a call: it asks about the scheme and the extensions that it names.
  const required = request.headers.all("require").join(", ");
  if (!isCallable(request)) answer(416, []);
  else if (required !== "") answer(420, [["Unsupported", required]]);
  else
    answer(draining ? 503 : 200, [
      ["Allow", ALLOWED_METHODS],
      ["Accept", "application/sdp"],
      ["Supported", "replaces, timer"],
    ]);
}
