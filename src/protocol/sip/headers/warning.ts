// Warning (RFC 3261 section 20.43): why something was refused, in words.

import { isValueCharacter } from "../characters.ts";
import { skipBlanks } from "../parameters.ts";
import { type Grammar, list } from "./grammar.ts";
import { quotedText, runOf } from "./words.ts";

export interface Warning {
  /** 300 to 399 by section 27.2; any three digits are read. */
  readonly code: number;
  /** The host or pseudonym that warns. */
  readonly agent: string;
  readonly text: string;
}

const agent = runOf(isValueCharacter);

const warnValue: Grammar<Warning> = {
  read(text, from) {
    if (!/^\d{3}[ \t]$/.test(text.slice(from, from + 4))) return null;
    const warner = agent.read(text, skipBlanks(text, from + 3));
    if (warner === null) return null;
    const phrase = quotedText.read(text, skipBlanks(text, warner.end));
    if (phrase === null) return null;
    return {
      value: { code: Number(text.slice(from, from + 3)), agent: warner.value, text: phrase.value },
      end: phrase.end,
    };
  },
  format: (warning) => `${String(warning.code).padStart(3, "0")} ${warning.agent} ${quotedText.format(warning.text)}`,
};

export const warning = list("warning", warnValue);
