// A session as its relay keeps it for a signalling process that knows nothing of it yet.

import type { SessionNote } from "./relay-message.ts";
import { NEVER_AIMED, type RelaySession, type SessionSide, type SessionStream } from "./relay-session.ts";

/** Null when the memo is none that this build wrote. Ports are the relay's own word: the memo may be from before it gave them. */
export function readNote({ session: number, memo, aim, ports, fingerprint }: SessionNote): RelaySession | null {
  const { id, number: noted, streams, offer } = parseMemo(memo);
  if (noted !== number || typeof id !== "string") return null;
  if (!Array.isArray(streams) || offer === undefined || !Array.isArray(offer.targets)) return null;
  const bySlot = new Map(ports.map(([slot, a, b]) => [slot, { a, b }]));
  const places = streams.map((stream) => withPorts(stream, bySlot));
  if (aim === null) return { ...NEVER_AIMED, id, number, streams: places, offer, fingerprint };
  const { revision, timeoutMs, oneWayMs, streams: remotes } = aim;
  return { id, number, streams: places, offer, revision, remotes, timeoutMs, oneWayMs, fingerprint };
}

/** Another build's may be anything. */
function parseMemo(memo: string): Partial<RelaySession> {
  try {
    const read: unknown = JSON.parse(memo);
    return typeof read === "object" && read !== null ? read : {};
  } catch {
    return {};
  }
}

function withPorts(
  stream: SessionStream | null,
  bySlot: ReadonlyMap<number, { readonly a: number; readonly b: number }>,
): SessionStream | null {
  if (stream === null) return null;
  const given = bySlot.get(stream.slot);
  // A slot that the relay does not know was given up before the memo was written.
  if (given === undefined) return null;
  const at = (side: SessionSide, port: number) => ({ ...side, port });
  return { slot: stream.slot, a: at(stream.a, given.a), b: at(stream.b, given.b) };
}
