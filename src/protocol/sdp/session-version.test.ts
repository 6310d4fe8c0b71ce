import { describe, expect, test } from "vitest";
import type { SessionDescription } from "./description.ts";
import { continueSession, sameButOrigin } from "./session-version.ts";

const SENT: SessionDescription = {
  origin: {
    username: "-",
    sessionId: "5",
    sessionVersion: "9007199254740993",
    addressType: "IP4",
    address: "192.0.2.1",
  },
  sessionName: "-",
  connection: { addressType: "IP4", address: "192.0.2.1" },
  bandwidths: ["AS:64"],
  timing: "0 0",
  attributes: [{ name: "x", value: null }],
  media: [
    {
      type: "audio",
      port: 4000,
      portCount: null,
      protocol: "RTP/AVP",
      formats: ["0", "8"],
      title: null,
      connection: null,
      bandwidths: [],
      attributes: [{ name: "ptime", value: "20" }],
    },
  ],
};
const [MEDIA] = SENT.media;
const OTHER_ORIGIN = { ...SENT.origin, sessionId: "6", sessionVersion: "1" };

function withMedia(change: Partial<SessionDescription["media"][number]>): SessionDescription {
  return { ...SENT, media: [{ ...MEDIA!, ...change }] };
}

const CHANGES: readonly [string, SessionDescription][] = [
  ["name", { ...SENT, sessionName: "x" }],
  ["timing", { ...SENT, timing: "1 1" }],
  ["address", { ...SENT, connection: { addressType: "IP4", address: "192.0.2.2" } }],
  ["address type", { ...SENT, connection: { addressType: "IP6", address: "192.0.2.1" } }],
  ["no address", { ...SENT, connection: null }],
  ["bandwidth", { ...SENT, bandwidths: ["AS:80"] }],
  ["attribute name", { ...SENT, attributes: [{ name: "y", value: null }] }],
  ["attribute value", { ...SENT, attributes: [{ name: "x", value: "" }] }],
  ["no attribute", { ...SENT, attributes: [] }],
  ["no media", { ...SENT, media: [] }],
  ["more media", { ...SENT, media: [MEDIA!, MEDIA!] }],
  ["type", withMedia({ type: "video" })],
  ["port", withMedia({ port: 0 })],
  ["port count", withMedia({ portCount: 2 })],
  ["protocol", withMedia({ protocol: "RTP/AVPF" })],
  ["order of formats", withMedia({ formats: ["8", "0"] })],
  ["title", withMedia({ title: "x" })],
  ["media address", withMedia({ connection: { addressType: "IP4", address: "192.0.2.2" } })],
  ["media bandwidth", withMedia({ bandwidths: ["AS:1"] })],
  ["media attribute", withMedia({ attributes: [{ name: "ptime", value: "30" }] })],
];

describe("the session version", () => {
  test("stays while nothing but the origin differs", () => {
    const again = { ...structuredClone(SENT), origin: OTHER_ORIGIN };
    expect(sameButOrigin(SENT, again)).toBe(true);
    expect(continueSession(SENT, again).origin).toEqual(SENT.origin);
  });

  test.each(CHANGES)("goes up by one, beyond what a number holds, with another %s", (_name, next) => {
    expect(sameButOrigin(SENT, next)).toBe(false);
    expect(sameButOrigin(next, SENT)).toBe(false);
    expect(continueSession(SENT, { ...next, origin: OTHER_ORIGIN })).toEqual({
      ...next,
      origin: { ...SENT.origin, sessionVersion: "9007199254740994" },
    });
  });

  test("is as given in the first description, and wraps at 64 bits", () => {
    expect(continueSession(null, SENT)).toBe(SENT);
    const last = { ...SENT, origin: { ...SENT.origin, sessionVersion: "18446744073709551615" } };
    expect(continueSession(last, { ...SENT, timing: "1 1" }).origin.sessionVersion).toBe("0");
  });
});
