// What a peer wrote, as a person should see it: bytes become characters, and nothing in it can play with the screen.

/** Characters of the UTF-8 sequence that begins with `lead`; 0 where none does. */
function sequenceLength(lead: number): number {
  if (lead < 0x80) return 1;
  if (lead < 0xc2 || lead > 0xf4) return 0;
  return lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

/** The code point of the sequence at `from`, or null: cut off, too long for what it says, a surrogate, or beyond Unicode (RFC 3629). */
function codePointAt(bytes: string, from: number, length: number): number | null {
  const lead = bytes.charCodeAt(from);
  if (length === 1) return lead;
  let point = lead & (0xff >> (length + 1));
  for (let index = from + 1; index < from + length; index += 1) {
    const byte = bytes.charCodeAt(index);
    // Beyond the end of the text this is NaN, which is no continuation either.
    if ((byte & ~0x3f) !== 0x80) return null;
    point = (point << 6) | (byte & 0x3f);
  }
  const smallest = length === 2 ? 0x80 : length === 3 ? 0x800 : 0x10000;
  const surrogate = point >= 0xd800 && point <= 0xdfff;
  return point < smallest || point > 0x10ffff || surrogate ? null : point;
}

/** The text that the bytes are in UTF-8; null when they are not UTF-8. */
function decodeUtf8(bytes: string): string | null {
  let text = "";
  for (let index = 0; index < bytes.length; ) {
    const length = sequenceLength(bytes.charCodeAt(index));
    const point = length === 0 ? null : codePointAt(bytes, index, length);
    if (point === null) return null;
    text += String.fromCodePoint(point);
    index += length;
  }
  return text;
}

/** A person's text as a message carries it: one latin1 character for each byte of its UTF-8. */
export function wireText(text: string): string {
  // Half of a surrogate pair is no character, and has no bytes.
  const whole = text.replace(/[\ud800-\udfff]/gu, "\ufffd");
  return encodeURIComponent(whole).replace(/%([0-9A-F]{2})/g, (_all, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

/** Controls, line and paragraph separators, and what turns the direction of writing: all that makes a line look like what it is not. */
const UNSHOWABLE = /[\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/**
 * A message's text for a log, a record or a screen. `latin1` has one character a byte. Bytes that are not UTF-8 are taken for
 * ISO 8859-1, which is what old phones send; what could not be shown is a replacement character. One way only: never for the wire.
 */
export function displayText(latin1: string): string {
  return (decodeUtf8(latin1) ?? latin1).replace(UNSHOWABLE, "\ufffd");
}
