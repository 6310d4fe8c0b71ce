// Values with parameters behind them, and what a parameter's value means.

import { parseDigits } from "../characters.ts";
import { formatParameters, type Parameters, parameterValue, parseParameters } from "../parameters.ts";
import type { Grammar } from "./grammar.ts";
import { token, unquote } from "./words.ts";

export interface Parameterised<T = string> {
  readonly value: T;
  /** In order, unknown ones too. */
  readonly parameters: Parameters;
}

/** `head` with parameters behind it, up to a comma. */
export function withParameters<T>(head: Grammar<T>): Grammar<Parameterised<T>> {
  return {
    read(text, from) {
      const element = head.read(text, from);
      const parsed = element === null ? null : parseParameters(text, element.end);
      if (element === null || parsed === null) return null;
      return { value: { value: element.value, parameters: parsed.parameters }, end: parsed.end };
    },
    format: ({ value, parameters }) => head.format(value) + formatParameters(parameters),
  };
}

/** `token;a=b;c`, what most headers are. */
export const tokenWithParameters = withParameters(token);

/** Parameters with nothing before them: `a=b;c`. */
export const bareParameters: Grammar<Parameters> = {
  read(text, from) {
    const parsed = parseParameters(`;${text.slice(from)}`, 0);
    return parsed === null ? null : { value: parsed.parameters, end: from + parsed.end - 1 };
  },
  format: (parameters) => formatParameters(parameters).slice(1),
};

/** A parameter's text without quotes; an empty text for one without a value, null when there is none. */
export function parameterText(parameters: Parameters, name: string): string | null {
  const value = parameterValue(parameters, name);
  return value === undefined ? null : unquote(value ?? "");
}

/** A parameter's number, of at most 10 digits, with or without quotes; null when there is none, or it is no number. */
export function parameterNumber(parameters: Parameters, name: string): number | null {
  return parseDigits(parameterText(parameters, name) ?? "");
}

/** The preference of the parameter `q`, 0 to 1 (RFC 3261 section 25.1, qvalue); 1 where there is none or it is malformed. */
export function preferenceOf(parameters: Parameters): number {
  const written = parameterText(parameters, "q") ?? "";
  return /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(written) ? Number(written) : 1;
}
