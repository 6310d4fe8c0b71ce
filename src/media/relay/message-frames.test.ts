import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { frameMessage, MAX_MESSAGE_BYTES, MessageFrames } from "./message-frames.ts";

describe("messages on a byte stream", () => {
  test("come out as they went in, however the stream is cut", () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), fc.array(fc.integer({ min: 1, max: 20 })), (messages, cuts) => {
        const stream = Buffer.concat(messages.map((message) => frameMessage(message)));
        const frames = new MessageFrames();
        const heard: unknown[] = [];
        let at = 0;
        for (let turn = 0; at < stream.length; turn += 1) {
          const end = at + (cuts[turn % Math.max(1, cuts.length)] ?? 7);
          heard.push(...(frames.push(stream.subarray(at, end)) ?? ["broken"]));
          at = end;
        }
        expect(JSON.stringify(heard)).toBe(JSON.stringify(messages));
      }),
    );
  });

  test("too long a one is none of ours, before it is all there", () => {
    const header = Buffer.alloc(4);
    header.writeUInt32BE(MAX_MESSAGE_BYTES + 1);
    expect(new MessageFrames().push(header)).toBeNull();
  });

  test("what is no JSON is none of ours", () => {
    expect(new MessageFrames().push(Buffer.from([0, 0, 0, 2, 0x7b, 0x7b]))).toBeNull();
    expect(new MessageFrames().push(Buffer.from([0, 0, 0, 0]))).toBeNull();
  });
});
