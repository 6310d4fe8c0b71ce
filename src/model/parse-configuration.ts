// The door of the model: anything in, a whole valid configuration or every problem with its place out.

import { failure, type Result, success } from "../base/index.ts";
import { checkEmergency } from "./check-emergency.ts";
import { checkNetworks } from "./check-networks.ts";
import { checkRouting } from "./check-routing.ts";
import { checkRtpengine } from "./check-rtpengine.ts";
import { checkTrunks } from "./check-trunks.ts";
import { type Configuration, configurationSchema } from "./configuration.ts";
import { type NumberBlock, numberBlockSchema } from "./number.ts";
import { emergencyNumbersOf, emergencyTestNumberOf } from "./number-plan/index.ts";
import type { ConfigurationProblem } from "./problem.ts";
import { applyProfiles } from "./profile/index.ts";
import { type Rate, rateSchema } from "./rate-deck.ts";
import { schemaProblems } from "./schema-problems.ts";

/** Where the parts of a configuration, each right in itself, do not agree with each other. */
export function checkAgreement(configuration: Configuration): readonly ConfigurationProblem[] {
  return [
    ...checkNetworks(configuration),
    ...checkRtpengine(configuration),
    ...checkTrunks(configuration),
    ...checkRouting(configuration),
    ...checkEmergency(configuration),
  ];
}

/**
 * Reads a configuration from plain data, such as a parsed file, and fills in what it leaves out: first what a trunk's profile says, then defaults. Names are checked
 * against each other only when every value is right in itself. Secrets by reference are left unresolved.
 */
export function parseConfiguration(input: unknown): Result<Configuration, readonly ConfigurationProblem[]> {
  const parsed = configurationSchema.safeParse(applyProfiles(input), { reportInput: true });
  if (!parsed.success) return failure(schemaProblems(parsed.error, configurationSchema));
  const trunks = Object.fromEntries(
    Object.entries(parsed.data.trunks).map(([name, trunk]) => [name, Object.freeze({ ...trunk, name })]),
  );
  const emergencyNumbers = parsed.data.emergencyNumbers ?? emergencyNumbersOf(parsed.data.country);
  const configuration: Configuration = Object.freeze({
    ...parsed.data,
    emergencyNumbers,
    emergency: Object.freeze({ ...parsed.data.emergency, testNumber: testNumberOf(parsed.data) }),
    trunks: Object.freeze(trunks),
  });
  const problems = checkAgreement(configuration);
  return problems.length > 0 ? failure(problems) : success(configuration);
}

function testNumberOf({ emergency, country }: Pick<Configuration, "emergency" | "country">): string | null {
  if (emergency.testNumber === "none") return null;
  return emergency.testNumber ?? emergencyTestNumberOf(country);
}

/** A rate by itself, as a row of a table says it. */
export function parseRate(input: unknown): Result<Rate, readonly ConfigurationProblem[]> {
  const parsed = rateSchema.safeParse(input, { reportInput: true });
  return parsed.success ? success(parsed.data) : failure(schemaProblems(parsed.error, rateSchema));
}

/** One block of numbers by itself, as it would stand in the list. */
export function parseNumberBlock(input: unknown): Result<NumberBlock, readonly ConfigurationProblem[]> {
  const parsed = numberBlockSchema.safeParse(input, { reportInput: true });
  return parsed.success ? success(parsed.data) : failure(schemaProblems(parsed.error, numberBlockSchema));
}
