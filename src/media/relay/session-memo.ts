// A session as its relay keeps it for a signalling process that knows nothing of it yet.

import type { SessionNote } from "./relay-message.ts";
import type { RelaySession, SessionSide, SessionStream } from "./relay-session.ts";

/** Null when the memo is none that this build wrote. Ports are the relay's own word: the memo may be from before it gave them. */
export function readNote({ session: number, memo, ports }: SessionNote): RelaySession | null {
  const kept = memo as Partial<RelaySession>;
  const sound =
    kept.number === number &&
    typeof kept.id === "string" &&
    Array.isArray(kept.streams) &&
    Array.isArray(kept.remotes) &&
    Array.isArray(kept.offer?.targets) &&
    typeof kept.revision === "number";
  if (!sound) return null;
  const bySlot = new Map(ports.map(([slot, a, b]) => [slot, { a, b }]));
  const session = kept as RelaySession;
  return { ...session, streams: session.streams.map((stream) => withPorts(stream, bySlot)) };
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
