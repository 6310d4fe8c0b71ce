import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Frame, StreamFramer } from "./framer.ts";
import { MESSAGE_LIMITS } from "./parse-message.ts";

const message = (body: string, name = "Content-Length"): string =>
  `OPTIONS sip:a SIP/2.0\r\nCall-ID: 1\r\n${name}: ${body.length}\r\nMax-Forwards: 70\r\n\r\n${body}`;
const withLength = (line: string): string => `OPTIONS sip:a SIP/2.0\r\nCall-ID: 1\r\n${line}\r\n\r\n`;
const pushAll = (pieces: readonly string[]): Frame[] => {
  const framer = new StreamFramer();
  return pieces.flatMap((piece) => framer.push(piece));
};
const texts = (frames: readonly Frame[]): string[] =>
  frames.map((frame) => (frame.kind === "message" ? frame.text : frame.kind));

describe("messages", () => {
  test("come out whole, however the stream cuts them", () => {
    const body = fc.string({ unit: fc.constantFrom("a", "\r", "\n", "\0", "ÿ", " "), maxLength: 80 });
    const part = fc.oneof(
      fc.record({ body, name: fc.constantFrom("Content-Length", "l", "L", "content-length ", "CONTENT-LENGTH\t") }),
      fc.constant("ping" as const),
    );
    const cuts = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), cuts, (parts, sizes) => {
        const written = parts.map((one) => (one === "ping" ? "\r\n\r\n" : message(one.body, one.name)));
        const stream = written.join("");
        const pieces: string[] = [];
        for (let at = 0, turn = 0; at < stream.length; turn += 1) {
          const size = sizes[turn % sizes.length] as number;
          pieces.push(stream.slice(at, at + size));
          at += size;
        }
        expect(texts(pushAll(pieces))).toEqual(written.map((text) => (text === "\r\n\r\n" ? "ping" : text)));
      }),
    );
  });

  test("come out byte by byte, and many from one piece", () => {
    const stream = message("one") + message("") + message("three");
    expect(texts(pushAll([...stream]))).toEqual([message("one"), message(""), message("three")]);
    expect(texts(pushAll([stream]))).toEqual([message("one"), message(""), message("three")]);
  });

  test("may have a folded Content-Length, which a continuation of another header is not", () => {
    const folded = "OPTIONS sip:a SIP/2.0\r\nl:\r\n 2\r\nSubject: x\r\n l: 9\r\n\r\nab";
    expect(texts(pushAll([folded]))).toEqual([folded]);
  });

  test("are not confused by a body that looks like one", () => {
    const outer = message(message("inner"));
    expect(texts(pushAll([outer + message("x")]))).toEqual([outer, message("x")]);
  });
});

describe("between messages", () => {
  test("a double CRLF is a ping, a single one is nothing", () => {
    expect(texts(pushAll(["\r\n"]))).toEqual([]);
    expect(texts(pushAll(["\r", "\n\r", "\n"]))).toEqual(["ping"]);
    expect(texts(pushAll([`\r\n${message("a")}\r\n\r\n${message("b")}`]))).toEqual([
      message("a"),
      "ping",
      message("b"),
    ]);
    expect(texts(pushAll(["\r\n", message("a"), "\r\n", message("b")]))).toEqual([message("a"), message("b")]);
  });

  test("it is known whether one has begun", () => {
    const framer = new StreamFramer();
    expect(framer.midMessage).toBe(false);
    framer.push("\r\n");
    expect(framer.midMessage).toBe(false);
    framer.push("OPT");
    expect(framer.midMessage).toBe(true);
    framer.push(message("abc").slice(3));
    expect(framer.midMessage).toBe(false);
  });
});

describe("a stream is broken by", () => {
  test.each([
    ["no Content-Length", withLength("Subject: x")],
    ["two Content-Lengths", withLength("Content-Length: 0\r\nl: 0")],
    ["two Content-Lengths in two spellings", withLength("l : 0\r\nContent-length: 5")],
    ["a negative length", withLength("Content-Length: -1")],
    ["an exponent", withLength("Content-Length: 1e9")],
    ["two numbers", withLength("Content-Length: 5 5")],
    ["a sign", withLength("Content-Length: +5")],
    ["nothing", withLength("Content-Length:")],
    ["2^31 - 1", withLength("Content-Length: 2147483647")],
    ["10^18", withLength("Content-Length: 1000000000000000000")],
    ["a body over the limit", withLength(`Content-Length: ${MESSAGE_LIMITS.bodyBytes + 1}`)],
    ["a bare LF", "OPTIONS sip:a SIP/2.0\nl: 0\r\n\r\n"],
    ["a bare CR", "OPTIONS sip:a SIP/2.0\r\nSubject: a\rl: 3\r\nl: 0\r\n\r\n"],
    ["a NUL", "OPTIONS sip:a SIP/2.0\r\nSubject: a\0\r\nl: 0\r\n\r\n"],
    ["a CR between messages", "\rOPTIONS sip:a SIP/2.0\r\nl: 0\r\n\r\n"],
    ["a LF between messages", "\nOPTIONS sip:a SIP/2.0\r\nl: 0\r\n\r\n"],
    ["a head without end", "x".repeat(MESSAGE_LIMITS.headBytes + 1)],
    ["a head over the limit that ends", `x\r\nS: ${"x".repeat(MESSAGE_LIMITS.headBytes)}\r\nl: 0\r\n\r\n`],
  ])("%s, and gives nothing of what follows", (_, stream) => {
    expect(texts(pushAll([stream + message("hidden"), message("later")]))).toEqual(["broken"]);
    expect(texts(pushAll([...`${stream}${message("hidden")}`]))).toEqual(["broken"]);
  });

  test("nothing else than that: any stream gives frames, and at most one end", () => {
    const noise = fc.string({
      unit: fc.constantFrom("a", ":", "l", "0", "9", " ", "\r", "\n", "\r\n", "\0"),
      maxLength: 300,
    });
    fc.assert(
      fc.property(fc.array(noise, { maxLength: 6 }), (pieces) => {
        const kinds = pushAll(pieces).map(({ kind }) => kind);
        expect(kinds.indexOf("broken")).toBeOneOf([-1, kinds.length - 1]);
      }),
    );
  });
});
