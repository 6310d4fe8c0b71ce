// a=curr, a=des and a=conf (RFC 3312 section 4): what has to be there before a stream's call may ring, and what is.

import type { Attribute } from "./description.ts";
import { splitBlanks } from "./parse-line.ts";

const STRENGTHS = ["mandatory", "optional", "none", "failure", "unknown"] as const;
const SEGMENTS = ["e2e", "local", "remote"] as const;
const DIRECTIONS = ["none", "send", "recv", "sendrecv"] as const;

export interface Precondition {
  /** What is there, what is wanted, or of what a confirmation is wanted. */
  readonly kind: "curr" | "des" | "conf";
  /** `qos`, or another registered name. */
  readonly type: string;
  /** Of `des` alone. */
  readonly strength: (typeof STRENGTHS)[number] | null;
  /** Of the whole way, or of the writer's part or the reader's. */
  readonly segment: (typeof SEGMENTS)[number];
  readonly direction: (typeof DIRECTIONS)[number];
}

function oneOf<Word extends string>(words: readonly Word[], text: string | undefined): Word | null {
  return words.find((word) => word === text) ?? null;
}

/** Null for another attribute, and for one that is malformed. */
export function parsePrecondition({ name, value }: Attribute): Precondition | null {
  if ((name !== "curr" && name !== "des" && name !== "conf") || value === null) return null;
  const fields = splitBlanks(value);
  const strength = name === "des" ? oneOf(STRENGTHS, fields.splice(1, 1)[0]) : null;
  const [type] = fields;
  const segment = oneOf(SEGMENTS, fields[1]);
  const direction = oneOf(DIRECTIONS, fields[2]);
  if (type === undefined || segment === null || direction === null || fields.length !== 3) return null;
  if (name === "des" && strength === null) return null;
  return { kind: name, type, strength, segment, direction };
}

/** The attribute that says so. */
export function formatPrecondition({ kind, type, strength, segment, direction }: Precondition): Attribute {
  const words = strength === null ? [type, segment, direction] : [type, strength, segment, direction];
  return { name: kind, value: words.join(" ") };
}
