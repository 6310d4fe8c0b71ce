// One sentence for a name that leads nowhere.

import { nearestName } from "./nearest-name.ts";

export function missingName(of: string, written: string, known: readonly string[]): string {
  const nearest = nearestName(written, known);
  if (nearest !== null) return `there is no ${of} "${written}"; did you mean "${nearest}"?`;
  const listed = known.length === 0 ? "none is configured" : `there are: ${known.slice(0, 20).join(", ")}`;
  return `there is no ${of} "${written}"; ${listed}`;
}
