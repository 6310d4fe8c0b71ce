// What a message must have before anything acts on it (RFC 3261 sections 8.1.1, 8.1.3.3 and 8.2).

import { CALL_ID } from "./characters.ts";
import { quickPlace } from "./header-codec.ts";
import { headerSet } from "./header-fields.ts";
import { cseq } from "./headers/cseq.ts";
import { firstContact, from, to } from "./headers/name-address.ts";
import { SIP_PROTOCOL, topVia, viasBehindFirst } from "./headers/via.ts";
import { digitsIn, runIn } from "./loaded-text.ts";
import type { ParseFailure, SipMessage } from "./message.ts";

const SINGLE = ["from", "to", "call-id", "cseq"] as const;
const AT_MOST_ONE = ["max-forwards", "content-type"] as const;
const REQUIRED = headerSet(SINGLE);
const UNREPEATED = headerSet([...SINGLE, ...AT_MOST_ONE]);
const CALL_ID_LINE = quickPlace("call-id");
const HOPS_LINE = quickPlace("max-forwards");
const CONTACT_LINE = quickPlace("contact");
/** Requests whose Contact will be somebody's target, the most frequent first; elsewhere nobody reads it. */
const TARGETING = ["INVITE", "UPDATE", "NOTIFY", "REFER", "SUBSCRIBE", "REGISTER"];

const endOfCallIdIn = runIn(CALL_ID);

function isCallIdIn(_text: string, from: number, to: number): boolean {
  return from < to && endOfCallIdIn(from, to) === to;
}

function areHopsIn(_text: string, from: number, to: number): boolean {
  const hops = digitsIn(from, to);
  return hops >= 0 && hops <= 255;
}

/** Whoever sent it speaks a version that is not ours, whatever the start line says (section 21.5.6). */
const OTHER_PROTOCOL = "the topmost Via is not of SIP 2.0";

/** Null when the message is fit to act on. */
export function validateMessage(message: SipMessage): ParseFailure | null {
  const detail = complaint(message);
  if (detail === null) return null;
  const status = detail === OTHER_PROTOCOL ? 505 : 400;
  return { status, detail, request: message.kind === "request" ? message : null };
}

function complaint(message: SipMessage): string | null {
  const { headers } = message;
  const via = headers.read(topVia);
  if (via === null) return "Via is missing or malformed";
  if (via.protocol !== SIP_PROTOCOL) return OTHER_PROTOCOL;
  if (!headers.fits(REQUIRED, UNREPEATED)) {
    for (const name of SINGLE) if (headers.countOf(name) !== 1) return `${name} must be there exactly once`;
    for (const name of AT_MOST_ONE) if (headers.countOf(name) > 1) return `${name} may be there only once`;
  }
  if (headers.read(from) === null) return "From is malformed";
  if (headers.read(to) === null) return "To is malformed";
  if (headers.firstIn(CALL_ID_LINE, isCallIdIn) !== true) return "Call-ID is malformed";
  const sequence = headers.read(cseq);
  if (sequence === null) return "CSeq is malformed";
  if (message.kind === "request") {
    if (sequence.method !== message.method) return "CSeq does not name the request's method";
    if (headers.firstIn(HOPS_LINE, areHopsIn) === false) return "Max-Forwards is not a number from 0 to 255";
    if (headers.hasQuick(CONTACT_LINE) && TARGETING.includes(message.method) && headers.read(firstContact) === null) {
      return "Contact is malformed";
    }
  } else if (headers.countOf("via") > 1 || viasBehindFirst(headers.first("via") ?? "") !== "") {
    // We put one Via on a request; a response with more went astray (section 8.1.3.3, RFC 4475 bcast).
    return "a response to us has one Via";
  }
  return null;
}
