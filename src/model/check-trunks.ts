// What must agree between a trunk and the rest: its network, its listeners, its limits, and who else claims its peer.

import {
  DEFAULT_PORTS,
  formatCidr,
  namesCovering,
  parseAddress,
  parseCidr,
  sameAddress,
} from "../protocol/transport/index.ts";
import type { Configuration } from "./configuration.ts";
import type { TotalLimits } from "./limits.ts";
import { missingName } from "./missing-name.ts";
import type { Network } from "./network.ts";
import type { ConfigurationProblem } from "./problem.ts";
import { PROFILES } from "./profile/index.ts";
import type { TargetUri } from "./target.ts";
import type { Trunk } from "./trunk.ts";

function checkTarget(target: TargetUri, network: Network, networkName: string): string | null {
  const transport = target.transport ?? "udp";
  const listeners = network.listen.filter((listener) => listener.transport === transport);
  const address = parseAddress(target.host);
  if (listeners.length === 0 && (target.transport !== null || address !== null)) {
    return `network ${networkName} has no ${transport} listener from which this target could be called`;
  }
  if (address === null) return null;
  if (!listeners.some((listener) => parseAddress(listener.address)?.family === address.family)) {
    return `network ${networkName} has no IPv${address.family} listener for ${transport}`;
  }
  return null;
}

/** A target that is one of our own listeners would send every call back to us, again and again. */
function leadsToUs(target: TargetUri, configuration: Configuration): boolean {
  const transport = target.transport ?? "udp";
  const port = target.port ?? DEFAULT_PORTS[transport];
  return Object.values(configuration.networks).some((network) =>
    network.listen.some(
      (listener) =>
        listener.transport === transport && listener.port === port && sameAddress(listener.address, target.host),
    ),
  );
}

function checkTargets(trunk: Trunk, configuration: Configuration): readonly ConfigurationProblem[] {
  const network = configuration.networks[trunk.network];
  return trunk.targets.flatMap((target, index): readonly ConfigurationProblem[] => {
    const path = ["trunks", trunk.name, "targets", index, "uri"];
    if (leadsToUs(target, configuration)) {
      return [{ path, at: "value", message: "this is one of our own listeners: the call would come back to us" }];
    }
    const message = network === undefined ? null : checkTarget(target, network, trunk.network);
    return message === null ? [] : [{ path, at: "value", message }];
  });
}

function checkSettings(trunk: Trunk, configuration: Configuration): readonly ConfigurationProblem[] {
  const problems: ConfigurationProblem[] = [];
  const at = (keys: readonly (string | number)[], message: string): void => {
    problems.push({ path: ["trunks", trunk.name, ...keys], at: "value", message });
  };
  if (!Object.hasOwn(configuration.networks, trunk.network)) {
    at(["network"], missingName("network", trunk.network, Object.keys(configuration.networks)));
  }
  const { certificate } = trunk.tls;
  if (certificate !== null && !Object.hasOwn(configuration.certificates, certificate)) {
    at(["tls", "certificate"], missingName("certificate", certificate, Object.keys(configuration.certificates)));
  }
  const { format, addPrefix } = trunk.identity;
  const country = trunk.identity.country ?? configuration.country;
  if ((format === "national" || format === "international") && country === null) {
    at(["identity", "format"], `how ${format} numbers are dialled depends on the country: set country`);
  }
  if (addPrefix !== null && format === "e164") {
    at(
      ["identity", "addPrefix"],
      "nothing can stand before the + of e164: set identity.format to e164-plain or national",
    );
  }
  const { profile } = trunk;
  const profiles = PROFILES.map(({ name }) => name);
  if (profile !== null && !profiles.includes(profile)) at(["profile"], missingName("profile", profile, profiles));
  problems.push(...checkReserve(trunk.limits, ["trunks", trunk.name, "limits"]));
  if (trunk.targets.length === 0 && trunk.registration?.accept !== true) at(["targets"], "expected at least 1 entry");
  const seen = new Set<string>();
  for (const [index, { uri }] of trunk.targets.entries()) {
    if (seen.has(uri.toLowerCase())) at(["targets", index, "uri"], "this target stands in the list already");
    seen.add(uri.toLowerCase());
  }
  return problems;
}

function checkReserve(
  { calls, emergencyReserve }: Pick<TotalLimits, "calls" | "emergencyReserve">,
  path: ConfigurationProblem["path"],
): readonly ConfigurationProblem[] {
  const at = { path: [...path, "emergencyReserve"], at: "value" } as const;
  if (emergencyReserve === 0) return [];
  if (calls === null) return [{ ...at, message: "a reserve is taken from limits.calls, which is not set" }];
  if (emergencyReserve < calls) return [];
  return [{ ...at, message: `the reserve leaves none of the ${calls} calls to ordinary callers` }];
}

/** Limits of several trunks together. */
function checkGroups({ trunkGroups, trunks, limits }: Configuration): readonly ConfigurationProblem[] {
  const problems = [...checkReserve(limits, ["limits"])];
  for (const [name, group] of Object.entries(trunkGroups)) {
    problems.push(...checkReserve(group.limits, ["trunkGroups", name, "limits"]));
    for (const [place, trunk] of group.trunks.entries()) {
      const at = { path: ["trunkGroups", name, "trunks", place], at: "value" } as const;
      if (!Object.hasOwn(trunks, trunk))
        problems.push({ ...at, message: missingName("trunk", trunk, Object.keys(trunks)) });
      else if (group.trunks.indexOf(trunk) < place)
        problems.push({ ...at, message: `trunk ${trunk} stands in the list already` });
    }
  }
  return problems;
}

/** The same block of one network claimed twice: no request from it could be told to be the one trunk's or the other's. */
function checkIdentities(configuration: Configuration): readonly ConfigurationProblem[] {
  const problems: ConfigurationProblem[] = [];
  const owners = new Map<string, string>();
  for (const trunk of Object.values(configuration.trunks)) {
    for (const [index, block] of trunk.identify.addresses.entries()) {
      const cidr = parseCidr(block);
      if (cidr === null) continue;
      const key = `${trunk.network} ${formatCidr(cidr)}`;
      const owner = owners.get(key);
      if (owner !== undefined) {
        const claimed = owner === trunk.name ? "stands in the list already" : `already identifies trunk ${owner}`;
        const message = `${block} ${claimed} in network ${trunk.network}`;
        problems.push({ path: ["trunks", trunk.name, "identify", "addresses", index], at: "value", message });
      }
      owners.set(key, owner ?? trunk.name);
    }
    problems.push(...checkTlsNames(trunk, owners, configuration));
  }
  return problems;
}

/** Names that no certificate could be asked for, or that two trunks claim. */
function checkTlsNames(
  { name: trunk, network, identify }: Trunk,
  owners: Map<string, string>,
  configuration: Configuration,
): readonly ConfigurationProblem[] {
  const asked = configuration.networks[network]?.listen.some(({ peerCertificate }) => peerCertificate !== "none");
  const path = ["trunks", trunk, "identify", "tlsNames"];
  if (identify.tlsNames.length > 0 && asked === false) {
    const message = `no listener of network ${network} asks for certificates: set peerCertificate of its tls or wss listener to ask or require`;
    return [{ path, at: "key", message }];
  }
  return identify.tlsNames.flatMap((text, index): readonly ConfigurationProblem[] => {
    const [domain = text] = namesCovering(text, { wildcard: false });
    const key = `${network} ${domain}`;
    const owner = owners.get(key);
    owners.set(key, owner ?? trunk);
    if (owner === undefined) return [];
    const claimed = owner === trunk ? "stands in the list already" : `already identifies trunk ${owner}`;
    return [{ path: [...path, index], at: "value", message: `${text} ${claimed} in network ${network}` }];
  });
}

/** What a trunk that is known by its password needs, and whether another one of its network goes by the same user name. */
function checkLogins(configuration: Configuration): readonly ConfigurationProblem[] {
  const owners = new Map<string, string>();
  return Object.values(configuration.trunks).flatMap((trunk): readonly ConfigurationProblem[] => {
    const { name, network, credentials, registration, identify } = trunk;
    const asked = registration?.accept === true ? ["registration", "accept"] : ["identify", "digest"];
    if (registration?.accept !== true && !identify.digest) return [];
    if (credentials === null) {
      const message = "this peer is to prove itself by a password: set credentials";
      return [{ path: ["trunks", name, ...asked], at: "value", message }];
    }
    const key = `${network} ${credentials.username}`;
    const owner = owners.get(key);
    owners.set(key, owner ?? name);
    if (owner === undefined) return [];
    const message = `trunk ${owner} of network ${network} goes by this user name already`;
    return [{ path: ["trunks", name, "credentials", "username"], at: "value", message }];
  });
}

/** A registrar that could not be reached from the trunk's network, or that is ourselves. */
function checkRegistrars(trunk: Trunk, configuration: Configuration): readonly ConfigurationProblem[] {
  const { registration } = trunk;
  const network = configuration.networks[trunk.network];
  if (registration === null || registration.accept || network === undefined) return [];
  const named = registration.backupRegistrars.map((uri, index) => ({ uri, keys: ["backupRegistrars", index] }));
  return [{ uri: registration.registrar, keys: ["registrar"] }, ...named].flatMap(({ uri, keys }) => {
    const message = leadsToUs(uri, configuration)
      ? "this is one of our own listeners: we would register with ourselves"
      : checkTarget(uri, network, trunk.network);
    return message === null ? [] : [{ path: ["trunks", trunk.name, "registration", ...keys], at: "value", message }];
  });
}

export function checkTrunks(configuration: Configuration): readonly ConfigurationProblem[] {
  const each = Object.values(configuration.trunks).flatMap((trunk) => [
    ...checkSettings(trunk, configuration),
    ...checkTargets(trunk, configuration),
    ...checkRegistrars(trunk, configuration),
  ]);
  return [...each, ...checkGroups(configuration), ...checkIdentities(configuration), ...checkLogins(configuration)];
}
