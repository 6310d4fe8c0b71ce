// Character classes of the SIP grammar (RFC 3261 section 25.1), as lookup tables over latin1. All tables hold the alphanumerics.

function tableOf(characters: string): Uint8Array {
  const table = new Uint8Array(256);
  for (let code = 0; code < characters.length; code += 1) table[characters.charCodeAt(code)] = 1;
  for (let code = 0x30; code <= 0x39; code += 1) table[code] = 1;
  for (let code = 0x41; code <= 0x5a; code += 1) table[code] = 1;
  for (let code = 0x61; code <= 0x7a; code += 1) table[code] = 1;
  return table;
}

const TOKEN = tableOf("-.!%*_+`'~");
/** callid = word ["@" word]. */
const WORD = tableOf("-.!%*_+`'~()<>:\\\"/[]?{}@");

/** What a value without quotes is let have: more than a token or a host, and nothing that opens, closes or separates. */
const VALUE = new Uint8Array(256).fill(1, 0x21);
for (const code of [0x22, 0x2c, 0x3b, 0x3c, 0x3e, 0x7f]) VALUE[code] = 0;

export function isValueCharacter(code: number): boolean {
  return VALUE[code] === 1;
}

/** Tells whether the characters of a text in [from, to) are all in the table. An empty range is not. */
function testOf(table: Uint8Array) {
  return (text: string, from: number, to: number): boolean => {
    if (from >= to) return false;
    // Beyond latin1 the table holds nothing, so that such a character is in none.
    for (let index = from; index < to; index += 1) if (table[text.charCodeAt(index)] !== 1) return false;
    return true;
  };
}

const areToken = testOf(TOKEN);

export function isTokenCharacter(code: number): boolean {
  return TOKEN[code] === 1;
}

/** Whether the characters of `text` in [from, to) are a token. An empty range is none. */
export function isToken(text: string, from = 0, to = text.length): boolean {
  return areToken(text, from, to);
}

export function isCallIdCharacter(code: number): boolean {
  return WORD[code] === 1;
}

// Compiled patterns go through text more than twice as fast as a loop does, above all through text that was cut out of other text.
const CALL_ID = /^[A-Za-z0-9\-.!%*_+`'~()<>:\\"/[\]?{}@]+$/;
/** A host name or IPv4 address by its characters; underscores are let through, as half the world's private names have them. */
const HOST = /[A-Za-z0-9\-._]*/y;

/** Whether `text` can be a Call-ID. */
export function isCallId(text: string): boolean {
  return CALL_ID.test(text);
}

/** Where the characters that `run` (a sticky pattern of any number of them) takes from `from` on come to an end. */
export function endOfPattern(run: RegExp, text: string, from: number): number {
  run.lastIndex = from;
  run.test(text);
  return run.lastIndex;
}

/** Where the host that begins at `from` ends; `from` when there is none. */
export function endOfHost(text: string, from: number): number {
  return endOfPattern(HOST, text, from);
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
