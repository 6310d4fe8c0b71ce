// Via (RFC 3261 sections 8.1.1.7 and 20.42, RFC 3581): who sent a message, and where its response goes.

import { isToken, trimBlanks } from "../characters.ts";
import type { HeaderCodec } from "../header-codec.ts";
import { formatHostPort, parseHostPort } from "../host-port.ts";
import { formatParameters, type Parameters, parameterValue, parseParameters, skipBlanks } from "../parameters.ts";
import { type Element, list } from "./grammar.ts";

/** One hop that a message took: by what, from where, and its parameters. */
export interface Via {
  /** As written: `UDP`, `TLS` … */
  readonly transport: string;
  readonly host: string;
  readonly port: number | null;
  readonly parameters: Parameters;
}

/** A branch that starts with it is unique across space and time (RFC 3261 section 8.1.1.7). */
export const BRANCH_COOKIE = "z9hG4bK";

/** sent-protocol may have blanks around its slashes. Returns the transport and the index behind it. */
function parseProtocol(value: string, from: number): Element<string> | null {
  if (value.startsWith("SIP/2.0/", from)) {
    const end = value.indexOf(" ", from);
    return end > from + 8 && isToken(value, from + 8, end) ? { value: value.slice(from + 8, end), end } : null;
  }
  const pattern = /SIP[ \t]*\/[ \t]*2\.0[ \t]*\/[ \t]*([^ \t/;,]+)[ \t]/iy;
  pattern.lastIndex = from;
  const transport = pattern.exec(value)?.[1];
  return transport === undefined || !isToken(transport) ? null : { value: transport, end: pattern.lastIndex };
}

function parseVia(value: string, from: number): Element<Via> | null {
  const protocol = parseProtocol(value, from);
  if (protocol === null) return null;
  const hostStart = skipBlanks(value, protocol.end);
  let hostEnd = hostStart;
  // No host has a semicolon or a comma inside, brackets or not.
  while (hostEnd < value.length) {
    const code = value.charCodeAt(hostEnd);
    if (code === 0x3b || code === 0x2c) break;
    hostEnd += 1;
  }
  const hostPort = parseHostPort(trimBlanks(value.slice(hostStart, hostEnd)));
  const parsed = parseParameters(value, hostEnd);
  if (hostPort === null || parsed === null) return null;
  const { host, port } = hostPort;
  return { value: { transport: protocol.value, host, port, parameters: parsed.parameters }, end: parsed.end };
}

/** One Via value. */
export function formatVia(via: Via): string {
  return `SIP/2.0/${via.transport} ${formatHostPort(via.host, via.port)}${formatParameters(via.parameters)}`;
}

/** The topmost Via. What stands behind it is not looked at. */
export const topVia: HeaderCodec<Via> = {
  name: "via",
  parse: (value) => parseVia(value, 0)?.value ?? null,
  format: formatVia,
};

/** All of them, the topmost first. */
export const via = list("via", { read: parseVia, format: formatVia });

/** What stands behind the topmost Via of a line, from its comma on, as written. Empty where the line holds one. */
export function viasBehindFirst(value: string): string {
  if (!value.includes(",")) return "";
  let quoted = false;
  for (let index = 0; index < value.length; index += 1) {
    const character = value.charAt(index);
    if (quoted && character === "\\") index += 1;
    else if (character === '"') quoted = !quoted;
    else if (character === "," && !quoted) return value.slice(index);
  }
  return "";
}

/** The branch; an empty string where none is given (RFC 2543 peers). */
export function branchOf(via: Via): string {
  return parameterValue(via.parameters, "branch") ?? "";
}
