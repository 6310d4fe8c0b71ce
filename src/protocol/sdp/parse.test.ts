import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { SessionDescription } from "./description.ts";
import { formatDescription } from "./format.ts";
import { parseDescription, SDP_LIMITS } from "./parse.ts";

const OFFER = [
  "v=0",
  "o=alice 2890844526 2890844527 IN IP4 host.atlanta.example.com",
  "s=A call",
  "i=what it is about",
  "u=http://www.example.com/",
  "e=alice@example.com",
  "p=+1 617 555-6011",
  "c=IN IP4 192.0.2.1",
  "b=AS:128",
  "t=0 0",
  "r=604800 3600 0 90000",
  "z=2882844526 -1h 2898848070 0",
  "k=prompt",
  "a=sendrecv",
  "m=audio 49170/2 RTP/AVP 0 8 97",
  "i=the voice",
  "c=IN IP4 192.0.2.2",
  "b=TIAS:64000",
  "k=prompt",
  "a=rtpmap:97 iLBC/8000",
  "a=fmtp:97 mode=20",
  "m=video 0 RTP/AVP 31",
  "",
].join("\r\n");

function read(text: string): SessionDescription {
  const result = parseDescription(text);
  if (!result.ok) throw new Error(`${result.failure.reason} in line ${result.failure.line}`);
  return result.value;
}

function refusal(text: string): string {
  const result = parseDescription(text);
  return result.ok ? "read" : `${result.failure.reason}:${result.failure.line}`;
}

function withMedia(...lines: string[]): string {
  return ["v=0", "o=- 1 1 IN IP4 192.0.2.1", "s=-", "t=0 0", ...lines, ""].join("\r\n");
}

describe("a description as RFC 8866 writes it", () => {
  test("is read whole, contacts, keys and repeats dropped", () => {
    expect(read(OFFER)).toEqual({
      origin: {
        username: "alice",
        sessionId: "2890844526",
        sessionVersion: "2890844527",
        addressType: "IP4",
        address: "host.atlanta.example.com",
      },
      sessionName: "A call",
      connection: { addressType: "IP4", address: "192.0.2.1" },
      bandwidths: ["AS:128"],
      timing: "0 0",
      attributes: [{ name: "sendrecv", value: null }],
      media: [
        {
          type: "audio",
          port: 49170,
          portCount: 2,
          protocol: "RTP/AVP",
          formats: ["0", "8", "97"],
          title: "the voice",
          connection: { addressType: "IP4", address: "192.0.2.2" },
          bandwidths: ["TIAS:64000"],
          attributes: [
            { name: "rtpmap", value: "97 iLBC/8000" },
            { name: "fmtp", value: "97 mode=20" },
          ],
        },
        {
          type: "video",
          port: 0,
          portCount: null,
          protocol: "RTP/AVP",
          formats: ["31"],
          title: null,
          connection: null,
          bandwidths: [],
          attributes: [],
        },
      ],
    });
  });

  test("may speak IPv6, with or without brackets, and multicast with its TTL", () => {
    expect(read(withMedia("c=IN IP6 [2001:db8::1]")).connection).toEqual({
      addressType: "IP6",
      address: "2001:db8::1",
    });
    expect(read(withMedia("c=IN IP6 2001:db8::1")).connection).toEqual({ addressType: "IP6", address: "2001:db8::1" });
    expect(read(withMedia("c=IN IP4 233.252.0.1/127/3")).connection?.address).toBe("233.252.0.1/127/3");
  });

  test("keeps a colon and blanks inside an attribute's value", () => {
    const [attribute] = read(withMedia("m=audio 9 RTP/AVP 0", "a=x:y:z  1")).media[0]!.attributes;
    expect(attribute).toEqual({ name: "x", value: "y:z  1" });
  });
});

describe("what field devices write", () => {
  test.each([
    ["bare line feeds", OFFER.replaceAll("\r\n", "\n")],
    ["no end of the last line", OFFER.slice(0, -2)],
    ["empty lines at the end", `${OFFER}\r\n\r\n`],
    ["blanks at line ends", OFFER.replaceAll("\r\n", " \t\r\n")],
    ["an attribute of nothing", OFFER.replace("a=fmtp", "a=\r\na=:x\r\na=fmtp")],
    ["letters RFC 8866 does not know", OFFER.replace("a=fmtp", "x=1\r\nY=2\r\na=fmtp")],
    ["attributes before t=", OFFER.replace("a=sendrecv\r\n", "").replace("t=0 0", "a=sendrecv\r\nt=0 0")],
    ["several blanks between fields", OFFER.replace("RTP/AVP 0 8", " RTP/AVP  0\t8")],
    ["a second t=", OFFER.replace("t=0 0", "t=0 0\r\nt=1 2")],
    ["a second c= in a section", OFFER.replace("c=IN IP4 192.0.2.2", "c=IN IP4 192.0.2.2\r\nc=IN IP4 192.0.2.9")],
  ])("is taken: %s", (_name, text) => {
    expect(read(text)).toEqual(read(OFFER));
  });

  test("no s= and t= are read as if they said nothing", () => {
    for (const text of ["v=0\no=- 1 1 IN IP4 192.0.2.1\n", "v=0\no=- 1 1 IN IP4 192.0.2.1\ns=\nt=\n"]) {
      expect(read(text)).toMatchObject({ sessionName: "-", timing: "0 0", media: [] });
    }
  });

  test.each([
    ["o=Front Desk 2 1 1 IN IP4 192.0.2.1", "Front Desk 2"],
    ["o= 1 1 IN IP4 192.0.2.1", "-"],
    ["o=- 1 1 IN ip4 192.0.2.1", "-"],
  ])("user name of %s", (line, username) => {
    expect(read(`v=0\r\n${line}\r\n`).origin).toEqual({
      username,
      sessionId: "1",
      sessionVersion: "1",
      addressType: "IP4",
      address: "192.0.2.1",
    });
  });

  test("ids wider than any number, or with the minus of an overflow, stay as written", () => {
    const { origin } = read("v=0\r\no=- 184467440737095516169 -2147483648 IN IP4 192.0.2.1\r\n");
    expect([origin.sessionId, origin.sessionVersion]).toEqual(["184467440737095516169", "-2147483648"]);
  });

  test("a refused stream may name no format, one that is not must", () => {
    expect(read(withMedia("m=video 0 RTP/AVP")).media[0]!.formats).toEqual([]);
    expect(refusal(withMedia("m=video 9 RTP/AVP"))).toBe("bad-media:5");
  });
});

describe("what is refused, and where", () => {
  test.each([
    ["", "bad-version:0"],
    ["\r\n\r\n", "bad-version:2"],
    ["v=1\r\n", "bad-version:1"],
    ["v=0x\r\n", "bad-version:1"],
    ["o=- 1 1 IN IP4 192.0.2.1\r\nv=0\r\n", "bad-version:1"],
    ["v=0\r\ns=-\r\n", "missing-origin:2"],
    ["v=0\r\no=- 1 IN IP4 192.0.2.1\r\n", "bad-origin:2"],
    ["v=0\r\no=- 1 1 TN IP4 192.0.2.1\r\n", "bad-origin:2"],
    ["v=0\r\no=- 1 1 IN IP5 192.0.2.1\r\n", "bad-origin:2"],
    ["v=0\r\no=- a 1 IN IP4 192.0.2.1\r\n", "bad-origin:2"],
    ["v=0\r\no=- - 1 IN IP4 192.0.2.1\r\n", "bad-origin:2"],
    [`v=0\r\no=- ${"1".repeat(65)} 1 IN IP4 192.0.2.1\r\n`, "bad-origin:2"],
    [`v=0\r\no=- 1 1 IN IP4 ${"a".repeat(256)}\r\n`, "bad-origin:2"],
    [withMedia("c=IN IP4"), "bad-connection:5"],
    [withMedia("c=IN IP4 192.0.2.1 x"), "bad-connection:5"],
    [withMedia("c=IN IP6 []"), "bad-connection:5"],
    [withMedia("c=IN IP4 192.0.2.\xe9"), "bad-connection:5"],
    [withMedia("m=audio"), "bad-media:5"],
    [withMedia("m=audio x RTP/AVP 0"), "bad-media:5"],
    [withMedia("m=audio -1 RTP/AVP 0"), "bad-media:5"],
    [withMedia("m=audio 65536 RTP/AVP 0"), "bad-media:5"],
    [withMedia("m=audio 4294967296 RTP/AVP 0"), "bad-media:5"],
    [withMedia("m=audio 9/0 RTP/AVP 0"), "bad-media:5"],
    [withMedia("m=audio 9/ RTP/AVP 0"), "bad-media:5"],
    [withMedia("m=audio 9/99999999999 RTP/AVP 0"), "bad-media:5"],
    [withMedia(`m=audio 9 RTP/AVP ${Array.from({ length: 129 }, (_, index) => index).join(" ")}`), "bad-media:5"],
    [withMedia("v=0"), "duplicate-line:5"],
    [withMedia("o=- 2 2 IN IP4 192.0.2.2"), "duplicate-line:5"],
    [withMedia("s=again"), "duplicate-line:5"],
    [withMedia("nonsense"), "malformed-line:5"],
    [withMedia(" a=leading blank"), "malformed-line:5"],
    [withMedia("a"), "malformed-line:5"],
    [withMedia("1=2"), "malformed-line:5"],
    [withMedia("a=fmtp\0"), "forbidden-character:5"],
    [withMedia("a=x\0y"), "forbidden-character:5"],
    [withMedia("a=x\ra=y"), "forbidden-character:5"],
    [withMedia("a=x\r"), "forbidden-character:5"],
  ])("%j gives %s", (text, expected) => {
    expect(refusal(text)).toBe(expected);
  });
});

describe("limits", () => {
  const media = (count: number) => withMedia(...Array.from({ length: count }, () => "m=audio 9 RTP/AVP 0"));
  const repeat = (line: string, count: number) => withMedia("m=audio 9 RTP/AVP 0", ...Array(count).fill(line));

  test.each([
    ["media sections", media(SDP_LIMITS.mediaSections), media(SDP_LIMITS.mediaSections + 1), "too-many-media-sections"],
    [
      "attributes",
      repeat("a=x", SDP_LIMITS.attributes),
      repeat("a=x", SDP_LIMITS.attributes + 1),
      "too-many-attributes",
    ],
    [
      "bandwidths",
      repeat("b=A:1", SDP_LIMITS.bandwidths),
      repeat("b=A:1", SDP_LIMITS.bandwidths + 1),
      "too-many-bandwidths",
    ],
    [
      "line length",
      withMedia(`a=${"x".repeat(SDP_LIMITS.lineLength - 2)}`),
      withMedia(`a=${"x".repeat(SDP_LIMITS.lineLength - 1)}`),
      "line-too-long",
    ],
    ["lines", withMedia("\n".repeat(SDP_LIMITS.lines - 6)), withMedia("\n".repeat(SDP_LIMITS.lines)), "too-many-lines"],
    ["length", OFFER, OFFER.padEnd(SDP_LIMITS.length + 1, "\n"), "too-long"],
  ])("of %s: the last that is taken, the first that is not", (_name, within, beyond, reason) => {
    expect(refusal(within)).toBe("read");
    expect(refusal(beyond)).toMatch(new RegExp(`^${reason}:`));
  });
});

describe("the parser is total", () => {
  test("on any text", () => {
    const text = fc.oneof(
      fc.string({ unit: "binary-ascii", maxLength: 400 }),
      fc
        .array(fc.constantFrom("v=0", "o=", "m=", "a=", "c=IN ", "\r\n", "\n", "\r", "\0", " ", "0", "IP4 ", "x"), {
          maxLength: 60,
        })
        .map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(text, (anything) => {
        const result = parseDescription(anything);
        if (!result.ok) expect(result.failure.line).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 2000 },
    );
  });

  test("on a description broken anywhere, and what it still reads it can write and read again", () => {
    const mutation = fc.record({
      at: fc.nat(OFFER.length),
      remove: fc.nat(12),
      insert: fc.string({ unit: "binary-ascii", maxLength: 6 }),
    });
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 4 }), (mutations) => {
        let text = OFFER;
        for (const { at, remove, insert } of mutations) text = text.slice(0, at) + insert + text.slice(at + remove);
        const result = parseDescription(text);
        if (result.ok) expect(read(formatDescription(result.value))).toEqual(result.value);
      }),
      { numRuns: 3000 },
    );
  });
});
