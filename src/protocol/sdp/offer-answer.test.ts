import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { MediaDescription, SessionDescription } from "./description.ts";
import {
  answerDirection,
  audioCodecOf,
  checkAnswer,
  connectionOf,
  type Direction,
  hasAudio,
  keepOffered,
  refuseStream,
  reverseDirection,
  streamDirection,
} from "./offer-answer.ts";
import { parseDescription } from "./parse.ts";

/** A description of these lines after c=. */
function describeSession(...lines: string[]): SessionDescription {
  const head = ["v=0", "o=- 1 1 IN IP4 192.0.2.1", "s=-", "c=IN IP4 192.0.2.1", "t=0 0"];
  const result = parseDescription([...head, ...lines].join("\r\n"));
  if (!result.ok) throw new Error(JSON.stringify(result.failure));
  return result.value;
}

function firstDirection(...lines: string[]): Direction {
  const description = describeSession(...lines);
  return streamDirection(description, description.media[0]!);
}

const DIRECTIONS: readonly Direction[] = ["sendrecv", "sendonly", "recvonly", "inactive"];

describe("the direction of a stream", () => {
  test.each<[string[], Direction]>([
    [["m=audio 9 RTP/AVP 0"], "sendrecv"],
    [["m=audio 9 RTP/AVP 0", "a=sendonly"], "sendonly"],
    [["a=recvonly", "m=audio 9 RTP/AVP 0"], "recvonly"],
    [["a=recvonly", "m=audio 9 RTP/AVP 0", "a=sendrecv"], "sendrecv"],
    [["m=audio 9 RTP/AVP 0", "a=inactive:x", "a=x"], "sendrecv"],
    [["m=audio 0 RTP/AVP 0", "a=sendonly"], "inactive"],
    [["m=audio 9 RTP/AVP 0", "c=IN IP4 0.0.0.0"], "sendonly"],
    [["m=audio 9 RTP/AVP 0", "c=IN IP6 ::", "a=recvonly"], "inactive"],
    [["m=audio 9 RTP/AVP 0", "c=IN IP4 0.0.0.0", "a=inactive"], "inactive"],
  ])("of %j is %s", (lines, expected) => {
    expect(firstDirection(...lines)).toBe(expected);
  });

  test("the section's address goes before the session's", () => {
    const description = describeSession("m=audio 9 RTP/AVP 0", "c=IN IP4 192.0.2.7", "m=audio 9 RTP/AVP 0");
    expect(description.media.map((media) => connectionOf(description, media)?.address)).toEqual([
      "192.0.2.7",
      "192.0.2.1",
    ]);
    const without = { ...description, connection: null };
    expect(connectionOf(without, without.media[1]!)).toBeNull();
  });

  test("an answer's is the offer's seen from the other end, less what is not wanted", () => {
    const table = DIRECTIONS.map((offered) => DIRECTIONS.map((wanted) => answerDirection(offered, wanted)));
    expect(table).toEqual([
      ["sendrecv", "sendonly", "recvonly", "inactive"],
      ["recvonly", "inactive", "recvonly", "inactive"],
      ["sendonly", "sendonly", "inactive", "inactive"],
      ["inactive", "inactive", "inactive", "inactive"],
    ]);
    expect(DIRECTIONS.map(reverseDirection)).toEqual(["sendrecv", "recvonly", "sendonly", "inactive"]);
  });
});

describe("an answer", () => {
  const OFFER = describeSession(
    "m=audio 49170 RTP/AVP 0 8 97 101",
    "a=rtpmap:97 iLBC/8000",
    "a=rtpmap:101 telephone-event/8000",
    "m=video 51372 RTP/AVP 31 32",
  );
  const VIDEO = "m=video 53000 RTP/AVP 32";
  const NO_VIDEO = "m=video 0 RTP/AVP 31";

  // After the flows of RFC 4317 sections 2.1 to 2.3 and 3.1.
  test.each([
    ["both streams taken", ["m=audio 49174 RTP/AVP 0", VIDEO]],
    ["the second refused", ["m=audio 49172 RTP/AVP 0 8", NO_VIDEO]],
    ["both refused", ["m=audio 0 RTP/AVP 0", NO_VIDEO]],
    ["a codec under another number", ["m=audio 49172 RTP/AVP 99", "a=rtpmap:99 ilbc/8000", NO_VIDEO]],
    ["a codec by the offer's number alone", ["m=audio 49172 RTP/AVP 97", NO_VIDEO]],
    ["one more codec than offered", ["m=audio 49172 RTP/AVP 0 3", NO_VIDEO]],
    ["media type and protocol in other case", ["m=AUDIO 49172 rtp/avp 0", NO_VIDEO]],
    ["held", ["m=audio 49172 RTP/AVP 0", "a=inactive", NO_VIDEO]],
  ])("is legal with %s", (_name, lines) => {
    expect(checkAnswer(OFFER, describeSession(...lines))).toBeNull();
  });

  test.each([
    ["media-count", null, ["m=audio 49172 RTP/AVP 0"]],
    ["media-count", null, ["m=audio 49172 RTP/AVP 0", NO_VIDEO, NO_VIDEO]],
    ["media-type", 0, [NO_VIDEO, "m=audio 49172 RTP/AVP 0"]],
    ["protocol", 0, ["m=audio 49172 RTP/SAVP 0", NO_VIDEO]],
    ["protocol", 1, ["m=audio 49172 RTP/AVP 0", "m=video 0 RTP/AVPF 31"]],
    ["formats", 0, ["m=audio 49172 RTP/AVP 3", NO_VIDEO]],
    ["formats", 0, ["m=audio 49172 RTP/AVP 101", "a=rtpmap:101 telephone-event/8000", NO_VIDEO]],
    ["formats", 0, ["m=audio 49172 RTP/AVP 101", NO_VIDEO]],
    ["formats", 0, ["m=audio 49172 RTP/AVP 97", "a=rtpmap:97 speex/8000", NO_VIDEO]],
    ["formats", 1, ["m=audio 49172 RTP/AVP 0", "m=video 53000 RTP/AVP 99"]],
  ])("is illegal (%s, stream %s): %j", (fault, stream, lines) => {
    expect(checkAnswer(OFFER, describeSession(...lines))).toEqual({ fault, stream });
  });

  test("may not take up what the offer refused", () => {
    const offer = describeSession("m=audio 0 RTP/AVP 0");
    expect(checkAnswer(offer, describeSession("m=audio 9 RTP/AVP 0"))).toEqual({ fault: "refused-stream", stream: 0 });
    expect(checkAnswer(offer, describeSession("m=audio 0 RTP/AVP 0"))).toBeNull();
  });

  test("to a hold may not send back more than it takes, which is told after all that is worse", () => {
    const hold = describeSession("m=audio 9 RTP/AVP 0", "a=sendonly", "m=audio 9 RTP/AVP 0");
    const wrong = "m=audio 9 RTP/AVP 0";
    expect(checkAnswer(hold, describeSession(wrong, wrong))).toEqual({ fault: "direction", stream: 0 });
    expect(checkAnswer(hold, describeSession(wrong, "m=audio 9 RTP/AVP 3"))).toEqual({ fault: "formats", stream: 1 });
    expect(checkAnswer(hold, describeSession(wrong, "a=recvonly", wrong))).toBeNull();
    expect(checkAnswer(hold, describeSession(wrong, "a=inactive", wrong))).toBeNull();
  });

  test("with every direction: legal exactly when answerDirection would leave it as it is", () => {
    for (const offered of DIRECTIONS) {
      for (const answered of DIRECTIONS) {
        const offer = describeSession("m=audio 9 RTP/AVP 0", `a=${offered}`);
        const fault = checkAnswer(offer, describeSession("m=audio 9 RTP/AVP 0", `a=${answered}`));
        expect(fault === null).toBe(answerDirection(offered, answered) === answered);
      }
    }
  });

  test("that repeats the offer's formats, or refuses any of its streams, is always legal", () => {
    const line = fc
      .tuple(
        fc.constantFrom("audio", "video", "application"),
        fc.constantFrom(0, 4000),
        fc.shuffledSubarray(["0", "8", "18"], { minLength: 1 }),
      )
      .map(([type, port, formats]) => `m=${type} ${port} RTP/AVP ${formats.join(" ")}`);
    fc.assert(
      fc.property(
        fc.array(line, { maxLength: 5 }),
        fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }),
        (lines, taken) => {
          const offer = describeSession(...lines);
          const media = offer.media.map((section, index) => (taken[index] ? section : refuseStream(section)));
          expect(checkAnswer(offer, { ...offer, media })).toBeNull();
        },
      ),
    );
  });
});

describe("what was offered", () => {
  const OFFER = describeSession(
    "m=audio 4000 RTP/AVP 0 97 101",
    "a=rtpmap:97 iLBC/8000",
    "a=rtpmap:101 telephone-event/8000",
    "m=video 5000 RTP/AVP 31",
  );
  const VIDEO = "m=video 5000 RTP/AVP 31 34";

  test.each([
    ["what was not offered goes", ["m=audio 9 RTP/AVP 18 0 8 101", "a=rtpmap:101 telephone-event/8000"], ["0", "101"]],
    ["the answerer's order and numbers stay", ["m=audio 9 RTP/AVP 99 0", "a=rtpmap:99 ILBC/8000"], ["99", "0"]],
    ["a number without rtpmap means what the offer says", ["m=audio 9 RTP/AVP 97 101"], ["97", "101"]],
    ["a number with another meaning goes", ["m=audio 9 RTP/AVP 0 97", "a=rtpmap:97 speex/8000"], ["0"]],
    ["a format twice counts once", ["m=audio 9 RTP/AVP 0 0 97 97"], ["0", "97"]],
  ])("of an answer, %s", (_name, lines, formats) => {
    const kept = keepOffered(OFFER, describeSession(...lines, VIDEO));
    expect(kept.media[0]).toMatchObject({ port: 9, formats });
    expect(kept.media[0]!.attributes.every(({ value }) => formats.includes(value?.split(" ")[0] ?? ""))).toBe(true);
    expect(kept.media[1]!.formats).toEqual(["31", "34"]);
  });

  test("gives a number without rtpmap the offer's", () => {
    const [audio] = keepOffered(OFFER, describeSession("m=audio 9 RTP/AVP 97", "a=ptime:20", VIDEO)).media;
    expect(audio!.attributes).toEqual([
      { name: "rtpmap", value: "97 iLBC/8000" },
      { name: "ptime", value: "20" },
    ]);
  });

  test("leaves nothing of a stream that shares no voice codec with it", () => {
    const answer = describeSession("m=audio 9 RTP/AVP 8 101", "a=rtpmap:101 telephone-event/8000", VIDEO);
    expect(keepOffered(OFFER, answer).media[0]).toEqual(refuseStream(answer.media[0]!));
  });
});

describe("a refused stream", () => {
  test("keeps its type, protocol and formats, and nothing else", () => {
    const description = describeSession(
      "m=video 5000/2 RTP/AVPF 96",
      "i=x",
      "c=IN IP4 192.0.2.9",
      "b=AS:1",
      "a=rtpmap:96 VP8/90000",
    );
    expect(refuseStream(description.media[0]!)).toEqual<MediaDescription>({
      type: "video",
      port: 0,
      portCount: null,
      protocol: "RTP/AVPF",
      formats: ["96"],
      title: null,
      connection: null,
      bandwidths: [],
      attributes: [],
    });
  });

  test("has a format even where the offer had none, as an m= line needs one", () => {
    expect(refuseStream(describeSession("m=video 0 RTP/AVP").media[0]!).formats).toEqual(["0"]);
  });
});

describe("the codec of an answer", () => {
  test.each([
    [["m=audio 9 RTP/AVP 0 8"], "PCMU/8000"],
    [["m=audio 9 RTP/AVP 101 96", "a=rtpmap:101 telephone-event/8000", "a=rtpmap:96 opus/48000/2"], "opus/48000/2"],
    [["m=audio 0 RTP/AVP 0", "m=audio 9 RTP/AVP 8"], "PCMA/8000"],
    [["m=audio 9 RTP/AVP 13 99"], null],
    [["m=audio 0 RTP/AVP 0"], null],
    [["m=video 9 RTP/AVP 31"], null],
    [[], null],
  ])("of %j is %s", (lines, expected) => {
    expect(audioCodecOf(describeSession(...lines))).toBe(expected);
  });

  test("there is audio when a stream of it is not refused", () => {
    expect(hasAudio(describeSession("m=video 9 RTP/AVP 31", "m=audio 9 RTP/AVP 0"))).toBe(true);
    expect(hasAudio(describeSession("m=video 9 RTP/AVP 31", "m=audio 0 RTP/AVP 0"))).toBe(false);
  });
});
