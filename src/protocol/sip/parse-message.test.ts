// Reading messages: what is found, what is refused, and that nothing a peer writes makes it throw or take long.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { trimBlanks } from "./characters.ts";
import { formatRequest, type HeaderLine } from "./format-message.ts";
import { headerSpelling } from "./header-names.ts";
import type { SipRequest, SipResponse } from "./message.ts";
import { MESSAGE_LIMITS, parseMessage } from "./parse-message.ts";
import { sampleRequest, sampleResponse } from "./sample-messages.ts";
import { validateMessage } from "./validate-message.ts";

function readRequest(text: string): SipRequest {
  const parsed = parseMessage(text);
  if (!parsed.ok || parsed.value.kind !== "request") throw new Error(`not a request: ${JSON.stringify(parsed)}`);
  return parsed.value;
}

function readResponse(text: string): SipResponse {
  const parsed = parseMessage(text);
  if (!parsed.ok || parsed.value.kind !== "response") throw new Error(`not a response: ${JSON.stringify(parsed)}`);
  return parsed.value;
}

/** What a refusal says; "accepted" where there is none. */
function verdict(text: string): string {
  const parsed = parseMessage(text);
  return parsed.ok ? "accepted" : `${parsed.failure.status} ${parsed.failure.detail}`;
}

/** A valid INVITE with one more header line, as it stands. */
const withLine = (line: string): string => sampleRequest("INVITE", { add: [line] });

describe("the start line", () => {
  test("of a request", () => {
    const request = readRequest(sampleRequest("OPTIONS", { uri: "sips:alice@example.com;transport=tcp" }));
    expect(request.method).toBe("OPTIONS");
    expect(request.uri).toBe("sips:alice@example.com;transport=tcp");
    expect(request.sipUri?.host).toBe("example.com");
  });

  test("of a request to a scheme that is not SIP's", () => {
    expect(readRequest(sampleRequest("INVITE", { uri: "tel:+13035550142" })).sipUri).toBeNull();
  });

  test.each([
    ["SIP/2.0 200 OK", 200, "OK"],
    ["SIP/2.0 183 Session Progress", 183, "Session Progress"],
    ["SIP/2.0 404 ", 404, ""],
    ["SIP/2.0 404", 404, ""],
    ["sip/2.0 699 \xc3\xa9", 699, "\xc3\xa9"],
  ])("of the response %j", (line, status, reason) => {
    const response = readResponse(sampleResponse().replace(/^.*/, () => line));
    expect([response.status, response.reason]).toEqual([status, reason]);
  });

  test("is found behind empty lines (RFC 3261 section 7.5)", () => {
    expect(readRequest(`\r\n\r\n${sampleRequest()}`).method).toBe("INVITE");
  });

  test.each([
    ["", "400 there is no start line"],
    ["\r\n", "400 there is no start line"],
    ["\r\n\r\n", "400 there is no start line"],
    ["\n", "400 there is no start line"],
    ["INVITE sip:a@b SIP/2.0", "400 there is no start line"],
    ["INVITE sip:a@b SIP/2.0\n\r\n", "400 there is no start line"],
    ["SIP/2.0 200 OK\rX: y\r\n\r\n", "400 there is no start line"],
    ["INVITE sip:a@b SIP/2.0\r\n", "400 the header section has no end"],
    ["INVITE\r\n\r\n", "400 the request line has no method"],
    [" INVITE sip:a@b SIP/2.0\r\n\r\n", "400 the request line has no method"],
    ["INV<TE sip:a@b SIP/2.0\r\n\r\n", "400 the request line has no method"],
    ["INVITE SIP/2.0\r\n\r\n", "400 the Request-URI is malformed"],
    ["INVITE  SIP/2.0\r\n\r\n", "400 the Request-URI is malformed"],
    ["INVITE  sip:a@b SIP/2.0\r\n\r\n", "400 the Request-URI is malformed"],
    ["INVITE sip:a@b  SIP/2.0\r\n\r\n", "400 the Request-URI is malformed"],
    ["INVITE sip:a@b SIP/2.0 \r\n\r\n", "400 the request line is not METHOD URI SIP/2.0"],
    ["INVITE sip:a@b HTTP/1.1\r\n\r\n", "400 the request line is not METHOD URI SIP/2.0"],
    ["INVITE sip:a@b SIP/3.0\r\n\r\n", "505 the SIP version is not 2.0"],
    ["INVITE sip:a b@c SIP/2.0\r\n\r\n", "400 the Request-URI is malformed"],
    ["INVITE sip:a@c :5060 SIP/2.0\r\n\r\n", "400 the Request-URI is malformed"],
    ["INVITE <sip:a@b> SIP/2.0\r\n\r\n", "400 the Request-URI is malformed"],
    ["INVITE sip: SIP/2.0\r\n\r\n", "400 the Request-URI is malformed"],
    ["INVITE sip:a@2001:db8::1 SIP/2.0\r\n\r\n", "400 the Request-URI is malformed"],
    ["INVITE sip:a@b?Route=%3Csip:c%3E SIP/2.0\r\n\r\n", "400 the Request-URI is malformed"],
    ["INVITE sip:a@b\0 SIP/2.0\r\n\r\n", "400 the header section holds a NUL"],
    ["SIP/2.0 099 No\r\n\r\n", "400 the status line has no status from 100 to 699"],
    ["SIP/2.0 700 No\r\n\r\n", "400 the status line has no status from 100 to 699"],
    ["SIP/2.0 +20 No\r\n\r\n", "400 the status line has no status from 100 to 699"],
    ["SIP/2.0  200 OK\r\n\r\n", "400 the status line has no status from 100 to 699"],
    ["SIP/2.0 2000 OK\r\n\r\n", "400 the status has more than three digits"],
  ])("%j: %s", (text, expected) => expect(verdict(text)).toBe(expected));
});

describe("header lines", () => {
  test("are found whatever their spelling, in order, and kept as written", () => {
    const { headers } = readRequest(
      sampleRequest("INVITE", {
        add: ["x-OWN:1", "X-Own:  2 ", "s:hello", "SUBJECT : again", "k:\t"],
      }),
    );
    expect(headers.all("x-own")).toEqual(["1", "2"]);
    expect(headers.all("subject")).toEqual(["hello", "again"]);
    expect(headers.first("supported")).toBe("");
    expect(headers.first("absent")).toBeNull();
    expect(headers.has("absent")).toBe(false);
    expect([headers.countOf("x-own"), headers.countOf("absent")]).toEqual([2, 0]);
    expect(headers.nameAt(headers.count - 1)).toBe("supported");
  });

  test.each([
    ["v", "via"],
    ["f", "from"],
    ["t", "to"],
    ["i", "call-id"],
    ["m", "contact"],
    ["l", "content-length"],
    ["c", "content-type"],
    ["e", "content-encoding"],
    ["k", "supported"],
    ["s", "subject"],
    ["o", "event"],
    ["r", "refer-to"],
    ["b", "referred-by"],
    ["u", "allow-events"],
    ["x", "session-expires"],
    ["y", "identity"],
    ["a", "accept-contact"],
    ["j", "reject-contact"],
    ["d", "request-disposition"],
    ["n", "identity-info"],
  ])("%s is short for %s", (letter, name) => {
    for (const written of [letter, letter.toUpperCase(), name, name.toUpperCase(), headerSpelling(name)]) {
      const { headers } = readRequest(`INVITE sip:a@b SIP/2.0\r\n${written}: 0\r\n\r\n`);
      expect(headers.first(name)).toBe("0");
    }
  });

  test("are unfolded (RFC 3261 section 7.3.1)", () => {
    const folded = "Subject: I know \t\r\n\t you're\r\n  \r\n  there  \r\n \t";
    expect(readRequest(withLine(folded)).headers.first("subject")).toBe("I know you're there");
    expect(readRequest(withLine("Subject:\r\n  x")).headers.first("subject")).toBe("x");
    expect(readRequest(withLine("Subject:\r\n ")).headers.first("subject")).toBe("");
  });

  test("UTF-8 bytes at the ends of a value are no blanks", () => {
    expect(readRequest(withLine("Subject: \xa0voil\xc3\xa0\x85")).headers.first("subject")).toBe(
      "\xa0voil\xc3\xa0\x85",
    );
  });
});

describe("smuggling", () => {
  test.each([
    [
      "a blank before the colon is one (RFC 3261 section 7.3.1), not another name",
      "P-Asserted-Identity \t: <sip:x@y>",
      "accepted",
    ],
    ["a control character before the colon", "Contact\x01: <sip:x@y>", "400 a header name is not a token"],
    ["a vertical tab before the colon", "Contact\x0b: <sip:x@y>", "400 a header name is not a token"],
    ["a NUL before the colon", "Contact\0: <sip:x@y>", "400 the header section holds a NUL"],
    ["a no-break space before the colon", "Contact\xa0: <sip:x@y>", "400 a header name is not a token"],
    ["a blank inside the name", "Con tact: <sip:x@y>", "400 a header name is not a token"],
    ["no name", ": <sip:x@y>", "400 a header line does not begin with a name and a colon"],
    ["no colon", "Contact <sip>", "400 a header line does not begin with a name and a colon"],
    ["a bare carriage return", "Subject: a\rRoute: <sip:x@y>", "400 a line holds a bare carriage return"],
    ["a bare line feed", "Subject: a\nRoute: <sip:x@y>", "400 a line ends in a bare line feed"],
    ["line feed and carriage return", "Subject: a\n\rRoute: <sip:x@y>", "400 a line ends in a bare line feed"],
    ["two carriage returns", "Subject: a\r\r\nRoute: b", "400 a line holds a bare carriage return"],
    ["a NUL in a value", "Subject: a\0b", "400 the header section holds a NUL"],
    ["an escaped NUL in quotes (RFC 4475 intmeth)", 'Subject: "a\\\0b"', "accepted"],
    ["an escaped and a bare NUL", 'Subject: "a\\\0b\0"', "400 the header section holds a NUL"],
  ])("%s", (_case, line, expected) => expect(verdict(withLine(line))).toBe(expected));

  test("a name with a blank before its colon is that name", () => {
    const { headers } = readRequest(withLine("P-Asserted-Identity \t: <sip:x@y>"));
    expect(headers.first("p-asserted-identity")).toBe("<sip:x@y>");
  });

  test("a header section cannot begin with a continuation", () => {
    expect(verdict("INVITE sip:a@b SIP/2.0\r\n Via: x\r\n\r\n")).toBe("400 the first header line is a continuation");
  });

  test("a head that ends in a bare line feed has no end", () => {
    expect(verdict("INVITE sip:a@b SIP/2.0\r\nTo: x\r\n\n")).toBe("400 a line ends in a bare line feed");
  });
});

describe("Content-Length", () => {
  const withLength = (length: string | null, body = "hello", add: string[] = []): string =>
    sampleRequest("INVITE", { change: { "Content-Length": length }, body, add });

  test.each([
    ["5", "hello"],
    ["05", "hello"],
    ["0", ""],
    ["3", "hel"],
    [null, "hello"],
  ])("%s gives the body %j", (length, body) => expect(readRequest(withLength(length)).body).toBe(body));

  test.each(["-5", "+5", "0x5", "5e0", "5.0", "5 5", "5,5", "", "five", "\xb2", "00000000005", "9".repeat(400)])(
    "%j is not a number",
    (length) => expect(verdict(withLength(length))).toBe("400 Content-Length is not a number"),
  );

  test.each(["6", "2147483647", "4294967301"])("%s is larger than the body", (length) => {
    expect(verdict(withLength(length))).toBe("400 Content-Length is larger than the body");
  });

  test("given twice must agree, whatever the spelling", () => {
    expect(readRequest(withLength("5", "hello", ["l: 5"])).body).toBe("hello");
    expect(verdict(withLength("5", "hello", ["l: 4"]))).toBe("400 Content-Length is given twice and differs");
    expect(verdict(withLength("5", "hello", ["Content-Length : -1"]))).toBe(
      "400 Content-Length is given twice and differs",
    );
  });

  test("an unanswerable message still tells who asked", () => {
    const parsed = parseMessage(withLength("6"));
    expect(!parsed.ok && parsed.failure.request?.headers.first("call-id")).toBe("3848276298220188511@192.0.2.40");
  });

  test("a body may hold anything", () => {
    const body = Array.from({ length: 256 }, (_each, code) => String.fromCharCode(code)).join("");
    expect(readRequest(withLength("256", body)).body).toBe(body);
  });
});

describe("limits", () => {
  const head = "INVITE sip:a@b SIP/2.0\r\n";

  test("the number of header lines", () => {
    const lines = "A: b\r\n".repeat(MESSAGE_LIMITS.headerLines);
    expect(verdict(`${head}${lines}\r\n`)).toBe("accepted");
    expect(verdict(`${head}${lines}A: b\r\n\r\n`)).toBe("400 there are too many header lines");
    expect(verdict(`${head}${"A:b\r\n".repeat(10_000)}\r\n`)).toBe("400 there are too many header lines");
  });

  test("the length of a line", () => {
    const line = `A:${"b".repeat(MESSAGE_LIMITS.lineBytes - 2)}`;
    expect(verdict(`${head}${line}\r\n\r\n`)).toBe("accepted");
    expect(verdict(`${head}${line}b\r\n\r\n`)).toBe("400 a header line is too long");
  });

  test("the length of the head", () => {
    const line = `A:${"b".repeat(8188)}\r\n`;
    expect(line.length * 4).toBe(MESSAGE_LIMITS.headBytes);
    expect(verdict(`${head}${line.repeat(4)}\r\n`)).toBe("accepted");
    expect(verdict(`${head}${line.repeat(4)}A:\r\n\r\n`)).toBe("400 the header section is too long");
  });

  test("the length of the start line", () => {
    const line = `INVITE sip:${"a".repeat(MESSAGE_LIMITS.startLineBytes)}@b SIP/2.0\r\n`;
    expect(verdict(`${line}\r\n`)).toBe("400 the start line is too long");
  });

  test("the length of the body", () => {
    const body = "x".repeat(MESSAGE_LIMITS.bodyBytes + 1);
    expect(verdict(`${head}\r\n${body}`)).toBe("400 the body is too long");
    expect(verdict(`${head}l:${body.length}\r\n\r\n${body}`)).toBe("400 the body is too long");
    expect(verdict(`${head}\r\n${body.slice(1)}`)).toBe("accepted");
  });

  test.each([" ", "\t", ";", ",", '"', "\\", "<", "%", "(", "a", "\xff", "\r", "\n", "\0", "\r\n", "\r\n "])(
    "64 kB of %j are refused, not chewed on",
    (noise) => {
      const flood = noise.repeat(Math.floor(65_536 / noise.length));
      for (const text of [flood, head + flood]) {
        const parsed = parseMessage(text);
        expect((parsed.ok ? validateMessage(parsed.value) : parsed.failure)?.status).toBe(400);
      }
    },
  );

  test("a folded line of blanks is read in one pass", () => {
    const fold = `\r\n${" ".repeat(8000)}`;
    expect(readRequest(`${head}Subject: x${fold.repeat(4)}\r\n\r\n`).headers.first("subject")).toBe("x");
  });
});

const latin1 = (constraints: fc.StringConstraints = {}): fc.Arbitrary<string> =>
  fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)), ...constraints });

/** Whatever the text, the parser and the validator answer, and never with less than they promise. */
function judge(text: string): void {
  const parsed = parseMessage(text);
  const complaint = parsed.ok ? validateMessage(parsed.value) : parsed.failure;
  if (complaint !== null) expect(complaint.status).toBeGreaterThanOrEqual(400);
  if (!parsed.ok) return;
  const { headers } = parsed.value;
  for (let index = 0; index < headers.count; index += 1) expect(headers.valueAt(index)).not.toMatch(/[\r\n]/);
}

describe("properties", () => {
  test("any bytes get a verdict", () => {
    fc.assert(fc.property(latin1({ maxLength: 400 }), judge));
    fc.assert(fc.property(fc.string({ unit: "binary" }), judge));
  });

  test("any fragments of SIP get a verdict", () => {
    const fragment = fc.constantFrom(
      "INVITE ",
      "sip:a@b",
      " SIP/2.0",
      "SIP/2.0 ",
      "200",
      "\r\n",
      "\r",
      "\n",
      " ",
      "\t",
      ":",
      ";",
      ",",
      '"',
      "<",
      ">",
      "\\",
      "Via",
      "From",
      "To: ",
      "CSeq: 1 INVITE",
      "Call-ID",
      "Content-Length: ",
      "l:",
      "99",
      "[",
      "]",
      "%",
      "=",
      "\0",
      "@",
      "?",
      "z9hG4bK",
    );
    fc.assert(
      fc.property(
        fc.array(fragment, { maxLength: 60 }).map((parts) => parts.join("")),
        judge,
      ),
      { numRuns: 500 },
    );
  });

  test("valid messages with bytes changed, cut out or put in get a verdict", () => {
    const texts = [sampleRequest(), sampleResponse(), sampleRequest("BYE", { body: "hello" })];
    const change = fc.record({ at: fc.nat(), cut: fc.nat({ max: 3 }), put: latin1({ maxLength: 3 }) });
    fc.assert(
      fc.property(fc.constantFrom(...texts), fc.array(change, { minLength: 1, maxLength: 4 }), (text, changes) => {
        let mutated = text;
        for (const { at, cut, put } of changes) {
          const place = at % mutated.length;
          mutated = mutated.slice(0, place) + put + mutated.slice(place + cut);
        }
        judge(mutated);
      }),
      { numRuns: 1000 },
    );
  });

  test("what was written is read again", () => {
    const token = fc.stringMatching(/^[A-Za-z0-9.!%*_+`'~-]{1,20}$/);
    const value = fc
      .string({ unit: fc.integer({ min: 0x20, max: 0xff }).map((code) => String.fromCharCode(code)), maxLength: 60 })
      .map((text) => trimBlanks(text.replaceAll("\x7f", "")));
    const headers = fc.array(fc.tuple(token, value), { maxLength: 20 });
    fc.assert(
      fc.property(token, headers, fc.option(latin1(), { nil: null }), (method, lines, body) => {
        const usable = lines.filter(([name]) => !/^(l|c|content-length|content-type)$/i.test(name)) as HeaderLine[];
        const contents = body === null ? null : { contentType: "text/plain", text: body };
        const text = formatRequest({ method, uri: "sip:a@b;x=y", headers: usable, body: contents });
        const { headers: read, ...rest } = readRequest(text);
        expect([rest.method, rest.uri, rest.body]).toEqual([method, "sip:a@b;x=y", body ?? ""]);
        expect(usable.map((_line, index) => read.valueAt(index))).toEqual(usable.map(([, written]) => written));
        expect(read.first("content-type")).toBe(body === null ? null : "text/plain");
      }),
    );
  });
});
