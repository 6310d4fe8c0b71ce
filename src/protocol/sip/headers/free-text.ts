// Texts for people: Organization, Subject (RFC 3261 sections 20.25 and 20.36), and Priority (section 20.26), one word for them.

import type { HeaderCodec, HeaderName } from "../header-codec.ts";
import { single } from "./grammar.ts";
import { isOneLine, token } from "./words.ts";

/** Bytes as latin1 characters; `displayText` shows them. May be empty. */
function freeText(name: HeaderName): HeaderCodec<string> {
  return { name, parse: (value) => (isOneLine(value) ? value : null), format: (value) => value };
}

export const organization = freeText("organization");
export const subject = freeText("subject");
/** `emergency`, `urgent`, `normal`, `non-urgent` or another token, without case. */
export const priority = single("priority", token);
