// Whose request is this? By the network it came in by, and by the certificate that its sender has shown or the address it came from, before
// anything else is believed.

import type { Configuration, Credentials, Trunk } from "../../model/index.ts";
import { type AlgorithmName, wireText } from "../../protocol/sip/index.ts";
import {
  addressInCidr,
  type Cidr,
  type Flow,
  namesCovering,
  type Proof,
  parseAddress,
  parseCidr,
} from "../../protocol/transport/index.ts";

interface Block {
  readonly trunk: string;
  readonly cidr: Cidr;
}

/** A trunk and what it proves itself with. */
export interface Login {
  readonly trunk: string;
  readonly credentials: Credentials;
}

export interface Identification {
  /** The blocks of each network's trunks, the smallest first, so that where blocks nest the closest one wins. */
  readonly blocks: Readonly<Record<string, readonly Block[]>>;
  /** By `nameKey`: the trunks for which a certificate with that name speaks. */
  readonly names: ReadonlyMap<string, readonly string[]>;
  /** By `loginKey`: the trunks that are known by their password. */
  readonly logins: ReadonlyMap<string, Login>;
  /** By what requests are challenged in the networks of such trunks, the best first. */
  readonly loginAlgorithms: ReadonlyMap<string, readonly AlgorithmName[]>;
  /** What single addresses were found to be; bounded, as strangers fill it too. What certificates prove is never in it. */
  readonly seen: Map<string, string | null>;
}

const SEEN_LIMIT = 10_000;

function nameKey(network: string, domain: string): string {
  return `${network}|${domain}`;
}

export function loginKey(network: string, username: string): string {
  return `${network}|${username}`;
}

/** Who challenges does not know yet whom. MD5 is what everybody takes. */
function inCommon(
  one: readonly AlgorithmName[] | undefined,
  other: readonly AlgorithmName[],
): readonly AlgorithmName[] {
  const shared = one?.filter((name) => other.includes(name)) ?? other;
  return shared.length > 0 ? shared : ["MD5"];
}

export function compileIdentification(configuration: Configuration): Identification {
  const blocks: Record<string, Block[]> = {};
  const names = new Map<string, string[]>();
  const logins = new Map<string, Login>();
  const loginAlgorithms = new Map<string, readonly AlgorithmName[]>();
  for (const [name, { network, identify, tls, credentials, registration }] of Object.entries(configuration.trunks)) {
    blocks[network] ??= [];
    if (credentials !== null && (identify.digest || registration?.accept === true)) {
      logins.set(loginKey(network, wireText(credentials.username)), { trunk: name, credentials });
      loginAlgorithms.set(network, inCommon(loginAlgorithms.get(network), credentials.algorithms));
    }
    for (const text of identify.addresses) {
      const cidr = parseCidr(text);
      if (cidr !== null) blocks[network]?.push({ trunk: name, cidr });
    }
    for (const domain of new Set(identify.tlsNames.flatMap((tlsName) => namesCovering(tlsName, tls)))) {
      const key = nameKey(network, domain);
      names.set(key, [...(names.get(key) ?? []), name]);
    }
  }
  for (const list of Object.values(blocks)) list.sort((one, other) => other.cidr.prefixBits - one.cidr.prefixBits);
  return { blocks, names, logins, loginAlgorithms, seen: new Map() };
}

function trunkOfAddress(identification: Identification, network: string, address: string): string | null {
  const key = `${network}|${address}`;
  const seen = identification.seen.get(key);
  if (seen !== undefined) return seen;
  const parsed = parseAddress(address);
  const blocks = identification.blocks[network] ?? [];
  const found = parsed === null ? undefined : blocks.find(({ cidr }) => addressInCidr(parsed, cidr));
  if (identification.seen.size >= SEEN_LIMIT) identification.seen.clear();
  identification.seen.set(key, found?.trunk ?? null);
  return found?.trunk ?? null;
}

function trunksOfProof({ names }: Identification, network: string, { domains }: Proof): readonly string[] {
  if (names.size === 0) return [];
  return [...new Set(domains.flatMap((domain) => names.get(nameKey(network, domain)) ?? []))];
}

/**
 * The name of the trunk that requests on this flow belong to; null for a stranger. A certificate says more than an address; one that speaks
 * for several trunks leaves it to the address which of them it is, and belongs to none where that is no answer.
 */
export function identifyTrunk(
  identification: Identification,
  { network, remoteAddress, proof }: Pick<Flow, "network" | "remoteAddress" | "proof">,
): string | null {
  const byAddress = trunkOfAddress(identification, network, remoteAddress);
  const proven = proof === undefined ? [] : trunksOfProof(identification, network, proof);
  if (proven.length === 0) return byAddress;
  if (proven.length === 1) return proven[0] as string;
  return byAddress !== null && proven.includes(byAddress) ? byAddress : null;
}

/**
 * Whether a trunk's requests may come from addresses that are not configured: it is known by a password, or by the line that we registered. Inside a
 * dialog it is then believed from where the dialog began. One that is known by its certificate shows it every time.
 */
export function speaksFromAnywhere({ identify, registration }: Trunk): boolean {
  return identify.tlsNames.length === 0 && (identify.digest || registration !== null);
}
