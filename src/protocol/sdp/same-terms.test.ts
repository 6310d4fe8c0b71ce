import { expect, test } from "vitest";
import { parseDescription } from "./parse.ts";
import { sameTerms } from "./same-terms.ts";

function described(lines: readonly string[], address = "192.0.2.1") {
  const head = ["v=0", `o=- 1 1 IN IP4 ${address}`, "s=-", `c=IN IP4 ${address}`, "t=0 0"];
  const parsed = parseDescription([...head, ...lines, ""].join("\r\n"));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.failure));
  return parsed.value;
}

const EVENTS = ["a=rtpmap:101 telephone-event/8000", "a=fmtp:101 0-15"];
const own = described(["m=audio 20000 RTP/AVP 0 101", ...EVENTS], "198.51.100.1");
const offered = described(["m=audio 4000 RTP/AVP 0 8 9 101", ...EVENTS, "a=sendrecv"]);

test.each([
  ["an answer with less than was offered", ["m=audio 4000 RTP/AVP 0 101", ...EVENTS]],
  ["the other spelling of an event", ["m=audio 4000 RTP/AVP 101 0", "a=rtpmap:101 TELEPHONE-EVENT/8000", "a=ptime:20"]],
])("%s comes to the same", (_, lines) => {
  expect(sameTerms(own, offered, described(lines))).toBe(true);
});

test.each([
  ["another port", ["m=audio 4002 RTP/AVP 0 101", ...EVENTS]],
  ["no stream", ["m=audio 0 RTP/AVP 0 101", ...EVENTS]],
  ["another direction", ["m=audio 4000 RTP/AVP 0 101", ...EVENTS, "a=sendonly"]],
  ["no events", ["m=audio 4000 RTP/AVP 0"]],
  ["events under another number", ["m=audio 4000 RTP/AVP 0 96", "a=rtpmap:96 telephone-event/8000"]],
])("%s does not", (_, lines) => {
  expect(sameTerms(own, offered, described(lines))).toBe(false);
});

test("nor does another address", () => {
  const lines = ["m=audio 4000 RTP/AVP 0 101", ...EVENTS];
  expect(sameTerms(own, offered, described(lines, "192.0.2.2"))).toBe(false);
});

test("a stream that we do not take is nobody's", () => {
  const refused = described(["m=audio 0 RTP/AVP 0"], "198.51.100.1");
  expect(sameTerms(refused, offered, described(["m=audio 9 RTP/AVP 0"]))).toBe(true);
});
