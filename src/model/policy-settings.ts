// Where the policy is: TypeScript that decides about calls where rules end; how long it is waited for, and what holds without it.

import { z } from "zod";
import { durationSchema } from "./duration.ts";
import { group } from "./group.ts";
import { pathSchema, phrase, wholeNumber } from "./text.ts";

/** What becomes of a call that the policy did not decide about in time, or at all. */
export type OnFailure =
  | { readonly kind: "continue" }
  /** `reason` null: the status's own phrase. */
  | { readonly kind: "reject"; readonly status: number; readonly reason: string | null };

const EXPECTED_FAILURE = 'expected continue, or { reject: 403, reason: "…" }';

const onFailureSchema = z
  .union(
    [
      z.literal("continue", { error: EXPECTED_FAILURE }),
      group({
        reject: wholeNumber("a SIP status", 400, 699),
        reason: phrase("a reason", 128).nullable().default(null),
      }),
    ],
    { error: EXPECTED_FAILURE },
  )
  .transform((written): OnFailure => {
    if (written === "continue") return { kind: "continue" };
    return { kind: "reject", status: written.reject, reason: written.reason };
  })
  .readonly();

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
