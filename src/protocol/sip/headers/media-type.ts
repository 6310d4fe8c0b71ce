// type/subtype, as Content-Type and Accept have it (RFC 3261 section 25.1).

import { skipBlanks } from "../parameters.ts";
import type { Grammar } from "./grammar.ts";
import { token } from "./words.ts";

/** `type/subtype` without the blanks that may stand around the slash; compared without case. A star may stand for either in a range. */
export const mediaType: Grammar<string> = {
  read(text, from) {
    const type = token.read(text, from);
    if (type === null) return null;
    const slash = skipBlanks(text, type.end);
    if (text.charCodeAt(slash) !== 0x2f) return null;
    const subtype = token.read(text, skipBlanks(text, slash + 1));
    return subtype === null ? null : { value: `${type.value}/${subtype.value}`, end: subtype.end };
  },
  format: (value) => value,
};
