// A dialog (RFC 3261 section 12) as plain data: made from a request or a response, and the source of every request inside it.

import { flatCopy } from "../../base/index.ts";
import {
  cseq,
  firstContact,
  formatNameAddress,
  from,
  type NameAddress,
  parameterValue,
  parseSipUri,
  recordRoute,
  type SipRequest,
  type SipResponse,
  tagOf,
  to,
} from "../sip/index.ts";

/** One side of a dialog, plain data: it can be written down and read again. */
export interface Dialog {
  readonly callId: string;
  readonly localTag: string;
  /** Empty when the peer gave none (RFC 2543). */
  readonly remoteTag: string;
  /** The value of From in our requests and To in theirs, without the tag. */
  readonly localAddress: string;
  readonly remoteAddress: string;
  /** The URI of the peer's Contact: the Request-URI of what we send. */
  remoteTarget: string;
  /** Route values in the order to send them, without angle brackets. */
  readonly routeSet: readonly string[];
  /** The CSeq number of our last request. */
  localSequence: number;
  /** That of the peer's last request; null when there was none. */
  remoteSequence: number | null;
}

/** Without the tag, as From and To are written in both directions (the tag is the dialog's). */
function withoutTag(address: NameAddress): string {
  const parameters = address.parameters.filter(({ name }) => name.toLowerCase() !== "tag");
  return flatCopy(formatNameAddress({ ...address, parameters }));
}

/** The Record-Route URIs in order; null when one is malformed. */
function routesOf(message: SipRequest | SipResponse): string[] | null {
  const routes = message.headers.read(recordRoute);
  if (routes === null || !routes.every(({ uri }) => isTarget(uri))) return null;
  return routes.map(({ uri }) => flatCopy(uri));
}

/** Contact and Record-Route of a dialog are sip or sips URIs without headers (section 19.1.1, table 1): they become our Request-URI. */
function isTarget(uri: string): boolean {
  return parseSipUri(uri)?.headers === null;
}

/** The dialog that a request outside dialogs makes when we answer it (section 12.1.1). Null without a usable Contact and Record-Route. */
export function dialogOfRequest(request: SipRequest, localTag: string): Dialog | null {
  const { headers } = request;
  const local = headers.read(to);
  const remote = headers.read(from);
  const contact = headers.read(firstContact);
  const sequence = headers.read(cseq);
  const routeSet = routesOf(request);
  if (local === null || remote === null || contact === null || sequence === null || routeSet === null) return null;
  if (!isTarget(contact.uri)) return null;
  return {
    callId: flatCopy(headers.first("call-id") ?? ""),
    localTag,
    remoteTag: flatCopy(tagOf(remote) ?? ""),
    localAddress: withoutTag(local),
    remoteAddress: withoutTag(remote),
    remoteTarget: flatCopy(contact.uri),
    routeSet,
    localSequence: 0,
    remoteSequence: sequence.sequence,
  };
}

/** What the sender of an INVITE knows of every dialog that it may make. */
export interface DialogSeed {
  readonly callId: string;
  readonly localTag: string;
  readonly localAddress: string;
  readonly remoteAddress: string;
  readonly sequence: number;
}

/**
 * The dialog that a 1xx or 2xx with a To tag makes for the sender of the INVITE (section 12.1.2). One without a usable Contact makes a dialog
 * whose target is `fallbackTarget`, and one with a malformed Record-Route a dialog without routes: a 2xx must be acknowledged in any case.
 * Null when the response has no To tag where it needs one.
 */
export function dialogOfResponse(seed: DialogSeed, response: SipResponse, fallbackTarget: string): Dialog | null {
  const remote = response.headers.read(to);
  if (remote === null) return null;
  const tag = tagOf(remote);
  if (tag === null && response.status < 200) return null;
  const contact = response.headers.read(firstContact);
  const usable = contact !== null && isTarget(contact.uri);
  return {
    callId: seed.callId,
    localTag: seed.localTag,
    remoteTag: flatCopy(tag ?? ""),
    localAddress: seed.localAddress,
    remoteAddress: seed.remoteAddress,
    remoteTarget: usable ? flatCopy(contact.uri) : fallbackTarget,
    routeSet: (routesOf(response) ?? []).reverse(),
    localSequence: seed.sequence,
    remoteSequence: null,
  };
}

/** Takes the Contact of a target refresh request, or of the 2xx to one, as the peer's target (section 12.2). One without a usable Contact changes nothing. */
export function refreshTarget(dialog: Dialog, message: SipRequest | SipResponse): void {
  const contact = message.headers.read(firstContact);
  if (contact !== null && isTarget(contact.uri)) dialog.remoteTarget = flatCopy(contact.uri);
}

/** Whether a request inside the dialog comes in order (section 12.2.2); if so it is noted. ACK and CANCEL are not asked. */
export function acceptSequence(dialog: Dialog, sequence: number): boolean {
  if (dialog.remoteSequence !== null && sequence <= dialog.remoteSequence) return false;
  dialog.remoteSequence = sequence;
  return true;
}

/** Takes the CSeq number for our next request. */
export function nextSequence(dialog: Dialog): number {
  dialog.localSequence += 1;
  return dialog.localSequence;
}

/** Whether the first route asks for loose routing (section 12.2.1.1). */
export function isLooseRoute(uri: string): boolean {
  const parsed = parseSipUri(uri);
  return parsed !== null && parameterValue(parsed.parameters, "lr") !== undefined;
}

/** The URI that the next request is sent to: the first route, or the peer itself. */
export function nextHopOf(dialog: Dialog): string {
  return dialog.routeSet[0] ?? dialog.remoteTarget;
}
