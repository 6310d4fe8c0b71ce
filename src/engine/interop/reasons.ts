// Why a call ended, as Reason says it (RFC 3326; in responses RFC 6432): heard from one side, told to the other.

import type { Headers } from "../../model/index.ts";
import { type HeaderFields, type HeaderLine, header, parameterNumber } from "../../protocol/sip/index.ts";

/** One value of Reason, without its text: that may hold anything of the inside. */
export interface HeardReason {
  /** `SIP`, `Q.850` or another, as written. */
  readonly protocol: string;
  readonly cause: number;
}

const PROTOCOL = /^[A-Za-z0-9.-]{1,32}$/;
/** A message gives a reason or two. */
const REASON_LIMIT = 4;

/** The reasons in a message; none where there are none, or they are malformed. */
export function readReasons(headers: HeaderFields): readonly HeardReason[] {
  if (!headers.has("reason")) return [];
  const values = headers.read(header.reason) ?? [];
  return values.slice(0, REASON_LIMIT).flatMap(({ value, parameters }): readonly HeardReason[] => {
    const cause = parameterNumber(parameters, "cause");
    return cause === null || cause > 999 || !PROTOCOL.test(value) ? [] : [{ protocol: value, cause }];
  });
}

/** The Q.850 cause among reasons; null where there is none of 1 to 127. */
export function heardCause(reasons: readonly HeardReason[]): number | null {
  const found = reasons.find(({ protocol }) => protocol.toUpperCase() === "Q.850")?.cause ?? 0;
  return found >= 1 && found <= 127 ? found : null;
}

/** The Reason line for a peer. `heard` is what the other side said, `cause` what that comes to in Q.850. */
export function reasonLines(
  mode: Headers["reason"],
  told: { readonly heard: readonly HeardReason[]; readonly cause: number },
): readonly HeaderLine[] {
  if (mode === "none") return [];
  if (mode === "map") return [["Reason", `Q.850;cause=${told.cause}`]];
  const value = told.heard.map(({ protocol, cause }) => `${protocol};cause=${cause}`).join(", ");
  return value === "" ? [] : [["Reason", value]];
}
