// Keeps web pages away from an API on loopback: a page whose name was made to lead to 127.0.0.1 (DNS rebinding) is
// told apart by the name that its browser sends along.

import { isLoopbackAddress, parseAddress } from "../protocol/transport/index.ts";

/** The host of a Host header, without port and brackets; null when it cannot be one. */
function hostOf(header: string): string | null {
  const [, bracketed, plain] = /^(?:\[([^\]]+)\]|([^:[\]]*))(?::[0-9]*)?$/.exec(header) ?? [];
  return bracketed ?? plain ?? null;
}

export function isLoopback(host: string): boolean {
  const address = parseAddress(host);
  return address !== null && isLoopbackAddress(address);
}

/** Whether a request with this Host header means us, who listen on a loopback address. */
export function meansLoopback(header: string | undefined): boolean {
  const host = header === undefined ? null : hostOf(header);
  return host !== null && (host.toLowerCase() === "localhost" || isLoopback(host));
}
