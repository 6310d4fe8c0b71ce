// The operator's configuration as the lab plays it: the same trunks, numbers and routes, on addresses of the lab and over UDP, in the clear. What
// stands between Demarc and its peers is the lab's; what Demarc decides is the operator's.

import type { Configuration, Trunk } from "../model/index.ts";

/** Where a peer of the lab is. */
export interface LabPlace {
  readonly trunk: string;
  /** The URI of the target that it plays, as configured. */
  readonly target: string;
  readonly address: string;
}

export interface LabCopy {
  readonly configuration: Configuration;
  readonly places: readonly LabPlace[];
  /** Demarc's own, by network. */
  readonly borders: ReadonlyMap<string, string>;
}

export const LAB_PORT = 5060;

function addressNumbered(index: number): string {
  return `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`;
}

type Networks = Configuration["networks"];

function copyNetworks(networks: Networks, borders: ReadonlyMap<string, string>): Networks {
  const copies = Object.entries(networks).map(([name, network]) => {
    const address = borders.get(name) ?? "";
    const [first] = network.listen;
    const listener = { ...first, transport: "udp", address, port: LAB_PORT, certificate: null };
    return [name, { ...network, listen: [listener], advertise: null, media: { ...network.media, address } }];
  });
  return Object.fromEntries(copies) as Networks;
}

/** Known by the addresses of its places, whatever it is known by outside; asked nothing, and registered with nobody. */
function copyTrunk(trunk: Trunk, places: readonly LabPlace[]): Trunk {
  const targets = places.map(({ target, address }, at) => {
    const { priority = 10, weight = 100 } = trunk.targets[at] ?? {};
    return { uri: target, host: address, port: LAB_PORT, transport: "udp" as const, priority, weight };
  });
  return {
    ...trunk,
    targets,
    identify: { addresses: places.map(({ address }) => `${address}/32`), tlsNames: [], digest: false },
    registration: null,
    media: { ...trunk.media, encryption: "none", ice: "off" },
    health: { ...trunk.health, optionsEvery: null },
  };
}

/** @param configuration as it was read */
export function labCopyOf(configuration: Configuration): LabCopy {
  let index = 0;
  const nextAddress = (): string => {
    index += 1;
    return addressNumbered(index);
  };
  const borders = new Map(Object.keys(configuration.networks).map((name) => [name, nextAddress()]));
  const places: LabPlace[] = [];
  const trunks = Object.values(configuration.trunks).map((trunk): [string, Trunk] => {
    const { name, targets } = trunk;
    // One that registers with us has none of its own: its peer is wherever it registered from.
    const uris = targets.length > 0 ? targets.map(({ uri }) => uri) : [`sip:${name}`];
    const its = uris.map((target): LabPlace => ({ trunk: name, target, address: nextAddress() }));
    places.push(...its);
    return [name, copyTrunk(trunk, its)];
  });
  const networks = copyNetworks(configuration.networks, borders);
  const copy = { ...configuration, networks, trunks: Object.fromEntries(trunks), certificates: {} };
  return { configuration: copy, places, borders };
}
