// What the faulty media does to a plane that does its duty.

import { expect, test } from "vitest";
import { seededRandom } from "../base/index.ts";
import type { MediaResult } from "../engine/index.ts";
import type { SessionDescription } from "../protocol/sdp/index.ts";
import { FakeMediaPlane } from "./fake-media-plane.ts";
import { FaultyMedia, type MediaFaults } from "./faulty-media.ts";

const GOOD: MediaFaults = { delayMinMs: 5, delayMaxMs: 5, failure: 0, stall: 0, stallMs: 12_000 };
const NETWORK = { address: "10.0.0.1", portFrom: 20_000, portTo: 20_099 };
const EMPTY: SessionDescription = {
  origin: { username: "-", sessionId: "1", sessionVersion: "1", addressType: "IP4", address: "10.0.0.2" },
  sessionName: "-",
  connection: null,
  bandwidths: [],
  timing: "0 0",
  attributes: [],
  media: [],
};

function createMedia(faults: MediaFaults) {
  const plane = new FakeMediaPlane({ networks: { lan: NETWORK } });
  const delays: number[] = [];
  const later = (afterMs: number, run: () => void) => {
    delays.push(afterMs);
    run();
  };
  const media = new FaultyMedia(plane, { random: seededRandom(1), faults, later });
  const replies: MediaResult[] = [];
  const offer = () =>
    media.execute(
      { kind: "offer", session: "s", from: "a", description: EMPTY, networks: { a: "lan", b: "lan" } },
      (result) => replies.push(result),
    );
  const release = () => media.execute({ kind: "release", session: "s" }, (result) => replies.push(result));
  return { plane, media, delays, replies, offer, release };
}

test("without faults it passes everything on, after its delay", () => {
  const { plane, offer, release, replies, delays } = createMedia(GOOD);
  offer();
  expect(plane.books().sessions).toBe(1);
  release();
  expect(replies.map(({ ok }) => ok)).toEqual([true, true]);
  expect(delays).toEqual([5, 5]);
  expect(plane.books().sessions).toBe(0);
});

test("dead, it refuses everything, and still lets go of what it had", () => {
  const { plane, media, offer, release, replies } = createMedia(GOOD);
  offer();
  media.dead = true;
  offer();
  release();
  expect(replies.map((reply) => (reply.ok ? "ok" : reply.cause))).toEqual(["ok", "unavailable", "unavailable"]);
  expect(plane.books().sessions).toBe(0);
});

test("failure and stalls come as often as they should", () => {
  const { offer, replies, delays } = createMedia({ ...GOOD, failure: 0.3, stall: 0.2 });
  for (let count = 0; count < 1000; count += 1) offer();
  expect(replies).toHaveLength(1000);
  expect(replies.filter(({ ok }) => !ok).length).toBeGreaterThan(200);
  expect(replies.filter(({ ok }) => !ok).length).toBeLessThan(400);
  expect(delays.filter((delay) => delay === 12_000).length).toBeGreaterThan(130);
  expect(delays.filter((delay) => delay === 12_000).length).toBeLessThan(270);
});

test("events of the plane come through", () => {
  const { plane, media } = createMedia(GOOD);
  const heard: string[] = [];
  media.onEvent = (session, event) => heard.push(`${session} ${event.kind}`);
  plane.onEvent?.("s", { kind: "timeout", afterMs: 1 });
  expect(heard).toEqual(["s timeout"]);
});
