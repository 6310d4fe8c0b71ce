export { type Alarm, createAlarm } from "./alarm.ts";
export { createDecider, type Decider, explainAsking } from "./decider.ts";
export { createDigestHash } from "./digest-hash.ts";
export { createSystemResolver, type Resolver } from "./dns/index.ts";
export { startLoadGauge } from "./load-gauge.ts";
export { createLoop, type Loop, type LoopOptions, type LoopStatistics } from "./loop.ts";
export { createSystemRandom } from "./system-random.ts";
export { createTimers, type Timers } from "./timers.ts";
