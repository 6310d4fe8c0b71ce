// Comments in parentheses, which nest (RFC 3261 section 25.1).

import type { Grammar } from "./grammar.ts";
import { isOneLine } from "./words.ts";

/** The text between the outer parentheses as written, escapes and inner comments included. */
export const comment: Grammar<string> = {
  read(text, from) {
    if (text.charCodeAt(from) !== 0x28) return null;
    let depth = 0;
    for (let index = from; index < text.length; index += 1) {
      const code = text.charCodeAt(index);
      if (code === 0x5c) index += 1;
      else if (code === 0x28) depth += 1;
      else if (code === 0x29) depth -= 1;
      if (depth === 0) {
        const value = text.slice(from + 1, index);
        return isOneLine(value) ? { value, end: index + 1 } : null;
      }
    }
    return null;
  },
  format: (value) => `(${value})`,
};
