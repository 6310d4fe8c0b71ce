// Client and server of Digest against each other: what is accepted, what is stale, what is refused, and that nothing is good twice.
import { createHmac, hash as hashOf } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { seededRandom } from "../../../base/index.ts";
import { type Authorization, authorization, wwwAuthenticate } from "../headers/authorization.ts";
import type { AlgorithmName, DigestHash } from "./algorithm.ts";
import { chooseChallenge, type Qop } from "./challenge.ts";
import { hashedUsername, passwordHa1 } from "./digest-response.ts";
import { DigestServer, type DigestServerOptions, type DigestVerdict } from "./digest-server.ts";
import { authorize, checkServer, type DigestSession, startSession, takeNextNonce } from "./digest-session.ts";

const hash: DigestHash = {
  hash: (name, text) => hashOf(name, Buffer.from(text, "latin1"), "hex"),
  mac: (key, text) => createHmac("sha256", key).update(text, "latin1").digest("hex"),
};
const random = seededRandom(5);
const REALM = "border.example";
const NAME = "J\u00e4n";
const PASSWORD = "Circle of \u00d8";
const INVITE = { method: "INVITE", uri: "sip:1@border.example", body: "v=0\r\n" };

function serverWith(options: Partial<DigestServerOptions> = {}): DigestServer {
  return new DigestServer({
    realm: REALM,
    algorithms: ["SHA-512-256", "SHA-256", "MD5"],
    qop: ["auth", "auth-int"],
    userhash: false,
    key: "a key of which nobody knows",
    nonceLifetimeMs: 60_000,
    nonceLimit: 100,
    hash,
    findUser: ({ text, hashed }, name) => {
      const login = { username: NAME, realm: REALM, password: PASSWORD };
      const own = hashed ? hashedUsername(login, name, hash) : Buffer.from(NAME, "utf8").toString("latin1");
      return text === own ? { username: NAME, ha1: passwordHa1(login, name, hash) } : null;
    },
    ...options,
  });
}

interface Moment {
  readonly scope?: string;
  readonly now?: number;
}

/** Over the wire: what is formatted is read again. */
const overWire = (value: Authorization): Authorization | null => authorization.parse(authorization.format(value));

function sessionWith(server: DigestServer, { scope = "192.0.2.1", now = 1000 }: Moment = {}): DigestSession {
  const lines = server.challenge({ scope, now }, { stale: false, random });
  const read = lines.map((line) => wwwAuthenticate.parse(wwwAuthenticate.format(line)));
  const challenge = chooseChallenge(read, ({ realm }) => realm === REALM);
  if (challenge === null) throw new Error("no challenge that we know");
  return startSession(challenge, "cnonce-of-ours");
}

function ha1For(session: DigestSession, password = PASSWORD, username = NAME): string {
  return passwordHa1({ username, realm: REALM, password }, session.challenge.algorithm.hash, hash);
}

function attempt(session: DigestSession, { username = NAME, password = PASSWORD, request = INVITE } = {}) {
  return overWire(authorize(session, { ...request, username, ha1: ha1For(session, password, username) }, hash));
}

function verdictOn(
  server: DigestServer,
  line: Authorization | null,
  { scope = "192.0.2.1", now = 1000, request = INVITE }: Moment & { request?: typeof INVITE } = {},
): DigestVerdict {
  return server.verify(request, [line], { scope, now });
}

describe("the right secret", () => {
  const algorithms: AlgorithmName[] = ["MD5", "MD5-sess", "SHA-256", "SHA-256-sess", "SHA-512-256", "SHA-512-256-sess"];
  const qops: Qop[][] = [["auth"], ["auth-int"], ["auth-int", "auth"]];
  test.each(
    algorithms.flatMap((name) =>
      qops.flatMap((qop) => [false, true].map((userhash) => [name, qop, userhash] as const)),
    ),
  )("is accepted again and again by %s with %j, userhash %s", (name, qop, userhash) => {
    const server = serverWith({ algorithms: [name], qop, userhash });
    const session = sessionWith(server);
    for (let round = 0; round < 40; round += 1) {
      expect(verdictOn(server, attempt(session))).toMatchObject({ kind: "accepted", username: NAME });
    }
    expect(session.nonceCount).toBe(40);
  });

  test("is asked for by the strongest algorithm first", () => {
    expect(sessionWith(serverWith()).challenge.algorithm.name).toBe("SHA-512-256");
  });

  test("is accepted once from a client that knows no qop (RFC 2069)", () => {
    const server = serverWith();
    const session = sessionWith(server);
    const old = { ...session, challenge: { ...session.challenge, qop: null } };
    const line = attempt(old);
    expect(authorization.format(line as Authorization)).not.toMatch(/nc=|cnonce=|qop=/);
    expect(verdictOn(server, line)).toMatchObject({ kind: "accepted" });
    expect(verdictOn(server, line)).toEqual({ kind: "stale", username: NAME });
  });

  test("is accepted beside credentials for other realms, unknown schemes and lines that cannot be read", () => {
    const server = serverWith();
    const ours = attempt(sessionWith(server));
    const foreign = ours && {
      ...ours,
      parameters: ours.parameters.map((one) => (one.name === "realm" ? { name: "realm", value: '"other"' } : one)),
    };
    const bearer = authorization.parse("Bearer abc");
    expect(server.verify(INVITE, [null, bearer, foreign, ours], { scope: "192.0.2.1", now: 1000 })).toMatchObject({
      kind: "accepted",
    });
  });
});

describe("what is not accepted", () => {
  test("nothing, or nothing for us, is missing", () => {
    const server = serverWith({ algorithms: ["SHA-256"], qop: ["auth"] });
    expect(server.verify(INVITE, [], { scope: "s", now: 0 })).toEqual({ kind: "missing" });
    expect(verdictOn(server, null)).toEqual({ kind: "missing" });
    const weaker = serverWith({ algorithms: ["MD5"] });
    expect(verdictOn(server, attempt(sessionWith(weaker)))).toEqual({ kind: "missing" });
    const otherQop = serverWith({ algorithms: ["SHA-256"], qop: ["auth-int"] });
    expect(verdictOn(server, attempt(sessionWith(otherQop)))).toEqual({ kind: "missing" });
    const hashing = serverWith({ algorithms: ["SHA-256"], userhash: true });
    expect(verdictOn(server, attempt(sessionWith(hashing)))).toEqual({ kind: "missing" });
  });

  test("a wrong password and an unknown user are refused, whatever the nonce", () => {
    const server = serverWith();
    const wrong = attempt(sessionWith(server), { password: "other" });
    expect(verdictOn(server, wrong)).toEqual({ kind: "refused", reason: "wrong-response", username: NAME });
    expect(verdictOn(server, wrong, { now: 1e9 })).toMatchObject({ kind: "refused" });
    const unknown = attempt(sessionWith(server), { username: "nobody" });
    expect(verdictOn(server, unknown)).toEqual({ kind: "refused", reason: "unknown-user", username: "nobody" });
  });

  test("a secret that is empty, or ours for nobody, opens nothing", () => {
    const server = serverWith({ findUser: () => null });
    const session = sessionWith(server);
    for (const ha1 of ["", "0"]) {
      const line = overWire(authorize(session, { ...INVITE, username: "nobody", ha1 }, hash));
      expect(verdictOn(server, line)).toMatchObject({ kind: "refused", reason: "unknown-user" });
    }
  });

  test("another method, and with auth-int another body, is a wrong response", () => {
    const server = serverWith({ qop: ["auth-int"] });
    const session = sessionWith(server);
    const bye = { ...INVITE, method: "BYE" };
    expect(verdictOn(server, attempt(session), { request: bye })).toMatchObject({ reason: "wrong-response" });
    const changed = { ...INVITE, body: "v=0\r\nx" };
    expect(verdictOn(server, attempt(session), { request: changed })).toMatchObject({ reason: "wrong-response" });
  });

  test.each([
    ["sip:2@border.example", "misdirected"],
    ["sip:1@other.example", "misdirected"],
    ["sips:1@border.example", "misdirected"],
    ["sip:1@border.example:5061", "misdirected"],
    ["tel:1", "misdirected"],
    ["sip:1@BORDER.example;transport=tcp", "accepted"],
  ])("for %s credentials of another URI are %s", (uri, kind) => {
    const server = serverWith();
    expect(verdictOn(server, attempt(sessionWith(server)), { request: { ...INVITE, uri } })).toMatchObject({ kind });
  });
});

describe("nonces", () => {
  test.each([
    ["too old", {}, { now: 61_001 }],
    ["from the future", { now: 2000 }, { now: 1000 }],
    ["of another address", {}, { scope: "192.0.2.2" }],
  ])("%s are stale", (_name, issued, used) => {
    const server = serverWith();
    const line = attempt(sessionWith(server, issued));
    expect(verdictOn(server, line, used)).toEqual({ kind: "stale", username: NAME });
  });

  test("live to the end of their time", () => {
    const server = serverWith();
    expect(verdictOn(server, attempt(sessionWith(server)), { now: 61_000 })).toMatchObject({ kind: "accepted" });
  });

  test("sealed with another key, or forged, are stale", () => {
    const server = serverWith();
    expect(verdictOn(server, attempt(sessionWith(serverWith({ key: "another key" }))))).toMatchObject({
      kind: "stale",
    });
    const session = sessionWith(server);
    const [time, salt, seal] = session.nonce.split(".");
    for (const nonce of ["", "x", `${time}.${salt}`, `zz.${salt}.${seal}`, `${time}.${salt}.${"0".repeat(32)}`]) {
      const forged = { ...session, nonce, challenge: { ...session.challenge, nonce } };
      expect(verdictOn(server, attempt(forged))).toMatchObject({ kind: "stale" });
    }
  });

  test("a stale challenge is marked so, and its nonce is good", () => {
    const server = serverWith();
    const [line] = server.challenge({ scope: "192.0.2.1", now: 1000 }, { stale: true, random });
    expect(wwwAuthenticate.format(line as Authorization)).toContain("stale=true");
    const challenge = chooseChallenge([line as Authorization], ({ realm }) => realm === REALM);
    if (challenge === null) throw new Error("no challenge");
    expect(verdictOn(server, attempt(startSession(challenge, "c")))).toMatchObject({ kind: "accepted" });
  });

  test("no response is good twice, however the requests are shuffled", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(60), { maxLength: 120 }), (order) => {
        const server = serverWith({ algorithms: ["MD5"] });
        const session = sessionWith(server);
        const lines = Array.from({ length: 61 }, () => attempt(session));
        const accepted = order.filter((index) => verdictOn(server, lines[index] ?? null).kind === "accepted");
        expect(new Set(accepted).size).toBe(accepted.length);
      }),
      { numRuns: 30 },
    );
  });

  test("requests that overtake each other by less than 32 are all accepted", () => {
    const server = serverWith();
    const session = sessionWith(server);
    const lines = Array.from({ length: 32 }, () => attempt(session)).reverse();
    expect(lines.map((line) => verdictOn(server, line).kind)).toEqual(new Array(32).fill("accepted"));
  });

  test("when the table is full the oldest go, and are not good again", () => {
    const server = serverWith({ nonceLimit: 2 });
    const sessions = [0, 1, 2].map((index) => sessionWith(server, { now: 1000 + index }));
    const lines = sessions.map((session) => attempt(session));
    for (const line of lines) expect(verdictOn(server, line, { now: 1010 })).toMatchObject({ kind: "accepted" });
    for (const line of lines) expect(verdictOn(server, line, { now: 1010 })).toMatchObject({ kind: "stale" });
    const later = attempt(sessionWith(server, { now: 1010 }));
    expect(verdictOn(server, later, { now: 1010 })).toMatchObject({ kind: "accepted" });
  });
});

describe("Authentication-Info", () => {
  function exchange(algorithm: AlgorithmName, body: string) {
    const server = serverWith({ algorithms: [algorithm], qop: ["auth-int"] });
    const session = sessionWith(server);
    const verdict = verdictOn(server, attempt(session));
    if (verdict.kind !== "accepted") throw new Error(verdict.kind);
    const info = server.info({ credentials: verdict.credentials, body }, { scope: "192.0.2.1", now: 2000 }, random);
    if (info === null) throw new Error("no info");
    return { server, session, info };
  }

  test("proves that the server knows the secret, and protects its answer", () => {
    const { session, info } = exchange("SHA-256", "an answer");
    const { uri } = INVITE;
    const ha1 = ha1For(session);
    expect(checkServer(session, { info, uri, body: "an answer", ha1 }, hash)).toBe(true);
    expect(checkServer(session, { info, uri, body: "another", ha1 }, hash)).toBe(false);
    expect(checkServer(session, { info, uri, body: "an answer", ha1: "x" }, hash)).toBe(false);
    expect(checkServer(session, { info: [], uri, body: "an answer", ha1 }, hash)).toBeNull();
  });

  test("names the nonce to go on with, counted from 1", () => {
    const { server, session, info } = exchange("SHA-256", "");
    takeNextNonce(session, info);
    expect([session.nonce === session.challenge.nonce, session.nonceCount]).toEqual([false, 0]);
    const line = attempt(session);
    expect(authorization.format(line as Authorization)).toContain("nc=00000001");
    expect(verdictOn(server, line, { now: 2000 })).toMatchObject({ kind: "accepted" });
  });

  test("leaves a client with a session key its nonce", () => {
    const { server, session, info } = exchange("SHA-256-sess", "");
    takeNextNonce(session, info);
    expect(session.nonce).toBe(session.challenge.nonce);
    expect(verdictOn(server, attempt(session))).toMatchObject({ kind: "accepted" });
  });
});

test("no line makes the server throw", () => {
  const server = serverWith();
  fc.assert(
    fc.property(fc.string({ unit: "binary-ascii" }), (text) => {
      const line = authorization.parse(`Digest ${text}`);
      expect(["missing", "refused", "misdirected"]).toContain(verdictOn(server, line).kind);
    }),
  );
});
