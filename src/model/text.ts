// Texts that operators write: names of things, and phrases that end up in a SIP message.

import { z } from "zod";

/**
 * The name of a trunk, network, certificate or route. From 1 to 64 letters, digits, `-`, `_` and `.`.
 * Names are keys of objects, so the few words that every JavaScript object already answers to are refused.
 */
export const nameSchema = z
  .string({ error: "expected a name" })
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, {
    error: "a name is 1 to 64 letters, digits, '-', '_' or '.', and starts with a letter or digit",
  })
  .refine((name) => !(name in {}), { error: "this word cannot be a name; choose another" });

/** One line that may be written into a SIP header: no control characters, so that nothing can be smuggled behind it. */
export function phrase(of: string, maxCharacters: number) {
  return z
    .string({ error: `expected ${of}` })
    .min(1, { error: `${of} must not be empty` })
    .max(maxCharacters, { error: `${of} has at most ${maxCharacters} characters` })
    .refine((text) => !hasControl(text), { error: `${of} must not contain control characters or line breaks` });
}

function hasControl(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code < 32 || code === 127) return true;
  }
  return false;
}

/** A path of the file system, as written; who opens it says what it is relative to. */
export const pathSchema = phrase("a file name", 4096);

/** A whole number within limits, both included. */
export function wholeNumber(of: string, from: number, to: number) {
  const error = `expected ${of}, a whole number from ${from} to ${to}`;
  return z.int({ error }).min(from, { error }).max(to, { error });
}
