// ICE in descriptions: what is taken for it and what is not.
import { describe, expect, test } from "vitest";
import type { SessionDescription } from "./description.ts";
import { formatDescription } from "./format.ts";
import { iceOf, withIce } from "./ice.ts";
import { parseDescription } from "./parse.ts";

const PASSWORD = "asd88fgpdd777uzjYhagZg";

function described(lines: readonly string[], session: readonly string[] = []): SessionDescription {
  const text = ["v=0", "o=- 1 1 IN IP4 192.0.2.3", "s=-", "c=IN IP4 192.0.2.3", "t=0 0", ...session, ...lines, ""];
  const parsed = parseDescription(text.join("\r\n"));
  if (!parsed.ok) throw new Error(parsed.failure.reason);
  return parsed.value;
}

function said(lines: readonly string[], session: readonly string[] = []) {
  const description = described(lines, session);
  const [media] = description.media;
  if (media === undefined) throw new Error("no stream");
  return iceOf(description, media);
}

const AUDIO = "m=audio 45664 RTP/AVP 0";
const CREDENTIALS = ["a=ice-ufrag:8hhY", `a=ice-pwd:${PASSWORD}`];
const HOST = "a=candidate:1 1 UDP 2130706431 10.0.1.1 8998 typ host";
const REFLEXIVE = "a=candidate:2 1 UDP 1694498815 192.0.2.3 45664 typ srflx raddr 10.0.1.1 rport 8998";
const READ = { fragment: "8hhY", password: PASSWORD, lite: false };

describe("a stream", () => {
  test.each([
    // RFC 8839 section 4.6; everything in the section of the stream; a stranger's spacing; capitals of an IPv6 address.
    ["in the session part", [AUDIO, HOST, REFLEXIVE], CREDENTIALS, READ],
    ["in its own", [AUDIO, ...CREDENTIALS, REFLEXIVE], [], READ],
    ["of its own before those of all", [AUDIO, ...CREDENTIALS, REFLEXIVE], ["a=ice-ufrag:other"], READ],
    ["of a lite agent", [AUDIO, REFLEXIVE], ["a=ice-lite", ...CREDENTIALS], { ...READ, lite: true }],
    [
      "with blanks",
      [AUDIO, "a=ice-ufrag: 8hhY ", "a=candidate:2  1 udp 1 192.0.2.3 45664 typ host"],
      CREDENTIALS.slice(1),
      READ,
    ],
    [
      "over IPv6",
      ["m=audio 9000 RTP/AVP 0", "c=IN IP6 2001:DB8::3", "a=candidate:1 1 UDP 1 2001:db8::3 9000 typ host"],
      CREDENTIALS,
      READ,
    ],
    ["whose candidates come later", ["m=audio 9 RTP/AVP 0", "c=IN IP4 0.0.0.0"], CREDENTIALS, READ],
  ])("has ICE: %s", (_, lines, session, expected) => expect(said(lines, session)).toEqual(expected));

  test.each([
    ["a refused one", ["m=audio 0 RTP/AVP 0", ...CREDENTIALS, REFLEXIVE]],
    ["without a password", [AUDIO, "a=ice-ufrag:8hhY", REFLEXIVE]],
    ["without a fragment", [AUDIO, `a=ice-pwd:${PASSWORD}`, REFLEXIVE]],
    ["a fragment of three", [AUDIO, "a=ice-ufrag:8hh", `a=ice-pwd:${PASSWORD}`, REFLEXIVE]],
    ["a fragment of 257", [AUDIO, `a=ice-ufrag:${"a".repeat(257)}`, `a=ice-pwd:${PASSWORD}`, REFLEXIVE]],
    ["a password of 21", [AUDIO, "a=ice-ufrag:8hhY", `a=ice-pwd:${PASSWORD.slice(1)}`, REFLEXIVE]],
    ["no characters of ICE", [AUDIO, "a=ice-ufrag:8hh:Y", `a=ice-pwd:${PASSWORD}`, REFLEXIVE]],
    ["one whose writer found a mismatch", [AUDIO, ...CREDENTIALS, REFLEXIVE, "a=ice-mismatch"]],
  ])("has none: %s", (_, lines) => expect(said(lines)).toBeNull());

  test.each([
    ["no candidates", [AUDIO, ...CREDENTIALS]],
    ["others", [AUDIO, ...CREDENTIALS, HOST]],
    ["another port", ["m=audio 45666 RTP/AVP 0", ...CREDENTIALS, REFLEXIVE]],
    ["another address", [AUDIO, "c=IN IP4 192.0.2.4", ...CREDENTIALS, REFLEXIVE]],
    ["one of RTCP only", [AUDIO, ...CREDENTIALS, REFLEXIVE.replace(":2 1 UDP", ":2 2 UDP")]],
    ["something that is none", [AUDIO, ...CREDENTIALS, "a=candidate:", "a=candidate"]],
  ])("goes where no candidate of it is: %s", (_, lines) => expect(said(lines)).toBe("mismatch"));
});

describe("a description of ours", () => {
  const theirs = described(
    [
      AUDIO,
      "a=ice-ufrag:theirs",
      "a=ice-mismatch",
      HOST,
      "a=remote-candidates:1 192.0.2.9 4000",
      "a=end-of-candidates",
      "a=sendonly",
    ],
    ["a=ice-lite", "a=ice-options:trickle", "a=ice-pacing:50", `a=ice-pwd:${PASSWORD}`, "a=tool:x"],
  );

  test("has none of theirs, and ours where there are any", () => {
    expect(formatDescription(withIce(theirs, [])).split("\r\n").slice(5)).toEqual([
      "a=tool:x",
      AUDIO,
      "a=sendonly",
      "",
    ]);
    const own = withIce(theirs, [{ fragment: "ours", password: PASSWORD }]);
    expect(formatDescription(own).split("\r\n").slice(5)).toEqual([
      "a=tool:x",
      "a=ice-lite",
      "a=ice-options:ice2",
      AUDIO,
      "a=sendonly",
      "a=ice-ufrag:ours",
      `a=ice-pwd:${PASSWORD}`,
      "",
    ]);
  });

  test("tells of a mismatch", () => {
    const text = formatDescription(withIce(theirs, ["mismatch"]));
    expect(text).toContain("a=sendonly\r\na=ice-mismatch\r\n");
    expect(text).not.toMatch(/ice-ufrag|ice-pwd/);
  });
});
