// The configuration that is in use.

import type { Configuration } from "../model/index.ts";

/** A changed file puts another in its place. */
export interface Current {
  configuration: Configuration;
}
