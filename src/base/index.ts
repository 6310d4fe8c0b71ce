export { decodeBase64, encodeBase64 } from "./base64.ts";
export { BoundedMap } from "./bounded-map.ts";
export { DemarcError, ERROR_CODES, type ErrorCode } from "./demarc-error.ts";
export { InvariantError, invariant, unreachable } from "./invariant.ts";
export { DAY, HOUR, MINUTE, type Millis, SECOND } from "./millis.ts";
export { dropNamed, type NamedList, namedValue, setNamed } from "./named-list.ts";
export {
  compilePattern,
  type MatchWork,
  type Pattern,
  type PatternMatch,
  runPattern,
  testPattern,
} from "./pattern.ts";
export { type Random, randomBelow, randomBytes, randomChance, randomToken, seededRandom } from "./random.ts";
export { failure, type Result, success } from "./result.ts";
export { dropTimer, noteTimer, type RunningTimer } from "./running-timers.ts";
export { flatCopy } from "./text.ts";
export { tight } from "./tight.ts";
export { readGraph, type Written, writeGraph } from "./value-graph.ts";
