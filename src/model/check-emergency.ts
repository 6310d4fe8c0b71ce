// What must agree about who is told of emergency calls: places that are there, a server for mail, names that are one's own.

import type { Configuration } from "./configuration.ts";
import { missingName } from "./missing-name.ts";
import type { ConfigurationProblem } from "./problem.ts";

export function checkEmergency({ emergency, locations, mail }: Configuration): readonly ConfigurationProblem[] {
  const problems: ConfigurationProblem[] = [];
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
