// Character classes of the SIP grammar (RFC 3261 section 25.1), as lookup tables over latin1.

function tableOf(characters: string, alphanumeric: boolean): Uint8Array {
  const table = new Uint8Array(256);
  for (let code = 0; code < characters.length; code += 1) table[characters.charCodeAt(code)] = 1;
  if (alphanumeric) {
    for (let code = 0x30; code <= 0x39; code += 1) table[code] = 1;
    for (let code = 0x41; code <= 0x5a; code += 1) table[code] = 1;
    for (let code = 0x61; code <= 0x7a; code += 1) table[code] = 1;
  }
  return table;
}

const TOKEN = tableOf("-.!%*_+`'~", true);
/** callid = word ["@" word]. */
const WORD = tableOf("-.!%*_+`'~()<>:\\\"/[]?{}@", true);
const HOST = tableOf("-._", true);
const DIGIT = tableOf("0123456789", false);

function allIn(text: string, table: Uint8Array, from: number, to: number): boolean {
  if (from >= to) return false;
  for (let index = from; index < to; index += 1) {
    const code = text.charCodeAt(index);
    if (code > 255 || table[code] === 0) return false;
  }
  return true;
}

/** Whether the characters of `text` in [from, to) are a token. An empty range is none. */
export function isToken(text: string, from = 0, to = text.length): boolean {
  return allIn(text, TOKEN, from, to);
}

/** Whether `text` can be a Call-ID. */
export function isCallId(text: string): boolean {
  return allIn(text, WORD, 0, text.length);
}

/** A host name or IPv4 address by its characters; underscores are let through, as half the world's private names have them. */
export function isHostCharacters(text: string): boolean {
  return allIn(text, HOST, 0, text.length);
}

/** A number of 1 to `digits` decimal digits, or null: no sign, no space, no exponent. */
export function parseDigits(text: string, digits = 10): number | null {
  if (text.length > digits || !allIn(text, DIGIT, 0, text.length)) return null;
  return Number(text);
}

/** Whether `code` is a space or a tab. */
export function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}
