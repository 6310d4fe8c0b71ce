import { expect, test } from "vitest";
import { nearestName } from "./nearest-name.ts";

test.each([
  ["trasport", "transport"],
  ["Targets", "targets"],
  ["tragets", "targets"],
  ["limit", "limits"],
  ["identifies", "identify"],
  ["codec", null],
  ["x", null],
  ["", null],
  ["t".repeat(1000), null],
])("%s is near to %s", (written, nearest) => {
  expect(nearestName(written, ["transport", "targets", "limits", "identify"])).toBe(nearest);
});
