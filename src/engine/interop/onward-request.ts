// What of a request inside a call, and of the answer to it, is passed on to the other side: written anew from what was understood. A body crosses where
// the receiving trunk lists its type (`signaling.passBodies`): nobody can tell what the inside of others names.

import type { Trunk } from "../../model/index.ts";
import {
  type Body,
  type HeaderCodec,
  type HeaderFields,
  type HeaderLine,
  header,
  headerSpelling,
  type Parameterised,
  type SipMessage,
} from "../../protocol/sip/index.ts";

/** What makes a value of a header fit to cross; null for one that cannot. */
type Crossing = (headers: HeaderFields) => HeaderLine | null;

function crossing<T>(codec: HeaderCodec<T>, keep: (value: T) => T | null = (value) => value): Crossing {
  return (headers) => {
    const value = headers.has(codec.name) ? headers.read(codec) : null;
    const kept = value === null ? null : keep(value);
    return kept === null ? null : [headerSpelling(codec.name), codec.format(kept)];
  };
}

/** Of a value's parameters those that are known: the others may say anything. */
function withOnly(...names: readonly string[]) {
  return <T>({ value, parameters }: Parameterised<T>): Parameterised<T> => ({
    value,
    parameters: parameters.filter(({ name }) => names.includes(name.toLowerCase())),
  });
}

function eachWithOnly(...names: readonly string[]) {
  return <T>(values: readonly Parameterised<T>[]): readonly Parameterised<T>[] => values.map(withOnly(...names));
}

const ACCEPT = crossing(header.accept, eachWithOnly("q"));
const EVENT = crossing(header.event, withOnly("id"));
const OF_BODY = [
  crossing(header.contentDisposition, withOnly("handling")),
  crossing(header.contentLanguage),
  crossing(header.contentEncoding),
  crossing(header.mimeVersion),
];

/** By method, what a request says besides what every request has. */
const OF_REQUESTS: Readonly<Record<string, readonly Crossing[]>> = {
  INFO: [crossing(header.infoPackage, withOnly())],
  SUBSCRIBE: [EVENT, crossing(header.expires), ACCEPT],
  NOTIFY: [EVENT, crossing(header.subscriptionState, withOnly("expires", "reason", "retry-after"))],
  OPTIONS: [ACCEPT],
};

/** By status, what a refusal says of itself (RFC 3261 section 21.4, RFC 6086 section 7.3, RFC 6665 section 8.3.2). */
const OF_REFUSALS: Readonly<Record<number, readonly Crossing[]>> = {
  406: [ACCEPT],
  415: [ACCEPT, crossing(header.acceptEncoding, eachWithOnly("q")), crossing(header.acceptLanguage, eachWithOnly("q"))],
  423: [crossing(header.minExpires)],
  469: [crossing(header.recvInfo, eachWithOnly())],
  489: [crossing(header.allowEvents)],
};

function linesOf({ headers }: SipMessage, crossings: readonly Crossing[]): HeaderLine[] {
  return crossings.flatMap((cross) => {
    const line = cross(headers);
    return line === null ? [] : [line];
  });
}

export type OnwardBody =
  /** Null: it has none. */
  | { readonly ok: true; readonly body: Body | null; readonly lines: readonly HeaderLine[] }
  /** It does not cross; what would. */
  | { readonly ok: false; readonly accepted: readonly string[] };

/** The body of a request as the other side may be shown it. */
export function onwardBody(request: SipMessage, to: Trunk): OnwardBody {
  if (request.body === "") return { ok: true, body: null, lines: [] };
  const { passBodies } = to.signaling;
  const type = request.headers.read(header.contentType);
  if (type === null || !passBodies.includes(type.value.toLowerCase())) return { ok: false, accepted: passBodies };
  const body = { contentType: header.contentType.format(type), text: request.body };
  return { ok: true, body, lines: linesOf(request, OF_BODY) };
}

/** The lines of the request. */
export function onwardLines(request: SipMessage & { readonly method: string }): HeaderLine[] {
  return linesOf(request, OF_REQUESTS[request.method] ?? []);
}

/** The lines of the answer to it, as its status asks for them. */
export function onwardAnswerLines(response: SipMessage & { readonly status: number }, method: string): HeaderLine[] {
  const { status, headers } = response;
  if (status < 300) return method === "SUBSCRIBE" ? linesOf(response, [crossing(header.expires)]) : [];
  const retry = headers.has("retry-after") ? headers.read(header.retryAfter) : null;
  const again: HeaderLine[] = retry === null ? [] : [["Retry-After", String(retry.seconds)]];
  return [...again, ...linesOf(response, OF_REFUSALS[status] ?? [])];
}
