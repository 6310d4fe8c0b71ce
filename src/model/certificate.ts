// A certificate with its key, and whom to believe. Files are named here and opened when Demarc starts.

import type { z } from "zod";
import { group } from "./group.ts";
import { pathSchema } from "./text.ts";

export const certificateSchema = group({
  /** PEM, the chain from the leaf upwards. Paths are relative to the configuration file. */
  certFile: pathSchema,
  keyFile: pathSchema,
  /** The authorities whose peers are believed. Default null: those of the system. */
  caFile: pathSchema.nullable().default(null),
});

export type Certificate = z.output<typeof certificateSchema>;
