// Secrets by reference become secrets with their text: from the environment, or from a file beside the configuration.

import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { type Configuration, type ConfigurationProblem, Secret } from "../../model/index.ts";
import { explainFileError } from "./file-text.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

interface Search {
  readonly file: string;
  readonly environment: Environment;
  readonly problems: ConfigurationProblem[];
  readonly warnings: ConfigurationProblem[];
}

/** The text of the secret, or what is wrong. Never part of a message: the text. */
async function findText(secret: Secret, search: Search): Promise<{ text: string } | { fault: string }> {
  const { source } = secret;
  if (source.kind === "environment") {
    const text = search.environment[source.name];
    if (text === undefined) return { fault: `the variable ${source.name} is not set; set it where Demarc is started` };
    return text === "" ? { fault: `the variable ${source.name} is empty` } : { text };
  }
  if (source.kind === "literal") return { text: secret.reveal() };
  const path = resolve(dirname(search.file), source.path);
  try {
    // A file written by an editor ends with a line break that is not part of the secret.
    const text = (await readFile(path, "utf8")).replace(/\r?\n$/, "");
    return text === "" ? { fault: `the file ${source.path} is empty` } : { text };
  } catch (error) {
    return { fault: `the file ${source.path} cannot be read: ${explainFileError(error)}` };
  }
}

async function resolveSecret(secret: Secret, path: ConfigurationProblem["path"], search: Search): Promise<Secret> {
  if (secret.source.kind === "literal") {
    const message = `the secret itself stands in the file; write \${NAME_OF_A_VARIABLE} or { file: path } instead`;
    search.warnings.push({ path, at: "value", message });
    return secret;
  }
  const found = await findText(secret, search);
  if ("text" in found) return secret.resolve(found.text);
  search.problems.push({ path, at: "value", message: found.fault });
  return secret;
}

function holdsSecret(value: unknown): boolean {
  if (value instanceof Secret) return true;
  return typeof value === "object" && value !== null && Object.values(value).some(holdsSecret);
}

/** A copy of plain frozen data in which each secret has its text; parts without secrets are the same objects. */
async function resolveWithin(value: unknown, path: ConfigurationProblem["path"], search: Search): Promise<unknown> {
  if (value instanceof Secret) return resolveSecret(value, path, search);
  if (typeof value !== "object" || value === null || !holdsSecret(value)) return value;
  if (Array.isArray(value)) {
    const entries: unknown[] = [];
    for (const [index, entry] of value.entries()) entries.push(await resolveWithin(entry, [...path, index], search));
    return entries.every((entry, index) => entry === value[index]) ? value : Object.freeze(entries);
  }
  let changed = false;
  const resolved: [string, unknown][] = [];
  for (const [key, entry] of Object.entries(value)) {
    const after = await resolveWithin(entry, [...path, key], search);
    changed ||= after !== entry;
    resolved.push([key, after]);
  }
  return changed ? Object.freeze(Object.fromEntries(resolved)) : value;
}

/** Headers of hooks that are no secret by their name may as well stand in the file. */
const SECRET_HEADER = /auth|token|key|secret|cookie|pass/i;

export interface ResolvedSecrets {
  readonly configuration: Configuration;
  /** Secrets that cannot be had. */
  readonly problems: readonly ConfigurationProblem[];
  readonly warnings: readonly ConfigurationProblem[];
}

/** The others, which may be long, have none. */
const WITH_SECRETS = ["trunks", "hooks", "emergency", "mail"] as const;

/** `file` is the configuration's own: paths in it are relative to its directory. */
export async function resolveSecrets(
  configuration: Configuration,
  { file, environment }: { readonly file: string; readonly environment: Environment },
): Promise<ResolvedSecrets> {
  const search: Search = { file, environment, problems: [], warnings: [] };
  let resolved = configuration;
  for (const part of WITH_SECRETS) {
    const value = await resolveWithin(configuration[part], [part], search);
    if (value !== configuration[part]) resolved = Object.freeze({ ...resolved, [part]: value });
  }
  const warnings = search.warnings.filter(({ path }) => path[0] !== "hooks" || SECRET_HEADER.test(String(path.at(-1))));
  return { configuration: resolved, problems: search.problems, warnings };
}
