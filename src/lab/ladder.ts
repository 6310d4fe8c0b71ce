// Draws the messages of a call between its parties, as text.

import { parseMessage, parseSipUri } from "../protocol/sip/index.ts";
import { callIdOf } from "./checkers.ts";
import type { SentMessage } from "./virtual-network.ts";

const COLUMN = 33;

/** One line each: `INVITE +12025550100`, `200 OK (INVITE) SDP`. */
function describeMessage({ text, copies, to }: SentMessage): string {
  const parsed = parseMessage(text);
  if (!parsed.ok) return "not SIP";
  const message = parsed.value;
  const method = message.headers.first("cseq")?.split(" ").at(-1) ?? "";
  const described = message.headers.first("content-type")?.toLowerCase().startsWith("application/sdp") === true;
  const body = message.body === "" || !described ? "" : " SDP";
  const fate = to === null ? " unreachable" : [" lost", "", " twice"][copies];
  if (message.kind === "response") return `${message.status} ${method}${body}${fate}`;
  const user = message.method === "INVITE" ? ` ${parseSipUri(message.uri)?.user ?? ""}` : "";
  return `${message.method}${user}${body}${fate}`;
}

function drawArrow(width: number, label: string, rightward: boolean): string {
  const room = Math.max(0, width - label.length - 4);
  const left = "-".repeat(Math.floor(room / 2));
  const right = "-".repeat(Math.ceil(room / 2));
  return rightward ? `${left} ${label} ${right}->` : `<-${left} ${label} ${right}`;
}

/**
 * The ladder of the messages given, in order.
 * @param parties names of nodes in the order of their columns; a message between others is left out
 */
export function formatLadder(messages: readonly SentMessage[], parties: readonly string[]): string {
  const lines = [`${" ".repeat(12)}${parties.map((name) => name.padEnd(COLUMN)).join("")}`.trimEnd()];
  for (const message of messages) {
    const from = parties.indexOf(message.from);
    const to = parties.indexOf(message.to ?? "");
    if (from < 0) continue;
    const time = `${(message.at / 1000).toFixed(3).padStart(9)}  `;
    const label = describeMessage(message);
    if (to < 0 || to === from) {
      lines.push(`${time} ${" ".repeat(from * COLUMN)}|-- ${label}`);
      continue;
    }
    const left = Math.min(from, to);
    const width = Math.abs(from - to) * COLUMN - 1;
    lines.push(`${time} ${" ".repeat(left * COLUMN)}|${drawArrow(width, label, to > from)}|`);
  }
  return lines.join("\n");
}

/** The messages of a call: those of every Call-ID whose INVITEs call the same number as the INVITE with this Call-ID. */
export function messagesOfCall(trace: readonly SentMessage[], callId: string): SentMessage[] {
  const called = new Set<string>();
  for (const { text } of trace) {
    if (text.startsWith("INVITE ") && callIdOf(text) === callId) called.add(calledOf(text));
  }
  const callIds = new Set([callId]);
  for (const { text } of trace)
    if (text.startsWith("INVITE ") && called.has(calledOf(text))) callIds.add(callIdOf(text));
  return trace.filter(({ text }) => callIds.has(callIdOf(text)));
}

/** The digits of the number in a request line: both sides of the border may write it in their own way. */
function calledOf(text: string): string {
  return text.slice(0, text.indexOf("@")).replace(/\D/g, "");
}
