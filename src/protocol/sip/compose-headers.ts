// Header fields put together from lines of our own, as the parser would have found them.

import type { HeaderLine } from "./format-message.ts";
import { bitOf, HeaderFields, LAYOUT, markOf } from "./header-fields.ts";
import { headerId } from "./header-names.ts";

const { QUICK_COUNT, PRESENT, REPEATED, BEFORE_FIRST, FIRST_LINE, BREAK } = LAYOUT;

/**
 * Fields with these lines behind `opening` (a start line with its line break), without reading them anew: no limit on messages applies. A
 * name must be a token, and a value of one line.
 */
export function composeHeaders(opening: string, lines: readonly HeaderLine[]): HeaderFields {
  const numbers: number[] = new Array(FIRST_LINE).fill(0);
  let present = 0;
  let repeated = 0;
  numbers[BEFORE_FIRST] = opening.length - BREAK;
  let text = opening;
  for (const [written, value] of lines) {
    const id = headerId(written.toLowerCase());
    const bit = bitOf(id);
    if ((present & bit) !== 0) repeated |= bit;
    else if (id < QUICK_COUNT) numbers[id] = numbers.length;
    present |= bit;
    text += `${written}: ${value}`;
    numbers.push(markOf(id, written.length), text.length);
    text += "\r\n";
  }
  numbers[PRESENT] = present;
  numbers[REPEATED] = repeated;
  return new HeaderFields(text, numbers);
}
