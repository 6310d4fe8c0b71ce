// Reads one whole SIP message out of its text. Total: any text gives a message or a ParseFailure.

import { failure, type Result, success } from "../../base/index.ts";
import { isBlank, isToken, parseDigits, TOKEN } from "./characters.ts";
import { bitOf, FIRST_LINE, FOLDED, HeaderFields, idOf, LINE_NUMBERS, markOf } from "./header-fields.ts";
import { headerId, USUAL_NAMES } from "./header-names.ts";
import { BYTES, digitsIn, load, runIn } from "./loaded-text.ts";
import type { ParseFailure, SipMessage, SipRequest } from "./message.ts";
import { METHODS } from "./methods.ts";
import { isAbsoluteUri, isSipScheme, readSipUriIn } from "./uri.ts";

/** Bounds on what is read at all; beyond them a message is refused, not truncated. */
export const MESSAGE_LIMITS = {
  /** Header section, bytes. */
  headBytes: 32_768,
  headerLines: 256,
  lineBytes: 8_192,
  bodyBytes: 65_535,
  startLineBytes: 4_096,
} as const;

const endOfTokenIn = runIn(TOKEN);

type Parsed = Result<SipMessage, ParseFailure>;

function malformed(detail: string, status = 400, request: SipRequest | null = null): Parsed {
  return failure({ status, detail, request });
}

/** Where the start line begins: empty lines before it are ignored (RFC 3261 section 7.5). */
function startOfMessage(length: number): number {
  let start = 0;
  while (start + 1 < length && BYTES[start] === 0x0d && BYTES[start + 1] === 0x0a) start += 2;
  return start;
}

/** The index of the first NUL that is not escaped (a quoted string may hold `\` NUL: RFC 4475 intmeth); -1 when there is none. */
function firstBareNul(text: string): number {
  let nul = text.indexOf("\0");
  while (nul > 0 && text.charCodeAt(nul - 1) === 0x5c) nul = text.indexOf("\0", nul + 1);
  return nul;
}

/** The lines of the head that is being scanned: its own once it is whole. One scan ends before the next begins. */
const NUMBERS: number[] = new Array(FIRST_LINE + LINE_NUMBERS * MESSAGE_LIMITS.headerLines).fill(0);

/** The mark of the line in [start, end), or the complaint. */
function markOfLineIn(text: string, start: number, end: number): number | string {
  const mark = USUAL_NAMES.findIn(start);
  if (mark >= 0) return mark;
  const colon = text.indexOf(":", start);
  if (colon <= start || colon > end) return "a header line does not begin with a name and a colon";
  let nameEnd = colon;
  while (nameEnd > start && isBlank(BYTES[nameEnd - 1] as number)) nameEnd -= 1;
  const written = text.slice(start, nameEnd);
  return isToken(written) ? markOf(headerId(written.toLowerCase()), colon - start) : "a header name is not a token";
}

/** A head, and where the body behind it begins. */
export interface ScannedHead {
  readonly headers: HeaderFields;
  readonly bodyStart: number;
}

/**
 * Finds the header lines from `from`. Returns them, or the complaint. Lines end in CRLF and in nothing else: a bare CR or LF, a NUL, or a
 * name followed by anything but its colon and blanks, is how headers are smuggled past a border (CVE-2020-28361, CVE-2016-9938).
 */
export function scanHeaders(text: string, from: number): ScannedHead | string {
  load(text);
  const nul = firstBareNul(text);
  let present = 0;
  let repeated = 0;
  let size = FIRST_LINE;
  let start = from;
  for (let id = 0; id < FIRST_LINE; id += 1) NUMBERS[id] = 0;
  for (;;) {
    const feed = text.indexOf("\n", start);
    if (feed < 0) return "the header section has no end";
    const end = feed - 1;
    if (BYTES[end] !== 0x0d || end < start) return "a line ends in a bare line feed";
    if (nul >= 0 && nul < feed) return "the header section holds a NUL";
    if (end === start) {
      const numbers = NUMBERS.slice(0, size);
      return { headers: new HeaderFields(text, { start: from, numbers, present, repeated }), bodyStart: feed + 1 };
    }
    if (end - start > MESSAGE_LIMITS.lineBytes) return "a header line is too long";
    if (feed - from > MESSAGE_LIMITS.headBytes) return "the header section is too long";
    if (text.indexOf("\r", start) !== end) return "a line holds a bare carriage return";
    if (isBlank(BYTES[start] as number)) {
      if (size === FIRST_LINE) return "the first header line is a continuation";
      NUMBERS[size - 2] = (NUMBERS[size - 2] as number) | FOLDED;
      NUMBERS[size - 1] = end;
    } else {
      const mark = markOfLineIn(text, start, end);
      if (typeof mark === "string") return mark;
      if (size === NUMBERS.length) return "there are too many header lines";
      const id = idOf(mark);
      const bit = bitOf(id);
      if ((present & bit) !== 0) repeated |= bit;
      else if (id < FIRST_LINE) NUMBERS[id] = size;
      present |= bit;
      NUMBERS[size] = mark;
      NUMBERS[size + 1] = end;
      size += LINE_NUMBERS;
    }
    start = feed + 1;
  }
}

function lengthIn(_text: string, from: number, to: number): number {
  return digitsIn(from, to);
}

/** Where the body ends by Content-Length (RFC 3261 section 20.14): with the datagram where it carries none. Or the complaint. */
function endOfBody(text: string, bodyStart: number, headers: HeaderFields): number | string {
  const rest = text.length - bodyStart;
  const length = headers.firstIn("content-length", lengthIn);
  if (length === null) {
    return rest > MESSAGE_LIMITS.bodyBytes ? "the body is too long" : text.length;
  }
  if (length < 0) return "Content-Length is not a number";
  if (headers.isRepeated("content-length")) {
    if (headers.all("content-length").some((other) => parseDigits(other) !== length)) {
      return "Content-Length is given twice and differs";
    }
  }
  if (length > rest) return "Content-Length is larger than the body";
  if (length > MESSAGE_LIMITS.bodyBytes) return "the body is too long";
  return bodyStart + length;
}

/** A start line: it stands in [start, end) of the text. */
interface StartLine {
  readonly start: number;
  readonly end: number;
}

function parseResponse(text: string, { start, end }: StartLine): Parsed {
  const status = digitsIn(start + 8, Math.min(start + 11, end));
  if (status < 100 || status > 699) return malformed("the status line has no status from 100 to 699");
  // A phrase may be empty, and its blank is often forgotten then (RFC 4475 section 3.1.1.13).
  if (end > start + 11 && BYTES[start + 11] !== 0x20) {
    return malformed("the status has more than three digits");
  }
  const head = scanHeaders(text, end + 2);
  if (typeof head === "string") return malformed(head);
  const { headers, bodyStart } = head;
  const bodyEnd = endOfBody(text, bodyStart, headers);
  if (typeof bodyEnd === "string") return malformed(bodyEnd);
  const reason = text.slice(Math.min(start + 12, end), end);
  return success({ kind: "response", status, reason, headers, body: text.slice(bodyStart, bodyEnd) });
}

/** The version behind the last blank of a request line: null for ours, else what is wrong. */
function versionComplaint(text: string, from: number, to: number): { readonly status: number; detail: string } | null {
  if (to - from === 7 && text.startsWith("SIP/2.0", from)) return null;
  const version = text.slice(from, to);
  if (version.toUpperCase() === "SIP/2.0") return null;
  return /^SIP\/\d+\.\d+$/i.test(version)
    ? { status: 505, detail: "the SIP version is not 2.0" }
    : { status: 400, detail: "the request line is not METHOD URI SIP/2.0" };
}

function parseRequest(text: string, { start, end }: StartLine): Parsed {
  const head = scanHeaders(text, end + 2);
  if (typeof head === "string") return malformed(head);
  const { headers, bodyStart } = head;
  const firstSpace = text.indexOf(" ", start);
  if (firstSpace <= start || firstSpace >= end || endOfTokenIn(start, firstSpace) < firstSpace) {
    return malformed("the request line has no method");
  }
  let lastSpace = end - 1;
  while (lastSpace > firstSpace && BYTES[lastSpace] !== 0x20) lastSpace -= 1;
  const method = METHODS.cutIn(text, start, firstSpace);
  const uri = text.slice(firstSpace + 1, lastSpace);
  const sipUri = readSipUriIn(text, firstSpace + 1, lastSpace);
  const request = { kind: "request" as const, method, uri, sipUri, headers, body: "" };
  const version = versionComplaint(text, lastSpace + 1, end);
  if (version !== null) return malformed(version.detail, version.status, request);
  // No headers in a Request-URI (section 19.1.1, table 1): they would be somebody else's, in our name (RFC 4475 escruri).
  const fit = sipUri === null ? isAbsoluteUri(uri) && !isSipScheme(uri) : sipUri.headers === null;
  if (lastSpace <= firstSpace + 1 || !fit) return malformed("the Request-URI is malformed", 400, request);
  const bodyEnd = endOfBody(text, bodyStart, headers);
  if (typeof bodyEnd === "string") return malformed(bodyEnd, 400, request);
  request.body = text.slice(bodyStart, bodyEnd);
  return success(request);
}

function isStatusLine(text: string, start: number): boolean {
  if (BYTES[start + 3] !== 0x2f) return false;
  return text.startsWith("SIP/2.0 ", start) || /^SIP\/2\.0 $/i.test(text.slice(start, start + 8));
}

/** Reads a message that is whole: a datagram, or what a framer cut out of a stream. Characters are bytes (latin1). */
export function parseMessage(text: string): Parsed {
  load(text);
  const start = startOfMessage(text.length);
  const feed = text.indexOf("\n", start);
  if (feed <= start || text.indexOf("\r", start) !== feed - 1) return malformed("there is no start line");
  if (feed - start > MESSAGE_LIMITS.startLineBytes) return malformed("the start line is too long");
  const line = { start, end: feed - 1 };
  return isStatusLine(text, start) ? parseResponse(text, line) : parseRequest(text, line);
}
