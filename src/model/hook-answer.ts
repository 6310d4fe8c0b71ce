// What a hook says of a call: where it goes in the words of a route's `to`, and the numbers from there on.

import { z } from "zod";
import { failure, type Result, success } from "../base/index.ts";
import { checkDestination } from "./check-routing.ts";
import type { Configuration } from "./configuration.ts";
import { group } from "./group.ts";
import { type ConfigurationProblem, formatPath } from "./problem.ts";
import { destinationSchema, type RouteDestination } from "./route.ts";
import { schemaProblems } from "./schema-problems.ts";

const EXPECTED_NUMBER = 'expected a number as text, such as "+12025550100", at most 64 characters';

const numberSchema = z
  .string({ error: EXPECTED_NUMBER })
  .regex(/^\+?[0-9A-Za-z*#._-]{1,63}$/, { error: EXPECTED_NUMBER })
  .nullable()
  .default(null);

export const hookAnswerSchema = group({
  /** As in a route. Default null: by the routes behind the one that asked. */
  to: destinationSchema.nullable().default(null),
  /** The numbers from here on. Default null: as they are. */
  called: numberSchema,
  caller: numberSchema,
});

/** Where an answer may lead: anywhere but to somebody else who is to be asked. */
export type HookDestination = Exclude<RouteDestination, { readonly kind: "hook" | "enum" }>;

export interface HookAnswer {
  readonly to: HookDestination | null;
  readonly called: string | null;
  readonly caller: string | null;
}

function isAnswerable(to: RouteDestination): to is HookDestination {
  return to.kind !== "hook" && to.kind !== "enum";
}

function say(problems: readonly ConfigurationProblem[]): string {
  return problems.map(({ path, message }) => `${formatPath(path) || "the answer"}: ${message}`).join("; ");
}

/** Reads an answer, from plain data; or says which field is wrong and why. Names are looked up in the configuration. */
export function parseHookAnswer(input: unknown, configuration: Configuration): Result<HookAnswer, string> {
  const parsed = hookAnswerSchema.safeParse(input, { reportInput: true });
  if (!parsed.success) return failure(say(schemaProblems(parsed.error, hookAnswerSchema)));
  const { to, called, caller } = parsed.data;
  if (to !== null && !isAnswerable(to))
    return failure("to: an answer does not lead to somebody else who is to be asked");
  const problems = to === null ? [] : checkDestination(to, ["to"], configuration);
  if (problems.length > 0) return failure(say(problems));
  if (called !== null && configuration.emergencyNumbers.includes(called))
    return failure("called: nobody's calls are sent on to the emergency services");
  return success({ to, called, caller });
}
