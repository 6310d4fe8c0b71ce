// Makes characters visible that would steer a terminal, break a line, or turn the direction of writing around.

/** C0, DEL and C1 controls, line and paragraph separators, and the marks that reorder text (Unicode TR 36, section 2). */
const CONTROLS = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** In the form of JSON, `\u009b`: text that is JSON stays what it is, and reads the same. */
export function escapeControls(text: string): string {
  return text.replace(CONTROLS, escapeCharacter);
}

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
