export type { ServicePort } from "./forbidden-targets.ts";
export type { RelayLog } from "./relay-log.ts";
export type { RelayNetwork, RelayNetworks } from "./relay-network.ts";
export type { RelayPlaneOptions } from "./relay-options.ts";
export { type RelayPlane, startRelayPlane } from "./relay-plane.ts";
