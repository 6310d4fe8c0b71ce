export type {
  Agent,
  AudioAction,
  AudioAddress,
  AudioPorts,
  LabAction,
  LabInput,
  PhoneEvent,
  ReportAction,
} from "./agent.ts";
export { type CountedAudioPorts, createAudioPorts } from "./audio-ports.ts";
export { type CastOptions, createCarrier, createPbx, type UserCall, userCallScript } from "./cast.ts";
export { Checkers, callIdOf, type LeftOver } from "./checkers.ts";
export { Doorkeeper, type DoorkeeperOptions } from "./doorkeeper.ts";
export {
  type FakeMediaBooks,
  FakeMediaPlane,
  type FakeMediaPlaneOptions,
  type FakeNetwork,
} from "./fake-media-plane.ts";
export { FaultyMedia, type FaultyMediaOptions, type MediaFaults } from "./faulty-media.ts";
export { answerLabNumber, type LabNumberOptions } from "./lab-numbers.ts";
export { formatLadder, messagesOfCall } from "./ladder.ts";
export { type LinkFaults, type Partition, PERFECT_LINK } from "./link-faults.ts";
export type { Parties } from "./message-checks.ts";
export { createIdentity, MARK_PREFIX, type PhoneIdentity } from "./phone/identity.ts";
export { Phone } from "./phone/phone.ts";
export type { PhoneOptions } from "./phone/phone-call.ts";
export type { PhoneSession } from "./phone/phone-session.ts";
export {
  type AnswerScript,
  type AnswerStep,
  type AudioMode,
  answerAfter,
  type CallScript,
  callScript,
  earlyMediaThenAnswer,
  failWith,
  type MidCallDeed,
  type MidCallStep,
  type ReferWish,
  RING,
  redirectTo,
  SILENT,
} from "./phone/script.ts";
export type { TimerScript } from "./phone/timer-wish.ts";
export type { Accuse, Rule, Violation } from "./violation.ts";
export {
  type NetworkObserver,
  type NodeListener,
  type NodeOptions,
  type SentMessage,
  VirtualNetwork,
  type VirtualNetworkOptions,
} from "./virtual-network.ts";
