// What the failures of this peer mean, and which it is shown: statuses and Q.850 causes, mapped.

import { z } from "zod";
import { group, list } from "./group.ts";
import { reasonPhraseSchema } from "./header-rules.ts";
import { statusesSchema } from "./status-range.ts";
import { wholeNumber } from "./text.ts";

const causeSchema = wholeNumber("a Q.850 cause", 1, 127);

/** Challenges and redirections are between one peer and us. */
const failureSchema = wholeNumber("a SIP status", 400, 699).refine((status) => status !== 401 && status !== 407, {
  error: "401 and 407 ask for credentials: they cannot be made of another status",
});

const responseRuleSchema = group({
  /** `503`, `5xx`, or a list. Default null: any failure. */
  status: statusesSchema.nullable().default(null),
  /** The Q.850 cause in its Reason (RFC 6432), one or a list. Default null: whether it has one or not. */
  cause: z
    .union([causeSchema, list(causeSchema, { from: 1, to: 50, of: "causes" })], {
      error: "expected a Q.850 cause, or a list of them",
    })
    .transform((causes): readonly number[] => (typeof causes === "number" ? [causes] : causes))
    .nullable()
    .default(null),
  /** What it becomes; what is left out stays. */
  to: group({
    status: failureSchema.nullable().default(null),
    /** Default null: the status's own phrase. */
    reason: reasonPhraseSchema.nullable().default(null),
    q850: causeSchema.nullable().default(null),
  }),
});

const rules = list(responseRuleSchema, { from: 0, to: 100, of: "rules" }).default([]);

export const responsesSchema = group({
  /** Whether a Q.850 cause in a failure of this peer counts more than its status (RFC 3398 section 8.2.6.1): for gateways that answer all alike. Default false. */
  byCause: z.boolean({ error: "expected true or false" }).default(false),
  /** Of failures that this peer sends; the first that fits. `failover.onStatus` looks at what comes out. */
  in: rules,
  /** Of failures that this peer is sent; the first that fits. */
  out: rules,
});

export type Responses = z.output<typeof responsesSchema>;
export type ResponseRule = z.output<typeof responseRuleSchema>;
