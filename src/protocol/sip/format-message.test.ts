// Writing messages: what a response repeats, what the receiver notes in the Via, and that no value can break out of its line.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { answerableHead, formatRequest, formatResponse, type ResponseParts, viaAsReceived } from "./format-message.ts";
import { formatVia, topVia, type Via } from "./headers/via.ts";
import type { SipRequest } from "./message.ts";
import { parseMessage } from "./parse-message.ts";
import { type SampleParts, sampleRequest } from "./sample-messages.ts";
import { unescapeUser } from "./uri-escapes.ts";

const SOURCE = { address: "192.0.2.40", port: 5060 };

function read(text: string): SipRequest {
  const parsed = parseMessage(text);
  if (!parsed.ok || parsed.value.kind !== "request") throw new Error(JSON.stringify(parsed));
  return parsed.value;
}

function answer(parts: SampleParts, response: ResponseParts, source = SOURCE): string {
  const head = answerableHead(read(sampleRequest("INVITE", parts)), source);
  if (head === null) throw new Error("no head");
  return formatResponse(head, response);
}

describe("the topmost Via as received (RFC 3261 section 18.2.1, RFC 3581 section 4)", () => {
  test.each([
    ["SIP/2.0/UDP 192.0.2.40:5060;branch=b", "SIP/2.0/UDP 192.0.2.40:5060;branch=b"],
    ["SIP/2.0/UDP 10.0.0.1;branch=b", "SIP/2.0/UDP 10.0.0.1;branch=b;received=192.0.2.40"],
    ["SIP/2.0/UDP pbx.example;branch=b", "SIP/2.0/UDP pbx.example;branch=b;received=192.0.2.40"],
    ["SIP/2.0/UDP 10.0.0.1;rport;branch=b", "SIP/2.0/UDP 10.0.0.1;rport=5060;branch=b;received=192.0.2.40"],
    [
      "SIP/2.0/UDP 192.0.2.40:5060;rport;branch=b",
      "SIP/2.0/UDP 192.0.2.40:5060;rport=5060;branch=b;received=192.0.2.40",
    ],
    // What the sender wrote there itself does not count.
    ["SIP/2.0/UDP 10.0.0.1;rport=9;received=203.0.113.9", "SIP/2.0/UDP 10.0.0.1;rport=5060;received=192.0.2.40"],
    ["SIP/2.0/UDP 192.0.2.40;Received=203.0.113.9", "SIP/2.0/UDP 192.0.2.40"],
  ])("%s becomes %s", (sent, noted) => {
    expect(formatVia(viaAsReceived(topVia.parse(sent) as Via, SOURCE))).toBe(noted);
  });

  test("names an IPv6 source without brackets (RFC 5118 section 4.5)", () => {
    const via = topVia.parse("SIP/2.0/UDP [2001:db8::9:1];rport") as Via;
    expect(formatVia(viaAsReceived(via, { address: "2001:db8::9:255", port: 5070 }))).toBe(
      "SIP/2.0/UDP [2001:db8::9:1];rport=5070;received=2001:db8::9:255",
    );
  });
});

describe("a response", () => {
  test("repeats what section 8.2.6.2 names, and nothing else", () => {
    const text = answer({ add: ["Record-Route: <sip:p;lr>", "Subject: s"] }, { status: 486, toTag: "t1" });
    expect(text).toBe(
      [
        "SIP/2.0 486 Busy Here",
        "Via: SIP/2.0/UDP 192.0.2.40:5060;branch=z9hG4bK74bf9;rport=5060;received=192.0.2.40",
        'From: "Front Desk" <sip:+12025550100@pbx.example>;tag=9fxced76sl',
        "Call-ID: 3848276298220188511@192.0.2.40",
        "CSeq: 314159 INVITE",
        "To: <sip:+13035550142@198.51.100.10>;tag=t1",
        "Content-Length: 0",
        "",
        "",
      ].join("\r\n"),
    );
  });

  test("keeps further Vias byte for byte, in the same line and in lines of their own", () => {
    const text = answer(
      {
        change: { Via: 'SIP/2.0/UDP a;branch=1 ,SIP / 2.0/TCP  b;x="1,2" , SIP/2.0/TLS c' },
        add: ["v:  SIP/2.0/UDP   d;;odd", "Via: SIP/2.0/UDP e"],
      },
      { status: 100, toTag: null },
    );
    expect(text.split("\r\n").filter((line) => line.startsWith("Via"))).toEqual([
      'Via: SIP/2.0/UDP a;branch=1;received=192.0.2.40,SIP / 2.0/TCP  b;x="1,2" , SIP/2.0/TLS c',
      "Via: SIP/2.0/UDP   d;;odd",
      "Via: SIP/2.0/UDP e",
    ]);
  });

  test("adds a To tag only where there is none", () => {
    const withTag = { change: { To: "<sip:b@c>;tag=theirs" } };
    expect(answer(withTag, { status: 200, toTag: "ours" })).toContain("\r\nTo: <sip:b@c>;tag=theirs\r\n");
    expect(answer({}, { status: 100, toTag: null })).toContain("\r\nTo: <sip:+13035550142@198.51.100.10>\r\n");
  });

  test("that makes a dialog repeats Record-Route in order (section 12.1.1)", () => {
    const routes = ["Record-Route: <sip:p1;lr>,<sip:p2;lr>", "Record-Route: <sip:p3;lr>"];
    const text = answer({ add: routes }, { status: 200, toTag: "t", dialog: true });
    expect(text.split("\r\n").filter((line) => line.startsWith("Record-Route"))).toEqual(routes);
  });

  test("has a body with its length in bytes, and headers and a phrase of ours", () => {
    const body = { contentType: "application/sdp", text: "v=0\r\n\xe9" };
    const text = answer({}, { status: 200, toTag: "t", headers: [["Server", "Demarc"]], body, reason: "Fine" });
    expect(text).toMatch(/^SIP\/2.0 200 Fine\r\n/);
    expect(text).toMatch(
      /\r\nServer: Demarc\r\nContent-Type: application\/sdp\r\nContent-Length: 6\r\n\r\nv=0\r\n\xe9$/,
    );
  });

  test("to a folded request has no folds", () => {
    const text = answer(
      { change: { From: "<sip:a@b>\r\n ;tag=1", Via: "SIP/2.0/UDP\r\n 192.0.2.40" } },
      { status: 404, toTag: "t" },
    );
    expect(text).toContain("\r\nFrom: <sip:a@b> ;tag=1\r\n");
    expect(text).not.toMatch(/\r\n[ \t]/);
  });

  test.each([{ Via: "x" }, { Via: null }, { From: null }, { To: null }, { "Call-ID": null }, { CSeq: null }])(
    "cannot be written to a request with %j",
    (change) => expect(answerableHead(read(sampleRequest("INVITE", { change })), SOURCE)).toBeNull(),
  );

  test.each([
    [180, "Ringing"],
    [299, "OK"],
    [399, "Redirection"],
    [499, "Request Failure"],
    [599, "Server Failure"],
    [699, "Global Failure"],
    [199, "Progress"],
  ])("of status %i says %s", (status, phrase) => {
    expect(answer({}, { status, toTag: "t" })).toMatch(new RegExp(`^SIP/2.0 ${status} ${phrase}\r\n`));
  });
});

describe("injection", () => {
  const count = (text: string): number => read(text).headers.count;

  test("an escaped line break stays escaped in a URI, and cannot end a line when it was resolved", () => {
    const user = unescapeUser("a%0D%0AP-Asserted-Identity:%20%3Csip:boss@b%3E");
    expect(user).toContain("\r\n");
    const text = formatRequest({
      method: "INVITE",
      uri: `sip:${user}@b`,
      headers: [
        ["To", `"${user}" <sip:x@y>`],
        ["Subject", "a\rb\nc\0d\x0be\x7f"],
      ],
      body: { contentType: `text/plain\r\nX: y`, text: "" },
    });
    expect(text.split("\r\n")).toEqual([
      "INVITE sip:a%20P-Asserted-Identity:%20<sip:boss@b>@b SIP/2.0",
      'To: "a P-Asserted-Identity: <sip:boss@b>" <sip:x@y>',
      "Subject: a b c d e ",
      "Content-Type: text/plain X: y",
      "Content-Length: 0",
      "",
      "",
    ]);
  });

  test("no value adds a line", () => {
    const value = fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)) });
    fc.assert(
      fc.property(value, value, (first, second) => {
        const text = formatRequest({
          method: "INFO",
          uri: "sip:a@b",
          headers: [
            ["A", first],
            ["B", second],
          ],
          body: null,
        });
        expect(count(text)).toBe(3);
        const response = answer({}, { status: 200, toTag: "t", headers: [["A", first]], reason: second });
        const parsed = parseMessage(response);
        expect(parsed.ok && parsed.value.headers.count).toBe(7);
      }),
    );
  });
});
