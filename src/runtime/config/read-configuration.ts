// The file door to the model: a YAML file in, a configuration or every fault with its line and column out.

import { createHash } from "node:crypto";
import { access, constants } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { type Configuration, type ConfigurationProblem, formatPath, parseConfiguration } from "../../model/index.ts";
import { checkPolicy } from "../policy/index.ts";
import { readCertificateFiles, WARN_BEFORE_MS } from "../transport/index.ts";
import { advice } from "./advice.ts";
import type { Fault } from "./fault.ts";
import { explainFileError, readFileText } from "./file-text.ts";
import { readRateTables } from "./rate-files.ts";
import { type Environment, resolveSecrets } from "./resolve-secrets.ts";
import { unsupportedFeatures } from "./supported-features.ts";
import { parseYaml, type YamlTree } from "./yaml-tree.ts";

export interface ReadOptions {
  /**
   * `start` needs everything: secrets, certificate files, features that this build has. `validate` asks whether the
   * file is right in itself, perhaps on another machine, and only warns where `start` would refuse.
   */
  readonly purpose: "start" | "validate";
  /** Where `${NAME}` is looked up. Default: the process's own. */
  readonly environment?: Environment;
}

export interface ConfigurationReading {
  /** Null when there are faults. */
  readonly configuration: Configuration | null;
  readonly faults: readonly Fault[];
  readonly warnings: readonly Fault[];
  /** Of the file's text, for telling whether it changed since; null when it could not be read. */
  readonly fingerprint: string | null;
}

/** Equal for equal texts and for no others. */
export function fingerprintOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function toFault(file: string, tree: YamlTree, problem: ConfigurationProblem): Fault {
  const path = formatPath(problem.path);
  const message = path === "" ? problem.message : `${path}: ${problem.message}`;
  return { file, ...tree.locate(problem), message };
}

/** What keeps a certificate whose files are there from being used, and what will keep peers from believing it. */
async function judgeCertificates(configuration: Configuration, file: string) {
  const faults: ConfigurationProblem[] = [];
  const remarks: ConfigurationProblem[] = [];
  for (const [name, certificate] of Object.entries(configuration.certificates)) {
    const files = await readCertificateFiles(certificate, dirname(resolve(file)));
    const at = (key: string, message: string): ConfigurationProblem => {
      return { path: ["certificates", name, key], at: "value", message };
    };
    if (!files.ok) {
      faults.push(at(files.failure.key, files.failure.message));
      continue;
    }
    const { validFrom, validTo } = files.value;
    const day = (time: number): string => new Date(time).toISOString().slice(0, 10);
    const now = Date.now();
    if (validTo <= now) remarks.push(at("certFile", `expired on ${day(validTo)}: peers refuse it; renew it`));
    else if (validFrom > now) remarks.push(at("certFile", `is not valid before ${day(validFrom)}: peers refuse it`));
    else if (validTo - now < WARN_BEFORE_MS) remarks.push(at("certFile", `expires on ${day(validTo)}; renew it`));
  }
  return { faults, remarks };
}

/** The files of certificates that cannot be read now. */
async function missingFiles(configuration: Configuration, file: string): Promise<readonly ConfigurationProblem[]> {
  const problems: ConfigurationProblem[] = [];
  for (const [name, certificate] of Object.entries(configuration.certificates)) {
    for (const [key, path] of Object.entries(certificate)) {
      if (path === null) continue;
      try {
        await access(resolve(dirname(file), path), constants.R_OK);
      } catch (error) {
        const message = `the file ${path} cannot be read: ${explainFileError(error)}`;
        problems.push({ path: ["certificates", name, key], at: "value", message });
      }
    }
  }
  const { policy } = configuration.node;
  if (policy !== null && !(await isReadable(resolve(dirname(file), policy.file)))) {
    const message = `the policy ${policy.file} cannot be read`;
    problems.push({ path: ["node", "policy"], at: "value", message });
  }
  return problems;
}

async function isReadable(path: string): Promise<boolean> {
  return access(path, constants.R_OK).then(
    () => true,
    () => false,
  );
}

/** What keeps the policy from loading, with its place in the policy; none where it is not there, which is told elsewhere. */
async function judgePolicy({ node: { policy } }: Configuration, file: string): Promise<readonly Fault[]> {
  if (policy === null) return [];
  const path = resolve(dirname(file), policy.file);
  const fault = (await isReadable(path)) ? await checkPolicy(path) : null;
  if (fault === null) return [];
  const { line, column, message } = fault;
  return [{ file: fault.file ?? path, line, column, message: `the policy does not load: ${message}` }];
}

function inOrder(faults: readonly Fault[]): readonly Fault[] {
  return [...faults].sort(
    (one, other) => (one.line ?? 0) - (other.line ?? 0) || (one.column ?? 0) - (other.column ?? 0),
  );
}

/** Reads and checks the whole file. Never throws for what stands in the file, nor for a file that is not there. */
export async function readConfiguration(file: string, options: ReadOptions): Promise<ConfigurationReading> {
  const text = await readFileText(file);
  if (!text.ok) return { configuration: null, faults: [text.failure], warnings: [], fingerprint: null };
  return readConfigurationText(file, text.value, options);
}

/** The same for a text that is at hand; `file` is what it is called, and what paths in it are relative to. */
export async function readConfigurationText(
  file: string,
  text: string,
  { purpose, environment = process.env }: ReadOptions,
): Promise<ConfigurationReading> {
  const fingerprint = fingerprintOf(text);
  const refuse = (faults: readonly Fault[]) => ({ configuration: null, faults, warnings: [], fingerprint });
  const tree = parseYaml(file, text);
  if (!tree.ok) return refuse(tree.failure);
  const place = (problems: readonly ConfigurationProblem[]): readonly Fault[] =>
    inOrder(problems.map((problem) => toFault(file, tree.value, problem)));
  const parsed = parseConfiguration(tree.value.value);
  if (!parsed.ok) return refuse(place(parsed.failure));
  const tables = await readRateTables(parsed.value, file);
  if (tables.problems.length > 0 || tables.faults.length > 0)
    return refuse([...place(tables.problems), ...tables.faults]);
  const unloadable = await judgePolicy(parsed.value, file);
  if (unloadable.length > 0) return refuse(unloadable);
  const secrets = await resolveSecrets(tables.configuration, { file, environment });
  const missing = await missingFiles(parsed.value, file);
  const certificates = missing.length > 0 ? { faults: [], remarks: [] } : await judgeCertificates(parsed.value, file);
  const obstacles = [...secrets.problems, ...unsupportedFeatures(parsed.value), ...missing, ...certificates.faults];
  const remarks = [...certificates.remarks, ...secrets.warnings, ...advice(parsed.value)];
  if (purpose === "start" && obstacles.length > 0) return refuse(place(obstacles));
  const warnings = place(purpose === "validate" ? [...obstacles, ...remarks] : remarks);
  return { configuration: secrets.configuration, faults: [], warnings, fingerprint };
}
