// Whose request is this? By the network it came in by and the address it came from, before anything else is believed.

import type { Configuration } from "../../model/index.ts";
import { addressInCidr, type Cidr, parseAddress, parseCidr } from "../../protocol/transport/index.ts";

interface Block {
  readonly trunk: string;
  readonly cidr: Cidr;
}

/** The blocks of each network's trunks, the smallest first, so that where blocks nest the closest one wins. */
export interface Identification {
  readonly blocks: Readonly<Record<string, readonly Block[]>>;
  /** What single addresses were found to be; bounded, as strangers fill it too. */
  readonly seen: Map<string, string | null>;
}

const SEEN_LIMIT = 10_000;

export function compileIdentification(configuration: Configuration): Identification {
  const blocks: Record<string, Block[]> = {};
  for (const [name, trunk] of Object.entries(configuration.trunks)) {
    blocks[trunk.network] ??= [];
    for (const text of trunk.identify.addresses) {
      const cidr = parseCidr(text);
      if (cidr !== null) blocks[trunk.network]?.push({ trunk: name, cidr });
    }
  }
  for (const list of Object.values(blocks)) list.sort((one, other) => other.cidr.prefixBits - one.cidr.prefixBits);
  return { blocks, seen: new Map() };
}

/** The name of the trunk that requests from this address on this network belong to; null for a stranger. */
export function identifyTrunk(identification: Identification, network: string, address: string): string | null {
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
