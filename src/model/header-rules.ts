// What becomes of headers between this peer and us. What crosses the border is a list of what may: by default nothing does.

import { z } from "zod";
import { group, list } from "./group.ts";
import { faultOfHeaderUse, type HeaderUse } from "./guarded-headers.ts";
import { statusesSchema } from "./status-range.ts";
import { nameSchema, phrase } from "./text.ts";
import type { TextPattern } from "./text-pattern.ts";
import { textPatternSchema } from "./text-pattern.ts";
import { replacementSchema, type Template, templateSchema } from "./text-template.ts";

const EXPECTED_NAME = "expected the name of a header, such as X-Correlation-Id";

/** The name of a header, as spelled, that may be used so. */
export function headerNameFor(use: HeaderUse) {
  return z
    .string({ error: EXPECTED_NAME })
    .regex(/^[A-Za-z0-9.!%*_+`'~-]{1,64}$/, { error: EXPECTED_NAME })
    .superRefine((name, context) => {
      const fault = faultOfHeaderUse(name, use);
      if (fault !== null) context.addIssue({ code: "custom", message: fault });
    });
}

export const conditionSchema = group({
  header: headerNameFor("read"),
  /** Of its first line. Default `*`: it is there. */
  matches: textPatternSchema.prefault("*"),
  /** Whether the opposite is wanted: not there, or not so. Default false. */
  not: z.boolean({ error: "expected true or false" }).default(false),
});

/** What is done to the lines of a header. */
export type HeaderEdit =
  /** One line with this value instead of all there are. */
  | { readonly edit: "set"; readonly header: string; readonly value: Template }
  /** One line more. */
  | { readonly edit: "add"; readonly header: string; readonly value: Template }
  | { readonly edit: "remove"; readonly header: string }
  /** In each line, the first place that matches. */
  | { readonly edit: "replace"; readonly header: string; readonly pattern: TextPattern; readonly value: Template }
  /** All lines of one name under another as well, instead of what was there. */
  | { readonly edit: "copy"; readonly from: string; readonly header: string };

const VERBS = ["set", "add", "remove", "replace", "copy"] as const;
const EXPECTED_EDIT =
  "expected one of { set: NAME, value }, { add: NAME, value }, { remove: NAME }, { replace: NAME, matches, with }, { copy: NAME, to: NAME }";

const writtenName = headerNameFor("write").optional();

const editSchema = group({
  set: writtenName,
  add: writtenName,
  remove: headerNameFor("remove").optional(),
  replace: writtenName,
  copy: headerNameFor("read").optional(),
  value: templateSchema.optional(),
  matches: textPatternSchema.optional(),
  with: replacementSchema.optional(),
  to: writtenName,
}).transform((written, context): HeaderEdit => {
  const { set, add, remove, replace, copy, value, matches, with: replacement, to } = written;
  const verbs = VERBS.filter((verb) => written[verb] !== undefined);
  const parts = [value, matches, replacement, to].filter((part) => part !== undefined).length;
  if (verbs.length === 1) {
    if (set !== undefined && value !== undefined && parts === 1) return { edit: "set", header: set, value };
    if (add !== undefined && value !== undefined && parts === 1) return { edit: "add", header: add, value };
    if (remove !== undefined && parts === 0) return { edit: "remove", header: remove };
    if (copy !== undefined && to !== undefined && parts === 1) return { edit: "copy", from: copy, header: to };
    if (replace !== undefined && matches !== undefined && replacement !== undefined && parts === 2)
      return { edit: "replace", header: replace, pattern: matches, value: replacement };
  }
  context.addIssue({ code: "custom", message: EXPECTED_EDIT });
  return z.NEVER;
});

const EXPECTED_METHOD = "expected the name of a method, such as INVITE";
const methodSchema = z.string({ error: EXPECTED_METHOD }).regex(/^[A-Z]{2,16}$/, { error: EXPECTED_METHOD });

export const headerRuleSchema = group({
  /** Said in logs. Default null. */
  name: nameSchema.nullable().default(null),
  /** Default both. */
  on: z.enum(["request", "response", "both"], { error: "expected request, response or both" }).default("both"),
  /** Of the request, or of the one that is answered. Default null: all. */
  methods: list(methodSchema, { from: 1, to: 14, of: "methods" }).nullable().default(null),
  /** Of a response: `486`, `18x`, `5xx`, or a list of them. Default null: all. */
  statuses: statusesSchema.nullable().default(null),
  /** All of them must hold. Default none: always. */
  when: list(conditionSchema, { from: 0, to: 10, of: "conditions" }).default([]),
  /** In this order. */
  do: list(editSchema, { from: 1, to: 20, of: "edits" }),
});

const rules = list(headerRuleSchema, { from: 0, to: 50, of: "rules" }).default([]);

export const headersSchema = group({
  /** Headers of the other side that may cross to this peer, in requests and in responses. Default none. */
  pass: list(headerNameFor("pass"), { from: 0, to: 100, of: "header names" }).default([]),
  /** Headers that this peer is not sent, of ours or of the other side. Default none. */
  remove: list(headerNameFor("remove"), { from: 0, to: 100, of: "header names" }).default([]),
  /** Headers that every new call to this peer carries. Default none. */
  set: z.record(headerNameFor("write"), templateSchema, { error: "expected headers and values" }).default({}),
  /**
   * Why a call ended, in Reason (RFC 3326, RFC 6432), to this peer: map writes a Q.850 cause, the other side's or what its status stands for; pass
   * only what the other side said, without its text. Default none.
   */
  reason: z.enum(["none", "map", "pass"], { error: "expected none, map or pass" }).default("none"),
  /** Whether User-to-User (RFC 7433) crosses, where the other trunk says so too. Default false: it is the users' own, and nobody looks into it. */
  userToUser: z.boolean({ error: "expected true or false" }).default(false),
  /**
   * Session-ID (RFC 7989), one name for the call in the logs of all who carry it: pass tells this peer the other side's, own tells one of ours,
   * the same on both sides. Default none.
   */
  sessionId: z.enum(["none", "pass", "own"], { error: "expected none, pass or own" }).default("none"),
  /** Edits to what this peer sends, before anything is read from it, in order. */
  in: rules,
  /** Edits to what this peer is sent, last of all, in order. */
  out: rules,
});

/** A phrase that may stand behind a status. */
export const reasonPhraseSchema = phrase("a reason", 128);

export type Headers = z.output<typeof headersSchema>;
export type HeaderCondition = z.output<typeof conditionSchema>;
export type HeaderRule = z.output<typeof headerRuleSchema>;
