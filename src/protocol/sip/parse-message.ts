// Reads one whole SIP message out of its text. Total: any text gives a message or a ParseFailure.

import { failure, type Result, success } from "../../base/index.ts";
import { isBlank, isToken, parseDigits } from "./characters.ts";
import type { HeaderName } from "./header-codec.ts";
import { HeaderFields } from "./header-fields.ts";
import { headerName, usualHeaderName } from "./header-names.ts";
import type { ParseFailure, SipMessage, SipRequest } from "./message.ts";
import { isAbsoluteUri, isSipScheme, parseSipUri } from "./uri.ts";

/** Bounds on what is read at all; beyond them a message is refused, not truncated. */
export const MESSAGE_LIMITS = {
  /** Header section, bytes. */
  headBytes: 32_768,
  headerLines: 256,
  lineBytes: 8_192,
  bodyBytes: 65_535,
  startLineBytes: 4_096,
} as const;

type Parsed = Result<SipMessage, ParseFailure>;

function malformed(detail: string, status = 400, request: SipRequest | null = null): Parsed {
  return failure({ status, detail, request });
}

/** Where the start line begins: empty lines before it are ignored (RFC 3261 section 7.5). */
function startOfMessage(text: string): number {
  let start = 0;
  while (text.charCodeAt(start) === 0x0d && text.charCodeAt(start + 1) === 0x0a) start += 2;
  return start;
}

/** The index of the first NUL that is not escaped (a quoted string may hold `\` NUL: RFC 4475 intmeth); -1 when there is none. */
function firstBareNul(text: string): number {
  let nul = text.indexOf("\0");
  while (nul > 0 && text.charCodeAt(nul - 1) === 0x5c) nul = text.indexOf("\0", nul + 1);
  return nul;
}

/** Where the lines of the head that is being scanned stand: its own once it is whole. One scan ends before the next begins. */
const NAMES: HeaderName[] = Array.from({ length: MESSAGE_LIMITS.headerLines }, () => "");
const BOUNDS: number[] = Array.from({ length: 2 * MESSAGE_LIMITS.headerLines }, () => 0);

/** Notes the header line in [start, end) as the one at `index`. Returns the complaint, or null. */
function scanLine(text: string, line: { readonly start: number; readonly end: number }, index: number): string | null {
  const { start, end } = line;
  const colon = text.indexOf(":", start);
  if (colon <= start || colon > end) return "a header line does not begin with a name and a colon";
  let nameEnd = colon;
  while (isBlank(text.charCodeAt(nameEnd - 1))) nameEnd -= 1;
  const written = text.slice(start, nameEnd);
  const usual = usualHeaderName(written);
  if (usual === null && !isToken(written)) return "a header name is not a token";
  if (index === MESSAGE_LIMITS.headerLines) return "there are too many header lines";
  NAMES[index] = usual ?? headerName(written);
  BOUNDS[2 * index] = colon + 1;
  BOUNDS[2 * index + 1] = end;
  return null;
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
  const nul = firstBareNul(text);
  let count = 0;
  let start = from;
  for (;;) {
    const feed = text.indexOf("\n", start);
    if (feed < 0) return "the header section has no end";
    const end = feed - 1;
    if (text.charCodeAt(end) !== 0x0d || end < start) return "a line ends in a bare line feed";
    if (nul >= 0 && nul < feed) return "the header section holds a NUL";
    if (end === start) {
      const lines = { start: from, names: NAMES.slice(0, count), bounds: BOUNDS.slice(0, 2 * count) };
      return { headers: new HeaderFields(text, lines), bodyStart: feed + 1 };
    }
    if (end - start > MESSAGE_LIMITS.lineBytes) return "a header line is too long";
    if (feed - from > MESSAGE_LIMITS.headBytes) return "the header section is too long";
    if (text.indexOf("\r", start) !== end) return "a line holds a bare carriage return";
    if (isBlank(text.charCodeAt(start))) {
      if (count === 0) return "the first header line is a continuation";
      BOUNDS[2 * count - 1] = end;
    } else {
      const complaint = scanLine(text, { start, end }, count);
      if (complaint !== null) return complaint;
      count += 1;
    }
    start = feed + 1;
  }
}

/** Where the body ends by Content-Length (RFC 3261 section 20.14): with the datagram where it carries none. Or the complaint. */
function endOfBody(text: string, bodyStart: number, headers: HeaderFields): number | string {
  const rest = text.length - bodyStart;
  const written = headers.first("content-length");
  if (written === null) {
    return rest > MESSAGE_LIMITS.bodyBytes ? "the body is too long" : text.length;
  }
  const length = parseDigits(written);
  if (length === null) return "Content-Length is not a number";
  if (headers.countOf("content-length") > 1) {
    if (headers.all("content-length").some((other) => parseDigits(other) !== length)) {
      return "Content-Length is given twice and differs";
    }
  }
  if (length > rest) return "Content-Length is larger than the body";
  if (length > MESSAGE_LIMITS.bodyBytes) return "the body is too long";
  return bodyStart + length;
}

function parseResponse(line: string, text: string, headersStart: number): Parsed {
  const status = parseDigits(line.slice(8, 11), 3);
  if (status === null || status < 100 || status > 699)
    return malformed("the status line has no status from 100 to 699");
  // A phrase may be empty, and its blank is often forgotten then (RFC 4475 section 3.1.1.13).
  if (line.length > 11 && line.charCodeAt(11) !== 0x20) return malformed("the status has more than three digits");
  const head = scanHeaders(text, headersStart);
  if (typeof head === "string") return malformed(head);
  const { headers, bodyStart } = head;
  const bodyEnd = endOfBody(text, bodyStart, headers);
  if (typeof bodyEnd === "string") return malformed(bodyEnd);
  return success({ kind: "response", status, reason: line.slice(12), headers, body: text.slice(bodyStart, bodyEnd) });
}

function parseRequest(line: string, text: string, headersStart: number): Parsed {
  const head = scanHeaders(text, headersStart);
  if (typeof head === "string") return malformed(head);
  const { headers, bodyStart } = head;
  const firstSpace = line.indexOf(" ");
  const lastSpace = line.lastIndexOf(" ");
  const method = line.slice(0, firstSpace);
  if (firstSpace < 1 || !isToken(method)) return malformed("the request line has no method");
  const uri = line.slice(firstSpace + 1, lastSpace);
  const sipUri = parseSipUri(uri);
  const request = { kind: "request" as const, method, uri, sipUri, headers, body: "" };
  const version = line.slice(lastSpace + 1);
  if (version !== "SIP/2.0" && version.toUpperCase() !== "SIP/2.0") {
    return /^SIP\/\d+\.\d+$/i.test(version)
      ? malformed("the SIP version is not 2.0", 505, request)
      : malformed("the request line is not METHOD URI SIP/2.0", 400, request);
  }
  // No headers in a Request-URI (section 19.1.1, table 1): they would be somebody else's, in our name (RFC 4475 escruri).
  const fit = sipUri === null ? isAbsoluteUri(uri) && !isSipScheme(uri) : sipUri.headers === null;
  if (lastSpace <= firstSpace + 1 || !fit) return malformed("the Request-URI is malformed", 400, request);
  const bodyEnd = endOfBody(text, bodyStart, headers);
  if (typeof bodyEnd === "string") return malformed(bodyEnd, 400, request);
  request.body = text.slice(bodyStart, bodyEnd);
  return success(request);
}

function isStatusLine(line: string): boolean {
  return line.startsWith("SIP/2.0 ") || (line.charCodeAt(3) === 0x2f && /^SIP\/2\.0 /i.test(line));
}

/** Reads a message that is whole: a datagram, or what a framer cut out of a stream. Characters are bytes (latin1). */
export function parseMessage(text: string): Parsed {
  const start = startOfMessage(text);
  const feed = text.indexOf("\n", start);
  if (feed <= start || text.indexOf("\r", start) !== feed - 1) return malformed("there is no start line");
  if (feed - start > MESSAGE_LIMITS.startLineBytes) return malformed("the start line is too long");
  const line = text.slice(start, feed - 1);
  return isStatusLine(line) ? parseResponse(line, text, feed + 1) : parseRequest(line, text, feed + 1);
}
