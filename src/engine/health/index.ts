export {
  endAsking,
  isOfHealth,
  keepAsking,
  onHealthEvent,
  onHealthResolved,
  onHealthTimer,
} from "./ask-targets.ts";
export type { Probe, Probes } from "./probe.ts";
export { type PlaceStatus, type TargetStatus, targetStatus } from "./target-status.ts";
