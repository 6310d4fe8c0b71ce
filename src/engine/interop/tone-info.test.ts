import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseMessage } from "../../protocol/sip/index.ts";
import { readToneInfo, toneInfo } from "./tone-info.ts";

function info(type: string, body: string) {
  const head = `INFO sip:a@b SIP/2.0\r\nContent-Type: ${type}\r\nContent-Length: ${body.length}\r\n\r\n`;
  const parsed = parseMessage(head + body);
  if (!parsed.ok) throw new Error("no message");
  return parsed.value;
}

const relay = (body: string) => readToneInfo(info("application/dtmf-relay", body));

describe("a tone in INFO", () => {
  it.each([
    ["Signal=5\r\nDuration=160\r\n", 5, 160],
    ["Signal= 5\r\nDuration= 250", 5, 250],
    ["signal=#\nduration=100\n", 11, 100],
    ["Signal=*\r\nDuration=100\r\n", 10, 100],
    ["Signal=d\r\n", 15, 160],
    ["Signal=11\r\nDuration=90\r\n", 11, 90],
    ["Signal=!\r\nDuration=5\r\n", 16, 40],
    ["Duration=99999\r\nSignal=1\r\nX=2\r\n", 1, 8000],
    ["Signal=1\r\nDuration=long\r\n", 1, 160],
  ])("of application/dtmf-relay: %j", (body, event, durationMs) => {
    expect(relay(body)).toEqual({ event, durationMs });
  });

  it.each([
    "",
    "Signal=\r\n",
    "Signal=E\r\n",
    "Signal=17\r\n",
    "Signal=123\r\n",
    "5",
    "=5",
    `${"X=1\r\n".repeat(20)}Signal=1`,
  ])("cannot be read: %j", (body) => {
    expect(relay(body)).toBe("malformed");
  });

  it("of application/dtmf is the key alone", () => {
    expect(readToneInfo(info("Application/DTMF", "7\r\n"))).toEqual({ event: 7, durationMs: 160 });
    expect(readToneInfo(info("application/dtmf", "77x"))).toBe("malformed");
  });

  it("is none in a body of another type", () => {
    expect(readToneInfo(info("text/plain", "5"))).toBeNull();
  });

  it("reads back as it was written", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 16 }), fc.integer({ min: 40, max: 8000 }), (event, durationMs) => {
        const body = toneInfo({ event, durationMs });
        expect(readToneInfo(info(body.contentType, body.text))).toEqual({ event, durationMs });
      }),
    );
  });

  it("is total on any body", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200, unit: "grapheme-ascii" }), (body) => {
        expect(["object", "string"]).toContain(typeof relay(body));
      }),
    );
  });
});
