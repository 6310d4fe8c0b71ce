export { emergencyNumbersOf, emergencyTestNumberOf, whereItCallsForHelp } from "./emergency-numbers.ts";
export {
  isDialledWhole,
  isNationalNumber,
  isWithoutTrunkPrefix,
  KNOWN_COUNTRIES,
  type NationalForm,
  type NumberPlan,
  nationalFormOf,
  numberPlanOf,
  numberPlanOfNumber,
} from "./number-plan.ts";
