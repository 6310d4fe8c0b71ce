export {
  chooseRoute,
  compileRouting,
  type Decision,
  type Open,
  type RouteWitness,
  type Routing,
} from "./choose-route.ts";
export {
  createDestinationMemory,
  type DestinationMemory,
  type Failure,
  noteAlive,
  noteClosed,
  noteDown,
  noteFailure,
  noteTried,
  sortFlows,
  standingOf,
} from "./destination-memory.ts";
export { callerNameOf, findNumber, type NumberIndex } from "./find-number.ts";
export { whyNot } from "./match-route.ts";
export { bareNumber, formatNumber, isE164, type Notation, normalizeNumber, planFor } from "./normalize-number.ts";
export { type BoundTo, type CallTarget, type EditedNumbers, orderTargets } from "./order-targets.ts";
export type { RoutedCall } from "./route-tests.ts";
export {
  type ChosenTrunk,
  createTurns,
  type SelectionGrounds,
  selectTrunks,
  type TrunkEntry,
  type Turns,
} from "./select-trunks.ts";
export { estimateMos } from "./speech-quality.ts";
export { countRequest, createThrottles, noteReport, type Throttles, takePass } from "./throttle.ts";
export {
  createTallies,
  noteTalk,
  noteVerdict,
  qualityOf,
  type TrunkQuality,
  type TrunkTallies,
} from "./trunk-quality.ts";
export { createZoneClock, type LocalTime, localTime, weekdayOf, type ZoneClock } from "./zone-clock.ts";
