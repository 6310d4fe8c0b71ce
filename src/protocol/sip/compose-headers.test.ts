// Header fields of our own lines: the same as the parser finds in their text.
import { expect, test } from "vitest";
import { composeHeaders } from "./compose-headers.ts";
import type { HeaderLine } from "./format-message.ts";
import { from } from "./headers/name-address.ts";
import { route } from "./headers/routing.ts";
import { topVia } from "./headers/via.ts";
import { parseMessage } from "./parse-message.ts";

const LINES: readonly HeaderLine[] = [
  ["Via", "SIP/2.0/UDP h;branch=z9hG4bK1"],
  ["X-Own", "1: 2"],
  ["Route", "<sip:a>"],
  ["From", "<sip:a@b>;tag=1"],
  ["route", "<sip:c>, <sip:d>"],
  ["X-Own", ""],
  ["Session-Expires", "90"],
];

test("are what the parser finds", () => {
  const opening = "BYE sip:a@b SIP/2.0\r\n";
  const composed = composeHeaders(opening, LINES);
  const parsed = parseMessage(`${opening}${LINES.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n`);
  if (!parsed.ok) throw new Error(parsed.failure.detail);
  for (const headers of [composed, parsed.value.headers]) {
    expect(headers.count).toBe(LINES.length);
    expect(LINES.map((_line, index) => headers.lineAt(index))).toEqual(LINES.map((line) => line.join(": ")));
    expect([headers.opening, headers.nameAt(4), headers.valueAt(1)]).toEqual([opening, "route", "1: 2"]);
    expect([headers.countOf("x-own"), headers.isRepeated("route"), headers.isRepeated("from")]).toEqual([
      2,
      true,
      false,
    ]);
    expect([headers.has("session-expires"), headers.has("to"), headers.first("session-expires")]).toEqual([
      true,
      false,
      "90",
    ]);
    expect(headers.read(topVia)?.host).toBe("h");
    expect(headers.read(from)?.uri).toBe("sip:a@b");
    expect(headers.read(route)?.map(({ uri }) => uri)).toEqual(["sip:a", "sip:c", "sip:d"]);
  }
});

test("may be none", () => {
  const headers = composeHeaders("X\r\n", []);
  expect([headers.count, headers.has("via"), headers.read(topVia)]).toEqual([0, false, null]);
});
