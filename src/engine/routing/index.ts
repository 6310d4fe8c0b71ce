export {
  createDestinationMemory,
  type DestinationMemory,
  noteAlive,
  noteClosed,
  noteFailure,
  noteTried,
  sortFlows,
} from "./destination-memory.ts";
export { callerNameOf, compileNumbers, findNumber, type NumberIndex } from "./find-number.ts";
export { compileRoutes, matchRoute, type RoutedCall, type RouteTable } from "./match-route.ts";
export { bareNumber, formatNumber, isE164, type Notation, normalizeNumber, planFor } from "./normalize-number.ts";
export { type CallTarget, orderTargets } from "./order-targets.ts";
export { countRequest, createThrottles, noteReport, type Throttles, takePass } from "./throttle.ts";
