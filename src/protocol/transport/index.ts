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
