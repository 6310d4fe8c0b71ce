// What descriptions say of DTLS handshakes: what is taken for it and what is not.
import { describe, expect, test } from "vitest";
import type { SessionDescription } from "./description.ts";
import { formatDescription } from "./format.ts";
import { handshakeOf, nameOfHandshake, withHandshake, withSetup } from "./handshake-attributes.ts";
import { parseDescription } from "./parse.ts";
import { sameTerms } from "./same-terms.ts";
import { admitOffer, withoutCrypto } from "./secure-streams.ts";

const AUDIO = "m=audio 49170 UDP/TLS/RTP/SAVP 0";
const PAIRS = (bytes: number, pair = "4A") => Array.from({ length: bytes }, () => pair).join(":");
const SHA_1 = `a=fingerprint:SHA-1 ${PAIRS(20)}`;
const SHA_256 = `a=fingerprint:sha-256 ${PAIRS(32)}`;
const STRONG = { digest: "sha-256", value: PAIRS(32) } as const;
const ID = "abc3de65cddef001be82";

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
  return handshakeOf(description, media);
}

describe("a stream", () => {
  test.each([
    [
      "in the session part (RFC 5763 section 7.1)",
      [AUDIO],
      ["a=setup:actpass", SHA_1],
      { fingerprints: [{ digest: "sha-1", value: PAIRS(20) }], setup: "actpass", id: null },
    ],
    [
      "in its own",
      [AUDIO, SHA_256, "a=setup:active", `a=tls-id:${ID}`],
      [],
      { fingerprints: [STRONG], setup: "active", id: ID },
    ],
    [
      "its own before those of all",
      [AUDIO, SHA_256, "a=setup:passive"],
      [`a=fingerprint:sha-256 ${PAIRS(32, "00")}`, "a=setup:active"],
      { fingerprints: [STRONG], setup: "passive", id: null },
    ],
    [
      "the strongest of several",
      [AUDIO, SHA_1, SHA_256, `a=fingerprint:md5 ${PAIRS(16)}`],
      [],
      { fingerprints: [STRONG], setup: null, id: null },
    ],
    [
      "several certificates",
      [AUDIO, SHA_256, `a=fingerprint:sha-256 ${PAIRS(32, "0b")}`],
      [],
      { fingerprints: [STRONG, { ...STRONG, value: PAIRS(32, "0B") }], setup: null, id: null },
    ],
    [
      "in other letters",
      [AUDIO, `a=fingerprint: SHA-256  ${PAIRS(32, "4a")} `, "a=setup: ACTIVE "],
      [],
      { fingerprints: [STRONG], setup: "active", id: null },
    ],
    [
      "a tls-id that is too short to be one",
      [AUDIO, SHA_256, "a=tls-id:short"],
      [],
      { fingerprints: [STRONG], setup: null, id: null },
    ],
  ])("%s", (_name, lines, session, wanted) => {
    expect(said(lines, session)).toEqual(wanted);
  });

  test.each([
    ["none at all", [AUDIO, "a=setup:active"]],
    ["no digest that is known", [AUDIO, `a=fingerprint:md5 ${PAIRS(16)}`, `a=fingerprint:sha-3 ${PAIRS(32)}`]],
    ["a digest of another length", [AUDIO, `a=fingerprint:sha-256 ${PAIRS(31)}`]],
    ["no pairs of digits", [AUDIO, `a=fingerprint:sha-256 ${PAIRS(32, "4G")}`]],
    ["no value", [AUDIO, "a=fingerprint:sha-256"]],
    ["at another time", [AUDIO, SHA_256, "a=setup:holdconn"]],
    ["nobody knows who", [AUDIO, SHA_256, "a=setup:maybe"]],
    ["refused", ["m=audio 0 UDP/TLS/RTP/SAVP 0", SHA_256]],
  ])("without a handshake: %s", (_name, lines) => {
    expect(said(lines)).toBeNull();
  });
});

describe("an offer, where a handshake is a must", () => {
  const admit = (...lines: readonly string[]) =>
    admitOffer(described(lines), { policy: "dtls", suites: [] }).media.map(({ port }) => port);

  test("what has one is let be, under any profile, and all else refused", () => {
    const plain = "m=audio 49170 RTP/AVP 0";
    expect(admit(AUDIO, SHA_256, plain, "m=audio 49170 RTP/SAVP 0", "m=image 5 udptl t38", plain, SHA_1)).toEqual([
      49_170, 0, 0, 0, 49_170,
    ]);
  });
});

describe("what we say", () => {
  test("is said in place of what was there, keys included, and the fingerprint is left to others", () => {
    const line = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    const [media] = described(["m=audio 4000 RTP/AVP 0", SHA_256, "a=setup:active", line, "a=ptime:20"]).media;
    const set = withHandshake(media!, { setup: "actpass", id: ID });
    expect(set.protocol).toBe("UDP/TLS/RTP/SAVP");
    expect(set.attributes).toEqual([
      { name: "ptime", value: "20" },
      { name: "setup", value: "actpass" },
      { name: "tls-id", value: ID },
    ]);
    const again = withSetup(
      { ...set, attributes: [...set.attributes, { name: "fingerprint", value: "x" }] },
      { setup: "passive", id: null },
    );
    expect(again.attributes).toEqual([
      { name: "ptime", value: "20" },
      { name: "setup", value: "passive" },
      { name: "fingerprint", value: "x" },
    ]);
  });

  test("counts for nothing where two sides are compared, each with keys of its own", () => {
    const handshaken = described([AUDIO, SHA_256, "a=setup:active", `a=tls-id:${ID}`, "a=connection:new"]);
    const plain = described(["m=audio 49170 RTP/AVP 0"]);
    expect(formatDescription(withoutCrypto(handshaken))).toBe(formatDescription(plain));
  });
});

test("another certificate or tls-id is not the same terms, another word of who begins is", () => {
  const own = described([AUDIO, SHA_256, "a=setup:actpass"]);
  const before = described([AUDIO, SHA_256, "a=setup:active", `a=tls-id:${ID}`]);
  const role = described([AUDIO, SHA_256, "a=setup:actpass", `a=tls-id:${ID}`]);
  const other = described([AUDIO, `a=fingerprint:sha-256 ${PAIRS(32, "01")}`, "a=setup:active", `a=tls-id:${ID}`]);
  const anew = described([AUDIO, SHA_256, "a=setup:active", `a=tls-id:${ID}2`]);
  expect([role, other, anew].map((after) => sameTerms(own, before, after))).toEqual([true, false, false]);
  expect(nameOfHandshake(handshakeOf(before, before.media[0]!)!)).toBe(`sha-256 ${PAIRS(32)},${ID}`);
});
