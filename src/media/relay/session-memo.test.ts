// What a relay kept for a process that knew nothing: read again by the next one, or by none.
import { expect, test } from "vitest";
import { audio, session } from "../media-plane.contract.ts";
import { readTargets } from "../stream-address.ts";
import type { SessionNote } from "./relay-message.ts";
import { NEVER_AIMED, openCommand, type RelaySession, readStreams, type SessionSide } from "./relay-session.ts";
import { readNote } from "./session-memo.ts";

const side = (address: string): SessionSide => {
  return { network: "inside", address, port: 0, advertise: address, learn: "same-address", manySources: false };
};
const description = session("192.0.2.7", audio(4000));
const SESSION: RelaySession = {
  ...NEVER_AIMED,
  id: 'a call "of theirs" \u2028 with ünusual name',
  number: 7,
  streams: [{ slot: 3, a: side("198.51.100.1"), b: side("198.51.100.2") }, null],
  offer: { from: "a", muxOffered: [true], ...readStreams(description, readTargets(description)) },
};
const note = (more: Partial<SessionNote> = {}): SessionNote => {
  const { memo } = openCommand(SESSION);
  return { session: 7, memo, aim: null, ports: [[3, 20_000, 20_002]], fingerprint: "AB:CD", ...more };
};

test("a memo brings the session back, with the ports that the relay gave it", () => {
  const [stream] = SESSION.streams;
  const placed = { slot: 3, a: { ...stream?.a, port: 20_000 }, b: { ...stream?.b, port: 20_002 } };
  expect(readNote(note())).toEqual({ ...SESSION, streams: [placed, null], fingerprint: "AB:CD" });
});

test("a stream that the relay has given up since is gone", () => {
  expect(readNote(note({ ports: [] }))?.streams).toEqual([null, null]);
});

test.each([
  ["is cut", note().memo.slice(0, -1)],
  ["is empty", ""],
  ["is null", "null"],
  ["is a list", "[]"],
  ["is a number", "7"],
  ["is of another number", note().memo.replace('"number":7', '"number":8')],
  ["has no name", JSON.stringify({ number: 7, streams: [], offer: { targets: [] } })],
  ["has no streams", JSON.stringify({ id: "x", number: 7, offer: { targets: [] } })],
  ["has no offer", JSON.stringify({ id: "x", number: 7, streams: [] })],
  ["has an offer without targets", JSON.stringify({ id: "x", number: 7, streams: [], offer: {} })],
])("a memo that %s is none of ours", (_, memo) => {
  expect(readNote(note({ memo }))).toBeNull();
});
