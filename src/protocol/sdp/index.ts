export {
  type AudioFormat,
  audioFormats,
  type Codec,
  codecLabel,
  filterAudio,
  isAuxiliary,
  sameCodec,
  staticCodec,
} from "./codecs.ts";
export {
  type CryptoLine,
  formatCryptoLine,
  keyBytesOf,
  parseCryptoLine,
  SRTP_SUITES,
  type SrtpSuite,
} from "./crypto-attribute.ts";
export type { Attribute, Connection, MediaDescription, Origin, SessionDescription } from "./description.ts";
export { FAX_LABEL, hasFax } from "./fax-stream.ts";
export { formatDescription } from "./format.ts";
export {
  DIGEST_NAMES,
  type DigestName,
  type Fingerprint,
  type HandshakeSaid,
  handshakeOf,
  nameOfHandshake,
  type Setup,
  withHandshake,
  withSetup,
} from "./handshake-attributes.ts";
export { type IceCredentialsSaid, iceOf, withIce } from "./ice.ts";
export {
  type AnswerFault,
  answerDirection,
  audioCodecOf,
  checkAnswer,
  connectionOf,
  type Direction,
  hasAudio,
  type IllegalAnswer,
  isAudio,
  isUsableAnswer,
  keepOffered,
  refuseStream,
  reverseDirection,
  streamDirection,
} from "./offer-answer.ts";
export { parseDescription, SDP_LIMITS, type SdpFailure, type SdpFailureReason } from "./parse.ts";
export { formatPrecondition, type Precondition, parsePrecondition } from "./preconditions.ts";
export { sameTerms } from "./same-terms.ts";
export {
  admitOffer,
  agreedCrypto,
  type CryptoPair,
  chooseCrypto,
  cryptoLines,
  isSecureProfile,
  type KeyPolicy,
  withCrypto,
  withoutCrypto,
} from "./secure-streams.ts";
export { continueSession, sameButOrigin } from "./session-version.ts";
export { BORDER_ATTRIBUTES, type Shape, shapeDescription } from "./shape-description.ts";
export {
  type EventFormat,
  eventFormatOf,
  withAnsweredEvents,
  withOfferedEvents,
  withoutEvents,
} from "./telephone-event.ts";
export { voiceDescription, withSingleCodec } from "./voice-description.ts";
export { withEverythingFlowing, withLegalDirections, withPlainHolds } from "./written-direction.ts";
