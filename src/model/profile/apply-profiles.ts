// Puts a profile's settings under a trunk's own: what the trunk says itself stays as it says it.

import type { Profile } from "./profile.ts";
import { PROFILES } from "./profiles.ts";

type Tree = Readonly<Record<string, unknown>>;

function isTree(input: unknown): input is Tree {
  return typeof input === "object" && input !== null && !Array.isArray(input);
}

/** Whether a trunk has such a group at all says the trunk alone: a static trunk must not begin to register by its profile. */
const OF_THE_TRUNK = new Set(["registration"]);

/** With the value at the path, where the tree has none there. A group that is something else is left for the schema to refuse. */
function underlay(tree: Tree, path: readonly string[], value: unknown): Tree {
  const [key = "", ...rest] = path;
  const has = Object.hasOwn(tree, key);
  if (rest.length === 0) return has ? tree : { ...tree, [key]: value };
  if (!has && OF_THE_TRUNK.has(key)) return tree;
  const inner = has ? tree[key] : {};
  return isTree(inner) ? { ...tree, [key]: underlay(inner, rest, value) } : tree;
}

function withProfile(trunk: Tree, { settings }: Profile): Tree {
  return settings.reduce((tree, { path, value }) => underlay(tree, path.split("."), value), trunk);
}

/** The whole of a configuration as it was written, with the profiles of its trunks. An unknown profile is left for the check of trunks. */
export function applyProfiles(input: unknown): unknown {
  if (!isTree(input) || !isTree(input.trunks)) return input;
  const trunks = Object.entries(input.trunks).map(([name, trunk]): [string, unknown] => {
    const profile = isTree(trunk) ? PROFILES.find((known) => known.name === trunk.profile) : undefined;
    return [name, isTree(trunk) && profile !== undefined ? withProfile(trunk, profile) : trunk];
  });
  return { ...input, trunks: Object.fromEntries(trunks) };
}
