// Reads the parameters of a query. Unknown and repeated ones are errors, like unknown keys in the configuration.

import { z } from "zod";
import { failure, type Result, success } from "../base/index.ts";
import { nearestName } from "../model/index.ts";
import type { ProblemDetails } from "./problem.ts";

/** How many entries a page has when the client does not say, and at most. */
const PAGE_DEFAULT = 100;
const PAGE_LIMIT = 1000;

export const textParameter = z
  .string({ error: "expected one value, given once" })
  .max(256, { error: "expected at most 256 characters" });

export const pageParameters = {
  limit: textParameter
    .regex(/^[0-9]{1,4}$/, { error: `expected a whole number from 1 to ${PAGE_LIMIT}` })
    .transform(Number)
    .refine((limit) => limit >= 1 && limit <= PAGE_LIMIT, { error: `expected a whole number from 1 to ${PAGE_LIMIT}` })
    .default(PAGE_DEFAULT),
  cursor: textParameter.nullable().default(null),
};

/** One mistake in a query: which parameter, and what is wrong with it. */
interface QueryFault {
  readonly parameter: string;
  readonly detail: string;
}

function faultsOf(error: z.ZodError, known: readonly string[]): readonly QueryFault[] {
  return error.issues.flatMap((issue): readonly QueryFault[] => {
    if (issue.code !== "unrecognized_keys") return [{ parameter: issue.path.join("."), detail: issue.message }];
    return issue.keys.map((parameter) => {
      const nearest = nearestName(parameter, known);
      const remedy = nearest === null ? `known here: ${known.join(", ")}` : `did you mean ${nearest}?`;
      return { parameter, detail: `unknown parameter; ${remedy}` };
    });
  });
}

/** The query as the schema reads it, or the problem to answer with. */
export function parseQuery<Shape extends z.core.$ZodLooseShape>(
  schema: z.ZodObject<Shape, z.core.$strict>,
  query: unknown,
): Result<z.output<z.ZodObject<Shape, z.core.$strict>>, ProblemDetails> {
  const parsed = schema.safeParse(query);
  if (parsed.success) return success(parsed.data);
  const errors = faultsOf(parsed.error, Object.keys(schema.shape));
  const detail = errors.map((fault) => `${fault.parameter}: ${fault.detail}`).join("; ");
  return failure({ status: 422, code: "query-invalid", detail, more: { errors } });
}
