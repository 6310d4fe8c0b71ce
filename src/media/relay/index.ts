export type { RelayNetwork, RelayNetworks } from "./relay-network.ts";
export type { RelayPlaneOptions } from "./relay-options.ts";
export { type RelayPlane, startRelayPlane } from "./relay-plane.ts";
