// Where a call was before it came here: Diversion (RFC 5806) and History-Info (RFC 7044) read into one list, and written from it (RFC 7544).

import { flatCopy } from "../../base/index.ts";
import {
  type HeaderLine,
  header,
  type NameAddress,
  parameterNumber,
  parameterText,
  parseSipUri,
  parseUriHeaders,
  type SipMessage,
  type SipRequest,
  type SipResponse,
  type SipUri,
} from "../../protocol/sip/index.ts";
import { normalizeNumber } from "../routing/index.ts";
import { type IdentityReading, privaciesOf } from "./read-caller.ts";
import { userOf } from "./uri-user.ts";
import { ANONYMOUS_URI, mayKnowWithheld, type Reader, uriOfNumber } from "./write-caller.ts";

/** The reasons of RFC 5806 with the causes of RFC 4458 that RFC 7544 pairs them with; the others stand for "unknown". */
const CAUSES: Readonly<Record<string, number>> = {
  unconditional: 302,
  "user-busy": 486,
  "no-answer": 408,
  deflection: 480,
  unavailable: 503,
};
const OTHER_REASONS = new Set(["time-of-day", "do-not-disturb", "follow-me", "out-of-service", "away"]);
const UNKNOWN_CAUSE = 404;

/** Somebody who sent the call on. */
export interface Redirection {
  /** E.164 where it can be read as such. */
  readonly number: string;
  /** A reason of RFC 5806. */
  readonly reason: string;
  /** How often in a row. */
  readonly count: number;
  /** Whether its owner wants it known. */
  readonly withheld: boolean;
}

/** More are not kept: the first, who was called, and the last ones. */
const REDIRECTION_LIMIT = 10;

function reasonOfCause(cause: number | null): string {
  if (cause === 487) return "deflection";
  return Object.keys(CAUSES).find((reason) => CAUSES[reason] === cause) ?? "unknown";
}

function redirectionOf(
  address: NameAddress,
  more: { readonly reason: string; readonly count: number; readonly withheld: boolean },
  { identity, plan }: IdentityReading,
): Redirection {
  const user = userOf(address.uri);
  const isHidden = /^(?:anonymous|restricted|unavailable|unknown)?$/i.test(user);
  const number = isHidden ? "" : flatCopy(normalizeNumber(user, plan, identity).slice(0, 128));
  return { number, ...more, withheld: more.withheld || isHidden };
}

/** The newest stands first (RFC 5806 section 4). */
function readDiversion({ headers }: SipMessage, reading: IdentityReading): Redirection[] {
  const entries = headers.read(header.diversion) ?? [];
  return entries
    .map((address) => {
      const { parameters } = address;
      const written = (parameterText(parameters, "reason") ?? "").toLowerCase();
      const reason = Object.hasOwn(CAUSES, written) || OTHER_REASONS.has(written) ? written : "unknown";
      const count = Math.min(Math.max(parameterNumber(parameters, "counter") ?? 1, 1), 100);
      const withheld = /^(?:full|uri)$/i.test(parameterText(parameters, "privacy") ?? "");
      return redirectionOf(address, { reason, count, withheld }, reading);
    })
    .reverse();
}

function uriHeader(uri: SipUri | null, name: string): string | null {
  const headers = uri === null || uri.headers === null ? null : parseUriHeaders(uri.headers);
  return headers?.find((one) => one.name.toLowerCase() === name)?.value ?? null;
}

/** Why a call went on from an entry: the `cause` of the one behind it (RFC 7044), or the Reason in the entry itself (RFC 4244); null for neither. */
function causeOfEntry(entry: SipUri | null, next: SipUri | null): number | null {
  const caused = next === null ? null : parameterNumber(next.parameters, "cause");
  if (caused !== null) return caused;
  const reasons = header.reason.parse(uriHeader(entry, "reason") ?? "");
  return reasons === null ? null : header.causeOf(reasons, "SIP");
}

/** The last entry is where the call now goes. One that was only routed, without a cause, is nobody's redirection. */
function readHistory(request: SipRequest, reading: IdentityReading): Redirection[] {
  const entries = request.headers.read(header.historyInfo) ?? [];
  const all = privaciesOf(request).some((value) => value === "history" || value === "header");
  const found: Redirection[] = [];
  for (const [index, address] of entries.entries()) {
    const next = entries[index + 1];
    if (next === undefined) break;
    const uri = parseSipUri(address.uri);
    const cause = causeOfEntry(uri, parseSipUri(next.uri));
    if (cause === null) continue;
    const wishes = `${uriHeader(uri, "privacy") ?? ""};${parameterText(address.parameters, "privacy") ?? ""}`;
    const withheld = all || /history|header|id/i.test(wishes);
    found.push(redirectionOf(address, { reason: reasonOfCause(cause), count: 1, withheld }, reading));
  }
  return found;
}

/** Who sent the call on before it came here, the first first; none where the trunk does not say so (`identity.diversion: none`). */
export function readRedirections(request: SipRequest, reading: IdentityReading): readonly Redirection[] {
  const { diversion } = reading.identity;
  const { headers } = request;
  if (diversion === "none" || !(headers.has("diversion") || headers.has("history-info"))) return [];
  const readers = diversion === "diversion" ? [readDiversion, readHistory] : [readHistory, readDiversion];
  for (const read of readers) {
    const found = read(request, reading);
    if (found.length > REDIRECTION_LIMIT) return [...found.slice(0, 1), ...found.slice(1 - REDIRECTION_LIMIT)];
    if (found.length > 0) return found;
  }
  return [];
}

/**
 * What a 3xx makes of the number that it answers: somebody who sent the call on. Why, its Contact says (RFC 4458) or its Diversion (RFC 5806
 * section 4); where neither does, whether it had rung.
 */
export function redirectionBy(
  response: SipResponse,
  sentOn: { readonly number: string; readonly contact: string; readonly rang: boolean },
  reading: IdentityReading,
): Redirection {
  const { number, contact, rang } = sentOn;
  const cause = causeOfEntry(null, parseSipUri(contact));
  const said = cause === null ? readDiversion(response, reading).at(-1)?.reason : reasonOfCause(cause);
  return { number, reason: said ?? (rang ? "no-answer" : "unconditional"), count: 1, withheld: false };
}

/** Whether a call was sent on so often that it must be going in a circle. */
export function isDivertedInCircles(redirections: readonly Redirection[]): boolean {
  return redirections.reduce((sum, { count }) => sum + count, 0) > REDIRECTION_LIMIT;
}

/** The URI of an entry for this peer. No address of the other side is in it: the domain is the one that this peer knows. */
function shownUri({ number, withheld }: Redirection, reader: Reader): string {
  if (number === "" || (withheld && !mayKnowWithheld(reader.trunk))) return ANONYMOUS_URI;
  return uriOfNumber(number, reader) ?? ANONYMOUS_URI;
}

function diversionLines(redirections: readonly Redirection[], reader: Reader): HeaderLine[] {
  return [...redirections].reverse().map((redirection) => {
    const { reason, count, withheld } = redirection;
    const privacy = withheld ? "full" : "off";
    return ["Diversion", `<${shownUri(redirection, reader)}>;reason=${reason};counter=${count};privacy=${privacy}`];
  });
}

/** Each entry but the first says why the one before it sent the call on, and of which it is made (`mp`, RFC 7044 section 5). */
function historyLines(redirections: readonly Redirection[], called: string, reader: Reader): HeaderLine[] {
  const current: Redirection = { number: called, reason: "", count: 1, withheld: false };
  let index = "";
  const values = [...redirections, current].map((redirection, place) => {
    const before = redirections[place - 1];
    const cause = before === undefined ? "" : `;cause=${CAUSES[before.reason] ?? UNKNOWN_CAUSE}`;
    const mapped = index === "" ? "" : `;mp=${index}`;
    index = index === "" ? "1" : `${index}.1`;
    const privacy = redirection.withheld ? "?Privacy=history" : "";
    return `<${shownUri(redirection, reader)}${cause}${privacy}>;index=${index}${mapped}`;
  });
  return [["History-Info", values.join(", ")]];
}

/** The lines that tell this peer where the call was; none where it does not want them, or there is nothing to tell. */
export function redirectionLines(
  redirections: readonly Redirection[],
  called: string,
  reader: Reader,
): readonly HeaderLine[] {
  const { diversion } = reader.trunk.identity;
  if (diversion === "none" || redirections.length === 0) return [];
  const lines: HeaderLine[] = [];
  if (diversion !== "history-info") lines.push(...diversionLines(redirections, reader));
  if (diversion !== "diversion") lines.push(...historyLines(redirections, called, reader));
  return lines;
}
