// The arithmetic of Digest against published examples: RFC 7616 section 3.9, RFC 2617 section 3.5, and vectors from elsewhere.
import { createHmac, hash as hashOf } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type AlgorithmName, algorithmNamed, type DigestHash, type HashName } from "./algorithm.ts";
import type { Qop } from "./challenge.ts";
import { digestResponse, equalsInConstantTime, hashedUsername, passwordHa1 } from "./digest-response.ts";

const hash: DigestHash = {
  hash: (name, text) => hashOf(name, Buffer.from(text, "latin1"), "hex"),
  mac: (key, text) => createHmac("sha256", key).update(text, "latin1").digest("hex"),
};

interface Vector {
  readonly algorithm: AlgorithmName;
  readonly username: string;
  readonly password: string;
  readonly realm: string;
  readonly method: string;
  readonly uri: string;
  readonly nonce: string;
  readonly cnonce?: string;
  readonly nc?: string;
  readonly qop?: string;
  readonly body?: string;
}

function respond(vector: Vector): string {
  const algorithm = algorithmNamed(vector.algorithm);
  if (algorithm === null) throw new Error(`no algorithm ${vector.algorithm}`);
  const { nonce, nc = "", cnonce = "", qop = null, body = "" } = vector;
  const ha1 = passwordHa1(vector, algorithm.hash, hash);
  const terms = { algorithm, ha1, nonce, sessionNonce: nonce, nonceCount: nc, cnonce, qop: qop as Qop | null };
  return digestResponse({ method: vector.method, uri: vector.uri, body }, terms, hash);
}

/** RFC 7616 section 3.9.1. */
const MUFASA = {
  username: "Mufasa",
  password: "Circle of Life",
  realm: "http-auth@example.org",
  method: "GET",
  uri: "/dir/index.html",
  nonce: "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
  nc: "00000001",
  cnonce: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
  qop: "auth",
};

/** RFC 7616 section 3.9.2, with the hashes of erratum 4897. */
const JASON = {
  username: "J\u00e4s\u00f8n Doe",
  password: "Secret, or not?",
  realm: "api@example.org",
  method: "GET",
  uri: "/doe.json",
  nonce: "5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK",
  nc: "00000001",
  cnonce: "NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v",
  qop: "auth",
};

describe("published examples", () => {
  test.each<[string, Vector, string]>([
    ["RFC 7616 3.9.1, MD5", { ...MUFASA, algorithm: "MD5" }, "8ca523f5e9506fed4657c9700eebdbec"],
    [
      "RFC 7616 3.9.1, SHA-256",
      { ...MUFASA, algorithm: "SHA-256" },
      "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
    ],
    [
      "RFC 7616 3.9.2, SHA-512-256",
      { ...JASON, algorithm: "SHA-512-256" },
      "3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5",
    ],
    [
      "RFC 2617 3.5",
      {
        algorithm: "MD5",
        username: "Mufasa",
        password: "Circle Of Life",
        realm: "testrealm@host.com",
        method: "GET",
        uri: "/dir/index.html",
        nonce: "dcd98b7102dd2f0e8b11d0f600bfb0c093",
        nc: "00000001",
        cnonce: "0a4f113b",
        qop: "auth",
      },
      "6629fae49393a05397450978507c4ef1",
    ],
  ])("%s", (_name, vector, response) => expect(respond(vector)).toBe(response));

  test("a hashed name (RFC 7616 3.9.2)", () => {
    expect(hashedUsername(JASON, "sha512-256", hash)).toBe(
      "793263caabb707a56211940d90411ea4a575adeccb7e360aeb624ed06ece9b0b",
    );
  });
});

describe("what goes into a response", () => {
  const h = (text: string): string => hash.hash("sha256", text);
  const vector: Vector = { ...MUFASA, algorithm: "SHA-256" };

  test("with -sess the first nonce and cnonce", () => {
    const ha1 = h("Mufasa:http-auth@example.org:Circle of Life");
    const secret = h(`${ha1}:${MUFASA.nonce}:${MUFASA.cnonce}`);
    const between = `${MUFASA.nonce}:00000001:${MUFASA.cnonce}:auth`;
    const expected = h(`${secret}:${between}:${h("GET:/dir/index.html")}`);
    expect(respond({ ...vector, algorithm: "SHA-256-sess" })).toBe(expected);
  });

  test("with auth-int the body", () => {
    const ha1 = h("Mufasa:http-auth@example.org:Circle of Life");
    const between = `${MUFASA.nonce}:00000001:${MUFASA.cnonce}:auth-int`;
    const expected = h(`${ha1}:${between}:${h(`GET:/dir/index.html:${h("v=0\r\n")}`)}`);
    expect(respond({ ...vector, qop: "auth-int", body: "v=0\r\n" })).toBe(expected);
  });
});

const SHARED = join(import.meta.dirname, "../../../../../shared/data/vectors/vectors.json");
const ALGORITHM_OF: Readonly<Record<HashName, AlgorithmName>> = {
  md5: "MD5",
  sha256: "SHA-256",
  "sha512-256": "SHA-512-256",
};

interface SharedVector extends Omit<Vector, "algorithm"> {
  readonly name: string;
  readonly hash: HashName;
  readonly response: string;
}

// The shared data lies beside the repository; a checkout alone has not got it.
test.skipIf(!existsSync(SHARED))("the shared vectors (../shared/data/vectors/vectors.json)", () => {
  const { digest } = JSON.parse(readFileSync(SHARED, "utf8")) as { digest: SharedVector[] };
  expect(digest.length).toBeGreaterThan(0);
  for (const vector of digest) {
    expect([vector.name, respond({ ...vector, algorithm: ALGORITHM_OF[vector.hash] })]).toEqual([
      vector.name,
      vector.response,
    ]);
  }
});

test.each([
  ["", "", true],
  ["abc", "abc", true],
  ["abc", "abd", false],
  ["abc", "ab", false],
  ["ab", "abc", false],
  ["", "\0", false],
  ["\0", "", false],
])("equalsInConstantTime(%j, %j) is %s", (one, other, expected) => {
  expect(equalsInConstantTime(one, other)).toBe(expected);
});
