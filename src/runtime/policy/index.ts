export { checkPolicy } from "./check-policy.ts";
export { faultOf } from "./fault-place.ts";
export {
  type Outcome,
  type OutcomeKind,
  PolicyHost,
  type PolicyHostOptions,
  type PolicyStatus,
} from "./policy-host.ts";
export type { PolicyFault } from "./policy-message.ts";
export { faultOfPolicy, runHookWithin } from "./run-policy.ts";
