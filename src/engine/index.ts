export type { Action } from "./actions.ts";
export type { AttemptRecord, CallRecord, LegRecord } from "./call-record.ts";
export { CAUSES, type CallCause, type CauseMeaning, type EndedBy } from "./causes.ts";
export type { EngineOptions } from "./create-world.ts";
export {
  type Answer,
  type CallSummary,
  nameOfQuestion,
  type Question,
} from "./decide-contract.ts";
export type {
  EmergencyDeed,
  EmergencyPlace,
  EmergencyStep,
  EmergencyTest,
  EmergencyTestOrder,
  PlacedBy,
  RecognisedBy,
} from "./emergency-step.ts";
export { createEngine, type Engine } from "./engine.ts";
export type { AskedOutside, ExplainedTarget, ExplainRefusal, Explanation, LookedTable } from "./explain.ts";
export type { ExplainQuestion } from "./explain-question.ts";
export type { PlaceStatus, TargetStatus } from "./health/index.ts";
export type { Input, ResolveResult, TimerKey, Token } from "./inputs.ts";
export type {
  HandshakeTerms,
  IceCredentials,
  MediaCommand,
  MediaEvent,
  MediaFailureCause,
  MediaResult,
  MediaSessionId,
  MediaSide,
  ReceivedStatistics,
  StreamKeys,
  StreamStatistics,
  StreamTones,
} from "./media-contract.ts";
export type {
  AnsweredPolicyCall,
  NewPolicyCall,
  Policy,
  PolicyCall,
  PolicyHook,
  PolicyTarget,
  RoutedPolicyCall,
} from "./policy-contract.ts";
export type { ContactStatus, RegistrationStatus } from "./registration/index.ts";
export { createZoneClock, type LocalTime, localTime, weekdayOf, type ZoneClock } from "./routing/index.ts";
export type { EngineSnapshot } from "./snapshot.ts";
export type { EngineStatus, LiveCall, TrunkActivity } from "./status.ts";
