// Edits to a number: what a route makes of it before it is looked at further or written for a peer.

import { z } from "zod";
import { compilePattern } from "../base/index.ts";
import { group } from "./group.ts";

const EXPECTED_PART = 'expected a part of a number in quotes, such as "+49" or "0049"';
const partSchema = z.string({ error: EXPECTED_PART }).regex(/^\+?[0-9A-Za-z*#._-]{0,32}$/, { error: EXPECTED_PART });
const EXPECTED_EXPRESSION = 'expected an expression in quotes, such as "/^\\+1([0-9]{10})$/"';

const expressionSchema = z.string({ error: EXPECTED_EXPRESSION }).transform((text, context): string => {
  const refuse = (message: string): never => {
    context.addIssue({ code: "custom", message });
    return z.NEVER;
  };
  if (text.length < 3 || !text.startsWith("/") || !text.endsWith("/")) return refuse(EXPECTED_EXPRESSION);
  const source = text.slice(1, -1);
  const compiled = compilePattern(source);
  return compiled.ok ? source : refuse(compiled.failure);
});

const EXPECTED_REPLACEMENT = 'expected what to put in its place, in quotes, such as "$1" or "+49$1"';

/** In this order: the number as a whole, what an expression finds in it, what is taken from its beginning and what is put before it. */
export const numberEditSchema = group({
  /** This number instead. */
  set: partSchema.min(1, { error: EXPECTED_PART }).nullable().default(null),
  /** The first place that matches is replaced by `with`. */
  replace: expressionSchema.nullable().default(null),
  /** `$1` to `$9` stand for the groups of the expression, `$0` for all that it matched. */
  with: z
    .string({ error: EXPECTED_REPLACEMENT })
    .regex(/^(?:\$[0-9]|[0-9A-Za-z+*#._-]){0,32}$/, { error: EXPECTED_REPLACEMENT })
    .default(""),
  /** Where the number begins so. */
  stripPrefix: partSchema.nullable().default(null),
  addPrefix: partSchema.nullable().default(null),
}).superRefine((edit, context) => {
  if (edit.with !== "" && edit.replace === null) {
    context.addIssue({ code: "custom", path: ["with"], message: "goes with replace, which is not set" });
  }
});

export type NumberEdit = z.output<typeof numberEditSchema>;
