// Editing: what is named changes, what is not stays byte for byte, and edits one by one are the edits all at once.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FIXTURES } from "../../../test/torture/fixtures.ts";
import { editMessage, type MessageEdit } from "./edit-message.ts";
import type { SipMessage } from "./message.ts";
import { parseMessage } from "./parse-message.ts";

function read(text: string): SipMessage {
  const parsed = parseMessage(text);
  if (!parsed.ok) throw new Error(parsed.failure.detail);
  return parsed.value;
}

const edit = (text: string, ...edits: MessageEdit[]): string => editMessage(read(text), edits);

const ODD = [
  "invite  sip:b@c  SIP/2.0".replaceAll("  ", " "),
  "VIA :\tSIP/2.0/UDP a;branch=z9hG4bK1",
  "X-Odd:  1 ;a ; B= 2 ",
  "v: SIP/2.0/UDP b",
  " ;branch=z9hG4bK2",
  "Subject:",
  "c:text/plain",
  "x-ODD:3",
  "l  : 5",
  "",
  "hello",
].join("\r\n");

/** The lines that a change took away and those that it brought, by position. */
function difference(before: string, after: string): [string[], string[]] {
  const [old, now] = [before.split("\r\n"), after.split("\r\n")];
  let start = 0;
  while (start < old.length && old[start] === now[start]) start += 1;
  let end = 0;
  while (end < Math.min(old.length, now.length) - start && old.at(-1 - end) === now.at(-1 - end)) end += 1;
  return [old.slice(start, old.length - end), now.slice(start, now.length - end)];
}

describe("an edit", () => {
  test.each<[string, MessageEdit, string[], string[]]>([
    [
      "of the Request-URI",
      { edit: "request-uri", uri: "sip:x y@z" },
      [ODD.split("\r\n")[0] as string],
      ["invite sip:x%20y@z SIP/2.0"],
    ],
    ["removing a name", { edit: "remove", name: "subject" }, ["Subject:"], []],
    ["removing a folded line", { edit: "remove", name: "via", at: 1 }, ["v: SIP/2.0/UDP b", " ;branch=z9hG4bK2"], []],
    ["removing what is not there", { edit: "remove", name: "via", at: 2 }, [], []],
    ["replacing the first", { edit: "replace", name: "x-odd", value: "new" }, ["X-Odd:  1 ;a ; B= 2 "], ["X-Odd: new"]],
    ["replacing another", { edit: "replace", name: "x-odd", at: 1, value: "new" }, ["x-ODD:3"], ["x-ODD: new"]],
    [
      "replacing a folded line",
      { edit: "replace", name: "via", at: 1, value: "n" },
      ["v: SIP/2.0/UDP b", " ;branch=z9hG4bK2"],
      ["v: n"],
    ],
    ["replacing what is not there", { edit: "replace", name: "route", value: "new" }, [], []],
    ["inserting before", { edit: "insert-before", name: "via", line: ["Via", "c"] }, [], ["Via: c"]],
    ["inserting after", { edit: "insert-after", name: "via", line: ["Via", "c"] }, [], ["Via: c"]],
    ["inserting before a stranger", { edit: "insert-before", name: "route", line: ["A", "b"] }, [], ["A: b"]],
    ["inserting after all", { edit: "insert-after", name: null, line: ["A", "b\r\nEvil: c"] }, [], ["A: b Evil: c"]],
    [
      "taking the body away",
      { edit: "body", body: null },
      ["c:text/plain", "x-ODD:3", "l  : 5", "", "hello"],
      ["x-ODD:3", "l  : 0", "", ""],
    ],
    [
      "giving another body",
      { edit: "body", body: { contentType: "a/b", text: "hi" } },
      ["c:text/plain", "x-ODD:3", "l  : 5", "", "hello"],
      ["c: a/b", "x-ODD:3", "l  : 2", "", "hi"],
    ],
  ])("%s leaves all else as it is", (_case, change, gone, come) => {
    expect(difference(ODD, edit(ODD, change))).toEqual([gone, come]);
  });

  test("puts lines where it says", () => {
    const names = (text: string): string[] =>
      text
        .split("\r\n\r\n")[0]!
        .split(/\r\n(?! )/)
        .map((line) => line.split(/[ :]/)[0]!);
    const A = ["A", "b"] as const;
    expect(names(edit(ODD, { edit: "insert-before", name: "via", line: A }))[1]).toBe("A");
    expect(names(edit(ODD, { edit: "insert-before", name: null, line: A }))[1]).toBe("A");
    expect(names(edit(ODD, { edit: "insert-after", name: "via", line: A }))[4]).toBe("A");
    expect(names(edit(ODD, { edit: "insert-after", name: "route", line: A })).at(-1)).toBe("A");
    expect(names(edit(ODD, { edit: "insert-after", name: null, line: A })).at(-1)).toBe("A");
    expect(names(edit(ODD, { edit: "remove", name: "via" }))).toEqual([
      "invite",
      "X-Odd",
      "Subject",
      "c",
      "x-ODD",
      "l",
    ]);
  });

  test("of the body gives one Content-Length, where there was none and where there were two", () => {
    const body = { contentType: "a/b", text: "hi" };
    const bare = "OPTIONS sip:a@b SIP/2.0\r\n\r\n";
    expect(edit(bare, { edit: "body", body })).toBe(
      "OPTIONS sip:a@b SIP/2.0\r\nContent-Type: a/b\r\nContent-Length: 2\r\n\r\nhi",
    );
    expect(edit(bare, { edit: "body", body: null })).toBe("OPTIONS sip:a@b SIP/2.0\r\nContent-Length: 0\r\n\r\n");
    const twice = "OPTIONS sip:a@b SIP/2.0\r\nl: 1\r\nA: b\r\nContent-Length: 01\r\n\r\nx";
    expect(edit(twice, { edit: "body", body: null })).toBe("OPTIONS sip:a@b SIP/2.0\r\nl: 0\r\nA: b\r\n\r\n");
  });

  test("cannot give a response a Request-URI, nor a line a name that is none", () => {
    expect(() => edit("SIP/2.0 200 OK\r\n\r\n", { edit: "request-uri", uri: "sip:a" })).toThrow("no Request-URI");
    expect(() => edit(ODD, { edit: "insert-after", name: null, line: ["A\r\nB", ""] })).toThrow("token");
  });
});

test("empty lines before a message and bytes behind it are no part of it", () => {
  const text = "SIP/2.0 200 OK\r\nl: 2\r\n\r\n";
  expect(edit(`\r\n\r\n${text}hithere`)).toBe(`${text}hi`);
});

test("no edits give the same bytes", () => {
  for (const [name, text] of Object.entries(FIXTURES)) {
    const parsed = parseMessage(text);
    if (!parsed.ok) continue;
    const { body } = parsed.value;
    const whole = body === "" ? text.slice(0, text.indexOf("\r\n\r\n") + 4) : text;
    expect([name, editMessage(parsed.value, [])]).toEqual([name, whole]);
  }
});

const name = fc.constantFrom("via", "x-odd", "subject", "route", "content-type", "a");
const value = fc.stringMatching(/^[ -~]{0,12}$/).map((text) => text.trim());
const line = fc.tuple(fc.constantFrom("Via", "v", "X-ODD", "Route", "A"), value);
const anyEdit: fc.Arbitrary<MessageEdit> = fc.oneof(
  fc.constantFrom("sip:x@y", "tel:1").map((uri) => ({ edit: "request-uri" as const, uri })),
  fc.record({ edit: fc.constant("remove" as const), name, at: fc.nat(3) }),
  fc.record({ edit: fc.constant("remove" as const), name }),
  fc.record({ edit: fc.constant("replace" as const), name, at: fc.nat(2), value }),
  fc.record({ edit: fc.constantFrom("insert-before" as const, "insert-after" as const), name: fc.option(name), line }),
  fc.record({
    edit: fc.constant("body" as const),
    body: fc.option(fc.record({ contentType: fc.constant("a/b"), text: fc.string({ unit: "binary-ascii" }) })),
  }),
);

test("edits one by one are the edits all at once, and the result is read as it was meant", () => {
  fc.assert(
    fc.property(fc.array(anyEdit, { maxLength: 6 }), (edits) => {
      const once = edit(ODD, ...edits);
      expect(edits.reduce((text, change) => edit(text, change), ODD)).toBe(once);
      const bodies = edits.flatMap((change) => (change.edit === "body" ? [change.body?.text ?? ""] : []));
      expect(read(once).body).toBe(bodies.at(-1) ?? "hello");
    }),
    { numRuns: 500 },
  );
});
