// Reads a number as a peer wrote it into E.164, and writes E.164 as a peer wants it. No metadata library: this runs for each call.

import { fitsPlan, type Identity, type NumberPlan, numberPlanOfNumber } from "../../model/index.ts";

const E164 = /^\+[1-9]\d{2,14}$/;
/** Fewer digits are no whole number, whatever they begin with: `112`, `4711`, `1234567`. */
const GLOBAL_DIGITS_LEAST = 8;

/** Whether the text is a global number. */
export function isE164(text: string): boolean {
  return E164.test(text);
}

/** Takes away parameters in the user part (`;npdi`, `;phone-context`) and visual separators (RFC 3966 section 5.1.1). */
export function bareNumber(user: string): string {
  const semicolon = user.indexOf(";");
  const number = semicolon < 0 ? user : user.slice(0, semicolon);
  return /^[+0-9()\-. ]+$/.test(number) ? number.replace(/[()\-. ]/g, "") : number;
}

/** The beginning of global numbers in which a local one is meant (`;phone-context=+49`), without `+`; null for none, or a domain's name. */
function contextDigitsOf(user: string): string | null {
  const written = /;phone-context=([^;]*)/i.exec(user)?.[1] ?? "";
  const digits = written.replace(/[()\-. ]/g, "");
  return /^\+[1-9]\d{0,8}$/.test(digits) ? digits.slice(1) : null;
}

/** A local number in its context, where the two make a number of the context's country (RFC 3966 section 5.1.5); else null. */
function inContext(number: string, context: string): string | null {
  const plan = numberPlanOfNumber(context);
  if (plan === null) {
    const whole = `+${context}${number}`;
    return whole.length > GLOBAL_DIGITS_LEAST + 2 && isE164(whole) ? whole : null;
  }
  const { callingCode } = plan;
  // `+1-212` is an area's: what stands behind the country's code belongs to the number.
  const area = context.slice(callingCode.length);
  if (fitsPlan(plan, `${area}${number}`)) return `+${context}${number}`;
  return area === "" ? nationalNumber(number, plan) : null;
}

/** A number as it is dialled within its country; null where it cannot be told from a short code or an extension. */
function nationalNumber(number: string, plan: NumberPlan): string | null {
  const { callingCode, nationalPrefix, operatorDigits, prefixOptional } = plan;
  if (nationalPrefix !== "" && number.startsWith(nationalPrefix)) {
    const rest = number.slice(nationalPrefix.length);
    if (fitsPlan(plan, rest)) return `+${callingCode}${rest}`;
    const behindOperator = rest.slice(operatorDigits);
    if (operatorDigits > 0 && fitsPlan(plan, behindOperator)) return `+${callingCode}${behindOperator}`;
  }
  // Without its prefix a national number is told from an extension only where it is dialled so, too.
  const dialledWhole = nationalPrefix === "" || prefixOptional;
  return dialledWhole && fitsPlan(plan, number) ? `+${callingCode}${number}` : null;
}

/** E.164 where the text can be read as such by the plan and the peer's format; else the text without separators, as dialled. */
export function normalizeNumber(user: string, plan: NumberPlan | null, format: Identity["format"]): string {
  const number = bareNumber(user);
  if (number.startsWith("+") || !/^\d+$/.test(number)) return number;
  const context = user.includes(";") ? contextDigitsOf(user) : null;
  if (context !== null) return inContext(number, context) ?? number;
  if (format === "e164-plain" && isE164(`+${number}`) && number.length >= GLOBAL_DIGITS_LEAST) return `+${number}`;
  if (plan === null) return number;
  const abroad = number.slice(plan.internationalPrefix.length);
  const dialsAbroad = number.startsWith(plan.internationalPrefix) && abroad.length >= GLOBAL_DIGITS_LEAST - 1;
  if (dialsAbroad && isE164(`+${abroad}`)) return `+${abroad}`;
  return nationalNumber(number, plan) ?? number;
}

/** Writes a number as this peer wants it. What is not E.164 (an extension, 911) stays as it is. */
export function formatNumber(number: string, plan: NumberPlan | null, format: Identity["format"]): string {
  if (format === "e164" || !isE164(number)) return number;
  if (format === "e164-plain" || plan === null) return number.slice(1);
  const { callingCode, nationalPrefix, internationalPrefix, prefixOptional } = plan;
  return number.startsWith(`+${callingCode}`)
    ? `${prefixOptional ? "" : nationalPrefix}${number.slice(1 + callingCode.length)}`
    : `${internationalPrefix}${number.slice(1)}`;
}
