import { describe, expect, test } from "vitest";
import type { SessionDescription } from "./description.ts";
import { formatDescription } from "./format.ts";
import { parseDescription } from "./parse.ts";
import { withLegalDirections, withPlainHolds } from "./written-direction.ts";

function describeAudio(...streams: readonly string[]): SessionDescription {
  const media = streams.map(
    (line) =>
      `m=audio ${line.startsWith("port0") ? 0 : 4000} RTP/AVP 0\r\n${line.startsWith("a=") ? `${line}\r\n` : ""}`,
  );
  const parsed = parseDescription(
    `v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n${media.join("")}`,
  );
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.failure));
  return parsed.value;
}

const directionsOf = (description: SessionDescription): string[] =>
  [...formatDescription(description).matchAll(/^a=(send\w+|recvonly|inactive)\r$/gm)].map(
    ([, direction]) => direction ?? "",
  );

describe("an answer flows where its offer lets it (RFC 3264 section 6.1)", () => {
  test.each([
    ["a=sendonly", "a=sendrecv", ["recvonly"]],
    ["a=sendonly", "", ["recvonly"]],
    ["a=inactive", "a=sendrecv", ["inactive"]],
    ["a=recvonly", "a=sendrecv", ["sendonly"]],
    ["a=sendonly", "a=inactive", ["inactive"]],
    ["a=sendrecv", "a=recvonly", ["recvonly"]],
  ])("%s answered %s", (offered, answered, expected) => {
    expect(directionsOf(withLegalDirections(describeAudio(offered), describeAudio(answered)))).toEqual(expected);
  });

  test("what is legal stays the very same value", () => {
    const answer = describeAudio("a=recvonly");
    expect(withLegalDirections(describeAudio("a=sendonly"), answer)).toBe(answer);
  });

  test("a refused stream says nothing", () => {
    expect(directionsOf(withLegalDirections(describeAudio("a=sendonly"), describeAudio("port0")))).toEqual([]);
  });
});

test("one-way streams are inactive for peers that know nothing else", () => {
  expect(directionsOf(withPlainHolds(describeAudio("a=sendonly", "a=recvonly", "a=sendrecv", "a=inactive")))).toEqual([
    "inactive",
    "inactive",
    "sendrecv",
    "inactive",
  ]);
});
