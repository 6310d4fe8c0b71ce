// What must agree about who is told of emergency calls: places that are there, a server for mail, names that are one's own.

import type { Configuration } from "./configuration.ts";
import { emergencyTrunksOf } from "./emergency-trunks.ts";
import { missingName } from "./missing-name.ts";
import { emergencyTestNumberOf, whereItCallsForHelp } from "./number-plan/index.ts";
import type { ConfigurationProblem } from "./problem.ts";

/** Whoever dials it, and what tries the trunks by itself, must never reach the people who wait for calls for help. */
function checkTestNumber({ emergency, emergencyNumbers }: Configuration): readonly ConfigurationProblem[] {
  const { testNumber } = emergency;
  if (testNumber === null) return [];
  const where = whereItCallsForHelp(testNumber);
  const at = where === null || where === "everywhere" ? "" : ` in ${where}`;
  const own = emergencyNumbers.includes(testNumber) && emergencyTestNumberOf("US") !== testNumber;
  if (where === null && !own) return [];
  const message =
    where === null
      ? `${testNumber} stands in emergencyNumbers: a test must never reach the emergency services; take it out there, or write another`
      : `${testNumber} calls for help${at}: a test must never reach the emergency services; write the number of your carrier's test service`;
  return [{ path: ["emergency", "testNumber"], at: "value", message }];
}

/** What is tried by itself: by a trunk that is there, over trunks that are there, at a number that is one. */
function checkTest(configuration: Configuration): readonly ConfigurationProblem[] {
  const { emergency, trunks } = configuration;
  const { test, testNumber } = emergency;
  if (test === null) return [];
  const known = Object.keys(trunks);
  const named = [
    { name: test.from, path: ["from"] },
    ...(test.trunks ?? []).map((name, place) => ({ name, path: ["trunks", place] })),
  ];
  const problems: ConfigurationProblem[] = named.flatMap(({ name, path }): readonly ConfigurationProblem[] => {
    if (Object.hasOwn(trunks, name)) return [];
    return [{ path: ["emergency", "test", ...path], at: "value", message: missingName("trunk", name, known) }];
  });
  const refuse = (message: string) => problems.push({ path: ["emergency", "test"], at: "key", message });
  if (testNumber === null) refuse('there is no number to call; write emergency.testNumber, such as "933"');
  if (test.trunks === null && emergencyTrunksOf(configuration).length === 0)
    refuse("no route leads emergency calls to a trunk; write such a route, or the trunks to be tried");
  return problems;
}

export function checkEmergency(configuration: Configuration): readonly ConfigurationProblem[] {
  const { emergency, locations, mail } = configuration;
  const problems: ConfigurationProblem[] = [...checkTestNumber(configuration), ...checkTest(configuration)];
  const known = Object.keys(locations);
  const names = new Map<string, number>();
  for (const [index, { name, mail: byMail, locations: places }] of emergency.notify.entries()) {
    const path = ["emergency", "notify", index];
    const earlier = names.get(name);
    if (earlier !== undefined) {
      const message = `emergency.notify[${earlier}] is called ${name} already`;
      problems.push({ path: [...path, "name"], at: "value", message });
    }
    names.set(name, earlier ?? index);
    if (byMail !== null && mail === null) {
      const message =
        'there is no server to send it; write one, such as mail: { host: smtp.example.com, from: "pbx@example.com" }';
      problems.push({ path: [...path, "mail"], at: "key", message });
    }
    for (const [place, location] of (places ?? []).entries()) {
      if (Object.hasOwn(locations, location)) continue;
      const message = missingName("location", location, known);
      problems.push({ path: [...path, "locations", place], at: "value", message });
    }
  }
  return problems;
}
