// Reads a number as a peer wrote it into E.164, and writes E.164 as a peer wants it. No metadata library: this runs for each call.

import {
  type Identity,
  isDialledWhole,
  isNationalNumber,
  isWithoutTrunkPrefix,
  type NumberPlan,
  nationalFormOf,
  numberPlanOf,
  numberPlanOfNumber,
} from "../../model/index.ts";

const E164 = /^\+[1-9]\d{2,14}$/;
/** Fewer digits are no whole number, whatever they begin with: `112`, `4711`, `1234567`. */
const GLOBAL_DIGITS_LEAST = 8;
/** International prefix, fifteen digits of E.164 and some: more digits are no number. */
const DIGITS_MOST = 24;

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
  if (isNationalNumber(plan, `${area}${number}`)) return `+${context}${number}`;
  return area === "" ? behindTrunkPrefix(number, plan) : null;
}

/** A number behind its country's trunk prefix; null where it has none. */
function behindTrunkPrefix(number: string, plan: NumberPlan): string | null {
  const { callingCode, trunkPrefix, operatorDigits } = plan;
  if (trunkPrefix === "" || !number.startsWith(trunkPrefix)) return null;
  const rest = number.slice(trunkPrefix.length);
  if (isNationalNumber(plan, rest)) return `+${callingCode}${rest}`;
  const behindOperator = rest.slice(operatorDigits);
  return operatorDigits > 0 && isNationalNumber(plan, behindOperator) ? `+${callingCode}${behindOperator}` : null;
}

/** A number behind an international prefix; null where there is none, or no number behind it. */
function behindInternationalPrefix(number: string, { internationalPrefixes }: NumberPlan): string | null {
  let likely: string | null = null;
  for (const [place, prefix] of internationalPrefixes.entries()) {
    if (!number.startsWith(prefix)) continue;
    const abroad = number.slice(prefix.length);
    if (!isE164(`+${abroad}`)) continue;
    const plan = numberPlanOfNumber(abroad);
    // One prefix can begin as another does: the one behind which a known number stands is meant.
    if (plan !== null && isNationalNumber(plan, abroad.slice(plan.callingCode.length))) return `+${abroad}`;
    if (place === 0 && abroad.length >= GLOBAL_DIGITS_LEAST - 1) likely = `+${abroad}`;
  }
  return likely;
}

/** How a peer writes numbers. */
export type Notation = Pick<Identity, "format" | "country" | "trunkPrefix">;

/** The plan by which a peer dials: of its own country where it has one, else `home`. */
export function planFor({ country }: Notation, home: NumberPlan | null): NumberPlan | null {
  return country === null ? home : numberPlanOf(country);
}

/**
 * E.164 where the text can be read as such by the plan and the peer's notation; else the text without separators, as dialled: services, emergency
 * numbers and extensions stay what they are. Takes time by the length of the text alone.
 */
export function normalizeNumber(user: string, home: NumberPlan | null, notation: Notation): string {
  const number = bareNumber(user);
  if (number.startsWith("+") || number.length > DIGITS_MOST || !/^\d+$/.test(number)) return number;
  const context = user.includes(";") ? contextDigitsOf(user) : null;
  if (context !== null) return inContext(number, context) ?? number;
  const plan = planFor(notation, home);
  const isPlain = notation.format === "e164-plain" && isE164(`+${number}`) && number.length >= GLOBAL_DIGITS_LEAST;
  if (isPlain && !isHome(number, plan, notation)) return `+${number}`;
  if (plan === null) return number;
  const read = behindInternationalPrefix(number, plan) ?? behindTrunkPrefix(number, plan);
  if (read !== null) return read;
  const isWhole = notation.trunkPrefix === "never" ? isWithoutTrunkPrefix(plan, number) : isDialledWhole(plan, number);
  return isWhole ? `+${plan.callingCode}${number}` : number;
}

/** Whether digits that a peer without plus signs wrote are a number of its own country rather than one that begins with another country's code. */
function isHome(number: string, plan: NumberPlan | null, { trunkPrefix }: Notation): boolean {
  if (plan === null) return false;
  const abroad = numberPlanOfNumber(number);
  if (abroad !== null && isNationalNumber(abroad, number.slice(abroad.callingCode.length))) return false;
  return trunkPrefix === "never" ? isWithoutTrunkPrefix(plan, number) : isDialledWhole(plan, number);
}

/** Writes a number as this peer wants it. What is not E.164 (an extension, 911) stays as it is. */
export function formatNumber(number: string, home: NumberPlan | null, notation: Notation): string {
  const { format, trunkPrefix: wish } = notation;
  if (format === "e164" || !isE164(number)) return number;
  const plan = planFor(notation, home);
  if (format === "e164-plain" || plan === null) return number.slice(1);
  const { callingCode, trunkPrefix, internationalPrefixes } = plan;
  const rest = number.slice(1 + callingCode.length);
  const form = number.startsWith(callingCode, 1) ? nationalFormOf(plan, rest) : null;
  const isHomeNumber = form !== null || (number.startsWith(callingCode, 1) && isNationalNumber(plan, rest));
  if (format === "international" || !isHomeNumber) return `${internationalPrefixes[0] ?? ""}${number.slice(1)}`;
  const withPrefix = wish === "always" || (wish === "auto" && form !== "whole");
  return `${withPrefix ? trunkPrefix : ""}${rest}`;
}
