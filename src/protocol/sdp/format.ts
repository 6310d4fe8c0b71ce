// Writes a session description in the order RFC 8866 section 5 asks for, every line ended by CRLF.

import { invariant } from "../../base/index.ts";
import type { Attribute, Connection, SessionDescription } from "./description.ts";

/**
 * The text of a description; `parseDescription` reads the same description back.
 * @throws InvariantError when a field holds a line end or NUL: no description read by us can, so one was made wrong
 */
export function formatDescription(description: SessionDescription): string {
  const { origin } = description;
  const { username, sessionId, sessionVersion, addressType, address } = origin;
  let text = "v=0\r\n";
  text += `o=${username} ${sessionId} ${sessionVersion} IN ${addressType} ${address}\r\n`;
  text += `s=${description.sessionName}\r\n`;
  text += formatConnection(description.connection) + formatBandwidths(description.bandwidths);
  text += `t=${description.timing}\r\n${formatAttributes(description.attributes)}`;
  // v=, o=, s= and t=, of which countLines counts one.
  let lines = 3 + countLines(description);
  for (const media of description.media) {
    const count = media.portCount === null ? "" : `/${media.portCount}`;
    const formats = media.formats.length === 0 ? "" : ` ${media.formats.join(" ")}`;
    text += `m=${media.type} ${media.port}${count} ${media.protocol}${formats}\r\n`;
    if (media.title !== null) text += `i=${media.title}\r\n`;
    text +=
      formatConnection(media.connection) + formatBandwidths(media.bandwidths) + formatAttributes(media.attributes);
    lines += countLines(media) + (media.title === null ? 0 : 1);
  }
  invariant(hasLines(text, lines), "a field of a session description holds a line end or NUL");
  return text;
}

function formatConnection(connection: Connection | null): string {
  return connection === null ? "" : `c=IN ${connection.addressType} ${connection.address}\r\n`;
}

function formatBandwidths(bandwidths: readonly string[]): string {
  let text = "";
  for (const bandwidth of bandwidths) text += `b=${bandwidth}\r\n`;
  return text;
}

function formatAttributes(attributes: readonly Attribute[]): string {
  let text = "";
  for (const { name, value } of attributes) text += value === null ? `a=${name}\r\n` : `a=${name}:${value}\r\n`;
  return text;
}

/** How many lines a section gives: its first line, c=, b= and a=. */
function countLines(section: {
  readonly connection: Connection | null;
  readonly bandwidths: readonly string[];
  readonly attributes: readonly Attribute[];
}): number {
  return 1 + (section.connection === null ? 0 : 1) + section.bandwidths.length + section.attributes.length;
}

/** A line more than was written means that a field smuggled one in. */
function hasLines(text: string, expected: number): boolean {
  if (text.includes("\0")) return false;
  let lines = 0;
  let start = 0;
  for (let end = text.indexOf("\n"); end !== -1; end = text.indexOf("\n", start)) {
    if (text.indexOf("\r", start) !== end - 1) return false;
    lines += 1;
    start = end + 1;
  }
  return lines === expected;
}
