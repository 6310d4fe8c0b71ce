// Reading by bytes: what was loaded last is told from what is read now, whatever its characters and however long it is.
import fc from "fast-check";
import { expect, test } from "vitest";
import { from } from "./headers/name-address.ts";
import { topVia } from "./headers/via.ts";
import { endOfLineIn, LOADED, load } from "./loaded-text.ts";
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
  expect([...LOADED.subarray(0, 4)]).toEqual([0x61, 0xe9, 0xff, 0x7a]);
  // The low byte of U+0140 is an at sign: it must not become one.
  load("a\u0140z\u{1f4de}");
  expect([...LOADED.subarray(0, 5)]).toEqual([0x61, 1, 0x7a, 1, 1]);
  expect(parseSipUri("sip:a\u0140b")).toBeNull();
  expect(headersOf(sampleRequest("INVITE", { change: { From: '"\xc3\xa9" <sip:a@b>;tag=1' } })).read(from)).toEqual({
    displayName: "\xc3\xa9",
    uri: "sip:a@b",
    parameters: [{ name: "tag", value: "1" }],
  });
});

test("of a text that is longer than any message the rest is of no kind", () => {
  const long = `sip:${"a".repeat(LOADED.length)}@b`;
  expect(parseSipUri(long)).toBeNull();
  expect(from.parse(`<${long}>`)).toBeNull();
  const parsed = parseMessage(`${"\r\n".repeat(LOADED.length / 2)}${sampleRequest()}`);
  expect(parsed.ok ? validateMessage(parsed.value)?.status : parsed.failure.status).toBe(400);
});

test.each([0, 1, 2, 3, 4, 5, 6, 7])(
  "the first character that ends a line is found from anywhere, after %i others",
  (before) => {
    const code = fc.constantFrom(
      ...[..."aZ~ \t\x01\x1f\x7f\x80\xa0\xff\r\n\0\\"].map((character) => character.charCodeAt(0)),
    );
    fc.assert(
      fc.property(fc.array(code, { maxLength: 24 }), (codes) => {
        const text = "x".repeat(before) + String.fromCharCode(...codes);
        load(text);
        const ends = (character: string, index: number): boolean =>
          character === "\r" || character === "\n" || (character === "\0" && text[index - 1] !== "\\");
        const found = [...text].findIndex((character, index) => index >= before && ends(character, index));
        expect(endOfLineIn(before)).toBe(found < 0 ? text.length : found);
      }),
    );
  },
);

test.each(["\\", "\\\0", "a", "\r\n", "\n", "\x01"])(
  "of a text of nothing but %j, however long, there is an end",
  (unit) => {
    const opening = `${sampleRequest().split("\r\n", 2).join("\r\n")}\r\nSubject: `;
    for (const length of [1, 1000, LOADED.length - 1, LOADED.length, LOADED.length + 1, 2 * LOADED.length]) {
      const text = unit.repeat(Math.ceil(length / unit.length)).slice(0, length);
      expect(parseMessage(text).ok).toBe(false);
      // As a header's value it is refused as well, unless the lines' end is what it consists of.
      const behind = parseMessage(`${opening}${text}`);
      if (unit !== "\r\n") expect(behind.ok).toBe(false);
    }
  },
);

test("a line without any blank in front is refused, whatever stood there before", () => {
  parseMessage(sampleRequest());
  expect(parseMessage("INVITE\r\n\r\n").ok).toBe(false);
  expect(parseMessage("\r\n").ok).toBe(false);
  expect(parseMessage("").ok).toBe(false);
});
