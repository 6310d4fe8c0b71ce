import { describe, expect, it } from "vitest";
import type { SessionDescription } from "./description.ts";
import { formatDescription } from "./format.ts";
import { parseDescription } from "./parse.ts";
import { eventFormatOf, withAnsweredEvents, withOfferedEvents, withoutEvents } from "./telephone-event.ts";

function described(...media: readonly string[]): SessionDescription {
  const text = ["v=0", "o=- 1 1 IN IP4 192.0.2.1", "s=-", "c=IN IP4 192.0.2.1", "t=0 0", ...media, ""].join("\r\n");
  const parsed = parseDescription(text);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.failure));
  return parsed.value;
}

const linesOf = (description: SessionDescription) =>
  formatDescription(description)
    .split("\r\n")
    .filter((line) => /^(?:m=|a=(?:rtpmap|fmtp))/.test(line));

const WITH = [
  "m=audio 4000 RTP/AVP 8 0 97",
  "a=rtpmap:97 telephone-event/8000",
  "a=fmtp:97 0-15",
  "a=sendrecv",
] as const;
const WITHOUT = ["m=audio 4000 RTP/AVP 8 0", "a=sendrecv"] as const;

describe("telephone-event", () => {
  it("is found by name in any case, with its clock", () => {
    const one = (...media: string[]) => eventFormatOf(described(...media).media[0] as never);
    expect(one(...WITH)).toEqual({ payloadType: 97, clockRateHz: 8000 });
    expect(one("m=audio 4000 RTP/AVP 0 101", "a=rtpmap:101 TELEPHONE-EVENT/8000")).toMatchObject({ payloadType: 101 });
    expect(one(...WITHOUT)).toBeNull();
    expect(one("m=audio 0 RTP/AVP 8 97", "a=rtpmap:97 telephone-event/8000")).toBeNull();
    expect(one("m=video 4000 RTP/AVP 97", "a=rtpmap:97 telephone-event/8000")).toBeNull();
  });

  it("of several is the one at the clock of the first codec (RFC 4733 section 2.1)", () => {
    const lines = [
      "m=audio 4000 RTP/AVP 96 0 97 98",
      "a=rtpmap:96 opus/48000/2",
      "a=rtpmap:97 telephone-event/8000",
      "a=rtpmap:98 telephone-event/48000",
    ];
    expect(eventFormatOf(described(...lines).media[0] as never)).toEqual({ payloadType: 98, clockRateHz: 48_000 });
  });

  it("is left out with all that is said of it, and of audio alone", () => {
    const other = ["m=video 4002 RTP/AVP 97", "a=rtpmap:97 telephone-event/8000"];
    expect(linesOf(withoutEvents(described(...WITH, ...other)))).toEqual(["m=audio 4000 RTP/AVP 8 0", ...other]);
    const plain = described(...WITHOUT);
    expect(withoutEvents(plain)).toEqual(plain);
  });

  it("is put into an offer that has none, under a payload type that is free", () => {
    const added = (type: number, rate = 8000) => [`a=rtpmap:${type} telephone-event/${rate}`, `a=fmtp:${type} 0-16`];
    expect(linesOf(withOfferedEvents(described(...WITHOUT)))).toEqual(["m=audio 4000 RTP/AVP 8 0 101", ...added(101)]);
    const taken = ["m=audio 4000 RTP/AVP 101", "a=rtpmap:101 opus/48000/2"];
    expect(linesOf(withOfferedEvents(described(...taken)))).toEqual([
      "m=audio 4000 RTP/AVP 101 96",
      ...added(96, 48_000),
      "a=rtpmap:101 opus/48000/2",
    ]);
    const has = described(...WITH);
    expect(withOfferedEvents(has)).toEqual(has);
    const refused = described("m=audio 0 RTP/AVP 8");
    expect(withOfferedEvents(refused)).toEqual(refused);
  });

  it("is put into no offer that has no payload type left", () => {
    const types = Array.from({ length: 32 }, (_none, index) => 96 + index);
    const full = described(
      `m=audio 4000 RTP/AVP ${types.join(" ")}`,
      ...types.map((type) => `a=rtpmap:${type} L16/${8000 + type}`),
    );
    expect(withOfferedEvents(full)).toEqual(full);
  });

  it("is put into an answer as it was offered, and not where it was not", () => {
    const answer = described("m=audio 5000 RTP/AVP 8");
    expect(linesOf(withAnsweredEvents(answer, described(...WITH)))).toEqual([
      "m=audio 5000 RTP/AVP 8 97",
      "a=rtpmap:97 telephone-event/8000",
      "a=fmtp:97 0-16",
    ]);
    expect(withAnsweredEvents(answer, described(...WITHOUT))).toEqual(answer);
    const clashing = described("m=audio 5000 RTP/AVP 97", "a=rtpmap:97 iLBC/8000");
    expect(withAnsweredEvents(clashing, described(...WITH))).toEqual(clashing);
  });
});
