import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { audioFormats, codecLabel, filterAudio, isAuxiliary, sameCodec, staticCodec } from "./codecs.ts";
import type { MediaDescription } from "./description.ts";

/** `audio("0 101", "rtpmap:101 telephone-event/8000")` */
function audio(formats: string, ...attributes: string[]): MediaDescription {
  return {
    type: "audio",
    port: 4000,
    portCount: null,
    protocol: "RTP/AVP",
    formats: formats.split(" "),
    title: null,
    connection: null,
    bandwidths: [],
    attributes: attributes.map((text) => {
      const colon = text.indexOf(":");
      return colon === -1 ? { name: text, value: null } : { name: text.slice(0, colon), value: text.slice(colon + 1) };
    }),
  };
}

function labels(media: MediaDescription): string[] {
  return audioFormats(media).map((format) => `${format.payloadType} ${codecLabel(format.codec)}`);
}

function kept(media: MediaDescription, codecs: readonly string[] | null): string | null {
  return filterAudio(media, codecs)?.formats.join(" ") ?? null;
}

const RICH = audio(
  "96 9 0 8 18 13 105 101 100",
  "rtpmap:96 opus/48000/2",
  "fmtp:96 useinbandfec=1",
  "rtpmap:9 G722/8000",
  "rtpmap:0 PCMU/8000",
  "rtpmap:8 PCMA/8000",
  "fmtp:18 annexb=no",
  "rtpmap:105 CN/16000",
  "rtpmap:101 telephone-event/8000",
  "fmtp:101 0-16",
  "rtpmap:100 telephone-event/48000",
  "rtcp-fb:96 nack",
  "rtcp-fb:* transport-cc",
  "ptime:20",
  "sendrecv",
);

describe("the formats of an audio stream", () => {
  test("are told by number where RFC 3551 assigned it, else by rtpmap", () => {
    expect(labels(RICH)).toEqual([
      "96 opus/48000/2",
      "9 G722/8000",
      "0 PCMU/8000",
      "8 PCMA/8000",
      "18 G729/8000",
      "13 CN/8000",
      "105 CN/16000",
      "101 telephone-event/8000",
      "100 telephone-event/48000",
    ]);
    expect(audioFormats(RICH)[0]?.parameters).toBe("useinbandfec=1");
    expect(audioFormats(RICH)[2]?.parameters).toBeNull();
  });

  test("keep the clock of G722 at 8000, whatever is written", () => {
    expect(labels(audio("9 98", "rtpmap:9 G722/16000", "rtpmap:98 g722/16000"))).toEqual([
      "9 G722/8000",
      "98 g722/8000",
    ]);
  });

  test("cannot be given another meaning by an rtpmap on a static number", () => {
    expect(labels(audio("0 18", "rtpmap:0 opus/48000/2", "rtpmap:18 G729a/8000"))).toEqual([
      "0 PCMU/8000",
      "18 G729/8000",
    ]);
  });

  test.each([
    "96",
    "96 ",
    "96 opus",
    "96 /8000",
    "96 opus/",
    "96 opus/0",
    "96 opus/x",
    "96 opus/-8000",
    "96 opus/8e3",
    "96 opus/99999999999",
    "96 opus/48000/0",
    "96 opus/48000/2/2",
    "128 opus/48000/2",
    "x opus/48000",
    "96opus/48000",
  ])("leave out a dynamic one whose rtpmap is %j", (value) => {
    expect(labels(audio("96 0", `rtpmap:${value}`))).toEqual(["0 PCMU/8000"]);
  });

  test("count once each, and leave out what is no payload type", () => {
    expect(labels(audio("0 0 8 128 * -1 00"))).toEqual(["0 PCMU/8000", "8 PCMA/8000"]);
  });

  test("compare by name without regard to case, clock and channels", () => {
    const opus = { name: "OPUS", clockRateHz: 48_000, channels: 2 };
    expect(sameCodec(opus, { ...opus, name: "opus" })).toBe(true);
    expect(sameCodec(opus, { ...opus, channels: 1 })).toBe(false);
    expect(sameCodec(opus, { ...opus, clockRateHz: 8000 })).toBe(false);
    expect(staticCodec(1)).toBeNull();
    expect(staticCodec(34)).toBeNull();
  });
});

describe("a list of codecs", () => {
  test.each([
    [["PCMU"], "0 13 101"],
    [["PCMA", "PCMU"], "8 0 13 101"],
    [["pcmu", "g722"], "0 9 13 101"],
    [["opus"], "96 100"],
    [["opus/48000/2", "PCMA/8000"], "96 8 13 101 100"],
    [["opus/48000"], null],
    [["PCMU/16000"], null],
    [["GSM"], null],
    [["telephone-event", "CN"], null],
    [[], null],
    [["PCMU", "PCMU", "PCMU/8000"], "0 13 101"],
  ])("%j leaves %s", (codecs, expected) => {
    expect(kept(RICH, codecs)).toBe(expected);
  });

  test("that is null leaves all that can be told, auxiliary formats last", () => {
    expect(kept(RICH, null)).toBe("96 9 0 8 18 13 101 100");
    expect(kept(audio("101 0 99", "rtpmap:101 telephone-event/8000"), null)).toBe("0 101");
    expect(kept(audio("101", "rtpmap:101 telephone-event/8000"), null)).toBeNull();
  });

  test("takes along what is said of the formats it leaves, and nothing of the others", () => {
    expect(filterAudio(RICH, ["PCMU"])?.attributes).toEqual(
      audio(
        "0",
        "rtpmap:0 PCMU/8000",
        "rtpmap:101 telephone-event/8000",
        "fmtp:101 0-16",
        "rtcp-fb:* transport-cc",
        "ptime:20",
        "sendrecv",
      ).attributes,
    );
  });

  test("leaves one rtpmap a format, the one that was understood", () => {
    const twice = audio(
      "0 96",
      "rtpmap:96 iLBC",
      "rtpmap:96 iLBC/8000",
      "rtpmap:96 opus/48000/2",
      "rtpmap:0 G729/8000",
      "rtpmap:0 pcmu/8000/1",
    );
    expect(filterAudio(twice, null)?.attributes.map((attribute) => attribute.value)).toEqual([
      "96 iLBC/8000",
      "0 pcmu/8000/1",
    ]);
  });

  test("leaves telephone-event of a wrong rate where there is none of the right one", () => {
    const polycom = audio("102 0 127", "rtpmap:102 G7221/16000", "rtpmap:127 telephone-event/8000");
    expect(kept(polycom, ["G7221"])).toBe("102 127");
    expect(kept(polycom, ["PCMU"])).toBe("0 127");
    expect(kept(audio("102 13", "rtpmap:102 G7221/16000"), null)).toBe("102");
  });

  test.each([
    ["0/5", ["red", "PCMU", "DVI4"], "121 0 5"],
    ["0/5", ["red", "PCMU"], "0"],
    ["0/5", ["PCMU", "DVI4"], "0 5"],
    ["121/0", ["red", "PCMU"], "0"],
    ["0/0", ["red"], null],
    ["x", ["red", "PCMU"], "0"],
  ])("leaves red over %s for %j: %s", (carried, codecs, expected) => {
    const media = audio("121 0 5", "rtpmap:121 red/8000", `fmtp:121 ${carried}`);
    expect(kept(media, codecs)).toBe(expected);
  });

  const NAMES = ["PCMU", "PCMA", "G722", "G729", "opus", "iLBC"];
  const anyMedia = fc.record({
    formats: fc.array(fc.constantFrom("0", "8", "9", "18", "13", "96", "97", "98", "101", "111"), { minLength: 1 }),
    maps: fc.array(
      fc.constantFrom(
        "rtpmap:96 opus/48000/2",
        "rtpmap:97 iLBC/8000",
        "rtpmap:101 telephone-event/8000",
        "rtpmap:111 telephone-event/48000",
        "rtpmap:96 PCMU/8000",
        "fmtp:97 mode=20",
        "ptime:20",
      ),
    ),
  });

  test("leaves a subset, keeps its order, and filtering again changes nothing", () => {
    fc.assert(
      fc.property(anyMedia, fc.option(fc.shuffledSubarray(NAMES)), ({ formats, maps }, codecs) => {
        const media = audio(formats.join(" "), ...maps);
        const filtered = filterAudio(media, codecs);
        const known = audioFormats(media);
        const wanted = known.filter(
          ({ codec }) =>
            !isAuxiliary(codec) &&
            (codecs === null || codecs.some((name) => name.toLowerCase() === codec.name.toLowerCase())),
        );
        if (filtered === null) {
          expect(wanted).toEqual([]);
          return;
        }
        const left = audioFormats(filtered);
        expect(left).toHaveLength(filtered.formats.length);
        for (const format of left) expect(known).toContainEqual(format);
        expect(left.filter(({ codec }) => !isAuxiliary(codec))).toHaveLength(wanted.length);
        const ranks = left
          .filter(({ codec }) => !isAuxiliary(codec))
          .map(({ codec }) => codecs?.indexOf(codec.name) ?? 0);
        expect(ranks).toEqual([...ranks].sort((one, other) => one - other));
        expect(filterAudio(filtered, codecs)).toEqual(filtered);
      }),
      { numRuns: 1000 },
    );
  });
});
