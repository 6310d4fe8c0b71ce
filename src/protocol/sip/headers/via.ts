// Via (RFC 3261 sections 8.1.1.7 and 20.42, RFC 3581): who sent a message, and where its response goes.

import { isBlank, isToken, TOKEN, trimBlanks } from "../characters.ts";
import { formatHostPort, type HostPort, parseHostPort, readHostPortIn } from "../host-port.ts";
import { firstInPlace, listInPlace } from "../in-place.ts";
import { wordsIn } from "../known-words.ts";
import { LOADED, load, runIn, skipBlanksIn } from "../loaded-text.ts";
import { formatParameters, type Parameters, parameterValue, READING, readParametersIn } from "../parameters.ts";
import { isVersionIn } from "../sip-version.ts";

const BYTES = LOADED;
const reading = READING;

const endOfTokenIn = runIn(TOKEN);
const transportIn = wordsIn(["UDP", "TCP", "TLS", "WS", "WSS"]);

/** One hop that a message took: by what, from where, and its parameters. */
export interface Via {
  /** Name and version: `SIP/2.0` in whatever spelling, any other as written. */
  readonly protocol: string;
  /** As written: `UDP`, `TLS` … */
  readonly transport: string;
  readonly host: string;
  readonly port: number | null;
  readonly parameters: Parameters;
}

/** A branch that starts with it is unique across space and time (RFC 3261 section 8.1.1.7). */
export const BRANCH_COOKIE = "z9hG4bK";

/** The protocol that is spoken here (RFC 3261 section 7.1). */
export const SIP_PROTOCOL = "SIP/2.0";

/** Name and version in front of the transport, where `reading` then stands; null where there are none. Blanks may be around the slashes. */
function readProtocolIn(text: string, from: number, to: number): string | null {
  if (isVersionIn(from) && BYTES[from + 7] === 0x2f && from + 8 <= to) {
    reading.end = from + 8;
    return SIP_PROTOCOL;
  }
  const match = /^([^ \t/;,]+)[ \t]*\/[ \t]*([^ \t/;,]+)[ \t]*\//.exec(text.slice(from, Math.min(to, from + 256)));
  const [all = "", name = "", version = ""] = match ?? [];
  if (!isToken(name) || !isToken(version)) return null;
  reading.end = from + all.length;
  const protocol = `${name}/${version}`;
  return protocol.toUpperCase() === SIP_PROTOCOL ? SIP_PROTOCOL : protocol;
}

/** Reads the transport and the blank behind it, where `reading` then stands. */
function readTransportIn(text: string, from: number, to: number): string | null {
  const start = skipBlanksIn(from, to);
  const end = endOfTokenIn(start, to);
  if (end === start || end === to || !isBlank(BYTES[end] as number)) return null;
  reading.end = end;
  return transportIn(text, start, end);
}

/** Where sent-by ends: no host has a semicolon or a comma inside, brackets or not. */
function endOfSentByIn(from: number, to: number): number {
  let end = from;
  while (end < to && BYTES[end] !== 0x3b && BYTES[end] !== 0x2c) end += 1;
  return end;
}

/** A sent-by with blanks in it. */
function readSpacedSentBy(text: string, from: number, to: number): HostPort | null {
  const place = parseHostPort(trimBlanks(text.slice(from, to)));
  load(text);
  return place;
}

function readViaIn(text: string, from: number, to: number): Via | null {
  const protocol = readProtocolIn(text, skipBlanksIn(from, to), to);
  if (protocol === null) return null;
  const transport = readTransportIn(text, reading.end, to);
  if (transport === null) return null;
  const start = skipBlanksIn(reading.end, to);
  const end = endOfSentByIn(start, to);
  const place = readHostPortIn(text, start, end) ?? readSpacedSentBy(text, start, end);
  if (place === null) return null;
  const parameters = readParametersIn(text, end, to);
  return parameters === null ? null : { protocol, transport, host: place.host, port: place.port, parameters };
}

/** One Via value. */
export function formatVia(via: Via): string {
  return `${via.protocol}/${via.transport} ${formatHostPort(via.host, via.port)}${formatParameters(via.parameters)}`;
}

/** The topmost Via, of whatever protocol. What stands behind it is not looked at. */
export const topVia = firstInPlace("via", { readIn: readViaIn, format: formatVia }, { strict: false });

/** All of them, the topmost first. */
export const via = listInPlace("via", { readIn: readViaIn, format: formatVia });

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
