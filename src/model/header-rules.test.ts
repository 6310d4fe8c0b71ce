// Header rules and response rules: what is taken, and what is refused with its place and why.
import { describe, expect, it } from "vitest";
import { accepted, carrier, configuration, refused, type Tree } from "./sample-configuration.ts";

function withHeaders(headers: Tree): Tree {
  return configuration({ trunks: { carrier: carrier({ headers }) } });
}

function withRule(rule: Tree): Tree {
  return withHeaders({ out: [rule] });
}

const DO = [{ remove: "X-A" }];

describe("headers that no rule may touch", () => {
  it.each([
    ["pass", "Via", "Via is each leg's own: a call would break by it"],
    ["pass", "v", "v is each leg's own: a call would break by it"],
    ["pass", "ROUTE", "ROUTE is each leg's own: a call would break by it"],
    ["pass", "m", "m is each leg's own: a call would break by it"],
    ["pass", "Content-Type", "Content-Type is each leg's own: a call would break by it"],
    ["pass", "c", "c is each leg's own: a call would break by it"],
    ["pass", "From", "From is each leg's own: a call would break by it"],
    ["pass", "Allow", "Allow says what we can do, not what the other side can"],
    ["pass", "Authorization", "Authorization holds credentials: they are between one peer and us, and never cross"],
    ["pass", "Diversion", "Diversion is written by identity.diversion, without addresses of the other side"],
    [
      "pass",
      "P-Asserted-Identity",
      "P-Asserted-Identity is written by identity.callerHeader, without addresses of the other side",
    ],
    ["pass", "Reason", "Reason is written by headers.reason, without addresses of the other side"],
    ["remove", "Call-ID", "Call-ID is each leg's own: a call would break by it"],
    [
      "remove",
      "Proxy-Authorization",
      "Proxy-Authorization holds credentials: they are between one peer and us, and never cross",
    ],
  ])("%s: %s", (key, name, why) => {
    expect(refused(withHeaders({ [key]: ["X-Good", name] }))).toEqual([`trunks.carrier.headers.${key}[1]: ${why}`]);
  });

  it("are refused in set and in rules as well", () => {
    const place = "trunks.carrier.headers";
    expect(refused(withHeaders({ set: { Contact: "x" } }))).toEqual([
      `!${place}.set.Contact: Contact is each leg's own: a call would break by it`,
    ]);
    expect(refused(withRule({ do: [{ set: "CSeq", value: "1" }] }))).toEqual([
      `${place}.out[0].do[0].set: CSeq is each leg's own: a call would break by it`,
    ]);
    expect(refused(withRule({ do: [{ copy: "Authorization", to: "X-A" }] }))).toEqual([
      `${place}.out[0].do[0].copy: Authorization holds credentials: they are between one peer and us, and never cross`,
    ]);
    expect(refused(withRule({ do: [{ set: "X-A", value: "${header:Proxy-Authorization}" }] }))).toEqual([
      `${place}.out[0].do[0].value: Proxy-Authorization holds credentials: they are between one peer and us, and never cross`,
    ]);
    expect(refused(withRule({ do: [{ copy: "X-A", to: "f" }] }))).toEqual([
      `${place}.out[0].do[0].to: f is each leg's own: a call would break by it`,
    ]);
  });

  it("may be removed where they say something of ourselves, and read where they hold no secret", () => {
    accepted(withHeaders({ remove: ["Allow", "User-Agent"], pass: ["Identity", "P-Charging-Vector"] }));
    accepted(
      withRule({
        when: [{ header: "From", matches: "/anonymous/i" }],
        do: [{ set: "X-A", value: "${header:To} ${caller}" }],
      }),
    );
  });
});

describe("a rule that cannot be carried out is refused", () => {
  const edit =
    "expected one of { set: NAME, value }, { add: NAME, value }, { remove: NAME }, { replace: NAME, matches, with }, { copy: NAME, to: NAME }";
  it.each<[string, Tree, string]>([
    ["no verb", { do: [{ value: "x" }] }, `do[0]: ${edit}`],
    ["two verbs", { do: [{ set: "X-A", remove: "X-B", value: "x" }] }, `do[0]: ${edit}`],
    ["a part that does not belong", { do: [{ remove: "X-A", value: "x" }] }, `do[0]: ${edit}`],
    ["a part that is missing", { do: [{ replace: "X-A", matches: "a" }] }, `do[0]: ${edit}`],
    ["nothing to do", { do: [] }, "do: expected at least 1 entry"],
    [
      "a variable that is none",
      { do: [{ set: "X-A", value: "${colour}" }] },
      'do[0].value: unknown variable "colour"; known: caller, callerName, called, trunk, otherTrunk, callId, header:NAME',
    ],
    [
      "a variable that never closes",
      { do: [{ set: "X-A", value: "a ${caller" }] },
      "do[0].value: a variable is not closed with }",
    ],
    [
      "a header's name with a blank",
      { do: [{ set: "X-A", value: "${header:X A}" }] },
      'do[0].value: "X A" is not the name of a header',
    ],
    [
      "a line break in a value",
      { do: [{ set: "X-A", value: "a\r\nX-Evil: 1" }] },
      "do[0].value: a header's value must not contain control characters or line breaks",
    ],
    [
      "a NUL in a replacement",
      { do: [{ replace: "X-A", matches: "a", with: "\0" }] },
      "do[0].with: a text must not contain control characters or line breaks",
    ],
    [
      "a name with a line break",
      { do: [{ remove: "X-A\r\nX-B" }] },
      "do[0].remove: expected the name of a header, such as X-Correlation-Id",
    ],
    [
      "an expression that does not end",
      { when: [{ header: "X-A", matches: "/abc" }], do: DO },
      'when[0].matches: an expression ends with a slash, or with /i where case does not count; expected, in quotes, a text, a beginning such as "Cisco*" or an expression such as "/^sip:[+]1/"',
    ],
    [
      "an expression that looks back",
      { when: [{ header: "X-A", matches: "/(a)\\1/" }], do: DO },
      "when[0].matches: \\1 is not taken; \\d \\w \\s \\D \\W \\S and escaped punctuation are (character 4 of the expression)",
    ],
    [
      "an expression that looks ahead",
      { when: [{ header: "X-A", matches: "/a(?!b)/" }], do: DO },
      "when[0].matches: only (…) and (?:…) are taken; nothing is looked at ahead or behind (character 2 of the expression)",
    ],
    [
      "a status that is none",
      { statuses: "7xx", do: DO },
      "statuses: expected a SIP status, such as 486, 18x or 5xx, or a list of them",
    ],
    [
      "a method in small letters",
      { methods: ["invite"], do: DO },
      "methods[0]: expected the name of a method, such as INVITE",
    ],
    [
      "a key that is none",
      { does: DO, do: DO },
      "does: unknown key; known here: name, on, methods, statuses, when, do",
    ],
  ])("%s", (_what, rule, problem) => {
    expect(
      refused(withRule(rule)).map((text) => text.replace(/^!?trunks[.]carrier[.]headers[.]out\[0\][.]/, "")),
    ).toEqual([problem]);
  });

  it("takes expressions that would take others forever: they take no longer here", () => {
    accepted(withRule({ when: [{ header: "X-A", matches: "/^(a+)+$/" }], do: DO }));
  });
});

describe("responses", () => {
  it.each<[Tree, string]>([
    [{ to: { status: 401 } }, "to.status: 401 and 407 ask for credentials: they cannot be made of another status"],
    [{ to: { status: 302 } }, "to.status: expected a SIP status, a whole number from 400 to 699"],
    [{ to: { q850: 128 } }, "to.q850: expected a Q.850 cause, a whole number from 1 to 127"],
    [{ status: 99, to: {} }, "status: expected a SIP status, such as 486, 18x or 5xx, or a list of them"],
    [{ status: 404 }, "to: missing: expected a group of settings"],
    [{ to: { reason: "a\nb" } }, "to.reason: a reason must not contain control characters or line breaks"],
  ])("%j is refused", (rule, problem) => {
    const problems = refused(configuration({ trunks: { carrier: carrier({ responses: { in: [rule] } }) } }));
    expect(problems).toEqual([`trunks.carrier.responses.in[0].${problem}`]);
  });

  it("are read with classes, lists and causes", () => {
    const responses = { in: [{ status: [404, "5xx", "48x"], cause: 17, to: { status: 486 } }] };
    const read = accepted(configuration({ trunks: { carrier: carrier({ responses }) } })).trunks.carrier?.responses
      .in[0];
    expect(read).toEqual({
      status: [
        { from: 404, to: 404 },
        { from: 500, to: 599 },
        { from: 480, to: 489 },
      ],
      cause: [17],
      to: { status: 486, reason: null, q850: null },
    });
  });
});
