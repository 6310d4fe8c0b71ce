// Escapes in URIs (RFC 3261 section 19.1.2): each component lets other characters stand for themselves. Texts are bytes as latin1 characters.

function escapeIn(text: string, reserved: RegExp): string {
  return text.replace(reserved, (character) => {
    const code = character.charCodeAt(0) & 0xff;
    return `%${code.toString(16).toUpperCase().padStart(2, "0")}`;
  });
}

/** Escapes what may not stand in a user part. */
export function escapeUser(text: string): string {
  return escapeIn(text, /[^A-Za-z0-9\-_.!~*'()&=+$,;?/]/g);
}

/** Escapes what may not stand in the name or value of a URI parameter. */
export function escapeUriParameter(text: string): string {
  return escapeIn(text, /[^A-Za-z0-9\-_.!~*'()[\]/:&+$]/g);
}

/** Escapes what may not stand in the name or value of a URI header. */
export function escapeUriHeader(text: string): string {
  return escapeIn(text, /[^A-Za-z0-9\-_.!~*'()[\]/?:+$]/g);
}

/** Resolves %XX, in any component. Malformed escapes stay as they are. */
export function unescapeUser(text: string): string {
  if (!text.includes("%")) return text;
  return text.replace(/%([0-9A-Fa-f]{2})/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** Reserved (RFC 2396 section 2.2), and the percent sign itself: escaped they are not the same as unescaped. */
const DISTINCT = ";/?:@&=+$,%";

/** One spelling of each component: only what would mean something else is escaped, and in capitals (section 19.1.4). */
export function normalizeEscapes(text: string): string {
  if (!text.includes("%")) return text;
  return text.replace(/%([0-9A-Fa-f]{2})/g, (all, hex: string) => {
    const character = String.fromCharCode(Number.parseInt(hex, 16));
    return DISTINCT.includes(character) ? all.toUpperCase() : character;
  });
}
