export type { Action } from "./actions.ts";
export type { AttemptRecord, CallCause, CallRecord, EndedBy, LegRecord } from "./call/call-record.ts";
export type { Input, ResolveResult, TimerKey, Token } from "./inputs.ts";
export type {
  MediaCommand,
  MediaEvent,
  MediaFailureCause,
  MediaResult,
  MediaSessionId,
  MediaSide,
  ReceivedStatistics,
  StreamStatistics,
} from "./media-contract.ts";
