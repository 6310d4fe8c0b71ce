export {
  type Address,
  addressInCidr,
  type Cidr,
  formatCidr,
  isGroupAddress,
  isLoopbackAddress,
  isUnspecifiedAddress,
  parseAddress,
  parseCidr,
  sameAddress,
} from "./address.ts";
export type { Flow, TransportName } from "./flow.ts";
export { responseFlow } from "./response-target.ts";
export { isReliable, type TransportAction } from "./transport-action.ts";
