// Challenges read, written and chosen from; credentials read and written.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { authorization, wwwAuthenticate } from "../headers/authorization.ts";
import { chooseChallenge, isOfRealm, readChallenge, writeChallenge } from "./challenge.ts";
import { readCredentials, writeCredentials } from "./credentials.ts";
import { utf8Bytes } from "./parameter-text.ts";

function challengeIn(text: string) {
  const value = wwwAuthenticate.parse(text);
  return value === null ? null : readChallenge(value);
}

function credentialsIn(text: string) {
  const value = authorization.parse(text);
  return value === null ? null : readCredentials(value);
}

describe("a challenge", () => {
  test("with everything", () => {
    const text =
      'digest Realm="a \\"b\\"", domain="sip:a  sip:b", nonce="n==", opaque="o", STALE=TRUE, algorithm="sha-256-SESS", ' +
      'qop="auth-int, auth,auth-conf", userhash=true, charset=UTF-8, x="y"';
    expect(challengeIn(text)).toMatchObject({
      realm: 'a \\"b\\"',
      nonce: "n==",
      opaque: "o",
      algorithm: { name: "SHA-256-sess" },
      qop: ["auth-int", "auth"],
      stale: true,
      userhash: true,
      domain: ["sip:a", "sip:b"],
    });
  });

  test("with the least is MD5 as RFC 2069 had it", () => {
    expect(challengeIn('Digest realm="", nonce=abc')).toMatchObject({
      realm: "",
      nonce: "abc",
      opaque: null,
      algorithm: { name: "MD5" },
      qop: null,
      stale: false,
      userhash: false,
      domain: [],
    });
  });

  test.each([
    'Basic realm="r"',
    "Bearer abc==",
    'Digest nonce="n"',
    'Digest realm="r"',
    'Digest realm="r", nonce="n", algorithm=SHA-1',
    'Digest realm="r", nonce="n", qop="auth-conf"',
    'Digest realm="r", nonce="n", qop=""',
    'Digest realm="r", nonce="n", Nonce="m"',
  ])("%s is none that we answer", (text) => expect(challengeIn(text)).toBeNull());

  test("is read as it was written", () => {
    const text =
      'Digest realm="r", domain="a b", nonce="n", opaque="o", stale=true, algorithm=MD5, qop="auth,auth-int", userhash=true';
    const challenge = challengeIn(text);
    if (challenge === null) throw new Error("not read");
    expect(wwwAuthenticate.format(writeChallenge(challenge))).toBe(text);
  });

  test.each([
    ["r", "r", true],
    ["r", "R", false],
    ['a \\"b\\"', 'a "b"', true],
    ["caf\xc3\xa9", "caf\u00e9", true],
    ["caf\xe9", "caf\u00e9", false],
  ])("of realm %j is of %j: %s", (inner, realm, expected) => {
    const challenge = challengeIn(`Digest realm="${inner}", nonce="n"`);
    if (challenge === null) throw new Error("not read");
    expect(isOfRealm(challenge, realm)).toBe(expected);
  });
});

describe("of several challenges", () => {
  const choose = (texts: readonly string[], realm: string | null = null) =>
    chooseChallenge(
      texts.map((text) => wwwAuthenticate.parse(text)),
      (challenge) => realm === null || isOfRealm(challenge, realm),
    )?.nonce ?? null;

  test.each<[string, readonly string[], string | null]>([
    ["the strongest, wherever it stands", ["MD5", "SHA-256", "SHA-512-256", "SHA-256-sess"], "SHA-512-256"],
    ["the first of equals", ["SHA-256-sess", "SHA-256", "MD5"], "SHA-256-sess"],
    ["a known one behind unknown ones", ["SHA3-512", "MD5"], "MD5"],
    ["none of unknown ones", ["SHA3-512"], null],
    ["none of none", [], null],
  ])("%s", (_name, algorithms, chosen) => {
    const texts = algorithms.map((name) => `Digest realm="r", nonce="${name}", algorithm=${name}`);
    expect(choose(texts)).toBe(chosen);
  });

  test("only those of the realm, however strong the others are", () => {
    const texts = [
      'Digest realm="other", nonce="strong", algorithm=SHA-512-256',
      "Digest",
      'Digest realm="ours", nonce="weak"',
    ];
    expect(choose(texts, "ours")).toBe("weak");
    expect(choose(texts, "third")).toBeNull();
  });
});

describe("credentials", () => {
  const LEAST = `Digest username="u", realm="r", nonce="n", uri="sip:a", response="${"0".repeat(32)}"`;

  test("with the least", () => {
    expect(credentialsIn(LEAST)).toMatchObject({ username: "u", protection: null, cnonce: null, opaque: null });
  });

  test.each([
    LEAST.replace("Digest", "Basic"),
    LEAST.replace('username="u", ', ""),
    LEAST.replace('realm="r", ', ""),
    LEAST.replace('nonce="n", ', ""),
    LEAST.replace('uri="sip:a", ', ""),
    LEAST.replace(/, response=.*/, ""),
    LEAST.replace("0000", "000"),
    LEAST.replace("0000", "000g"),
    `${LEAST}, algorithm=SHA3-512`,
    `${LEAST}, username="v"`,
    `${LEAST}, qop=auth, cnonce="c"`,
    `${LEAST}, qop=auth, nc=00000001`,
    `${LEAST}, qop=auth, nc=1, cnonce="c"`,
    `${LEAST}, qop=auth, nc=00000000, cnonce="c"`,
    `${LEAST}, qop=auth, nc=0000000x, cnonce="c"`,
    `${LEAST}, qop=auth-conf, nc=00000001, cnonce="c"`,
  ])("%s are none", (text) => expect(credentialsIn(text)).toBeNull());

  test("are read as they were written", () => {
    const text =
      `Digest username="a\\"b", realm="r", nonce="n", uri="sip:a", response="${"a".repeat(64)}", algorithm=SHA-256-sess, ` +
      'cnonce="c", opaque="o", qop=auth-int, nc=0000000a, userhash=true';
    const credentials = credentialsIn(text);
    if (credentials === null) throw new Error("not read");
    expect(credentials).toMatchObject({ username: 'a"b', protection: { qop: "auth-int", nonceCount: 10 } });
    expect(authorization.format(writeCredentials(credentials))).toBe(text);
  });
});

test("utf8Bytes are the bytes that everyone else makes of a text", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const expected = Buffer.from(text, "utf8").toString("latin1");
      expect(utf8Bytes(text)).toBe(expected);
    }),
  );
  // Half a surrogate pair has no UTF-8 form.
  expect(utf8Bytes("a\ud800b")).toBe("a?b");
});
