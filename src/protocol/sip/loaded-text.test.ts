// Reading by bytes: what was loaded last is told from what is read now, whatever its characters and however long it is.
import { expect, test } from "vitest";
import { from } from "./headers/name-address.ts";
import { topVia } from "./headers/via.ts";
import { BYTES, load } from "./loaded-text.ts";
import { parseMessage } from "./parse-message.ts";
import { sampleRequest } from "./sample-messages.ts";
import { parseSipUri } from "./uri.ts";
import { validateMessage } from "./validate-message.ts";

function headersOf(text: string) {
  const parsed = parseMessage(text);
  if (!parsed.ok) throw new Error(parsed.failure.detail);
  return parsed.value.headers;
}

test("messages that are read in turns keep apart", () => {
  const one = headersOf(sampleRequest("INVITE", { change: { From: "<sip:one@a>;tag=1" } }));
  const other = headersOf(sampleRequest("BYE", { change: { From: '"Other" <sip:other@b.example>;tag=2' } }));
  expect(one.read(from)?.uri).toBe("sip:one@a");
  expect(parseSipUri("sip:third@c")?.user).toBe("third");
  expect(other.read(from)?.uri).toBe("sip:other@b.example");
  expect(one.read(topVia)?.host).toBe("192.0.2.40");
});

test("characters beyond ASCII are bytes, those beyond latin1 are of no kind", () => {
  load("a\xe9\xffz");
  expect([...BYTES.subarray(0, 4)]).toEqual([0x61, 0xe9, 0xff, 0x7a]);
  // The low byte of U+0140 is an at sign: it must not become one.
  load("a\u0140z\u{1f4de}");
  expect([...BYTES.subarray(0, 5)]).toEqual([0x61, 0, 0x7a, 0, 0]);
  expect(parseSipUri("sip:a\u0140b")).toBeNull();
  expect(headersOf(sampleRequest("INVITE", { change: { From: '"\xc3\xa9" <sip:a@b>;tag=1' } })).read(from)).toEqual({
    displayName: "\xc3\xa9",
    uri: "sip:a@b",
    parameters: [{ name: "tag", value: "1" }],
  });
});

test("of a text that is longer than any message the rest is of no kind", () => {
  const long = `sip:${"a".repeat(BYTES.length)}@b`;
  expect(parseSipUri(long)).toBeNull();
  expect(from.parse(`<${long}>`)).toBeNull();
  const parsed = parseMessage(`${"\r\n".repeat(BYTES.length / 2)}${sampleRequest()}`);
  expect(parsed.ok ? validateMessage(parsed.value)?.status : parsed.failure.status).toBe(400);
});

test("a line without any blank in front is refused, whatever stood there before", () => {
  parseMessage(sampleRequest());
  expect(parseMessage("INVITE\r\n\r\n").ok).toBe(false);
  expect(parseMessage("\r\n").ok).toBe(false);
  expect(parseMessage("").ok).toBe(false);
});
