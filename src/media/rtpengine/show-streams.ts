// A description as the other side is shown it: with rtpengine's address, ports and keys in place of what stood there.

import type { MediaResult, MediaSide } from "../../engine/index.ts";
import {
  cryptoLines,
  isSecureProfile,
  type MediaDescription,
  type SessionDescription,
  withCrypto,
} from "../../protocol/sdp/index.ts";
import { fail, succeed } from "../media-results.ts";
import { placeStreams, type StreamTarget } from "../stream-address.ts";
import type { RtpengineSession } from "./rtpengine-session.ts";

export interface View {
  readonly to: MediaSide;
  readonly description: SessionDescription;
  readonly targets: readonly StreamTarget[];
  /** Whether each m= line says that RTCP shares the port of RTP. */
  readonly mux: readonly boolean[];
}

export function showStreams(session: RtpengineSession, { to, description, targets, mux }: View): MediaResult {
  const { address } = session.sides[to];
  const ports = description.media.map((_, index) => {
    const carried = isCarried(targets[index]) && isCarried(session.offer?.targets[index]);
    return carried ? (session.streams[index]?.ports[to] ?? null) : null;
  });
  const placed = placeStreams(description, { address, ports, mux });
  const media: MediaDescription[] = [];
  for (const [index, section] of placed.media.entries()) {
    const keyed = section.port === 0 ? section : withOwnKeys(section, session, { index, to });
    if (keyed === null)
      return fail("unsupported", `stream ${index}: rtpengine has none of the suites of SRTP that it needs`);
    media.push(keyed);
  }
  return succeed({ ...placed, media });
}

function isCarried(target: StreamTarget | undefined): boolean {
  return (target?.kind ?? "none") !== "none";
}

/** Lines of suites that rtpengine has no key for are left out. Null where none is left. */
function withOwnKeys(
  section: MediaDescription,
  session: RtpengineSession,
  { index, to }: { readonly index: number; readonly to: MediaSide },
): MediaDescription | null {
  const wanted = cryptoLines(section);
  if (wanted.length === 0) return section;
  const own = session.streams[index]?.own[to];
  const lines = wanted.flatMap(({ tag, name, suite }) => {
    const key = own?.get(suite)?.key;
    return key === undefined ? [] : [{ tag, name, key }];
  });
  return lines.length === 0 ? null : withCrypto(section, { lines, secure: isSecureProfile(section.protocol) });
}
