// Character classes of the SIP grammar (RFC 3261 section 25.1), as lookup tables over latin1. All tables hold the alphanumerics.

export function tableOf(characters: string): Uint8Array {
  const table = new Uint8Array(256);
  for (let code = 0; code < characters.length; code += 1) table[characters.charCodeAt(code)] = 1;
  for (let code = 0x30; code <= 0x39; code += 1) table[code] = 1;
  for (let code = 0x41; code <= 0x5a; code += 1) table[code] = 1;
  for (let code = 0x61; code <= 0x7a; code += 1) table[code] = 1;
  return table;
}

/** A host name or IPv4 address by its characters; underscores are let through, as half the world's private names have them. */
export const HOST = tableOf("-._");
export const TOKEN = tableOf("-.!%*_+`'~");
/** callid = word ["@" word]. */
export const CALL_ID = tableOf("-.!%*_+`'~()<>:\\\"/[]?{}@");

/** What a value without quotes is let have: more than a token or a host, and nothing that opens, closes or separates. */
export const VALUE = new Uint8Array(256).fill(1, 0x21);
for (const code of [0x22, 0x2c, 0x3b, 0x3c, 0x3e, 0x7f]) VALUE[code] = 0;

/** What is visible but quotes and angle brackets. */
export const VISIBLE = new Uint8Array(256).fill(1, 0x21, 0x7f);
for (const code of [0x22, 0x3c, 0x3e]) VISIBLE[code] = 0;

export function isValueCharacter(code: number): boolean {
  return VALUE[code] === 1;
}

export function isTokenCharacter(code: number): boolean {
  return TOKEN[code] === 1;
}

/** Whether `text` is a token. An empty text is none. */
export function isToken(text: string): boolean {
  // Beyond latin1 the table holds nothing, so that such a character is in none.
  for (let index = 0; index < text.length; index += 1) if (TOKEN[text.charCodeAt(index)] !== 1) return false;
  return text !== "";
}

export function isCallIdCharacter(code: number): boolean {
  return CALL_ID[code] === 1;
}

/** Whether `text` can be a Call-ID. */
export function isCallId(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) if (CALL_ID[text.charCodeAt(index)] !== 1) return false;
  return text !== "";
}

/** A number of 1 to `digits` decimal digits, at most 15, or null: no sign, no space, no exponent. */
export function parseDigits(text: string, digits = 10): number | null {
  if (text.length === 0 || text.length > digits) return null;
  let number = 0;
  for (let index = 0; index < text.length; index += 1) {
    const digit = text.charCodeAt(index) - 0x30;
    if (digit < 0 || digit > 9) return null;
    number = number * 10 + digit;
  }
  return number;
}

/** Whether `code` is a space or a tab. */
export function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

/** Without the spaces and tabs at its ends; other than `trim`, which takes byte 0xA0 of a UTF-8 sequence for a blank. */
export function trimBlanks(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text.charCodeAt(start))) start += 1;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end -= 1;
  return start === 0 && end === text.length ? text : text.slice(start, end);
}
