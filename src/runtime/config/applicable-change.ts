// What of a changed configuration can be applied to a running Demarc. Its sockets stay as they were opened.

import { type Configuration, checkAgreement, formatPath } from "../../model/index.ts";

export interface ApplicableChange {
  /** The new one, with the parts that stay taken from the old one. */
  readonly configuration: Configuration;
  /** The parts that were changed and are not applied before the next start, as paths: `networks.lan.listen`. */
  readonly afterRestart: readonly string[];
}

/** Plain data is equal when it reads the same; secrets read `***` and do not occur in these parts. */
function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** What of it stays until the next start. */
function fixedOf({ node, api, certificates }: Configuration) {
  return { node: { ...node, policy: null }, api, certificates };
}

/**
 * Trunks, numbers, routes, the policy and what belongs to them are applied at once. Sockets are opened once: the networks, the API's
 * address, the node's name and directory wait for the next start. Where what is new needs a socket that is not open
 * (a trunk in a new network), nothing is applied: half a change is neither the old truth nor the new one.
 */
export function applicableChange(running: Configuration, changed: Configuration): ApplicableChange {
  const afterRestart: string[] = [];
  for (const part of ["node", "api", "certificates"] as const) {
    if (!same(fixedOf(running)[part], fixedOf(changed)[part])) afterRestart.push(part);
  }
  for (const name of new Set([...Object.keys(running.networks), ...Object.keys(changed.networks)])) {
    if (!same(running.networks[name], changed.networks[name])) afterRestart.push(`networks.${name}`);
  }
  const { api, certificates, networks } = running;
  const node = { ...running.node, policy: changed.node.policy };
  const configuration = Object.freeze({ ...changed, node, api, certificates, networks });
  if (afterRestart.length === 0) return { configuration, afterRestart };
  const [obstacle] = checkAgreement(configuration);
  if (obstacle === undefined) return { configuration, afterRestart };
  return { configuration: running, afterRestart: [`everything: ${formatPath(obstacle.path)}: ${obstacle.message}`] };
}
