// host[:port] as URIs, Via and SDP-free places write it: names, IPv4, bracketed IPv6 (RFC 3261 section 25.1, RFC 5118).

import { HOST, parseDigits, trimBlanks } from "./characters.ts";
import { digitsIn, LOADED, load, runIn } from "./loaded-text.ts";

const BYTES = LOADED;

export interface HostPort {
  /** A name or an address; IPv6 without its brackets. */
  readonly host: string;
  /** 0 to 65535; null where none is written. */
  readonly port: number | null;
}

const IPV6_CHARACTERS = /^[0-9A-Fa-f:.]{2,45}$/;

export const endOfHostIn = runIn(HOST);

function portIn(from: number, to: number): number | null {
  const port = to - from > 5 ? -1 : digitsIn(from, to);
  return port >= 0 && port <= 65535 ? port : null;
}

/** Null when the text is not a host with an optional port. Blanks around the colon are let through: Via may have them. */
export function parseHostPort(text: string): HostPort | null {
  const plain = hostPortOf(text);
  if (plain !== null) return plain;
  const colon = text.lastIndexOf(":");
  const port = parseDigits(colon < 0 ? "" : trimBlanks(text.slice(colon + 1)), 5);
  if (port === null || port > 65535) return null;
  const bare = hostPortOf(trimBlanks(text.slice(0, colon)));
  return bare === null || bare.port !== null ? null : { host: bare.host, port };
}

function hostPortOf(text: string): HostPort | null {
  load(text);
  return readHostPortIn(text, 0, text.length);
}

/** The host and port in [from, to), without any blanks: as URIs have them. */
export function readHostPortIn(text: string, from: number, to: number): HostPort | null {
  const bracketed = from < to && BYTES[from] === 0x5b;
  const end = bracketed ? text.indexOf("]", from) + 1 : endOfHostIn(from, to);
  if (end <= from || end > to) return null;
  const host = bracketed ? text.slice(from + 1, end - 1) : text.slice(from, end);
  if (bracketed && !(IPV6_CHARACTERS.test(host) && host.includes(":"))) return null;
  if (end === to) return { host, port: null };
  const port = BYTES[end] === 0x3a ? portIn(end + 1, to) : null;
  return port === null ? null : { host, port };
}

/** `host`, `host:port`, and IPv6 in brackets. */
export function formatHostPort(host: string, port: number | null): string {
  const written = host.includes(":") ? `[${host}]` : host;
  return port === null ? written : `${written}:${port}`;
}

const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)\.){3}(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)$/;

/** Whether a host is an IP literal rather than a name to be resolved. */
export function isIpLiteral(host: string): boolean {
  return host.includes(":") || IPV4.test(host);
}
