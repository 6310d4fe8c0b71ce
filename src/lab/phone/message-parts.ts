// The headers that a phone writes into everything, each with its mark, and the way its requests go.

import { type Dialog, nextHopOf } from "../../protocol/dialog/index.ts";
import {
  formatHostPort,
  type HeaderLine,
  isIpLiteral,
  parseSipUri,
  type SipMessage,
} from "../../protocol/sip/index.ts";
import type { Flow } from "../../protocol/transport/index.ts";
import type { PhoneCall, PhoneOptions, PhoneState } from "./phone-call.ts";

const ALLOWED = "INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE, INFO, PRACK, REFER, NOTIFY";

export function contactUri({ identity, listener }: PhoneOptions): string {
  return `sip:${identity.mark}@${formatHostPort(listener.localAddress, listener.localPort)}`;
}

/** The Via of a request of ours: asks for the answer to come back to where the request came from (RFC 3581). */
export function formatOwnVia({ listener }: PhoneOptions, branch: string): string {
  const sentBy = formatHostPort(listener.localAddress, listener.localPort);
  return `SIP/2.0/${listener.transport.toUpperCase()} ${sentBy};rport;branch=${branch}`;
}

/** What a request says of its sender. Nothing of it may reach the other side of a border. */
export function requestHeaders(options: PhoneOptions): HeaderLine[] {
  const { identity } = options;
  return [
    ["Contact", `<${contactUri(options)}>`],
    ["User-Agent", identity.userAgent],
    ["Allow", ALLOWED],
    ["Subject", `${identity.mark} subject`],
    ["X-Inside-Route", identity.host],
  ];
}

/** The same in a response. */
export function responseHeaders(options: PhoneOptions): HeaderLine[] {
  const { identity } = options;
  return [
    ["Contact", `<${contactUri(options)}>`],
    ["Server", identity.userAgent],
    ["Allow", ALLOWED],
    ["Warning", `399 ${identity.host} "${identity.mark}"`],
    ["X-Inside-Route", identity.host],
  ];
}

/** Which methods the sender of a message allows; unchanged where it does not say. */
export function noteAllowed(call: PhoneCall, { headers }: SipMessage): void {
  if (headers.has("allow")) call.allowed = headers.all("allow").join(",").split(/[ ,]+/);
}

/** The flow of a dialog's next request: to its first route or its target where that is an address, else the way it came. */
export function flowOfDialog(phone: PhoneState, dialog: Dialog, fallback: Flow): Flow {
  const uri = parseSipUri(nextHopOf(dialog));
  if (uri === null || !isIpLiteral(uri.host)) return fallback;
  return { ...phone.options.listener, remoteAddress: uri.host, remotePort: uri.port ?? 5060 };
}
