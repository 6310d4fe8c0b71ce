import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Origin, SessionDescription } from "./description.ts";
import { formatDescription } from "./format.ts";
import { hasAudio } from "./offer-answer.ts";
import { parseDescription } from "./parse.ts";
import { BORDER_ATTRIBUTES, shapeDescription } from "./shape-description.ts";

const OURS: Origin = {
  username: "-",
  sessionId: "77",
  sessionVersion: "1",
  addressType: "IP4",
  address: "203.0.113.10",
};

function read(...lines: string[]): SessionDescription {
  const result = parseDescription(lines.join("\r\n"));
  if (!result.ok) throw new Error(JSON.stringify(result.failure));
  return result.value;
}

function shape(description: SessionDescription, codecs: readonly string[] | null = null): SessionDescription {
  return shapeDescription(description, { codecs, origin: OURS, keepAttributes: BORDER_ATTRIBUTES });
}

const INSIDE = [
  "v=0",
  "o=bob 99 7 IN IP4 pbx.inside.example",
  "s=PBX Inside 1.2",
  "i=inside",
  "u=http://inside.example/",
  "e=bob@inside.example",
  "p=+1 202 555 0100",
  "c=IN IP4 10.9.9.9",
  "b=AS:128",
  "b=X-INSIDE:10.9.9.9",
  "t=3034423619 3042462419",
  "k=clear:inside",
  "a=tool:Inside 1.2",
  "a=ice-ufrag:inside",
  "a=fingerprint:SHA-256 AA:BB",
  "a=group:BUNDLE inside",
];
const INSIDE_AUDIO = [
  "m=audio 4000/2 RTP/AVP 0 8 101",
  "i=inside",
  "b=TIAS:64000",
  "a=rtpmap:0 PCMU/8000",
  "a=rtpmap:8 PCMA/8000",
  "a=rtpmap:101 telephone-event/8000",
  "a=fmtp:101 0-15",
  "a=ptime:20",
  "a=maxptime:60",
  "a=rtcp:4007 IN IP4 10.9.9.9",
  "a=rtcp-mux",
  "a=candidate:1 1 UDP 2130706431 10.9.9.9 4000 typ host",
  "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:inside",
  "a=ssrc:1 cname:bob@inside.example",
  "a=label:inside",
  "a=sendrecv",
];

describe("what crosses the border", () => {
  test("is a description of ours with what an audio stream needs", () => {
    const shaped = shape(read(...INSIDE, ...INSIDE_AUDIO, "m=video 5000 RTP/AVP 96", "a=rtpmap:96 VP8/90000"), [
      "PCMA",
    ]);
    expect(formatDescription(shaped).split("\r\n")).toEqual([
      "v=0",
      "o=- 77 1 IN IP4 203.0.113.10",
      "s=-",
      // The media plane replaces it and the ports: it needs them to know where the peer is.
      "c=IN IP4 10.9.9.9",
      "b=AS:128",
      "t=0 0",
      "m=audio 4000 RTP/AVP 8 101",
      "b=TIAS:64000",
      "a=rtpmap:8 PCMA/8000",
      "a=rtpmap:101 telephone-event/8000",
      "a=fmtp:101 0-15",
      "a=ptime:20",
      "a=maxptime:60",
      "a=rtcp:4007",
      "a=rtcp-mux",
      "a=sendrecv",
      "m=video 0 RTP/AVP 96",
      "",
    ]);
  });

  test("is nothing of the inside but the address, whatever stands beside it", () => {
    const lines = fc.array(
      fc.constantFrom(
        "a=x-inside:1",
        "a=inside",
        "a=rtcp:x inside",
        "a=rtcp:99999 inside",
        "a=fmtp:99 inside",
        "a=rtpmap:99 inside",
        "a=rtpmap:0 inside/8000",
        "b=inside:1 2",
        "i=inside",
        "e=inside",
        "k=inside",
        "z=inside",
        "a=sendonly",
        "m=audio 4000 RTP/AVP 0 8",
        "m=image 4000 udptl t38",
        "m=audio 4000 RTP/SAVP 0",
      ),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(lines, fc.constantFrom(null, ["PCMU"], ["G729"]), (more, codecs) => {
        const shaped = shape(read(...INSIDE, ...more), codecs);
        expect(formatDescription(shaped).replace("c=IN IP4 10.9.9.9", "")).not.toMatch(/inside|10\.9\.9\.9/i);
        expect(shaped.media).toHaveLength(more.filter((line) => line.startsWith("m=")).length);
        expect(shape(shaped, codecs)).toEqual(shaped);
      }),
      { numRuns: 500 },
    );
  });

  test("keeps only the attributes it is told", () => {
    const description = read(...INSIDE, ...INSIDE_AUDIO);
    const bare = shapeDescription(description, {
      codecs: null,
      origin: OURS,
      keepAttributes: new Set(["ptime", "label"]),
    });
    expect(bare.media[0]!.attributes.map((attribute) => attribute.name)).toEqual(["ptime", "label"]);
  });
});

describe("the direction", () => {
  test.each([
    [["a=sendonly", "m=audio 9 RTP/AVP 0"], "sendonly"],
    [["m=audio 9 RTP/AVP 0", "c=IN IP4 0.0.0.0"], "sendonly"],
    [["m=audio 9 RTP/AVP 0", "c=IN IP4 0.0.0.0", "a=recvonly"], "inactive"],
    [["m=audio 9 RTP/AVP 0", "a=sendonly", "a=recvonly"], "sendonly"],
    [["m=audio 9 RTP/AVP 0"], "sendrecv"],
  ])("of %j is written into the stream: %s", (lines, expected) => {
    const shaped = shape(read("v=0", "o=- 1 1 IN IP4 10.9.9.9", "c=IN IP4 10.9.9.9", ...lines));
    expect(shaped.attributes).toEqual([]);
    expect(shaped.media[0]!.attributes).toEqual([{ name: expected, value: null }]);
  });
});

describe("what cannot be carried", () => {
  const head = ["v=0", "o=- 1 1 IN IP4 10.9.9.9"];

  test.each([
    ["video", "m=video 9 RTP/AVP 31"],
    ["fax", "m=image 9 udptl t38"],
    ["audio over TCP", "m=audio 9 TCP/RTP/AVP 0"],
    ["audio with no codec of the list", "m=audio 9 RTP/AVP 18"],
    ["audio that was refused already", "m=audio 0 RTP/AVP 0"],
  ])("is refused in its place: %s", (_name, line) => {
    const shaped = shape(read(...head, "c=IN IP4 10.9.9.9", line, "a=sendonly", "m=audio 9 RTP/AVPF 0"), ["PCMU"]);
    expect(shaped.media.map((media) => media.port)).toEqual([0, 9]);
    expect(shaped.media[0]).toMatchObject({ connection: null, attributes: [], bandwidths: [], title: null });
    expect(hasAudio(shaped)).toBe(true);
    expect(hasAudio(shape(read(...head, line), ["PCMU"]))).toBe(false);
  });

  test("an encrypted stream leaves its profile and its keys behind", () => {
    const key = "inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz";
    const line = `a=crypto:1 AES_CM_128_HMAC_SHA1_80 ${key}`;
    const shaped = shape(
      read(...head, "c=IN IP4 10.9.9.9", "m=audio 9 RTP/SAVPF 0", line, "m=audio 9 RTP/SAVP 8", line),
    );
    expect(shaped.media.map(({ protocol }) => protocol)).toEqual(["RTP/AVP", "RTP/AVP"]);
    expect(JSON.stringify(shaped)).not.toContain("crypto");
  });

  test("has our address where the session gives it none", () => {
    const shaped = shape(
      read(...head, "m=video 9 RTP/AVP 31", "c=IN IP4 10.9.9.9", "m=audio 9 RTP/AVP 0", "c=IN IP4 10.9.9.9"),
    );
    expect(shaped.media.map((media) => media.connection?.address)).toEqual(["203.0.113.10", "10.9.9.9"]);
  });
});
