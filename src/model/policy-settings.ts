// Where the policy is: TypeScript that decides about calls where rules end; how long it is waited for, and what holds without it.

import { z } from "zod";
import { durationSchema } from "./duration.ts";
import { group } from "./group.ts";
import { onFailureSchema } from "./hook.ts";
import { pathSchema } from "./text.ts";

const settingsSchema = group({
  /** Relative to the configuration file. */
  file: pathSchema,
  /** How long a call waits for each of its decisions. Default 500ms: callers do not notice it. */
  deadline: durationSchema("20ms", "10s").default(500),
  /** What becomes of calls that it does not decide about: it is late, it fails, it does not run. Default continue: by the routes. */
  onFailure: onFailureSchema.prefault("continue"),
});

/** The settings, or the file's name alone. */
export const policySettingsSchema = z
  .union([pathSchema, settingsSchema], { error: "expected the name of a file, or { file, deadline, onFailure }" })
  .transform((written): PolicySettings => {
    return typeof written === "string" ? settingsSchema.parse({ file: written }) : written;
  });

export type PolicySettings = z.output<typeof settingsSchema>;
