// Writes messages. Requests are written from their parts; responses from the head that their request left behind.

import { flatCopy } from "../../base/index.ts";
import { tagOf, to } from "./headers/name-address.ts";
import { formatVia, topVia, type Via, viasBehindFirst } from "./headers/via.ts";
import type { SipRequest } from "./message.ts";
import { type Parameter, parameterValue } from "./parameters.ts";
import { reasonPhrase } from "./reason-phrases.ts";

/** A header line as it will be written: name in our spelling, value without line breaks. */
export type HeaderLine = readonly [name: string, value: string];

/** A message body. Its length is counted in characters, which are bytes (latin1). */
export interface Body {
  readonly contentType: string;
  readonly text: string;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it looks for
const CONTROLS = /[\0-\x08\x0a-\x1f\x7f]+/g;

/** No control character gets into a message by a value, whatever was unescaped on the way (RFC 4475 escruri). */
export function inOneLine(value: string): string {
  return value.search(CONTROLS) < 0 ? value : value.replace(CONTROLS, " ");
}

function writeLines(lines: readonly HeaderLine[]): string {
  let text = "";
  for (const [name, value] of lines) text += `${name}: ${inOneLine(value)}\r\n`;
  return text;
}

function writeBody(body: Body | null): string {
  if (body === null) return "Content-Length: 0\r\n\r\n";
  return `Content-Type: ${inOneLine(body.contentType)}\r\nContent-Length: ${body.text.length}\r\n\r\n${body.text}`;
}

export interface RequestParts {
  readonly method: string;
  readonly uri: string;
  /** In the order they are written; without Content-Type and Content-Length. */
  readonly headers: readonly HeaderLine[];
  readonly body: Body | null;
}

/** A URI as it may stand between the blanks of a request line. */
export function inRequestLine(uri: string): string {
  return inOneLine(uri).replaceAll(" ", "%20");
}

/** The text of a request, Content-Length last. Control characters in values become blanks: no value can add a line. */
export function formatRequest(request: RequestParts): string {
  return `${request.method} ${inRequestLine(request.uri)} SIP/2.0\r\n${writeLines(request.headers)}${writeBody(request.body)}`;
}

/** What a response repeats of its request (RFC 3261 section 8.2.6.2), kept as text: plain data that outlives the request. */
export interface ResponseHead {
  /** Via lines in order, the topmost with received and rport as the transport added them; then From, Call-ID, CSeq. */
  readonly lines: string;
  /** Where in `lines` the topmost Via ends, for what a response is to say in it; null where its sender asked for nothing. */
  readonly viaEnd: number | null;
  /** The To value as received. */
  readonly to: string;
  /** Whether `to` has a tag, so that none may be added. */
  readonly toHasTag: boolean;
  /** Record-Route lines, repeated in responses that make a dialog (section 12.1.1); empty where there are none. */
  readonly recordRoutes: string;
}

/** The topmost Via as the server notes it: `received` where sent-by differs, `rport` filled in where asked (RFC 3581 section 4). */
export function viaAsReceived(via: Via, source: { readonly address: string; readonly port: number }): Via {
  const wantsPort = parameterValue(via.parameters, "rport") !== undefined;
  const parameters: Parameter[] = [];
  for (const parameter of via.parameters) {
    const name = parameter.name.toLowerCase();
    if (name === "rport") parameters.push({ name: "rport", value: String(source.port) });
    else if (name !== "received") parameters.push(parameter);
  }
  if (wantsPort || via.host !== source.address) parameters.push({ name: "received", value: source.address });
  return { ...via, parameters };
}

/** Takes from a request, which must be valid, what its responses will need. `via` is the topmost one, as received; `open` where responses add to it. */
export function responseHeadOf(request: SipRequest, via: Via, open = false): ResponseHead {
  const { headers } = request;
  const values = headers.all("via");
  const first = `Via: ${formatVia(via)}`;
  let lines = `${first}${viasBehindFirst(values[0] ?? "")}\r\n`;
  for (let index = 1; index < values.length; index += 1) lines += `Via: ${values[index]}\r\n`;
  lines += `From: ${headers.first("from")}\r\nCall-ID: ${headers.first("call-id")}\r\nCSeq: ${headers.first("cseq")}\r\n`;
  const toAddress = headers.read(to);
  let recordRoutes = "";
  if (headers.has("record-route"))
    for (const value of headers.all("record-route")) recordRoutes += `Record-Route: ${value}\r\n`;
  return {
    lines: flatCopy(lines),
    viaEnd: open ? first.length : null,
    to: flatCopy(headers.first("to") ?? ""),
    toHasTag: toAddress !== null && tagOf(toAddress) !== null,
    recordRoutes: flatCopy(recordRoutes),
  };
}

export interface ResponseParts {
  readonly status: number;
  /** The tag to add to To where it has none yet; null for 100, which gets none. */
  readonly toTag: string | null;
  readonly headers?: readonly HeaderLine[];
  readonly body?: Body | null;
  /** Whether the Record-Route lines go along. */
  readonly dialog?: boolean;
  /** Instead of the standard phrase. */
  readonly reason?: string;
  /** Added to the topmost Via, with the semicolon before it, where the sender asked for such. */
  readonly viaParameters?: string;
}

/** The text of a response to the request that left `head` (RFC 3261 section 8.2.6), with the standard phrase where none is given. */
export function formatResponse(head: ResponseHead, response: ResponseParts): string {
  const { status, toTag, viaParameters = "" } = response;
  const { viaEnd, lines: kept } = head;
  const repeated = viaEnd === null ? kept : kept.slice(0, viaEnd) + viaParameters + kept.slice(viaEnd);
  const tag = head.toHasTag || toTag === null ? "" : `;tag=${toTag}`;
  const routes = response.dialog === true ? head.recordRoutes : "";
  const reason = inOneLine(response.reason ?? reasonPhrase(status));
  const lines = writeLines(response.headers ?? []);
  return `SIP/2.0 ${status} ${reason}\r\n${repeated}To: ${head.to}${tag}\r\n${routes}${lines}${writeBody(response.body ?? null)}`;
}

const REPEATED = ["from", "to", "call-id", "cseq"] as const;

/**
 * The head of a request's responses, with what the transport saw of its sender. Null when there is no response that its sender could match:
 * no readable Via, or nothing to repeat (section 8.2.6.2, RFC 4475 insuf). `open` gives the topmost Via as responses may add to it, where its sender
 * asks for that; null where not.
 */
export function answerableHead(
  request: SipRequest,
  source: { readonly address: string; readonly port: number; readonly open?: (via: Via) => Via | null },
): ResponseHead | null {
  const via = request.headers.read(topVia);
  if (via === null || !REPEATED.every((name) => request.headers.has(name))) return null;
  const received = viaAsReceived(via, source);
  const opened = source.open?.(received) ?? null;
  return responseHeadOf(request, opened ?? received, opened !== null);
}
