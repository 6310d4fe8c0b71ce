export {
  admitCall,
  admitNumbers,
  type CallBooks,
  type CallLimits,
  type CallSide,
  compileLimits,
  copyUsage,
  countCall,
  countNumbers,
  createUsage,
  isFull,
  releaseCall,
  releaseNumbers,
  type Usage,
  type UsageDirection,
  type Usages,
} from "./call-limits.ts";
export {
  compileIdentification,
  type Identification,
  identifyTrunk,
  loginKey,
  speaksFromAnywhere,
} from "./identify-trunk.ts";
export { createOverload, isTurnedAway, type LoadSample, noteLoad, type Overload } from "./overload.ts";
export { type Rejection, reject } from "./rejection.ts";
export { createBucket, type TokenBucket, takeToken } from "./token-bucket.ts";
