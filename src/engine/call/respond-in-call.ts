// Our answers to requests inside a call, as the trunk of the leg that asked wants their headers. Those that pass on the other side's answer are told by
// tell.ts already, and so is all that answers the INVITE of a new call.

import type { HeaderLine, ResponseParts } from "../../protocol/sip/index.ts";
import type { TransactionKey } from "../../protocol/transaction/index.ts";
import { legAt } from "./find-leg.ts";
import { tellInCall } from "./tell.ts";
import type { Turn } from "./turn.ts";

export interface ResponseInCall extends ResponseParts {
  /** Of the other side's message that it follows from, what some trunk may be shown. Default none. */
  readonly crossing?: readonly HeaderLine[];
}

/** The answer with the lines that go out; 100 is between two hops and stays as it is. */
export function toldInCall(transaction: TransactionKey, answer: ResponseInCall, turn: Turn): ResponseParts {
  const { calls, layer, legs } = turn.world;
  const { crossing = [], ...response } = answer;
  const { status, toTag, headers = [] } = response;
  const place = toTag === null || status === 100 ? undefined : legs.get(toTag);
  const call = place === undefined ? undefined : calls.get(place.call);
  const leg = place === undefined || call === undefined ? undefined : legAt(call, place);
  const method = layer.get(transaction)?.method;
  if (call === undefined || leg === undefined || method === undefined) return response;
  const message = { kind: "response", method, status } as const;
  return { ...response, headers: tellInCall(call, leg, { message, lines: headers, crossing }) };
}

/** Answers a request inside a call, whose leg is found by the tag of ours that the answer bears. */
export function respondInCall(transaction: TransactionKey, response: ResponseInCall, turn: Turn): void {
  turn.world.layer.respond(transaction, toldInCall(transaction, response, turn), turn);
}
