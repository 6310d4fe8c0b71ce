export {
  type Address,
  addressInCidr,
  type Cidr,
  formatCidr,
  isGroupAddress,
  isLinkLocalAddress,
  isLoopbackAddress,
  isUnspecifiedAddress,
  parseAddress,
  parseCidr,
  sameAddress,
  spellAddress,
} from "./address.ts";
export {
  type CertificateNames,
  type CertificateText,
  certificateCovers,
  namesCovering,
  readCertificateNames,
} from "./certificate-names.ts";
export {
  type DnsAnswer,
  type DnsAnswers,
  type DnsQuestion,
  type DnsType,
  isAskable,
  type NaptrRecord,
  plainName,
  questionKey,
  type SrvRecord,
} from "./dns-answers.ts";
export {
  DEFAULT_PORTS,
  type Flow,
  hasSameRemote,
  leadsTheSameWay,
  type Proof,
  type SecurePeer,
  type TransportName,
} from "./flow.ts";
export { domainOfNumber, type LocatingNumber, locateNumber, type NumberQuery } from "./locate-number.ts";
export {
  type LocateQuery,
  type Locating,
  locateServers,
  type Reach,
  type ServerPlace,
} from "./locate-servers.ts";
export {
  formatOverloadReport,
  OVERLOAD_OFFER,
  type OverloadAlgorithm,
  type OverloadReport,
  offersOverloadControl,
  readOverloadReport,
  withoutOverloadOffer,
} from "./overload-report.ts";
export { responseFlow } from "./response-target.ts";
export { outgrowsDatagram } from "./size-rule.ts";
export { answerStunBinding, isStun } from "./stun-binding.ts";
export { isReliable, type TransportAction } from "./transport-action.ts";
