// host[:port] as URIs, Via and SDP-free places write it: names, IPv4, bracketed IPv6 (RFC 3261 section 25.1, RFC 5118).

import { isHostCharacters, parseDigits, trimBlanks } from "./characters.ts";

export interface HostPort {
  /** A name or an address; IPv6 without its brackets. */
  readonly host: string;
  /** 0 to 65535; null where none is written. */
  readonly port: number | null;
}

const IPV6_CHARACTERS = /^[0-9A-Fa-f:.]{2,45}$/;

function parsePort(text: string): number | null {
  const port = parseDigits(text, 5);
  return port !== null && port <= 65535 ? port : null;
}

/** Null when the text is not a host with an optional port. Blanks around the colon are let through (Via may have them). */
export function parseHostPort(text: string): HostPort | null {
  if (text.charCodeAt(0) === 0x5b) {
    const close = text.indexOf("]");
    if (close < 0) return null;
    const host = text.slice(1, close);
    if (!IPV6_CHARACTERS.test(host) || !host.includes(":")) return null;
    const rest = trimBlanks(text.slice(close + 1));
    if (rest === "") return { host, port: null };
    const port = rest.startsWith(":") ? parsePort(trimBlanks(rest.slice(1))) : null;
    return port === null ? null : { host, port };
  }
  const colon = text.indexOf(":");
  if (colon < 0) return isHostCharacters(text) ? { host: text, port: null } : null;
  const host = trimBlanks(text.slice(0, colon));
  const port = parsePort(trimBlanks(text.slice(colon + 1)));
  return port === null || !isHostCharacters(host) ? null : { host, port };
}

export function formatHostPort(host: string, port: number | null): string {
  const written = host.includes(":") ? `[${host}]` : host;
  return port === null ? written : `${written}:${port}`;
}

const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)\.){3}(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)$/;

/** Whether a host is an IP literal rather than a name to be resolved. */
export function isIpLiteral(host: string): boolean {
  return host.includes(":") || IPV4.test(host);
}
