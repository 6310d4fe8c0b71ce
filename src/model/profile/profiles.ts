// The profiles that are built in.

import { CLOUDS } from "./clouds.ts";
import { NETWORKS } from "./networks.ts";
import { PHONE_SYSTEMS } from "./phone-systems.ts";
import type { Profile } from "./profile.ts";

/** By name, in the order of the alphabet. */
export const PROFILES: readonly Profile[] = [...NETWORKS, ...PHONE_SYSTEMS, ...CLOUDS].sort((one, other) =>
  one.name < other.name ? -1 : 1,
);
