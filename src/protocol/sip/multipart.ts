// Bodies of several parts (RFC 5621, RFC 2046 section 5.1): read within bounds, and written so that kept parts stay as they were.

import { failure, invariant, type Random, type Result, randomToken, success } from "../../base/index.ts";
import type { Body, HeaderLine } from "./format-message.ts";
import type { HeaderFields } from "./header-fields.ts";
import { contentDisposition, contentType } from "./headers/content.ts";
import { type Parameterised, parameterText } from "./headers/parameterised.ts";
import { NO_PARAMETERS, READING } from "./parameters.ts";
import { scanHeaders } from "./parse-message.ts";

/** Beyond them a body is refused, not truncated. */
export const MULTIPART_LIMITS = {
  /** In one body, those inside others and those that hold others included. */
  parts: 64,
  /** Multiparts inside each other. */
  depth: 4,
  boundaryCharacters: 70,
} as const;

export interface BodyPart {
  /** The part as written, header lines and all, for writing it again. */
  readonly text: string;
  readonly headers: HeaderFields;
  readonly body: string;
  /** The parts inside it when it is a multipart itself; none otherwise. */
  readonly parts: readonly BodyPart[];
}

export interface Multipart {
  /** What stands before the first part; nobody is meant to read it. */
  readonly preamble: string;
  readonly parts: readonly BodyPart[];
  /** What stands behind the last part; nobody is meant to read it. */
  readonly epilogue: string;
}

/** A parse in progress: the parts seen so far, over all depths. */
interface Count {
  parts: number;
}

/** Sentences without the peer's own text. */
type Parsed<T> = Result<T, string>;

const BOUNDARY = /^[0-9A-Za-z'()+_,./:=? -]*[0-9A-Za-z'()+_,./:=?-]$/;

function isMultipart({ value }: Parameterised): boolean {
  return value.toLowerCase().startsWith("multipart/");
}

function boundaryOf({ parameters }: Parameterised): Parsed<string> {
  const given = parameters.filter(({ name }) => name.toLowerCase() === "boundary").length;
  // With two of them, two readers could find different parts.
  if (given !== 1) return failure("a multipart body has one boundary");
  const boundary = parameterText(parameters, "boundary") ?? "";
  const fits = boundary.length <= MULTIPART_LIMITS.boundaryCharacters && BOUNDARY.test(boundary);
  return fits ? success(boundary) : failure("the boundary is malformed or longer than 70 characters");
}

interface Delimiter {
  /** Where the line break before it starts; that break is the delimiter's, not the part's. */
  readonly start: number;
  readonly end: number;
  /** Whether it closes the body. */
  readonly last: boolean;
}

/** The next delimiter from `from`: a whole line of dashes, boundary and blanks. Null when there is none. */
function nextDelimiter(body: string, boundary: string, from: number): Delimiter | null {
  const dashes = `--${boundary}`;
  let start = from === 0 && body.startsWith(dashes) ? 0 : body.indexOf(`\r\n${dashes}`, from);
  while (start >= 0) {
    let end = start + dashes.length + (body.startsWith("\r\n", start) ? 2 : 0);
    const last = body.startsWith("--", end);
    if (last) end += 2;
    while (body.charCodeAt(end) === 0x20 || body.charCodeAt(end) === 0x09) end += 1;
    if (body.startsWith("\r\n", end)) return { start, end: end + 2, last };
    if (last && end === body.length) return { start, end, last };
    start = body.indexOf(`\r\n${dashes}`, end);
  }
  return null;
}

/** A part without an empty line is header lines and nothing else; here it gets its empty line. */
function closeHead(text: string): string {
  return text === "" || text.endsWith("\r\n") ? `${text}\r\n` : `${text}\r\n\r\n`;
}

function parsePart(text: string, count: Count, depth: number): Parsed<BodyPart> {
  const whole = text.startsWith("\r\n") || text.includes("\r\n\r\n") ? text : closeHead(text);
  const headers = scanHeaders(whole, 0);
  if (typeof headers === "string") return failure(`in a body part: ${headers}`);
  const body = whole.slice(READING.end);
  if (headers.countOf("content-type") > 1) return failure("a body part has more than one Content-Type");
  const type = headers.read(contentType);
  if (type === null || !isMultipart(type)) return success({ text, headers, body, parts: [] });
  const inner = parseParts({ type, body, depth: depth + 1 }, count);
  return inner.ok ? success({ text, headers, body, parts: inner.value.parts }) : inner;
}

interface Whole {
  readonly type: Parameterised;
  readonly body: string;
  readonly depth: number;
}

function parseParts({ type, body, depth }: Whole, count: Count): Parsed<Multipart> {
  if (depth > MULTIPART_LIMITS.depth) return failure("multiparts are nested too deeply");
  const boundary = boundaryOf(type);
  if (!boundary.ok) return boundary;
  let delimiter = nextDelimiter(body, boundary.value, 0);
  if (delimiter === null || delimiter.last) return failure("the body holds no part");
  const preamble = body.slice(0, delimiter.start);
  const parts: BodyPart[] = [];
  while (!delimiter.last) {
    // The line break before the next delimiter may be the one that ends this one: then the part is empty.
    const next = nextDelimiter(body, boundary.value, delimiter.end - 2);
    if (next === null) return failure("the last part has no end");
    count.parts += 1;
    if (count.parts > MULTIPART_LIMITS.parts) return failure("there are too many body parts");
    const part = parsePart(body.slice(delimiter.end, next.start), count, depth);
    if (!part.ok) return part;
    parts.push(part.value);
    delimiter = next;
  }
  return success({ preamble, parts, epilogue: body.slice(delimiter.end) });
}

/** Reads the body of a message or part with that Content-Type, and the multiparts inside it. The failure is a sentence. */
export function parseMultipart(type: Parameterised, body: string): Result<Multipart, string> {
  return isMultipart(type) ? parseParts({ type, body, depth: 1 }, { parts: 0 }) : failure("the body is no multipart");
}

/** The parts that hold no others, in order: what a receiver looks through for what it understands. */
export function leafParts(parts: readonly BodyPart[]): BodyPart[] {
  return parts.flatMap((part) => (part.parts.length > 0 ? leafParts(part.parts) : [part]));
}

/** What a part is for: as it says, or by default `session` for a session description and `render` for all else (RFC 3261 section 20.11). */
export function dispositionOf(part: BodyPart): Parameterised {
  const said = part.headers.read(contentDisposition);
  if (said !== null) return said;
  const isSession = part.headers.read(contentType)?.value.toLowerCase() === "application/sdp";
  return { value: isSession ? "session" : "render", parameters: NO_PARAMETERS };
}

/** The text of a new part. */
export function formatPart(headers: readonly HeaderLine[], body: string): string {
  return `${headers.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n${body}`;
}

/** A boundary that nobody can have guessed and put into a part. */
export function newBoundary(random: Random): string {
  return randomToken(random, 26);
}

export interface MultipartOptions {
  /** `mixed`, `related`, `alternative` … */
  readonly subtype: string;
  readonly boundary: string;
}

/** A body of parts, at least one, each the `text` of a part that was read or written by `formatPart`. */
export function formatMultipart(parts: readonly string[], { subtype, boundary }: MultipartOptions): Body {
  invariant(parts.length > 0, "a multipart body has a part");
  invariant(BOUNDARY.test(boundary) && boundary.length <= MULTIPART_LIMITS.boundaryCharacters, "the boundary fits");
  invariant(!parts.some((part) => part.includes(boundary)), "the boundary is in no part");
  const delimiter = `--${boundary}`;
  const text = parts.map((part) => `${delimiter}\r\n${part}\r\n`).join("");
  return { contentType: `multipart/${subtype};boundary="${boundary}"`, text: `${text}${delimiter}--\r\n` };
}
