// What a failure of this peer means, and as what a failure is told to it: the trunk's own mapping of statuses and causes.

import type { ResponseRule, Trunk } from "../../model/index.ts";
import { reasonPhrase } from "../../protocol/sip/index.ts";
import { inRanges } from "./edit-headers.ts";
import { statusOfCause } from "./q850.ts";

export interface Failure {
  readonly status: number;
  /** Null for the status's own phrase. */
  readonly reason: string | null;
  /** The Q.850 cause; null where none was said. */
  readonly cause: number | null;
}

function mapped(failure: Failure, rules: readonly ResponseRule[]): Failure {
  const rule = rules.find(
    ({ status, cause }) =>
      (status === null || inRanges(status, failure.status)) &&
      (cause === null || (failure.cause !== null && cause.includes(failure.cause))),
  );
  if (rule === undefined) return failure;
  const { status, reason, q850 } = rule.to;
  const changed = status !== null && status !== failure.status;
  return {
    status: status ?? failure.status,
    reason: reason ?? (changed ? null : failure.reason),
    cause: q850 ?? failure.cause,
  };
}

/** A failure that this peer sent, as we understand it. Challenges and redirections are what they are. */
export function understandFailure(failure: Failure, { responses }: Trunk): Failure {
  const { status, cause } = failure;
  if (status < 400 || status === 401 || status === 407) return failure;
  const meant = responses.byCause && cause !== null ? statusOfCause(cause) : null;
  const believed =
    meant === null || meant === status ? failure : { ...failure, status: meant, reason: reasonPhrase(meant) };
  return mapped(believed, responses.in);
}

/** A failure as this peer is told it. 487 answers its own CANCEL, and what is below 400 is no failure. */
export function tellFailure(failure: Failure, { responses }: Trunk): Failure {
  const { status } = failure;
  return responses.out.length === 0 || status < 400 || status === 487 ? failure : mapped(failure, responses.out);
}
