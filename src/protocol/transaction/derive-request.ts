// The two requests that are made from an INVITE that was sent: its CANCEL, and the ACK to its failure.

import { invariant } from "../../base/index.ts";
import { cseq, formatRequest, type HeaderLine, parseMessage, type SipRequest, type SipResponse } from "../sip/index.ts";

function readInvite(text: string): SipRequest {
  const parsed = parseMessage(text);
  invariant(parsed.ok && parsed.value.kind === "request", "an INVITE that we sent must be readable");
  return parsed.value;
}

/** Same Request-URI, topmost Via, Route, From, Call-ID and CSeq number as the INVITE; To as given. */
function derive(
  invite: SipRequest,
  method: "ACK" | "CANCEL",
  more: { readonly to: string; readonly lines?: readonly HeaderLine[] },
): string {
  const { headers } = invite;
  const sequence = headers.read(cseq);
  invariant(sequence !== null, "an INVITE that we sent must have a CSeq");
  const lines: HeaderLine[] = [["Via", headers.first("via") ?? ""]];
  for (const route of headers.all("route")) lines.push(["Route", route]);
  lines.push(
    ["Max-Forwards", "70"],
    ["From", headers.first("from") ?? ""],
    ["To", more.to],
    ["Call-ID", headers.first("call-id") ?? ""],
    ["CSeq", `${sequence.sequence} ${method}`],
    ...(more.lines ?? []),
  );
  return formatRequest({ method, uri: invite.uri, headers: lines, body: null });
}

/** The ACK to a final response from 300 (RFC 3261 section 17.1.1.3). Its To is the response's, tag included. */
export function formatFailureAck(inviteText: string, response: SipResponse): string {
  return derive(readInvite(inviteText), "ACK", { to: response.headers.first("to") ?? "" });
}

/** The CANCEL of an INVITE (RFC 3261 section 9.1), with further headers, such as why. */
export function formatCancel(inviteText: string, lines: readonly HeaderLine[] = []): string {
  const invite = readInvite(inviteText);
  return derive(invite, "CANCEL", { to: invite.headers.first("to") ?? "", lines });
}
