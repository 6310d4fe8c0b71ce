// Makes characters visible that would steer a terminal, break a line, or turn the direction of writing around.

/** C0, DEL and C1 controls, line and paragraph separators, and the marks that reorder text (Unicode TR 36, section 2). */
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;
/** JSON has escaped C0 already; the newline at the end of the line is the line's own. */
const LEFT_BY_JSON = /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** In the form of JSON, `\u009b`: a line of JSON stays one, and reads the same. */
export function escapeControls(text: string, where: "json" | "text"): string {
  return text.replace(where === "json" ? LEFT_BY_JSON : CONTROLS, escapeCharacter);
}

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
