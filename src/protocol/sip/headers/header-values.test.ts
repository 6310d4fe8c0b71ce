// What values mean: what is read from them, and what the questions asked of them answer.
import { describe, expect, test } from "vitest";
import * as header from "./all-headers.ts";
import { type Parameterised, parameterNumber, parameterText, preferenceOf } from "./parameterised.ts";

const plain = <T>(value: T, parameters: Record<string, string | null> = {}): Parameterised<T> => ({
  value,
  parameters: Object.entries(parameters).map(([name, written]) => ({ name, value: written })),
});

test("tokens come in order, as written, empty lists as empty", () => {
  expect(header.allow.parse("INVITE ,ACK,\tBYE")).toEqual(["INVITE", "ACK", "BYE"]);
  expect(header.supported.parse(" ")).toEqual([]);
  expect(header.require.parse("")).toEqual([]);
  expect(header.earlyMedia.format(["sendrecv", "gated"])).toBe("sendrecv, gated");
  expect(header.includesToken(["100rel", "Timer"], "timer")).toBe(true);
  expect(header.includesToken(["100rel"], "timer")).toBe(false);
});

test("media types lose the blanks around their slash, ranges keep their stars", () => {
  expect(header.contentType.parse("Application / SDP ; level=1")).toEqual(plain("Application/SDP", { level: "1" }));
  expect(header.accept.parse("text/*;q=0.5,*/*")).toEqual([plain("text/*", { q: "0.5" }), plain("*/*")]);
  expect(header.acceptLanguage.parse("*;q=0")?.map(({ parameters }) => preferenceOf(parameters))).toEqual([0]);
});

test("a body is required unless it says that it is optional", () => {
  expect(header.isRequired(null)).toBe(true);
  for (const [written, required] of [
    ["session", true],
    ["x;handling=OPTIONAL", false],
    ["x;handling=required", true],
    ["x;handling=odd", true],
  ] as const) {
    expect(header.isRequired(header.contentDisposition.parse(written))).toBe(required);
  }
});

describe("parameters", () => {
  const { parameters } = plain("", { A: '"q\\"uo\\\\ted"', n: "17", flag: null, big: "12345678901", neg: "-1" });

  test("have a text, with or without quotes", () => {
    expect(["a", "n", "flag", "none"].map((name) => parameterText(parameters, name))).toEqual([
      'q"uo\\ted',
      "17",
      "",
      null,
    ]);
  });

  test("have a number, or none", () => {
    expect(["n", "flag", "big", "neg", "none"].map((name) => parameterNumber(parameters, name))).toEqual([
      17,
      null,
      null,
      null,
      null,
    ]);
  });

  test.each([
    ["0", 0],
    ["0.5", 0.5],
    ["1.000", 1],
    ["0.", 0],
    ["1.001", 1],
    ["2", 1],
    ["0.1234", 1],
    [".5", 1],
    ["x", 1],
  ])("q=%s prefers by %d", (q, expected) => {
    expect(preferenceOf(plain("", { q }).parameters)).toBe(expected);
  });
});

test("a date is milliseconds since 1970", () => {
  expect(header.date.parse("Thu, 01 Jan 1970 00:00:01 GMT")).toBe(1000);
  expect(header.date.parse("Thu, 29 Feb 2024 23:59:59 GMT")).toBe(Date.UTC(2024, 1, 29, 23, 59, 59));
  expect(header.date.format(Date.UTC(2010, 10, 13, 23, 29) + 999)).toBe("Sat, 13 Nov 2010 23:29:00 GMT");
});

test("Retry-After is seconds, a remark and parameters", () => {
  expect(header.retryAfter.parse("18000;duration=3600")).toEqual({
    seconds: 18_000,
    comment: null,
    parameters: [{ name: "duration", value: "3600" }],
  });
  expect(header.retryAfter.parse("120  (I'm (really) in a \\) meeting);x")).toEqual({
    seconds: 120,
    comment: "I'm (really) in a \\) meeting",
    parameters: [{ name: "x", value: null }],
  });
  expect(header.retryAfter.format({ seconds: 5, comment: "busy", parameters: [] })).toBe("5 (busy)");
});

test("a program is products and remarks", () => {
  expect(header.userAgent.parse("Softphone / Beta1.5  (a (b)) v2")).toEqual([
    { product: "Softphone", version: "Beta1.5" },
    { comment: "a (b)" },
    { product: "v2", version: null },
  ]);
});

test("warnings keep their text without quotes", () => {
  expect(header.warning.parse('301 isi.edu "a, \\"b\\"" ,399 h:5060 ""')).toEqual([
    { code: 301, agent: "isi.edu", text: 'a, "b"' },
    { code: 399, agent: "h:5060", text: "" },
  ]);
});

test("a timestamp is kept as it was written", () => {
  expect(header.timestamp.parse("054.10\t0.50")).toEqual({ sent: "054.10", delay: "0.50" });
  expect(header.timestamp.format({ sent: "54", delay: null })).toBe("54");
});

describe("credentials", () => {
  test("are a scheme and parameters between commas, values as written", () => {
    expect(
      header.wwwAuthenticate.parse('Digest  realm = "a, b" ,qop="auth,auth-int",stale=FALSE, algorithm=SHA-256'),
    ).toEqual({
      scheme: "Digest",
      token: null,
      parameters: plain("", { realm: '"a, b"', qop: '"auth,auth-int"', stale: "FALSE", algorithm: "SHA-256" })
        .parameters,
    });
  });

  test("may have a URI and base64 without quotes, as some write them", () => {
    const read = header.authorization.parse("Digest uri=sip:a@[::1]:5060, nonce=ab+/==");
    expect(read?.parameters).toEqual(plain("", { uri: "sip:a@[::1]:5060", nonce: "ab+/==" }).parameters);
  });

  test("may be a token", () => {
    expect(header.proxyAuthorization.parse("Bearer a.b-c_d~e+f/g== ")).toEqual({
      scheme: "Bearer",
      token: "a.b-c_d~e+f/g==",
      parameters: [],
    });
  });
});

test("RAck names a response and its request", () => {
  expect(header.rack.parse("776656  1\tINVITE")).toEqual({ response: 776_656, sequence: 1, method: "INVITE" });
});

test("a session timer has seconds, and somebody who refreshes or nobody", () => {
  const refreshers = ["90", "90;refresher=UAS", "90;refresher=uac;x", "90;refresher=me"].map((text) => {
    const value = header.sessionExpires.parse(text);
    return value === null ? "malformed" : header.refresherOf(value);
  });
  expect(refreshers).toEqual([null, "uas", "uac", null]);
  expect(header.sessionExpires.parse("90;refresher=uas")?.value).toBe(90);
  expect(header.minSe.format(plain(90))).toBe("90");
});

test("Replaces names a dialog by Call-ID and tags, in any order", () => {
  const early = header.replaces.parse(
    "98732@sip.example.com;From-Tag=r33;x=1;to-tag=ff87ff;early-only",
  ) as Parameterised;
  expect(early.value).toBe("98732@sip.example.com");
  expect(header.dialogTags(early)).toEqual({ toTag: "ff87ff", fromTag: "r33" });
  expect(header.isEarlyOnly(early)).toBe(true);
  expect(header.isEarlyOnly(plain("a", { "to-tag": "1", "from-tag": "2" }))).toBe(false);
});

test("a reason has a cause in its protocol's numbers", () => {
  const reasons = header.reason.parse('SIP;cause=600;text="Busy, everywhere", q.850;cause=16, X;cause=y') ?? [];
  expect(["SIP", "Q.850", "X", "none"].map((protocol) => header.causeOf(reasons, protocol))).toEqual([
    600,
    16,
    null,
    null,
  ]);
  expect(parameterText(reasons[0]?.parameters ?? [], "text")).toBe("Busy, everywhere");
});

test("privacy is parted by semicolons, or by commas, and compared without case", () => {
  expect(header.privacy.parse("Header ;USER, id")).toEqual(["header", "user", "id"]);
  expect(header.privacy.format(["id", "critical"])).toBe("id;critical");
});

test("an identity names the signer's certificate", () => {
  const signed = header.identity.parse("a.b.c;alg=ES256;info=<https://a.example/c;d,e>;ppt=shaken") as Parameterised;
  expect(header.credentialsUri(signed)).toBe("https://a.example/c;d,e");
  expect(header.credentialsUri(header.identity.parse('a..b;info="https://a.example/c"') as Parameterised)).toBe(
    "https://a.example/c",
  );
  expect(parameterText(signed.parameters, "ppt")).toBe("shaken");
});

test("resource priorities are two tokens", () => {
  expect(header.resourcePriority.parse("wps.3, dsn.flash-override")).toEqual([
    { namespace: "wps", priority: "3" },
    { namespace: "dsn", priority: "flash-override" },
  ]);
});

test("history has indexes", () => {
  const entries = header.historyInfo.parse("<sip:a>;index=1, <sip:b>;index=1.12.3, <sip:c>, <sip:d>;index=1..2") ?? [];
  expect(entries.map(header.historyIndexOf)).toEqual([[1], [1, 12, 3], null, null]);
});

test("a session has two halves", () => {
  const half = "47755a9de7794ba387653f2099600ef2";
  const known = header.sessionId.parse(`${header.NIL_SESSION};remote=${half}`) as Parameterised;
  expect([known.value, header.remoteSessionOf(known)]).toEqual(["0".repeat(32), half]);
  expect(header.remoteSessionOf(header.sessionId.parse(half) as Parameterised)).toBeNull();
});

test("charging addresses are parameters with nothing before them", () => {
  expect(header.chargingFunctionAddresses.parse("ccf=[2001:db8::1] ; ecf = b,ccf=c")).toEqual([
    plain("", { ccf: "[2001:db8::1]", ecf: "b" }).parameters,
    plain("", { ccf: "c" }).parameters,
  ]);
  expect(header.chargingVector.parse('icid-value="a,b;c";x')).toEqual(
    plain("", { "icid-value": '"a,b;c"', x: null }).parameters,
  );
});

test("words keep their quotes, URIs lose their brackets", () => {
  expect(header.userToUser.parse('"a,b";purpose=x, 00ff')).toEqual([plain('"a,b"', { purpose: "x" }), plain("00ff")]);
  expect(header.visitedNetworkId.parse('other.net,"Visited network"')?.map(({ value }) => value)).toEqual([
    "other.net",
    '"Visited network"',
  ]);
  expect(header.callInfo.parse("<http://a/?b=c,d> ;purpose=icon")).toEqual([
    plain("http://a/?b=c,d", { purpose: "icon" }),
  ]);
  expect(header.redirect.parse('"sip:a@b";count=1')?.value).toBe("sip:a@b");
  expect(header.contentId.parse("<a@b>")).toBe("a@b");
});

test("unknown parameters survive in order and spelling", () => {
  const text = '*;Zeta;alpha="x, y";+sip.Instance="<urn:x>";zeta=1';
  expect(header.acceptContact.format(header.acceptContact.parse(text) ?? [])).toBe(text);
});
