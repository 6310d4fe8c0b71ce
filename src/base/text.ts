// Strings that live long must not keep the message they were cut from alive.

/** The same characters in memory of their own: V8 lets a slice of 13 characters or more keep its whole parent alive. */
export function flatCopy(text: string): string {
  return text.length < 13 ? text : ` ${text}`.slice(1);
}
