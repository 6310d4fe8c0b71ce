// Session-ID (RFC 7989): one name for the call on all its legs, the two sides' own or one of ours.

import { flatCopy, type Random } from "../../base/index.ts";
import type { Headers } from "../../model/index.ts";
import { type HeaderFields, type HeaderLine, header } from "../../protocol/sip/index.ts";

/** The halves of a session's name, each 32 hexadecimal digits. Null while not said. */
export interface SessionNames {
  /** Ours: for whom has none, and for peers that are shown no other. */
  readonly own: string;
  caller: string | null;
  callee: string | null;
}

/** A UUID of version 4 (RFC 7989 section 4.1 asks for 4 or 5), without dashes. */
export function newSessionName(random: Random): string {
  const hex = (): string => random.uint32().toString(16).padStart(8, "0");
  const digits = hex() + hex() + hex() + hex();
  const variant = "89ab".charAt(Number.parseInt(digits.charAt(16), 16) & 3);
  return `${digits.slice(0, 12)}4${digits.slice(13, 16)}${variant}${digits.slice(17)}`;
}

/** The half of the message's sender; null where it has none, or the one that stands for none. */
export function readSessionName(headers: HeaderFields): string | null {
  const value = headers.has("session-id") ? headers.read(header.sessionId)?.value : undefined;
  return value === undefined || value === header.NIL_SESSION ? null : flatCopy(value);
}

/** The line for the caller's or the callee's side: the other's half first, its own as `remote` (RFC 7989 section 5). */
export function sessionLines(
  mode: Headers["sessionId"],
  names: SessionNames | null,
  towards: "caller" | "callee",
): readonly HeaderLine[] {
  if (mode === "none" || names === null) return [];
  const [its, other] = towards === "caller" ? [names.caller, names.callee] : [names.callee, names.caller];
  const local = mode === "own" ? names.own : (other ?? names.own);
  return [["Session-ID", `${local};remote=${its ?? header.NIL_SESSION}`]];
}
