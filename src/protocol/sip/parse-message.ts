// Reads one whole SIP message out of its text. Total: any text gives a message or a ParseFailure.

import { failure, type Result, success } from "../../base/index.ts";
import { isBlank, parseDigits, TOKEN } from "./characters.ts";
import { quickPlace } from "./header-codec.ts";
import { bitOf, HeaderFields, idOf, LAYOUT, markOf } from "./header-fields.ts";
import { headerId, UNKNOWN_HEADER } from "./header-names.ts";
import { digitsIn, endOfLineIn, LOADED, load, runIn, skipBlanksIn } from "./loaded-text.ts";
import type { ParseFailure, SipMessage, SipRequest } from "./message.ts";
import { methodIn } from "./methods.ts";
import { findNameIn, mayBeNameIn } from "./name-finder.ts";
import { READING } from "./parameters.ts";
import { isVersionIn } from "./sip-version.ts";
import { isAbsoluteUri, isSipScheme, readSipUriIn } from "./uri.ts";

const BYTES = LOADED;
const { QUICK_COUNT, PRESENT, REPEATED, BEFORE_FIRST, FIRST_LINE, LINE_NUMBERS, BREAK, FOLDED } = LAYOUT;
const reading = READING;

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
const LENGTH_LINE = quickPlace("content-length");

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

/** The lines of the head that is being scanned: its own once it is whole. One scan ends before the next begins. */
const NUMBERS: number[] = new Array(FIRST_LINE + LINE_NUMBERS * MESSAGE_LIMITS.headerLines).fill(0);

/** The mark of the line in [start, end), or the complaint. */
function markOfLineIn(text: string, start: number, end: number): number | string {
  const mark = findNameIn(start);
  if (mark >= 0) return mark;
  const nameEnd = endOfTokenIn(start, end);
  const colon = skipBlanksIn(nameEnd, end);
  if (nameEnd === start || colon === end || BYTES[colon] !== 0x3a) {
    const first = text.indexOf(":", start);
    const named = first > start && first < end;
    return named ? "a header name is not a token" : "a header line does not begin with a name and a colon";
  }
  const id = mayBeNameIn(start, nameEnd) ? headerId(text.slice(start, nameEnd).toLowerCase()) : UNKNOWN_HEADER;
  return markOf(id, colon - start);
}

/** What is wrong where a line does not end in CRLF. */
function complaintOfEnd(end: number, length: number): string {
  const code = BYTES[end];
  if (code === 0x0a) return "a line ends in a bare line feed";
  if (code === 0x0d && end + 1 < length) return "a line holds a bare carriage return";
  return end + 1 < length ? "the header section holds a NUL" : "the header section has no end";
}

/**
 * Finds the header lines from `from`, up to the empty line behind which `reading` then stands. Returns them, or the complaint. Lines end in CRLF and in
 * nothing else: a bare CR or LF, a NUL, or a name followed by anything but its colon and blanks, is how headers are smuggled past a border
 * (CVE-2020-28361, CVE-2016-9938).
 */
export function scanHeaders(text: string, from: number): HeaderFields | string {
  load(text);
  let present = 0;
  let repeated = 0;
  let size = FIRST_LINE;
  let start = from;
  for (let id = 0; id < QUICK_COUNT; id += 1) NUMBERS[id] = 0;
  for (;;) {
    const end = endOfLineIn(start);
    if (BYTES[end] !== 0x0d || BYTES[end + 1] !== 0x0a) return complaintOfEnd(end, text.length);
    if (end === start) {
      NUMBERS[PRESENT] = present;
      NUMBERS[REPEATED] = repeated;
      NUMBERS[BEFORE_FIRST] = from - BREAK;
      reading.end = end + BREAK;
      return new HeaderFields(text, NUMBERS.slice(0, size));
    }
    if (end - start > MESSAGE_LIMITS.lineBytes) return "a header line is too long";
    if (end + 1 - from > MESSAGE_LIMITS.headBytes) return "the header section is too long";
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
      else if (id < QUICK_COUNT) NUMBERS[id] = size;
      present |= bit;
      NUMBERS[size] = mark;
      NUMBERS[size + 1] = end;
      size += LINE_NUMBERS;
    }
    start = end + BREAK;
  }
}

function lengthIn(_text: string, from: number, to: number): number {
  return digitsIn(from, to);
}

/** Where the body ends by Content-Length (RFC 3261 section 20.14): with the datagram where it carries none. Or the complaint. */
function endOfBody(text: string, bodyStart: number, headers: HeaderFields): number | string {
  const rest = text.length - bodyStart;
  const length = headers.firstIn(LENGTH_LINE, lengthIn);
  if (length === null) {
    return rest > MESSAGE_LIMITS.bodyBytes ? "the body is too long" : text.length;
  }
  if (length < 0) return "Content-Length is not a number";
  if (headers.repeatsQuick(LENGTH_LINE)) {
    if (headers.all("content-length").some((other) => parseDigits(other) !== length)) {
      return "Content-Length is given twice and differs";
    }
  }
  if (length > rest) return "Content-Length is larger than the body";
  if (length > MESSAGE_LIMITS.bodyBytes) return "the body is too long";
  return bodyStart + length;
}

function parseResponse(text: string, start: number, end: number): Parsed {
  const status = digitsIn(start + 8, Math.min(start + 11, end));
  if (status < 100 || status > 699) return malformed("the status line has no status from 100 to 699");
  // A phrase may be empty, and its blank is often forgotten then (RFC 4475 section 3.1.1.13).
  if (end > start + 11 && BYTES[start + 11] !== 0x20) {
    return malformed("the status has more than three digits");
  }
  const headers = scanHeaders(text, end + BREAK);
  if (typeof headers === "string") return malformed(headers);
  const bodyStart = reading.end;
  const bodyEnd = endOfBody(text, bodyStart, headers);
  if (typeof bodyEnd === "string") return malformed(bodyEnd);
  const reason = text.slice(Math.min(start + 12, end), end);
  return success({ kind: "response", status, reason, headers, body: text.slice(bodyStart, bodyEnd) });
}

/** The version behind the last blank of a request line: null for ours, else what is wrong. */
function versionComplaint(text: string, from: number, to: number): { readonly status: number; detail: string } | null {
  if (to - from === 7 && isVersionIn(from)) return null;
  const version = text.slice(from, to);
  if (version.toUpperCase() === "SIP/2.0") return null;
  return /^SIP\/\d+\.\d+$/i.test(version)
    ? { status: 505, detail: "the SIP version is not 2.0" }
    : { status: 400, detail: "the request line is not METHOD URI SIP/2.0" };
}

/** The last blank of a request line that ends at `to`, behind its method's end; that itself where there is no other. */
function lastBlankIn(methodEnd: number, to: number): number {
  let blank = to - 8;
  if (blank > methodEnd && BYTES[blank] === 0x20 && isVersionIn(blank + 1)) return blank;
  blank = to - 1;
  while (blank > methodEnd && BYTES[blank] !== 0x20) blank -= 1;
  return blank;
}

function parseRequest(text: string, start: number, end: number): Parsed {
  const headers = scanHeaders(text, end + BREAK);
  if (typeof headers === "string") return malformed(headers);
  const bodyStart = reading.end;
  const methodEnd = endOfTokenIn(start, end);
  if (methodEnd === start || BYTES[methodEnd] !== 0x20) return malformed("the request line has no method");
  const uriEnd = lastBlankIn(methodEnd, end);
  const uri = text.slice(methodEnd + 1, uriEnd);
  const sipUri = readSipUriIn(text, methodEnd + 1, uriEnd);
  const request = {
    kind: "request" as const,
    method: methodIn(text, start, methodEnd),
    uri,
    sipUri,
    headers,
    body: "",
  };
  const version = versionComplaint(text, uriEnd + 1, end);
  if (version !== null) return malformed(version.detail, version.status, request);
  // No headers in a Request-URI (section 19.1.1, table 1): they would be somebody else's, in our name (RFC 4475 escruri).
  const fit = sipUri === null ? isAbsoluteUri(uri) && !isSipScheme(uri) : sipUri.headers === null;
  if (uriEnd <= methodEnd + 1 || !fit) return malformed("the Request-URI is malformed", 400, request);
  const bodyEnd = endOfBody(text, bodyStart, headers);
  if (typeof bodyEnd === "string") return malformed(bodyEnd, 400, request);
  request.body = text.slice(bodyStart, bodyEnd);
  return success(request);
}

function isStatusLine(text: string, start: number): boolean {
  if (BYTES[start + 3] !== 0x2f) return false;
  return (isVersionIn(start) && BYTES[start + 7] === 0x20) || /^SIP\/2\.0 $/i.test(text.slice(start, start + 8));
}

/** Reads a message that is whole: a datagram, or what a framer cut out of a stream. Characters are bytes (latin1). */
export function parseMessage(text: string): Parsed {
  load(text);
  const start = startOfMessage(text.length);
  const end = endOfLineIn(start);
  if (end === start || BYTES[end] !== 0x0d || BYTES[end + 1] !== 0x0a) {
    const holdsNul = BYTES[end] === 0 && end < text.length;
    return malformed(holdsNul ? "the header section holds a NUL" : "there is no start line");
  }
  if (end + 1 - start > MESSAGE_LIMITS.startLineBytes) return malformed("the start line is too long");
  return isStatusLine(text, start) ? parseResponse(text, start, end) : parseRequest(text, start, end);
}
