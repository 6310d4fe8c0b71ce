// Reads one whole SIP message out of its text. Total: any text gives a message or a ParseFailure.

import { failure, type Result, success } from "../../base/index.ts";
import { isBlank, isToken, parseDigits } from "./characters.ts";
import { HeaderFields } from "./header-fields.ts";
import type { ParseFailure, SipMessage, SipRequest } from "./message.ts";
import { isAbsoluteUri } from "./uri.ts";

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

/**
 * Finds the header lines from `from`. Returns the index of the body, or the complaint. Lines end in CRLF and in nothing else: a bare CR
 * or LF, or a name followed by anything but its colon and blanks, is how headers are smuggled past a border (CVE-2020-28361, CVE-2016-9938).
 */
function scanHeaders(text: string, from: number, headers: HeaderFields): number | string {
  let lineStart = from;
  for (;;) {
    const feed = text.indexOf("\n", lineStart);
    if (feed < 0) return "the header section has no end";
    const end = feed - 1;
    if (text.charCodeAt(end) !== 0x0d || end < lineStart) return "a line ends in a bare line feed";
    if (end === lineStart) return feed + 1;
    if (end - lineStart > MESSAGE_LIMITS.lineBytes) return "a header line is too long";
    if (feed - from > MESSAGE_LIMITS.headBytes) return "the header section is too long";
    if (text.indexOf("\r", lineStart) !== end) return "a line holds a bare carriage return";
    if (isBlank(text.charCodeAt(lineStart))) {
      if (headers.count === 0) return "the first header line is a continuation";
      headers.extend(end);
    } else {
      const colon = text.indexOf(":", lineStart);
      if (colon < 0 || colon > end) return "a header line has no colon";
      let nameEnd = colon;
      while (nameEnd > lineStart && isBlank(text.charCodeAt(nameEnd - 1))) nameEnd -= 1;
      if (!isToken(text, lineStart, nameEnd)) return "a header name is not a token";
      if (headers.count === MESSAGE_LIMITS.headerLines) return "there are too many header lines";
      headers.append(text.slice(lineStart, nameEnd), colon + 1, end);
    }
    lineStart = feed + 1;
  }
}

/** The body by Content-Length (RFC 3261 section 20.14), or all that is left where a datagram carries none. */
function cutBody(text: string, bodyStart: number, headers: HeaderFields): { body: string } | string {
  const lengths = headers.all("content-length");
  const rest = text.length - bodyStart;
  if (lengths.length === 0) {
    return rest > MESSAGE_LIMITS.bodyBytes ? "the body is too long" : { body: text.slice(bodyStart) };
  }
  const length = parseDigits(lengths[0] as string);
  if (length === null) return "Content-Length is not a number";
  if (lengths.some((other) => parseDigits(other) !== length)) return "Content-Length is given twice and differs";
  if (length > rest) return "Content-Length is larger than the body";
  if (length > MESSAGE_LIMITS.bodyBytes) return "the body is too long";
  return { body: text.slice(bodyStart, bodyStart + length) };
}

function parseResponse(line: string, text: string, bodyAt: { readonly headersStart: number }): Parsed {
  const status = parseDigits(line.slice(8, 11), 3);
  if (line.charCodeAt(7) !== 0x20 || status === null || status < 100 || status > 699) {
    return malformed("the status line has no status from 100 to 699");
  }
  const after = line.charCodeAt(11);
  if (line.length > 11 && after !== 0x20) return malformed("the status line has more than three digits");
  const headers = new HeaderFields(text);
  const bodyStart = scanHeaders(text, bodyAt.headersStart, headers);
  if (typeof bodyStart === "string") return malformed(bodyStart);
  const cut = cutBody(text, bodyStart, headers);
  if (typeof cut === "string") return malformed(cut);
  return success({ kind: "response", status, reason: line.slice(12), headers, body: cut.body });
}

function parseRequest(line: string, text: string, bodyAt: { readonly headersStart: number }): Parsed {
  const headers = new HeaderFields(text);
  const bodyStart = scanHeaders(text, bodyAt.headersStart, headers);
  const firstSpace = line.indexOf(" ");
  const lastSpace = line.lastIndexOf(" ");
  const method = line.slice(0, firstSpace);
  const uri = line.slice(firstSpace + 1, lastSpace);
  const request: SipRequest = { kind: "request", method, uri, headers, body: "" };
  if (typeof bodyStart === "string") return malformed(bodyStart);
  if (firstSpace < 1 || !isToken(method)) return malformed("the request line has no method");
  const version = line.slice(lastSpace + 1);
  if (version.toUpperCase() !== "SIP/2.0") {
    return /^SIP\/\d+\.\d+$/i.test(version)
      ? malformed("the SIP version is not 2.0", 505, request)
      : malformed("the request line is not METHOD URI SIP/2.0", 400, request);
  }
  if (lastSpace <= firstSpace + 1 || !isAbsoluteUri(uri))
    return malformed("the Request-URI is malformed", 400, request);
  const cut = cutBody(text, bodyStart, headers);
  if (typeof cut === "string") return malformed(cut, 400, request);
  return success({ kind: "request", method, uri, headers, body: cut.body });
}

/** Reads a message that is whole: a datagram, or what a framer cut out of a stream. Characters are bytes (latin1). */
export function parseMessage(text: string): Parsed {
  const start = startOfMessage(text);
  const feed = text.indexOf("\n", start);
  if (feed < 1 || text.charCodeAt(feed - 1) !== 0x0d) return malformed("there is no start line");
  if (feed - start > MESSAGE_LIMITS.startLineBytes) return malformed("the start line is too long");
  const line = text.slice(start, feed - 1);
  const headersStart = { headersStart: feed + 1 };
  return /^SIP\/2\.0 /i.test(line) ? parseResponse(line, text, headersStart) : parseRequest(line, text, headersStart);
}
