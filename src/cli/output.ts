// Where a command writes, and how text from the network is made fit for a terminal.

export interface Output {
  /** One line of the answer. */
  line(text: string): void;
  /** One line for the person: warnings, errors, what to do next. */
  remark(text: string): void;
  /** Whether the answer goes to a terminal that shows colours. */
  readonly color: boolean;
}

/** Control characters, and those that turn the direction of writing: what a peer sent must not move anybody's cursor. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

export function printable(text: string): string {
  return text.replace(UNSAFE, (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`);
}
