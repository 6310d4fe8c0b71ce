// A tone in an INFO, as telephones and telephone systems have it: application/dtmf-relay (Signal and Duration by line) or application/dtmf (the key alone).
// No RFC says how; RFC 6086 appendix A.1 names them as they are in use.

import { type Body, header, type SipMessage } from "../../protocol/sip/index.ts";

export interface Tone {
  /** 0 to 9, 10 for *, 11 for #, 12 to 15 for A to D, 16 for a flash (RFC 4733 section 3.2). */
  readonly event: number;
  readonly durationMs: number;
}

const KEYS = "0123456789*#ABCD!";
/** Where nobody says: long enough for every listener, short enough for who dials fast. */
const USUAL_MS = 160;
/** Shorter ones are not heard (ITU-T Q.24), and longer ones than RFC 4733 can say at once are nobody's. */
const SHORTEST_MS = 40;
const LONGEST_MS = 8000;

/** Null where the body is of another type; `malformed` where it cannot be read. */
export function readToneInfo(request: SipMessage): Tone | "malformed" | null {
  const type = request.headers.read(header.contentType)?.value.toLowerCase();
  if (type === "application/dtmf") return toneOf(request.body.trim(), null);
  if (type !== "application/dtmf-relay") return null;
  let signal = "";
  let duration: string | null = null;
  for (const line of request.body.split(/\r\n|\r|\n/, 20)) {
    const at = line.indexOf("=");
    const name = line.slice(0, Math.max(0, at)).trim().toLowerCase();
    const value = line.slice(at + 1).trim();
    if (name === "signal") signal = value;
    else if (name === "duration") duration = value;
  }
  return toneOf(signal, duration);
}

function toneOf(signal: string, duration: string | null): Tone | "malformed" {
  const event = /^\d{2}$/.test(signal) ? Number(signal) : signal.length === 1 ? KEYS.indexOf(signal.toUpperCase()) : -1;
  if (event < 0 || event >= KEYS.length) return "malformed";
  const said = duration !== null && /^\d{1,6}$/.test(duration) ? Number(duration) : USUAL_MS;
  return { event, durationMs: Math.min(LONGEST_MS, Math.max(SHORTEST_MS, said)) };
}

export function toneInfo({ event, durationMs }: Tone): Body {
  const text = `Signal=${KEYS[event] ?? "!"}\r\nDuration=${Math.max(SHORTEST_MS, durationMs)}\r\n`;
  return { contentType: "application/dtmf-relay", text };
}
