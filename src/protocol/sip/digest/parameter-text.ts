// What stands in the parameters of challenges and credentials.

import { type Parameters, parameterValue } from "../parameters.ts";

/**
 * The text between the quotes of a parameter, or the token that it is; null when there is none. Escapes stay as they are: what is hashed is
 * the text as it stands between the quotes (RFC 7616 section 3.4, "unq"), and what is repeated is repeated byte for byte.
 */
export function innerText(parameters: Parameters, name: string): string | null {
  const value = parameterValue(parameters, name) ?? null;
  return value?.charCodeAt(0) === 0x22 ? value.slice(1, -1) : value;
}

/** Whether a name stands there twice: readers that take the first and readers that take the last would not see the same. */
export function hasRepeatedName(parameters: Parameters): boolean {
  return new Set(parameters.map(({ name }) => name.toLowerCase())).size < parameters.length;
}

/** The words of a list inside quotes, `"auth,auth-int"`, in lower case. */
export function wordsOf(text: string): string[] {
  const words = text.toLowerCase().split(/[ \t,]/);
  return words.filter((word) => word !== "");
}

/** Text as the bytes of its UTF-8 form, as all of Digest is hashed and written (RFC 7616 section 4). Half a surrogate pair becomes `?`. */
export function utf8Bytes(text: string): string {
  let bytes = "";
  for (const character of text) {
    const point = character.codePointAt(0) as number;
    if (point < 0x80) bytes += character;
    else if (point < 0x800) bytes += String.fromCharCode(0xc0 | (point >> 6), 0x80 | (point & 63));
    else if (point >= 0xd800 && point < 0xe000) bytes += "?";
    else if (point < 0x10000) {
      bytes += String.fromCharCode(0xe0 | (point >> 12), 0x80 | ((point >> 6) & 63), 0x80 | (point & 63));
    } else {
      const high = [0xf0 | (point >> 18), 0x80 | ((point >> 12) & 63)];
      bytes += String.fromCharCode(...high, 0x80 | ((point >> 6) & 63), 0x80 | (point & 63));
    }
  }
  return bytes;
}
