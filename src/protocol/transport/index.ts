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
export {
  type CertificateNames,
  type CertificateText,
  certificateCovers,
  readCertificateNames,
} from "./certificate-names.ts";
export type { Flow, SecurePeer, TransportName } from "./flow.ts";
export { responseFlow } from "./response-target.ts";
export { answerStunBinding, isStun } from "./stun-binding.ts";
export { isReliable, type TransportAction } from "./transport-action.ts";
