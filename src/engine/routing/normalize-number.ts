// Reads a number as a peer wrote it into E.164, and writes E.164 as a peer wants it. No metadata library: this runs for each call.

import type { Identity, NumberPlan } from "../../model/index.ts";

const E164 = /^\+[1-9]\d{2,14}$/;

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

/** E.164 where the text can be read as such by the plan and the peer's format; else the text without separators, as dialled. */
export function normalizeNumber(user: string, plan: NumberPlan | null, format: Identity["format"]): string {
  const number = bareNumber(user);
  if (number.startsWith("+") || !/^\d+$/.test(number)) return number;
  if (format === "e164-plain" && isE164(`+${number}`) && number.length > 7) return `+${number}`;
  if (plan === null) return number;
  const { callingCode, internationalPrefix, nationalPrefix, nationalDigits } = plan;
  const [fewest, most] = nationalDigits;
  if (number.startsWith(internationalPrefix) && isE164(`+${number.slice(internationalPrefix.length)}`)) {
    return `+${number.slice(internationalPrefix.length)}`;
  }
  const fits = (digits: number): boolean => digits >= fewest && digits <= most;
  if (nationalPrefix !== "" && number.startsWith(nationalPrefix) && fits(number.length - nationalPrefix.length)) {
    return `+${callingCode}${number.slice(nationalPrefix.length)}`;
  }
  // Without its prefix a national number is told from an extension only where all of them have one length or no prefix exists.
  const whole = nationalPrefix === "" || callingCode === "1";
  return whole && fits(number.length) ? `+${callingCode}${number}` : number;
}

/** Writes a number as this peer wants it. What is not E.164 (an extension, 911) stays as it is. */
export function formatNumber(number: string, plan: NumberPlan | null, format: Identity["format"]): string {
  if (format === "e164" || !isE164(number)) return number;
  if (format === "e164-plain" || plan === null) return number.slice(1);
  const { callingCode, nationalPrefix, internationalPrefix } = plan;
  return number.startsWith(`+${callingCode}`)
    ? `${nationalPrefix}${number.slice(1 + callingCode.length)}`
    : `${internationalPrefix}${number.slice(1)}`;
}
