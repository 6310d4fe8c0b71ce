export { ALLOWED_METHODS } from "./allowed-methods.ts";
export { answerOptions } from "./answer-options.ts";
export { type Border, compileBorder, trunkNamed, trunkOfFlow } from "./border.ts";
export { type Call, currentAttempt } from "./call.ts";
export { createCallbacks } from "./callback.ts";
export { countsOf } from "./count-call.ts";
export {
  onCallTimer,
  onCancel,
  onClientEvent,
  onDecided,
  onMediaEvent,
  onMediaReply,
  onPendingTimer,
  onResolved,
} from "./dispatch.ts";
export { callerShown, isForHelp } from "./emergency-call.ts";
export { onInDialogAck, onInDialogRequest } from "./in-dialog.ts";
export { onInvite } from "./incoming-call.ts";
export { isShed, onLoad, openForReport, overloadReport, retryAfterLines } from "./overload-gate.ts";
export {
  beginOwnCall,
  hearOwnCall,
  isOfOwnCall,
  isOwnFlow,
  onOwnTimer,
  ownTimerKey,
} from "./own-call.ts";
export type { OwnCall } from "./own-call-state.ts";
export type { Asked } from "./pending.ts";
export { countRequests } from "./places.ts";
export { endCall, writeOff } from "./release.ts";
export { whoSpeaks } from "./speaker.ts";
export {
  type CallWitness,
  type Counters,
  callOf,
  logCall,
  newTag,
  type Turn,
  type World,
  wallClock,
} from "./turn.ts";
