export { accepts } from "./accepts.ts";
export { isCallId, isToken, parseDigits } from "./characters.ts";
export { composeHeaders } from "./compose-headers.ts";
export type { AlgorithmName, DigestAlgorithm, DigestHash, HashName } from "./digest/algorithm.ts";
export { chooseChallenge, type DigestChallenge, isOfRealm, type Qop } from "./digest/challenge.ts";
export type { DigestCredentials } from "./digest/credentials.ts";
export { equalsInConstantTime, type ProtectedRequest, passwordHa1 } from "./digest/digest-response.ts";
export {
  type DigestMoment,
  DigestServer,
  type DigestServerOptions,
  type DigestUser,
  type DigestVerdict,
} from "./digest/digest-server.ts";
export {
  authorize,
  checkServer,
  type DigestSession,
  startSession,
  takeNextNonce,
} from "./digest/digest-session.ts";
export { isLockedOut, type LockoutPolicy, type LockoutState, noteFailure } from "./digest/lockout.ts";
export type { NonceUsages } from "./digest/nonce-counts.ts";
export { displayText, wireText } from "./display-text.ts";
export { editMessage, type MessageEdit } from "./edit-message.ts";
export {
  answerableHead,
  type Body,
  formatRequest,
  formatResponse,
  type HeaderLine,
  type RequestParts,
  type ResponseHead,
  type ResponseParts,
  responseHeadOf,
  viaAsReceived,
} from "./format-message.ts";
export { type Frame, StreamFramer } from "./framer.ts";
export type { HeaderCodec, HeaderName, ListCodec } from "./header-codec.ts";
export type { HeaderFields } from "./header-fields.ts";
export { headerName, headerSpelling } from "./header-names.ts";
export * as header from "./headers/all-headers.ts";
export type { Authorization } from "./headers/authorization.ts";
export { type CSeq, cseq } from "./headers/cseq.ts";
export { HEADER_TABLE, type HeaderRow } from "./headers/header-table.ts";
export {
  firstContact,
  formatNameAddress,
  from,
  type NameAddress,
  tagOf,
  to,
} from "./headers/name-address.ts";
export { type Parameterised, parameterNumber, parameterText, preferenceOf } from "./headers/parameterised.ts";
export type { RAck } from "./headers/reliability.ts";
export type { ResourceValue } from "./headers/resource-priority.ts";
export type { RetryAfter } from "./headers/retry-after.ts";
export { recordRoute } from "./headers/routing.ts";
export type { Timestamp } from "./headers/timestamp.ts";
export type { ProductPart } from "./headers/user-agent.ts";
export { BRANCH_COOKIE, branchOf, formatVia, topVia, type Via } from "./headers/via.ts";
export type { Warning } from "./headers/warning.ts";
export { quote, unquote } from "./headers/words.ts";
export { formatHostPort, type HostPort, isIpLiteral, parseHostPort } from "./host-port.ts";
export type { ParseFailure, SipMessage, SipRequest, SipResponse } from "./message.ts";
export {
  type BodyPart,
  dispositionOf,
  formatMultipart,
  formatPart,
  leafParts,
  MULTIPART_LIMITS,
  type Multipart,
  type MultipartOptions,
  newBoundary,
  parseMultipart,
} from "./multipart.ts";
export { formatParameters, NO_PARAMETERS, type Parameter, type Parameters, parameterValue } from "./parameters.ts";
export { MESSAGE_LIMITS, parseMessage } from "./parse-message.ts";
export { reasonPhrase } from "./reason-phrases.ts";
export {
  bareTelNumber,
  formatTelUri,
  isGlobalNumber,
  isSameTelUri,
  parseTelUri,
  phoneContextOf,
  type TelUri,
} from "./tel-uri.ts";
export { formatSipUri, isAbsoluteUri, parseSipUri, type SipUri } from "./uri.ts";
export { isSameHost, isSameSipUri } from "./uri-comparison.ts";
export { escapeUriHeader, escapeUriParameter, escapeUser, unescapeUser } from "./uri-escapes.ts";
export { formatUriHeaders, parseUriHeaders, type UriHeader } from "./uri-headers.ts";
export { isLooseRouter, maddrOf, methodOf, transportOf, ttlOf, userKindOf } from "./uri-parameters.ts";
export { formatServiceUrn, isServiceWithin, parseServiceUrn } from "./urn-service.ts";
export { validateMessage } from "./validate-message.ts";
