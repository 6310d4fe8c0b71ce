// Which streams are encrypted, by which line, and which are none of ours to carry.
import { describe, expect, test } from "vitest";
import { formatCryptoLine, keyBytesOf, SRTP_SUITES, type SrtpSuite } from "./crypto-attribute.ts";
import type { MediaDescription, SessionDescription } from "./description.ts";
import {
  admitOffer,
  agreedCrypto,
  chooseCrypto,
  cryptoLines,
  type KeyPolicy,
  withCrypto,
  withoutCrypto,
} from "./secure-streams.ts";

const AES = "AES_CM_128_HMAC_SHA1_80";
const GCM = "AEAD_AES_128_GCM";

function line(tag: number, suite: SrtpSuite, fill = tag): string {
  return formatCryptoLine({ tag, name: suite, key: Buffer.alloc(keyBytesOf(suite), fill).toString("base64") });
}

function audio(protocol: string, ...crypto: readonly string[]): MediaDescription {
  const attributes = [
    { name: "sendrecv", value: null },
    ...crypto.map((value) => ({ name: "crypto", value })),
    { name: "ptime", value: "20" },
  ];
  const nothing = { portCount: null, title: null, connection: null, bandwidths: [] };
  return { type: "audio", port: 4000, protocol, formats: ["0"], attributes, ...nothing };
}

function offerOf(...media: readonly MediaDescription[]): SessionDescription {
  const place = { addressType: "IP4", address: "192.0.2.1" };
  const origin = { username: "-", sessionId: "1", sessionVersion: "1", ...place };
  return { origin, sessionName: "-", connection: place, bandwidths: [], timing: "0 0", attributes: [], media };
}

const PLAIN = audio("RTP/AVP");
const MAYBE = audio("RTP/AVP", line(1, AES));
const SECURE = audio("RTP/SAVP", line(1, AES));
const KEYLESS = audio("RTP/SAVP");
const FOREIGN = audio("RTP/SAVPF", "1 F8_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz");
const VIDEO = { ...KEYLESS, type: "video" };

describe("an offer is let be", () => {
  test.each<[KeyPolicy, readonly MediaDescription[], readonly boolean[]]>([
    ["none", [PLAIN, MAYBE, SECURE, KEYLESS, FOREIGN, VIDEO], [true, true, false, false, false, true]],
    ["sdes", [PLAIN, MAYBE, SECURE, KEYLESS, FOREIGN, VIDEO], [false, true, true, false, false, false]],
    ["optional", [PLAIN, MAYBE, KEYLESS, FOREIGN], [true, true, false, false]],
    // The same audio twice, for peers that know only one of both.
    ["optional", [PLAIN, SECURE], [false, true]],
    ["optional", [PLAIN, KEYLESS], [true, false]],
    ["sdes", [PLAIN, SECURE], [false, true]],
    ["none", [PLAIN, SECURE], [true, false]],
  ])("%s", (policy, media, expected) => {
    const admitted = admitOffer(offerOf(...media), { policy, suites: SRTP_SUITES });
    expect(admitted.media.map(({ port }) => port > 0)).toEqual(expected);
    expect(admitted.media.map(({ protocol }) => protocol)).toEqual(media.map(({ protocol }) => protocol));
  });

  test("as it is, where nothing is against it", () => {
    const offer = offerOf(PLAIN);
    expect(admitOffer(offer, { policy: "none", suites: SRTP_SUITES })).toBe(offer);
  });

  test("only in suites that the side knows", () => {
    const admitted = admitOffer(offerOf(SECURE), { policy: "sdes", suites: [GCM] });
    expect(admitted.media[0]?.port).toBe(0);
  });
});

test("of the offered lines ours comes first, whatever their order; unusable ones are passed over", () => {
  const offered = audio("RTP/SAVP", "1 NULL inline:AAAA", line(7, AES), line(9, GCM), line(3, AES));
  expect(cryptoLines(offered).map(({ tag }) => tag)).toEqual([7, 9, 3]);
  expect(chooseCrypto(offered, [GCM, AES])?.tag).toBe(9);
  expect(chooseCrypto(offered, [AES, GCM])?.tag).toBe(7);
  expect(chooseCrypto(offered, ["AEAD_AES_256_GCM"])).toBeNull();
  expect(chooseCrypto(PLAIN, SRTP_SUITES)).toBeNull();
});

test("of two lines with one tag the first is taken", () => {
  const lines = cryptoLines(audio("RTP/SAVP", line(1, AES, 4), line(1, AES, 5)));
  expect(lines.map(({ key }) => key)).toEqual([Buffer.alloc(30, 4).toString("base64")]);
});

test.each([
  ["the one line of the answer", [line(1, GCM), line(2, AES)], [line(2, AES, 9)], 2],
  ["whichever of both is the answer", [line(2, AES, 9)], [line(1, GCM), line(2, AES)], 2],
  ["a tag that was not offered", [line(1, GCM), line(2, AES)], [line(3, AES)], null],
  ["another suite under the tag", [line(1, GCM), line(2, AES)], [line(1, AES)], null],
  ["two lines in both", [line(1, GCM), line(2, AES)], [line(1, GCM), line(2, AES)], null],
  ["no line", [line(1, GCM)], [], null],
])("agreed on: %s", (_, ours, theirs, tag) => {
  const pair = agreedCrypto(audio("RTP/SAVP", ...ours), audio("RTP/SAVP", ...theirs));
  expect(pair?.local.tag ?? null).toBe(tag);
  expect(pair?.remote.tag ?? null).toBe(tag);
});

test("lines are replaced as a whole, and the profile goes with them", () => {
  const own = { tag: 1, name: GCM, key: Buffer.alloc(28, 1).toString("base64") };
  const keyed = withCrypto(audio("rtp/avpf", line(4, AES)), { lines: [own], secure: true });
  expect(keyed.protocol).toBe("RTP/SAVP");
  expect(keyed.attributes.map(({ name }) => name)).toEqual(["sendrecv", "ptime", "crypto"]);
  expect(cryptoLines(keyed)).toMatchObject([{ tag: 1, suite: GCM }]);
  expect(withoutCrypto(offerOf(keyed, SECURE)).media).toEqual([audio("RTP/AVP"), audio("RTP/AVP")]);
});
