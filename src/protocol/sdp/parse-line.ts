// The three lines of a description that have fields: o=, c= and m= (RFC 8866 sections 5.2, 5.7 and 5.14).

import type { Connection, MediaDescription, Origin } from "./description.ts";

/** The most formats of one m= line: RTP has 128 payload types. */
const MOST_FORMATS = 128;
/** RFC 8866 counts on 64 bits; some devices write more digits, and we only ever compare them. */
const MOST_ID_CHARACTERS = 64;
/** The longest DNS name is 253 characters. */
const MOST_ADDRESS_CHARACTERS = 255;

/**
 * Reads what follows `o=`; null when it is none. Taken from its right end, because some phones put a display name with
 * blanks, or nothing, where the user name stands; nothing reads as `-`. Ids may carry a minus: signed overflow is seen
 * in the field.
 */
export function parseOrigin(value: string): Origin | null {
  const fields = splitBlanks(value);
  const count = fields.length;
  const sessionId = fields[count - 5];
  const sessionVersion = fields[count - 4];
  const networkType = fields[count - 3];
  const endpoint = readAddress(fields[count - 2], fields[count - 1]);
  if (sessionId === undefined || sessionVersion === undefined || endpoint === null) return null;
  if (networkType !== "IN" || !isId(sessionId) || !isId(sessionVersion)) return null;
  return { username: fields.slice(0, count - 5).join(" ") || "-", sessionId, sessionVersion, ...endpoint };
}

/** Reads what follows `c=`; null when it is none. */
export function parseConnection(value: string): Connection | null {
  const fields = splitBlanks(value);
  if (fields.length !== 3 || fields[0] !== "IN") return null;
  return readAddress(fields[1], fields[2]);
}

/**
 * Reads what follows `m=`; null when it is none. No format at all is taken for a refused stream (port 0), which some
 * devices cut short; a stream that shall carry something must name what.
 */
export function parseMediaLine(
  value: string,
): Pick<MediaDescription, "type" | "port" | "portCount" | "protocol" | "formats"> | null {
  const fields = splitBlanks(value);
  const [type, ports, protocol] = fields;
  if (type === undefined || ports === undefined || protocol === undefined) return null;
  const slash = ports.indexOf("/");
  const port = parsePort(slash === -1 ? ports : ports.slice(0, slash));
  const portCount = slash === -1 ? null : parsePort(ports.slice(slash + 1));
  if (port === null || (slash !== -1 && (portCount === null || portCount === 0))) return null;
  const formats = fields.slice(3);
  if (formats.length > MOST_FORMATS || (formats.length === 0 && port !== 0)) return null;
  return { type, port, portCount, protocol, formats };
}

/** An unsigned decimal of at most five digits, 0 to `limit`; null for anything else. Nothing can overflow. */
export function parseSmallNumber(text: string, limit: number): number | null {
  if (text.length === 0 || text.length > 5) return null;
  let number = 0;
  for (let index = 0; index < text.length; index += 1) {
    const digit = text.charCodeAt(index) - 48;
    if (digit < 0 || digit > 9) return null;
    number = number * 10 + digit;
  }
  return number <= limit ? number : null;
}

function parsePort(text: string): number | null {
  return parseSmallNumber(text, 65_535);
}

function readAddress(type: string | undefined, address: string | undefined): Connection | null {
  if (type === undefined || address === undefined) return null;
  const addressType = type.toUpperCase();
  if (addressType !== "IP4" && addressType !== "IP6") return null;
  const bare = address.startsWith("[") && address.endsWith("]") ? address.slice(1, -1) : address;
  if (bare.length === 0 || bare.length > MOST_ADDRESS_CHARACTERS) return null;
  for (let index = 0; index < bare.length; index += 1) {
    const code = bare.charCodeAt(index);
    if (code < 33 || code > 126) return null;
  }
  return { addressType, address: bare };
}

function isId(text: string): boolean {
  if (text.length > MOST_ID_CHARACTERS) return false;
  const first = text.charCodeAt(0) === 45 ? 1 : 0;
  if (text.length === first) return false;
  for (let index = first; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code < 48 || code > 57) return false;
  }
  return true;
}

/** The fields between blanks and tabs; several in a row count as one. */
export function splitBlanks(value: string): string[] {
  const fields: string[] = [];
  let start = -1;
  for (let index = 0; index <= value.length; index += 1) {
    const code = index < value.length ? value.charCodeAt(index) : 32;
    if (code !== 32 && code !== 9) {
      if (start === -1) start = index;
    } else if (start !== -1) {
      fields.push(value.slice(start, index));
      start = -1;
    }
  }
  return fields;
}
