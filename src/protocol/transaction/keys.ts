// How messages find their transaction (RFC 3261 sections 17.1.3 and 17.2.3).

import {
  BRANCH_COOKIE,
  branchOf,
  cseq,
  formatHostPort,
  from,
  type SipMessage,
  type SipRequest,
  tagOf,
  to,
  topVia,
} from "../sip/index.ts";
import type { Flow } from "../transport/index.ts";

export type TransactionKey = string;

/**
 * The key of the server transaction a request belongs to; ACK finds the INVITE's, CANCEL its own. The sender's address is part of it, so that nobody
 * else can speak in another's transaction. Without the cookie (RFC 2543) Call-ID, From tag and CSeq stand in for the branch; the To tag is
 * left out, since the ACK has one that its INVITE has not.
 */
export function serverKey(request: SipRequest, flow: Flow): TransactionKey {
  const via = request.headers.read(topVia);
  const branch = via === null ? "" : branchOf(via);
  const method = request.method === "ACK" ? "INVITE" : request.method;
  const sentBy = via === null ? "" : formatHostPort(via.host, via.port).toLowerCase();
  const origin = `${flow.network}|${flow.transport}|${flow.remoteAddress}|${sentBy}`;
  if (branch.startsWith(BRANCH_COOKIE) && branch.length > BRANCH_COOKIE.length)
    return `s|${origin}|${branch}|${method}`;
  const sequence = request.headers.read(cseq)?.sequence ?? 0;
  return `s|${origin}|${mergeKey(request)}|${sequence}|${method}`;
}

/** The key of the INVITE transaction that a CANCEL means (RFC 3261 section 9.2). */
export function cancelledKey(cancel: SipRequest, flow: Flow): TransactionKey {
  return serverKey({ ...cancel, method: "INVITE" }, flow);
}

/** Requests with the same value that are not of the same transaction came here by two ways (RFC 3261 section 8.2.2.2). */
function mergeKey(request: SipRequest): string {
  const { headers } = request;
  const fromAddress = headers.read(from);
  const tag = fromAddress === null ? "" : (tagOf(fromAddress) ?? "");
  return `${headers.first("call-id") ?? ""}|${tag}|${headers.read(cseq)?.sequence ?? 0}`;
}

/** The mergeKey of a request with its method, which is part of CSeq; null inside a dialog, where nothing merges. */
export function mergeKeyOf(request: SipRequest): string | null {
  const toAddress = request.headers.read(to);
  const outside = toAddress !== null && tagOf(toAddress) === null;
  return outside ? `${mergeKey(request)}|${request.method}` : null;
}

export function clientKey(branch: string, method: string): TransactionKey {
  return `c|${branch}|${method}`;
}

/** Of the beginning of a request as we write it: its first line, then our Via. Null where it is none, or ends before its branch does. */
export function quotedClientKey(quoted: string): TransactionKey | null {
  const method = quoted.slice(0, quoted.indexOf(" "));
  const via = quoted.indexOf("\r\n") + 2;
  const end = quoted.indexOf("\r\n", via);
  const line = quoted.slice(via, end < 0 ? undefined : end);
  const branch = line.indexOf(BRANCH);
  if (via < 2 || branch < 0 || !line.startsWith("Via: ")) return null;
  const from = branch + BRANCH.length;
  const behind = line.indexOf(";", from);
  if (behind < 0 && end < 0) return null;
  return clientKey(line.slice(from, behind < 0 ? undefined : behind), method);
}

const BRANCH = ";branch=";

/** The key of the client transaction that a response belongs to: its topmost branch and the method of its CSeq. */
export function responseKey(response: SipMessage): TransactionKey {
  const via = response.headers.read(topVia);
  return clientKey(via === null ? "" : branchOf(via), response.headers.read(cseq)?.method ?? "");
}
