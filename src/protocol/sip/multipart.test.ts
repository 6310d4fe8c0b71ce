// Bodies of several parts: the RFCs' own shapes, what is kept as it was, and what hostile senders write.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { seededRandom } from "../../base/index.ts";
import { headerSpelling } from "./header-names.ts";
import { contentId, contentType, isRequired } from "./headers/content.ts";
import type { Parameterised } from "./headers/parameterised.ts";
import {
  type BodyPart,
  dispositionOf,
  formatMultipart,
  formatPart,
  leafParts,
  MULTIPART_LIMITS,
  type Multipart,
  newBoundary,
  parseMultipart,
} from "./multipart.ts";

const typeOf = (value: string) => contentType.parse(value) as Parameterised;
const MIXED = typeOf("multipart/mixed;boundary=b");

function read(body: string, type = MIXED): Multipart {
  const parsed = parseMultipart(type, body);
  if (!parsed.ok) throw new Error(parsed.failure);
  return parsed.value;
}

function complaint(body: string, type = MIXED): string | null {
  const parsed = parseMultipart(type, body);
  return parsed.ok ? null : parsed.failure;
}

const lines = (...all: string[]): string => all.join("\r\n");
const bodies = (parts: readonly BodyPart[]): string[] => parts.map(({ body }) => body);

describe("a multipart", () => {
  test("is a session description beside a location (RFC 6442)", () => {
    const body = lines(
      "--boundary1",
      "Content-Type: application/sdp",
      "",
      "v=0",
      "s=-",
      "",
      "--boundary1",
      "Content-Type: application/pidf+xml",
      "Content-ID: <target123@atlanta.example.com>",
      "content-disposition:",
      " by-reference ; handling = optional",
      "",
      "<presence/>",
      "--boundary1--",
    );
    const { preamble, parts, epilogue } = read(body, typeOf('Multipart/Mixed; boundary="boundary1"'));
    expect([preamble, epilogue, bodies(parts)]).toEqual(["", "", ["v=0\r\ns=-\r\n", "<presence/>"]]);
    const [sdp, pidf] = parts as [BodyPart, BodyPart];
    expect(pidf.headers.read(contentId)).toBe("target123@atlanta.example.com");
    expect([sdp, pidf].map((part) => dispositionOf(part).value)).toEqual(["session", "by-reference"]);
    expect([sdp, pidf].map((part) => isRequired(dispositionOf(part)))).toEqual([true, false]);
  });

  test("keeps its preamble and epilogue apart, and each part as it was", () => {
    const parts = ["X-Odd :  1\r\n\t2\r\n\r\nbody\r\n\r\n", "\r\nno header", "A: only\r\nB: headers", "C: 1\r\n", ""];
    const body = `for the old\r\n--b \t\r\n${parts.join("\r\n--b\r\n")}\r\n--b-- \r\nbye\r\n--b\r\n`;
    const { preamble, parts: found, epilogue } = read(body);
    expect(preamble).toBe("for the old");
    expect(epilogue).toBe("bye\r\n--b\r\n");
    expect(found.map(({ text }) => text)).toEqual(parts);
    expect(bodies(found)).toEqual(["body\r\n\r\n", "no header", "", "", ""]);
    expect(found.map(({ headers }) => headers.count)).toEqual([1, 0, 2, 1, 0]);
    expect(found[0]?.headers.first("x-odd")).toBe("1 2");
    expect(dispositionOf(found[1] as BodyPart)).toEqual({ value: "render", parameters: [] });
  });

  test("has parts that are empty between delimiters that share a line break", () => {
    expect(read("--b\r\n--b\r\n\r\n--b--").parts.map(({ text }) => text)).toEqual(["", ""]);
  });

  test("is parted by whole lines, not by what begins like one", () => {
    const body = "--b\r\n\r\n--bc\r\n--b-\r\n--b--x\r\n --b\r\nx--b\r\n\n--b\r\n--b--";
    expect(bodies(read(body).parts)).toEqual(["--bc\r\n--b-\r\n--b--x\r\n --b\r\nx--b\r\n\n--b"]);
  });

  test("holds others, whose parts are found in order", () => {
    const inner = "--bb\r\n\r\n1\r\n--bb\r\n\r\n2\r\n--bb--\r\n";
    const body = `--b\r\nContent-Type: multipart/alternative;boundary=bb\r\n\r\n${inner}\r\n--b\r\n\r\n3\r\n--b--`;
    const { parts } = read(body);
    expect(parts.map((part) => part.parts.length)).toEqual([2, 0]);
    expect(bodies(leafParts(parts))).toEqual(["1", "2", "3"]);
  });
});

describe("a body is refused", () => {
  const part = "--b\r\n\r\nx\r\n";
  const nested = (depth: number): string =>
    depth === 0
      ? "\r\nx"
      : `Content-Type: multipart/mixed;boundary=b${depth}\r\n\r\n--b${depth}\r\n${nested(depth - 1)}\r\n--b${depth}--`;
  const long = (length: number) => typeOf(`multipart/mixed;boundary=${"b".repeat(length)}`);

  test.each([
    ["when it is no multipart", part, typeOf("application/sdp;boundary=b"), "the body is no multipart"],
    ["without a boundary", part, typeOf("multipart/mixed"), "a multipart body has one boundary"],
    ["with two boundaries", part, typeOf("multipart/mixed;boundary=b;Boundary=c"), "a multipart body has one boundary"],
    [
      "with an empty boundary",
      part,
      typeOf('multipart/mixed;boundary=""'),
      "the boundary is malformed or longer than 70 characters",
    ],
    [
      "with a boundary that ends in a blank",
      part,
      typeOf('multipart/mixed;boundary="b "'),
      "the boundary is malformed or longer than 70 characters",
    ],
    ["with a boundary of 71 characters", part, long(71), "the boundary is malformed or longer than 70 characters"],
    ["when it is empty", "", MIXED, "the body holds no part"],
    ["when its boundary never comes", "x\r\n--c\r\n", MIXED, "the body holds no part"],
    ["when it ends before a part", "--b--\r\n", MIXED, "the body holds no part"],
    ["when it breaks lines as Unix does", "--b\n\nx\n--b--\n", MIXED, "the body holds no part"],
    ["without an end", part, MIXED, "the last part has no end"],
    ["without an end, after two parts", part + part, MIXED, "the last part has no end"],
    ["when its end is cut off", `${part}--b-`, MIXED, "the last part has no end"],
    ["when it stops at its first delimiter", "--b\r\n", MIXED, "the last part has no end"],
    [
      "when a part's header is no header",
      "--b\r\nx\r\n\r\n--b--",
      MIXED,
      "in a body part: a header line does not begin with a name and a colon",
    ],
    [
      "when a part begins with a fold",
      "--b\r\n x: y\r\n\r\n--b--",
      MIXED,
      "in a body part: the first header line is a continuation",
    ],
    [
      "when a part has two types",
      "--b\r\nc: a/b\r\nContent-Type: c/d\r\n\r\n\r\n--b--",
      MIXED,
      "a body part has more than one Content-Type",
    ],
    [
      "with a part inside that has no end",
      "--b\r\nc: multipart/mixed;boundary=c\r\n\r\n--c\r\n\r\n--b--",
      MIXED,
      "the last part has no end",
    ],
  ])("%s", (_, body, type, expected) => expect(complaint(body, type)).toBe(expected));

  test("beyond its limits, and not at them", () => {
    const { parts, depth, boundaryCharacters } = MULTIPART_LIMITS;
    expect(read(`${part.repeat(parts)}--b--`).parts).toHaveLength(parts);
    expect(complaint(`${part.repeat(parts + 1)}--b--`)).toBe("there are too many body parts");
    expect(complaint(`${part.repeat(10_000)}--b--`)).toBe("there are too many body parts");
    expect(complaint(`--b\r\n${nested(depth - 1)}\r\n--b--`)).toBeNull();
    expect(complaint(`--b\r\n${nested(depth)}\r\n--b--`)).toBe("multiparts are nested too deeply");
    expect(complaint(`--b\r\n${nested(1000)}\r\n--b--`)).toBe("multiparts are nested too deeply");
    const boundary = "b".repeat(boundaryCharacters);
    expect(read(`--${boundary}\r\n\r\n--${boundary}--`, long(boundaryCharacters)).parts).toHaveLength(1);
  });

  test("when parts inside parts are too many together", () => {
    const inner = `c: multipart/mixed;boundary=c\r\n\r\n${"--c\r\n\r\nx\r\n".repeat(31)}--c--`;
    const outer = (count: number): string => `${`--b\r\n${inner}\r\n`.repeat(count)}--b--`;
    expect(leafParts(read(outer(2)).parts)).toHaveLength(62);
    expect(complaint(outer(3))).toBe("there are too many body parts");
  });
});

test("any text gives parts or a sentence, and parts that are written are read the same", () => {
  const fragment = fc.constantFrom(
    "--b",
    "--",
    "b",
    "\r\n",
    "\n",
    "\r",
    "Content-Type: multipart/mixed;boundary=b",
    ": ",
    "x",
    " ",
    "\0",
  );
  const text = fc.array(fragment, { maxLength: 20 }).map((fragments) => fragments.join(""));
  const head = fc.constantFrom("", "A: b\r\n", "A :\r\n\tb\r\nc: text/plain\r\n", "c: multipart/x;boundary=--\r\n");
  const part = fc.tuple(head, text).map(([lines, rest]) => `${lines}\r\n${rest}`);
  const framed = fc
    .array(fc.oneof(part, part, text), { minLength: 1, maxLength: 5 })
    .map((parts) => `--b\r\n${parts.join("\r\n--b\r\n")}\r\n--b--`);
  let whole = 0;
  fc.assert(
    fc.property(fc.oneof(text, framed), (body) => {
      const parsed = parseMultipart(MIXED, body);
      if (!parsed.ok) return;
      whole += 1;
      const texts = parsed.value.parts.map(({ text }) => text);
      const written = formatMultipart(texts, { subtype: "mixed", boundary: newBoundary(seededRandom(1)) });
      const again = read(written.text, typeOf(written.contentType));
      expect(again.parts.map(({ text }) => text)).toEqual(texts);
      expect(bodies(leafParts(again.parts))).toEqual(bodies(leafParts(parsed.value.parts)));
    }),
    { numRuns: 1000 },
  );
  expect(whole).toBeGreaterThan(50);
});

test("new parts are written beside kept ones", () => {
  const kept = read("--b\r\nX-Odd :1\r\n\r\n\0\xff\r\n--b--").parts[0] as BodyPart;
  const sdp = formatPart([["Content-Type", "application/sdp"]], "v=0\r\n");
  const boundary = newBoundary(seededRandom(7));
  const { contentType: type, text } = formatMultipart([sdp, kept.text], { subtype: "related", boundary });
  expect(type).toBe(`multipart/related;boundary="${boundary}"`);
  expect(text).toBe(
    `--${boundary}\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n\r\n--${boundary}\r\nX-Odd :1\r\n\r\n\0\xff\r\n--${boundary}--\r\n`,
  );
  const again = read(text, typeOf(type)).parts;
  expect(bodies(again)).toEqual(["v=0\r\n", "\0\xff"]);
  expect(again.map(({ headers }) => headerSpelling(headers.nameAt(0)))).toEqual(["Content-Type", "X-Odd"]);
});

test.each([
  ["no parts", [], "x"],
  ["a boundary that is none", ["a"], "x\r\n"],
  ["a boundary that a part holds", ["--x"], "x"],
])("a body of %s is never written", (_, parts, boundary) => {
  expect(() => formatMultipart(parts, { subtype: "mixed", boundary })).toThrow();
});
