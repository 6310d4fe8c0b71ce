// Writes a request inside a dialog (RFC 3261 section 12.2.1.1).

import { type Body, formatRequest, type HeaderLine } from "../sip/index.ts";
import { type Dialog, isLooseRoute } from "./dialog.ts";

export interface InDialogParts {
  readonly method: string;
  /** A number from nextSequence; for an ACK, that of its INVITE. */
  readonly sequence: number;
  /** The whole Via value, with our branch. */
  readonly via: string;
  /** Further headers, in order. */
  readonly headers?: readonly HeaderLine[];
  readonly body?: Body | null;
}

/** The text of a request inside the dialog: Request-URI, Route, From, To and Call-ID are of the dialog, the rest is yours. */
export function formatInDialogRequest(dialog: Dialog, parts: InDialogParts): string {
  const strict = dialog.routeSet[0] !== undefined && !isLooseRoute(dialog.routeSet[0]);
  const uri = strict ? (dialog.routeSet[0] as string) : dialog.remoteTarget;
  const routes = strict ? [...dialog.routeSet.slice(1), dialog.remoteTarget] : dialog.routeSet;
  const headers: HeaderLine[] = [["Via", parts.via]];
  for (const route of routes) headers.push(["Route", `<${route}>`]);
  headers.push(
    ["Max-Forwards", "70"],
    ["From", `${dialog.localAddress};tag=${dialog.localTag}`],
    ["To", dialog.remoteTag === "" ? dialog.remoteAddress : `${dialog.remoteAddress};tag=${dialog.remoteTag}`],
    ["Call-ID", dialog.callId],
    ["CSeq", `${parts.sequence} ${parts.method}`],
    ...(parts.headers ?? []),
  );
  return formatRequest({ method: parts.method, uri, headers, body: parts.body ?? null });
}
