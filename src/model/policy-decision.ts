// What a policy answers, read and checked: JSON in, a decision that the engine can carry out or what is wrong with it out.

import { z } from "zod";
import { failure, type Result, success } from "../base/index.ts";
import { durationSchema } from "./duration.ts";
import { group, list } from "./group.ts";
import { type HeaderEdit, headerNameFor } from "./header-rules.ts";
import { missingName } from "./missing-name.ts";
import { type ConfigurationProblem, formatPath } from "./problem.ts";
import { schemaProblems } from "./schema-problems.ts";
import { nameSchema, phrase, wholeNumber } from "./text.ts";

/** What becomes of a call before its first target is asked. Plain data: it is kept with the call. */
export interface CallDecision {
  /** `reason` null: the status's own phrase; `cause` null: what the status means in Q.850. */
  readonly reject: { readonly status: number; readonly reason: string | null; readonly cause: number | null } | null;
  /** The trunks to try, in this order; `target` null: all of its targets. Null: as the routes say. */
  readonly to: readonly { readonly trunk: string; readonly target: string | null }[] | null;
  /** Null: as they are. */
  readonly caller: string | null;
  readonly called: string | null;
  /** Empty: the caller is shown without a name. Null: as it is. */
  readonly callerName: string | null;
  readonly tags: readonly string[];
  /** In the INVITE to each target, behind all that its trunk's rules do. */
  readonly headers: readonly HeaderEdit[];
  /** Counted from the answer, in milliseconds. Null: as its trunks allow. */
  readonly maxDurationMs: number | null;
}

/** What becomes of a call that was answered. */
export interface AnswerDecision {
  readonly end: boolean;
  readonly tags: readonly string[];
}

/** What a decision may name. */
export interface DecisionGrounds {
  /** The names of trunks, each with the URIs of its targets. */
  readonly targets: ReadonlyMap<string, readonly string[]>;
  readonly emergencyNumbers: readonly string[];
}

const EXPECTED_NUMBER = "expected a number such as +12025550100";
/** As numbers are understood here: E.164, or what was dialled where that is none. */
const partySchema = z
  .string({ error: EXPECTED_NUMBER })
  .regex(/^[+]?[0-9A-Za-z*#][0-9A-Za-z*#._-]{0,63}$/, { error: EXPECTED_NUMBER });

const entrySchema = z
  .union(
    [nameSchema, group({ trunk: nameSchema, target: phrase("the URI of a target", 512).nullable().default(null) })],
    {
      error: "expected the name of a trunk, or { trunk, target }",
    },
  )
  .transform((entry) => (typeof entry === "string" ? { trunk: entry, target: null } : entry))
  .readonly();

const EXPECTED_EDIT = "expected one of { set: NAME, value }, { add: NAME, value }, { remove: NAME }";

const editSchema = group({
  set: headerNameFor("write").optional(),
  add: headerNameFor("write").optional(),
  remove: headerNameFor("remove").optional(),
  value: phrase("a header's value", 1024).optional(),
}).transform((written, context): HeaderEdit => {
  const { set, add, remove, value } = written;
  const verbs = [set, add, remove].filter((verb) => verb !== undefined).length;
  if (verbs === 1 && (value !== undefined) !== (remove !== undefined)) {
    if (remove !== undefined) return { edit: "remove", header: remove };
    const text = [{ kind: "text", text: value ?? "" }] as const;
    if (set !== undefined) return { edit: "set", header: set, value: text };
    if (add !== undefined) return { edit: "add", header: add, value: text };
  }
  context.addIssue({ code: "custom", message: EXPECTED_EDIT });
  return z.NEVER;
});

const tagsSchema = list(nameSchema, { from: 0, to: 20, of: "tags" }).default([]);

const callSchema = group({
  reject: wholeNumber("a SIP status", 400, 699).optional(),
  reason: phrase("a reason", 128).nullable().default(null),
  cause: wholeNumber("a Q.850 cause", 1, 127).nullable().default(null),
  to: list(entrySchema, { from: 1, to: 100, of: "trunks" }).nullable().default(null),
  caller: partySchema.nullable().default(null),
  called: partySchema.nullable().default(null),
  callerName: z
    .union([z.literal(""), phrase("a name", 128)], { error: "expected a name" })
    .nullable()
    .default(null),
  tags: tagsSchema,
  headers: list(editSchema, { from: 0, to: 20, of: "edits" }).default([]),
  maxDuration: durationSchema("1s", "7d").nullable().default(null),
});

const answerSchema = group({
  end: z.boolean({ error: "expected true or false" }).default(false),
  tags: tagsSchema,
});

/** A decision that decides nothing. */
export const CONTINUE: CallDecision = Object.freeze({
  reject: null,
  to: null,
  caller: null,
  called: null,
  callerName: null,
  tags: [],
  headers: [],
  maxDurationMs: null,
});

function sentenceOf(problems: readonly ConfigurationProblem[]): string {
  return problems
    .slice(0, 5)
    .map(({ path, message }) => (path.length === 0 ? message : `${formatPath(path)}: ${message}`))
    .join("; ");
}

/** What the decision names and is not there. */
function faultOfNames({ to, called }: CallDecision, { targets, emergencyNumbers }: DecisionGrounds): string | null {
  for (const [place, { trunk, target }] of (to ?? []).entries()) {
    const known = targets.get(trunk);
    if (known === undefined) return `to[${place}]: ${missingName("trunk", trunk, [...targets.keys()])}`;
    if (target !== null && !known.includes(target))
      return `to[${place}].target: ${missingName(`target of ${trunk}`, target, known)}`;
  }
  // An emergency call is one from the beginning: it gets its place and its rights from what was dialled.
  if (called !== null && emergencyNumbers.includes(called))
    return `called: ${called} is an emergency number: no call is made one by a policy`;
  return null;
}

/**
 * A decision about a call, before or after its route is known. Nothing (undefined or null) decides nothing.
 * What is wrong with it is one sentence that names the field.
 */
export function parseCallDecision(written: unknown, grounds: DecisionGrounds): Result<CallDecision, string> {
  if (written === undefined || written === null) return success(CONTINUE);
  const parsed = callSchema.safeParse(written, { reportInput: true });
  if (!parsed.success) return failure(sentenceOf(schemaProblems(parsed.error, callSchema)));
  const { reject, reason, cause, maxDuration, ...rest } = parsed.data;
  const refused = reject === undefined ? null : { status: reject, reason, cause };
  const decision: CallDecision = { ...rest, reject: refused, maxDurationMs: maxDuration };
  if (refused === null && (reason !== null || cause !== null)) return failure("reason and cause go with reject");
  const more = ["to", "caller", "called", "callerName", "maxDuration", "headers"].filter(
    (key) => key in Object(written),
  );
  if (refused !== null && more.length > 0)
    return failure(`reject stands alone or with tags: ${more.join(", ")} would be done for nobody`);
  const fault = faultOfNames(decision, grounds);
  return fault === null ? success(decision) : failure(fault);
}

/** A decision about a call that was answered, likewise. */
export function parseAnswerDecision(written: unknown): Result<AnswerDecision, string> {
  if (written === undefined || written === null) return success({ end: false, tags: [] });
  const parsed = answerSchema.safeParse(written, { reportInput: true });
  return parsed.success ? success(parsed.data) : failure(sentenceOf(schemaProblems(parsed.error, answerSchema)));
}
