export { admitCall, createUsage, releaseCall, type TrunkUsage, type UsageDirection } from "./call-limits.ts";
export { compileIdentification, type Identification, identifyTrunk, loginKey } from "./identify-trunk.ts";
export { createOverload, isTurnedAway, type LoadSample, noteLoad, type Overload } from "./overload.ts";
export { type Rejection, reject } from "./rejection.ts";
export { createBucket, type TokenBucket, takeToken } from "./token-bucket.ts";
