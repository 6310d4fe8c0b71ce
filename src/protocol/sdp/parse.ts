// Reads a session description (RFC 8866) in one pass over the text. Total: any text gives a value, a description or the
// reason and line why it is none.

import { failure, flatCopy, type Result, success, tight } from "../../base/index.ts";
import type { Attribute, Connection, MediaDescription, Origin, SessionDescription } from "./description.ts";
import { parseConnection, parseMediaLine, parseOrigin } from "./parse-line.ts";

/** What a description may at most hold. Beyond any honest phone or carrier, far below what hurts. */
export const SDP_LIMITS = {
  /** Characters of the whole text. */
  length: 65_536,
  /** Characters of one line, its end not counted. */
  lineLength: 4096,
  lines: 4096,
  mediaSections: 64,
  /** `a=` lines of the session part, and of each media section. */
  attributes: 256,
  /** `b=` lines of the session part, and of each media section. */
  bandwidths: 16,
} as const;

export type SdpFailureReason =
  | "too-long"
  | "line-too-long"
  | "too-many-lines"
  | "too-many-media-sections"
  | "too-many-attributes"
  | "too-many-bandwidths"
  /** NUL, or a CR that ends no line: text that two readers would read differently. */
  | "forbidden-character"
  /** Not a letter, `=` and a value. */
  | "malformed-line"
  /** The first line is not `v=0`. */
  | "bad-version"
  | "missing-origin"
  | "bad-origin"
  | "bad-connection"
  | "bad-media"
  /** A second `v=`, `o=` or `s=`: two descriptions in one text. */
  | "duplicate-line";

export interface SdpFailure {
  readonly reason: SdpFailureReason;
  /** Counted from 1; the last line where something is missing; 0 when no line was read. */
  readonly line: number;
}

interface Section {
  /** The `m=` line; null for the session part. */
  readonly media: ReturnType<typeof parseMediaLine>;
  title: string | null;
  connection: Connection | null;
  readonly bandwidths: string[];
  readonly attributes: Attribute[];
}

interface Reading {
  origin: Origin | null;
  sessionName: string | null;
  timing: string | null;
  readonly session: Section;
  readonly media: Section[];
  current: Section;
}

/**
 * Reads a description.
 *
 * Taken as field devices write it: bare LF, empty lines, blanks at the end of a line, no `s=` (read as `-`), no `t=`
 * (read as `0 0`), session lines in any order. Dropped on purpose: `i=` of the session, `u= e= p= r= z= k=`, letters
 * RFC 8866 does not know (section 5 wants them ignored as a whole; nothing dropped can cross the border, as a
 * description goes out only as format.ts writes it), `a=` without a name, and each `c=` and `t=` of a section after
 * its first, which only layered multicast and scheduled sessions have.
 */
export function parseDescription(text: string): Result<SessionDescription, SdpFailure> {
  if (text.length > SDP_LIMITS.length) return failure({ reason: "too-long", line: 0 });
  // What is read outlives the SIP message: its pieces shall keep alive the description's text, not the message's.
  const lines = startLines(flatCopy(text));
  const session = newSection(null);
  const reading: Reading = { origin: null, sessionName: null, timing: null, session, media: [], current: session };
  let versionRead = false;
  while (lines.next < lines.text.length) {
    const reason = takeLine(lines) ?? (lines.end === lines.start ? null : readLine(reading, lines, versionRead));
    if (reason !== null) return failure({ reason, line: lines.line });
    if (lines.end > lines.start) versionRead = true;
  }
  return versionRead ? finish(reading, lines.line) : failure({ reason: "bad-version", line: lines.line });
}

/** Where we are in the text. */
interface Lines {
  readonly text: string;
  readonly firstNul: number;
  nextCarriageReturn: number;
  /** The number of the line, from 1 once one is taken. */
  line: number;
  /** The line without its end and without blanks before that. */
  start: number;
  end: number;
  next: number;
}

function startLines(text: string): Lines {
  const nextCarriageReturn = text.indexOf("\r");
  return { text, firstNul: text.indexOf("\0"), nextCarriageReturn, line: 0, start: 0, end: 0, next: 0 };
}

/** Goes on to the next line. A bare LF ends one too; a bare CR ends none, since others might think it does. */
function takeLine(lines: Lines): SdpFailureReason | null {
  const { text } = lines;
  lines.line += 1;
  if (lines.line > SDP_LIMITS.lines) return "too-many-lines";
  const lineFeed = text.indexOf("\n", lines.next);
  let end = lineFeed === -1 ? text.length : lineFeed;
  lines.start = lines.next;
  lines.next = end + 1;
  if (lines.nextCarriageReturn !== -1 && lines.nextCarriageReturn < end) {
    end -= 1;
    if (lines.nextCarriageReturn !== end) return "forbidden-character";
    lines.nextCarriageReturn = text.indexOf("\r", lines.next);
  }
  if (lines.firstNul !== -1 && lines.firstNul < end) return "forbidden-character";
  if (end - lines.start > SDP_LIMITS.lineLength) return "line-too-long";
  lines.end = withoutTrailingBlanks(text, lines.start, end);
  return null;
}

function finish(reading: Reading, line: number): Result<SessionDescription, SdpFailure> {
  if (reading.origin === null) return failure({ reason: "missing-origin", line });
  const media: MediaDescription[] = [];
  for (const section of reading.media) {
    if (section.media === null) continue;
    const { title, connection, bandwidths, attributes } = section;
    const { type, port, portCount, protocol, formats } = section.media;
    media.push({
      type,
      port,
      portCount,
      protocol,
      formats,
      title,
      connection,
      bandwidths: tight(bandwidths),
      attributes: tight(attributes),
    });
  }
  return success({
    origin: reading.origin,
    sessionName: reading.sessionName ?? "-",
    connection: reading.session.connection,
    bandwidths: tight(reading.session.bandwidths),
    timing: reading.timing ?? "0 0",
    attributes: tight(reading.session.attributes),
    media: tight(media),
  });
}

function newSection(media: Section["media"]): Section {
  return { media, title: null, connection: null, bandwidths: [], attributes: [] };
}

function withoutTrailingBlanks(text: string, start: number, end: number): number {
  let last = end;
  while (last > start) {
    const code = text.charCodeAt(last - 1);
    if (code !== 32 && code !== 9) break;
    last -= 1;
  }
  return last;
}

/** Reads one line that is not empty. The letter alone decides, before anything is cut out of the text. */
function readLine(reading: Reading, lines: Lines, versionRead: boolean): SdpFailureReason | null {
  const { text, start, end } = lines;
  if (!versionRead) return end - start === 3 && text.startsWith("v=0", start) ? null : "bad-version";
  if (end - start < 2 || text.charCodeAt(start + 1) !== 61) return "malformed-line";
  const from = start + 2;
  switch (text.charCodeAt(start)) {
    case 97: // a
      return readAttribute(reading.current, text.slice(from, end));
    case 98: // b
      if (reading.current.bandwidths.length >= SDP_LIMITS.bandwidths) return "too-many-bandwidths";
      if (end > from) reading.current.bandwidths.push(text.slice(from, end));
      return null;
    case 99: // c
      return readConnection(reading.current, text.slice(from, end));
    case 105: // i
      if (reading.current.media !== null && end > from) reading.current.title = text.slice(from, end);
      return null;
    case 109: // m
      return readMedia(reading, text.slice(from, end));
    case 111: // o
      return readOrigin(reading, text.slice(from, end));
    case 115: // s
      if (reading.sessionName !== null) return "duplicate-line";
      reading.sessionName = end > from ? text.slice(from, end) : "-";
      return null;
    case 116: // t
      if (end > from) reading.timing ??= text.slice(from, end);
      return null;
    case 118: // v
      return "duplicate-line";
    default:
      return isLetter(text.charCodeAt(start)) ? null : "malformed-line";
  }
}

function isLetter(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90);
}

function readOrigin(reading: Reading, value: string): SdpFailureReason | null {
  if (reading.origin !== null) return "duplicate-line";
  reading.origin = parseOrigin(value);
  return reading.origin === null ? "bad-origin" : null;
}

function readConnection(section: Section, value: string): SdpFailureReason | null {
  const connection = parseConnection(value);
  if (connection === null) return "bad-connection";
  section.connection ??= connection;
  return null;
}

function readMedia(reading: Reading, value: string): SdpFailureReason | null {
  if (reading.media.length >= SDP_LIMITS.mediaSections) return "too-many-media-sections";
  const media = parseMediaLine(value);
  if (media === null) return "bad-media";
  reading.current = newSection(media);
  reading.media.push(reading.current);
  return null;
}

function readAttribute(section: Section, line: string): SdpFailureReason | null {
  if (section.attributes.length >= SDP_LIMITS.attributes) return "too-many-attributes";
  const colon = line.indexOf(":");
  if (line === "" || colon === 0) return null;
  section.attributes.push(
    colon === -1 ? { name: line, value: null } : { name: line.slice(0, colon), value: line.slice(colon + 1) },
  );
  return null;
}
