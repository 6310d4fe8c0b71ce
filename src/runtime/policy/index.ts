export { checkPolicy } from "./check-policy.ts";
export {
  type Outcome,
  type OutcomeKind,
  PolicyHost,
  type PolicyHostOptions,
  type PolicyStatus,
} from "./policy-host.ts";
export type { PolicyFault } from "./policy-message.ts";
