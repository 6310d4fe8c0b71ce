// Reason (RFC 3326): why a request is sent, in the codes of SIP, of Q.850 and others.

import { list } from "./grammar.ts";
import { type Parameterised, parameterNumber, tokenWithParameters } from "./parameterised.ts";

/** The value is the protocol (`SIP`, `Q.850`); `cause` and `text` are parameters. */
export const reason = list("reason", tokenWithParameters);

/** The cause in a protocol's own numbers, by the first reason of that protocol (compared without case); null when there is none. */
export function causeOf(reasons: readonly Parameterised[], protocol: string): number | null {
  const found = reasons.find(({ value }) => value.toLowerCase() === protocol.toLowerCase());
  return found === undefined ? null : parameterNumber(found.parameters, "cause");
}
