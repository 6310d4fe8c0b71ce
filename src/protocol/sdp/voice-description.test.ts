import { expect, test } from "vitest";
import { audioFormats, codecLabel } from "./codecs.ts";
import { formatDescription } from "./format.ts";
import { hasAudio } from "./offer-answer.ts";
import { parseDescription } from "./parse.ts";
import { voiceDescription, withSingleCodec } from "./voice-description.ts";

const ORIGIN = { username: "-", sessionId: "1", sessionVersion: "1", addressType: "IP4", address: "192.0.2.1" };

test("names codecs with their payload types, static and dynamic, and tones", () => {
  const text = formatDescription(voiceDescription(ORIGIN, ["opus", "PCMA", "iLBC", "nonsense"]));
  expect(text).toContain("c=IN IP4 0.0.0.0\r\n");
  expect(text).toContain("m=audio 9 RTP/AVP 96 8 97 101\r\n");
  expect(text).toContain("a=rtpmap:96 opus/48000/2\r\n");
  expect(text).toContain("a=rtpmap:97 iLBC/8000\r\n");
  const parsed = parseDescription(text);
  expect(parsed.ok && hasAudio(parsed.value)).toBe(true);
});

test("no two codecs share a payload type, whatever is listed", () => {
  const all = ["opus", "iLBC", "AMR", "AMR-WB", "EVS", "L16", "speex", "PCMU", "G729"];
  const [audio] = voiceDescription(ORIGIN, all).media;
  expect(new Set(audio?.formats).size).toBe(all.length + 1);
});

test("leaves one codec where there must be no choice", () => {
  const [audio] = withSingleCodec(voiceDescription(ORIGIN, ["PCMA", "PCMU", "G729"])).media;
  expect(audio === undefined ? [] : audioFormats(audio).map(({ codec }) => codecLabel(codec))).toEqual([
    "PCMA/8000",
    "telephone-event/8000",
  ]);
});
