// Trunks as a piece of a configuration file.

import { stringify } from "yaml";
import type { Carried } from "./carried.ts";

/** `trunks:` and what stands under it; nothing where there are none. */
export function writeTrunks({ trunks }: Carried): string {
  return Object.keys(trunks).length === 0 ? "" : stringify({ trunks }, { lineWidth: 0, version: "1.2" });
}
