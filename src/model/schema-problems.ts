// What the schema library found, said in the words of the person who wrote the file.

import type { z } from "zod";
import { knownKeys } from "./known-keys.ts";
import { nearestName } from "./nearest-name.ts";
import type { ConfigurationProblem } from "./problem.ts";

type Issue = z.core.$ZodIssue;
type Path = ConfigurationProblem["path"];

function toPath(path: readonly PropertyKey[]): Path {
  return path.map((part) => (typeof part === "number" ? part : String(part)));
}

/** The option of a union that was meant: the first whose kind of value was written. */
function meantOption(errors: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  return errors.find((issues) => {
    const [first] = issues;
    const wrongKind = first?.path.length === 0 && (first.code === "invalid_type" || first.code === "invalid_value");
    return first !== undefined && !wrongKind;
  });
}

/** A short account of what was written instead. Texts are cut: the place is shown anyway. */
function describe(input: unknown): string {
  if (input === null) return "nothing";
  if (Array.isArray(input)) return "a list";
  if (typeof input === "object") return "a group";
  if (typeof input === "string") return JSON.stringify(input.length > 40 ? `${input.slice(0, 40)}…` : input);
  return typeof input === "number" ? `the number ${input}` : String(input);
}

/** A digit string without quotes is a number to YAML: it has lost its plus and its leading zeros. */
function remedyOf(message: string, input: unknown): string {
  return typeof input === "number" && message.includes("in quotes") ? `; put it in quotes` : "";
}

function problemsOfIssue(issue: Issue, base: Path, schema: z.core.$ZodType): readonly ConfigurationProblem[] {
  const path = [...base, ...toPath(issue.path)];
  if (issue.code === "unrecognized_keys") {
    const known = knownKeys(schema, path);
    return issue.keys.map((key) => {
      const nearest = nearestName(key, known);
      const remedy = nearest === null ? `known here: ${known.join(", ")}` : `did you mean "${nearest}"?`;
      return { path: [...path, key], at: "key", message: `unknown key; ${remedy}` };
    });
  }
  if (issue.code === "invalid_union") {
    const meant = meantOption(issue.errors);
    if (meant !== undefined) return meant.flatMap((inner) => problemsOfIssue(inner, path, schema));
  }
  if (issue.code === "invalid_key") {
    return [{ path, at: "key", message: issue.issues[0]?.message ?? issue.message }];
  }
  const wrongKind = issue.code === "invalid_type" || issue.code === "invalid_value" || issue.code === "invalid_union";
  if (wrongKind && issue.input === undefined) return [{ path, at: "value", message: `missing: ${issue.message}` }];
  const got = wrongKind ? `, got ${describe(issue.input)}${remedyOf(issue.message, issue.input)}` : "";
  return [{ path, at: "value", message: `${issue.message}${got}` }];
}

/** Every problem of a failed parse. `schema` is what was parsed with, `reportInput` must have been on. */
export function schemaProblems(error: z.core.$ZodError, schema: z.core.$ZodType): readonly ConfigurationProblem[] {
  return error.issues.flatMap((issue) => problemsOfIssue(issue, [], schema));
}
