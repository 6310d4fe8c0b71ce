export type { ServicePort } from "./forbidden-targets.ts";
export type { RelayLog } from "./relay-log.ts";
export type { RelayNetwork, RelayNetworks } from "./relay-network.ts";
export { type RelayPlane, type RelayPlaneOptions, startRelayPlane } from "./relay-plane.ts";
