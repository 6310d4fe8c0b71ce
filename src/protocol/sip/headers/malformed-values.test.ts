// What is no value of its header: null for each, by header and reason. Well-formed ones are in sample-values.ts.
import { describe, expect, test } from "vitest";
import { HEADER_TABLE } from "./header-table.ts";
import { SAMPLE_VALUES } from "./sample-values.ts";

const MANY = 65;

/** Of lists: gaps, and more elements than are read. Each begins with a sample that is sound by itself. */
const LISTS = HEADER_TABLE.filter(({ codec }) => codec.shape === "list").map(({ codec }) => codec);

test("an empty line is a value where the grammar says so, and nowhere else", () => {
  expect(LISTS.filter(({ parse }) => parse("") !== null).map(({ name }) => name)).toEqual([
    "allow",
    "supported",
    "require",
    "accept",
    "accept-encoding",
    "accept-language",
    "proxy-require",
    "accept-resource-priority",
    "p-early-media",
    "recv-info",
    "p-associated-uri",
  ]);
});

describe.each(LISTS.map((codec) => [codec.name, codec] as const))("a list with gaps: %s", (name, { parse, format }) => {
  const elements = parse(SAMPLE_VALUES[name]?.[0] ?? "") as readonly unknown[];
  const one = format(elements.slice(0, 1));

  test("is none", () => {
    expect(parse(one)).toHaveLength(1);
    for (const gaps of [`${one},,${one}`, `,${one}`, `${one},`, `${one}, `, ",", `${one} ${one}`, `${one}\0`]) {
      expect(parse(gaps), gaps).toBeNull();
    }
  });

  test("or with more than 64 elements is none", () => {
    expect(parse(new Array(MANY - 1).fill(one).join(","))).toHaveLength(MANY - 1);
    expect(parse(new Array(MANY).fill(one).join(","))).toBeNull();
  });
});

const MALFORMED: Readonly<Record<string, readonly string[]>> = {
  "call-id": ["", "a b", "a,b", "a;b", "a=b", "\xe9"],
  contact: ["*, <sip:a@b>", "*;q=1", "sip:a@b?x=y", "<sip:a@b", "a"],
  "max-breadth": ["", "-1", "4294967296", "60, 60", "60;x", "many"],
  "max-forwards": ["", "-1", "256", "1.0", "0x1", "70 70", "70;x", "\xb2"],
  "content-length": ["", "-1", "1 1", "1,1", "99999999999", "1e3"],
  "content-type": [
    "",
    "application",
    "application/",
    "/sdp",
    "a/b/c",
    "a/b;",
    "a/b;=",
    'a/b;x="',
    "a/b, c/d",
    "a b/c",
    "a/b c",
  ],
  "content-disposition": ["", ";handling=optional", "session;handling=", "session,render", '"session"'],
  "content-id": ["", "<>", "a@b", "<a@b", "<a b@c>", "<a>b", "<<a>>"],
  "mime-version": ["", "1", "1.", ".1", "1.0.0", "a.b", "12345.0", "1.0;x"],
  allow: ["INV ITE", "INVITE;x", '"INVITE"', "\xe9"],
  unsupported: ["", "a b", "a;b"],
  accept: ["a", "a/", "text/html level=1", ";q=1"],
  "alert-info": ["http://a.example/", "<>", "<a>", "x <http://a>", "<http://a> x", "<http://a b>"],
  "user-agent": ["", "a/", "a /", "/1", "(a", "(a))", "(a\\)", "a(b)", "a,b", "a/1/2", "a;b", "(a\x07)", "\xe9"],
  server: ["(()", new Array(MANY).fill("a").join(" ")],
  date: [
    "",
    "Sat, 13 Nov 2010 23:29:00 UTC",
    "Sat, 13 Nov 2010 23:29:00 +0000",
    "Sat, 13 Nov 2010 23:29:00",
    "sat, 13 Nov 2010 23:29:00 GMT",
    "Sat, 13 nov 2010 23:29:00 GMT",
    "Sun, 13 Nov 2010 23:29:00 GMT",
    "Saturday, 13-Nov-10 23:29:00 GMT",
    "Sat Nov 13 23:29:00 2010",
    "Mon, 31 Feb 2011 00:00:00 GMT",
    "Thu, 31 Feb 2011 00:00:00 GMT",
    "Sat, 13 Nov 2010 24:00:00 GMT",
    "Sat, 13 Nov 2010 23:60:00 GMT",
    "Sat, 13 Nov 2010 23:29:60 GMT",
    "Sat, 1 Nov 2010 23:29:00 GMT",
    "Mon, 01 Xyz 2010 00:00:00 GMT",
    "Sat, 13 Nov 0010 23:29:00 GMT",
    " Sat, 13 Nov 2010 23:29:00 GMT",
  ],
  expires: ["", "-1", "4294967296", "1,5", "Thu, 01 Dec 1994 16:00:00 GMT", "60;x=y", "1 0"],
  "flow-timer": ["", "120s"],
  organization: ["a\rb", "a\nb", "a\0", "\x7f"],
  priority: ["", "very urgent", "a,b"],
  "retry-after": [
    "",
    "(busy)",
    "-1",
    "18000 duration=1",
    "120 (a",
    "120 (a) (b)",
    "120 (a) b",
    "1;",
    "4294967296",
    "5;x (c)",
  ],
  timestamp: ["", ".5", "1 2 3", "1,5", "-1", "1 x", "1  .", `${"1".repeat(21)}`, "1e3"],
  warning: [
    "307",
    "307 isi.edu",
    '30 isi.edu "x"',
    '3070 isi.edu "x"',
    '307  "x"',
    "307 isi.edu x",
    '307 isi.edu "x',
    '307isi.edu "x"',
  ],
  authorization: [
    "",
    "Digest",
    "Digest ",
    'Digest realm="a" nonce="b"',
    'Digest realm="a",',
    'Digest ,realm="a"',
    'Digest realm="a',
    "Digest realm=",
    "Digest =a",
    'realm="a"',
    "Digest realm=a;b",
    "Bearer a b",
    "Bearer =a",
    `Digest ${new Array(MANY).fill("a=b").join(",")}`,
  ],
  "authentication-info": ["", "nextnonce", 'nextnonce="a', "a=b;c=d"],
  rseq: ["", "-1", "4294967296", "1 2", "a"],
  rack: [
    "",
    "1",
    "1 2",
    "1 INVITE",
    "1 2 INVITE x",
    "1 2,INVITE",
    "-1 2 INVITE",
    "4294967296 1 INVITE",
    "1 2147483648 INVITE",
    "12INVITE",
  ],
  event: ["", ";id=1", "a b", "a/b"],
  "subscription-state": ["", "active;", "active expires=1"],
  privacy: ["", ";", "id;", ";id", "id;;user", 'id;"x"', "a b"],
  "p-asserted-identity": ["*", "Bob", '"Bob" sip:a@b'],
  reason: [";cause=1", "SIP;cause=", 'SIP;text="', "Q 850"],
  path: ["/a", "<sip:a", "<>"],
  "refer-to": ["", "sip:a@b?Replaces=x", "<sip:a@b>, <sip:c@d>"],
  "accept-contact": ["", "sip:a@b", "x;audio", "*audio", "**"],
  "feature-caps": ["+sip.pns", "<sip:a@b>"],
  replaces: [
    "",
    "a@b",
    "a@b;to-tag=1",
    "a@b;from-tag=1",
    "a@b;to-tag=1;from-tag",
    "a@b;to-tag=1;from-tag=2;to-tag=3",
    "a@b;TO-TAG=1;to-tag=1;from-tag=2",
    'a@b;to-tag="";from-tag=2',
    "a b;to-tag=1;from-tag=2",
    "a@b;to-tag=1;from-tag=2,c@d;to-tag=1;from-tag=2",
  ],
  join: ["a@b;to-tag=1"],
  "session-expires": ["", "-1", "90s", "4294967296", ";refresher=uac", "90 refresher=uac"],
  "min-se": ["", "x"],
  "resource-priority": ["", "wps", "wps.", ".3", "wps.3.1", "wps . 3", "wps.3;x"],
  identity: [
    "",
    "a.b.c",
    "a.b.c;alg=ES256",
    "a.b.c;info",
    "a.b.c;info=<>",
    "a.b.c;info=<x>",
    "a.b.c;info=<https://a",
    "a b;info=<https://a>",
    '"abc";info=<https://a>',
    ";info=<https://a>",
  ],
  "refer-sub": ["", "x", ";true", "false, false"],
  "identity-info": ["https://a", "<https://a>,<https://b>"],
  "answer-mode": ["", ";require"],
  "p-served-user": ["", "<sip:a@b>, <sip:c@d>"],
  "p-dcs-billing-info": ["", "xyz/1@a", "1@a", "1/2", "1/@a", "1/2@", `${"1".repeat(49)}/2@a`, `1/${"2".repeat(17)}@a`],
  "p-dcs-laes": ["", ":5060", "a:b", "[::1", "a:99999"],
  "p-dcs-redirect": ["", "sip:a@b", '"a"', '"sip:a@b', '""'],
  "geolocation-error": ["", "1000", "x", '"a"'],
  geolocation: ["cid:a@b", "<a>"],
  "p-charging-vector": ["", ";a=b", "a=b;", "a=b c=d", "=a"],
  "p-charging-function-addresses": ["", "ccf=", ";ccf=a"],
  "p-visited-network-id": ['"a', "a b", "a/b"],
  "user-to-user": ["", '"a', "a=b", ";encoding=hex"],
  "session-id": [
    "",
    "ab30317f1a784dc48ff824d0d3715d8",
    "ab30317f1a784dc48ff824d0d3715d866",
    "AB30317F1A784DC48FF824D0D3715D86",
    "ab30317f-1a78-4dc4-8ff8-24d0d3715d86",
    "ab30317f1a784dc48ff824d0d3715d86;remote",
    "ab30317f1a784dc48ff824d0d3715d86;remote=1",
    "ab30317f1a784dc48ff824d0d3715d86, ab30317f1a784dc48ff824d0d3715d86",
  ],
};

const codecs = new Map(HEADER_TABLE.map(({ codec }) => [codec.name, codec]));

describe.each(Object.entries(MALFORMED))("%s", (name, texts) => {
  test.each(texts)("%j", (text) => expect(codecs.get(name)?.parse(text)).toBeNull());
});
