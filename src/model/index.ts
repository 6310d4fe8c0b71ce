export type { ApiSettings } from "./api.ts";
export type { Calendar, Holiday, OpenHours } from "./calendar.ts";
export type { Certificate } from "./certificate.ts";
export type { ClassOfService } from "./class-of-service.ts";
export { type Configuration, configurationSchema } from "./configuration.ts";
export {
  EMERGENCY_EVENTS,
  type EmergencyEvent,
  type EmergencyTestSettings,
  type Recipient,
} from "./emergency.ts";
export { emergencyTrunksOf } from "./emergency-trunks.ts";
export type { HeaderCondition, HeaderEdit, HeaderRule, Headers } from "./header-rules.ts";
export type { Hook, OnFailure } from "./hook.ts";
export { type HookAnswer, type HookDestination, parseHookAnswer } from "./hook-answer.ts";
export type { Identity } from "./identity.ts";
export type { Capacity, Limits, TotalLimits } from "./limits.ts";
export type { CivicAddress, Location } from "./location.ts";
export type { MailSettings } from "./mail.ts";
export { nearestName } from "./nearest-name.ts";
export type { Listener, Network } from "./network.ts";
export type { NodeSettings } from "./node.ts";
export { formatBlock, type NumberBlock, sizeOfBlock } from "./number.ts";
export { compareBlocks, numberConflicts, type PoolUsage, poolUsage } from "./number-conflicts.ts";
export type { NumberEdit } from "./number-edit.ts";
export {
  emergencyNumbersOf,
  isDialledWhole,
  isNationalNumber,
  isWithoutTrunkPrefix,
  KNOWN_COUNTRIES,
  type NationalForm,
  type NumberPlan,
  nationalFormOf,
  numberPlanOf,
  numberPlanOfNumber,
} from "./number-plan/index.ts";
export { checkAgreement, parseConfiguration, parseNumberBlock, parseRate } from "./parse-configuration.ts";
export type { NumberPattern, NumberPatterns } from "./phone-number.ts";
export {
  type AnswerDecision,
  type CallDecision,
  CONTINUE,
  type DecisionGrounds,
  parseAnswerDecision,
  parseCallDecision,
} from "./policy-decision.ts";
export type { PolicySettings } from "./policy-settings.ts";
export { type ConfigurationProblem, formatPath } from "./problem.ts";
export { PROFILES, type Profile } from "./profile/index.ts";
export { formatPrice, PRICE_PARTS, type Rate, type RateDeck } from "./rate-deck.ts";
export type { AcceptedRegistration, OwnRegistration, Registration } from "./registration.ts";
export { repeatedRates } from "./repeated-rates.ts";
export type { ResponseRule, Responses } from "./response-rules.ts";
export type { Route, RouteDestination, RouteMatch, RouteTableSettings, TrunkShare } from "./route.ts";
export { Secret, type SecretSource } from "./secret.ts";
export { type Selection, selectionSchema } from "./selection.ts";
export type { Signaling } from "./signaling.ts";
export type { StatusRange } from "./status-range.ts";
export type { Target, TargetUri } from "./target.ts";
export { expressionOf, type TextPattern, testText } from "./text-pattern.ts";
export type { Template, TemplateVariable } from "./text-template.ts";
export type { Trunk } from "./trunk.ts";
export type {
  Credentials,
  Failover,
  Health,
  Identify,
  TrunkEmergency,
  TrunkMedia,
  TrunkTls,
} from "./trunk-settings.ts";
