import { describe, expect, test } from "vitest";
import { parseConfiguration } from "./parse-configuration.ts";
import { CONTINUE, parseAnswerDecision, parseCallDecision } from "./policy-decision.ts";
import { formatPath } from "./problem.ts";

const GROUNDS = {
  targets: new Map([
    ["carrier-a", ["sip:192.0.2.1", "sip:192.0.2.2"]],
    ["pbx", []],
  ]),
  emergencyNumbers: ["911"],
};

function settingsOf(policy: unknown) {
  const lan = {
    listen: [{ transport: "udp", address: "127.0.0.1", port: 5060 }],
    media: { address: "127.0.0.1", ports: "20000-20999" },
  };
  const read = parseConfiguration({ node: { policy }, networks: { lan } });
  if (read.ok) return read.value.node.policy;
  return read.failure.map(({ path, message }) => `${formatPath(path)}: ${message}`);
}

test("a policy is named by its file, or with how long it is waited for and what holds without it", () => {
  expect(settingsOf(undefined)).toBeNull();
  expect(settingsOf("policy.ts")).toEqual({ file: "policy.ts", deadline: 500, onFailure: { kind: "continue" } });
  expect(settingsOf({ file: "p.ts", deadline: "2s", onFailure: { reject: 503, reason: "Later" } })).toEqual({
    file: "p.ts",
    deadline: 2000,
    onFailure: { kind: "reject", status: 503, reason: "Later" },
  });
});

test.each([
  [7, "node.policy: expected the name of a file, or { file, deadline, onFailure }, got the number 7"],
  [{}, "node.policy.file: missing: expected a file name"],
  [{ file: "p.ts", deadline: "1ms" }, "node.policy.deadline: expected a duration from 20ms to 10s"],
  [{ file: "p.ts", onFailure: "reject" }, /^node\.policy\.onFailure: expected continue, or \{ reject: 503/],
  [
    { file: "p.ts", fallback: "continue" },
    /^node\.policy\.fallback: unknown key; known here: file, deadline, onFailure/,
  ],
])("settings that are wrong are refused with their place: %j", (policy, message) => {
  const problems = settingsOf(policy);
  expect(problems).toEqual([typeof message === "string" ? message : expect.stringMatching(message)]);
});

describe("a decision about a call", () => {
  test.each([
    [undefined, {}],
    [null, {}],
    [{}, {}],
    [{ reject: 403 }, { reject: { status: 403, reason: null, cause: null } }],
    [
      { reject: 486, reason: "Busy", cause: 17, tags: ["a"] },
      { reject: { status: 486, reason: "Busy", cause: 17 }, tags: ["a"] },
    ],
    [
      { to: ["pbx", { trunk: "carrier-a", target: "sip:192.0.2.2" }, { trunk: "pbx" }] },
      {
        to: [
          { trunk: "pbx", target: null },
          { trunk: "carrier-a", target: "sip:192.0.2.2" },
          { trunk: "pbx", target: null },
        ],
      },
    ],
    [
      { caller: "+12025550100", called: "1000", callerName: "" },
      { caller: "+12025550100", called: "1000", callerName: "" },
    ],
    [{ maxDuration: "90s" }, { maxDurationMs: 90_000 }],
    [
      { headers: [{ set: "X-A", value: "${caller}" }, { add: "X-B", value: "b" }, { remove: "Allow" }] },
      {
        headers: [
          { edit: "set", header: "X-A", value: [{ kind: "text", text: "${caller}" }] },
          { edit: "add", header: "X-B", value: [{ kind: "text", text: "b" }] },
          { edit: "remove", header: "Allow" },
        ],
      },
    ],
  ])("%j is read", (written, decision) => {
    expect(parseCallDecision(written, GROUNDS)).toEqual({ ok: true, value: { ...CONTINUE, ...decision } });
  });

  test.each([
    [7, "expected a group of settings, got the number 7"],
    [{ rejekt: 403 }, 'rejekt: unknown key; did you mean "reject"?'],
    [{ reject: 200 }, "reject: expected a SIP status, a whole number from 400 to 699"],
    [{ reject: 403, reason: "a\r\nX: b" }, "reason: a reason must not contain control characters or line breaks"],
    [{ reason: "why" }, "reason and cause go with reject"],
    [{ reject: 403, to: ["pbx"] }, "reject stands alone or with tags: to would be done for nobody"],
    [{ to: [] }, "to: expected at least 1 entry"],
    [{ to: "pbx" }, 'to: expected a list of trunks, got "pbx"'],
    [{ to: ["pbx", "carrier-b"] }, 'to[1]: there is no trunk "carrier-b"; did you mean "carrier-a"?'],
    [
      { to: [{ trunk: "carrier-a", target: "sip:192.0.2.9" }] },
      'to[0].target: there is no target of carrier-a "sip:192.0.2.9"; did you mean "sip:192.0.2.1"?',
    ],
    [{ to: ["__proto__"] }, /^to\[0\]: /],
    [{ called: "911" }, "called: 911 is an emergency number: no call is made one by a policy"],
    [{ called: "sip:a@b" }, "called: expected a number such as +12025550100"],
    [{ caller: 12025550100 }, /^caller: expected a number/],
    [{ tags: ["two words"] }, /^tags\[0\]: a name is 1 to 64/],
    [{ tags: Array.from({ length: 21 }, (_, at) => `t${at}`) }, "tags: more than 20 entries"],
    [{ headers: [{ set: "Via", value: "x" }] }, "headers[0].set: Via is each leg's own: a call would break by it"],
    [{ headers: [{ set: "X-A", value: "a\nb" }] }, /^headers\[0\]\.value: a header's value must not contain control/],
    [{ headers: [{ set: "X-A" }] }, /^headers\[0\]: expected one of \{ set: NAME, value \}/],
    [{ headers: [{ set: "X-A", remove: "X-A" }] }, /^headers\[0\]: expected one of/],
    [{ maxDuration: 60 }, /^maxDuration: expected a duration with its unit/],
  ])("%j is refused, with the field", (written, message) => {
    const read = parseCallDecision(written, GROUNDS);
    expect(read).toEqual({
      ok: false,
      failure: typeof message === "string" ? message : expect.stringMatching(message),
    });
  });
});

test("a decision about a call that was answered ends it or does not", () => {
  expect(parseAnswerDecision(undefined)).toEqual({ ok: true, value: { end: false, tags: [] } });
  expect(parseAnswerDecision({ end: true, tags: ["a"] })).toEqual({ ok: true, value: { end: true, tags: ["a"] } });
  expect(parseAnswerDecision({ end: 1 })).toEqual({
    ok: false,
    failure: "end: expected true or false, got the number 1",
  });
  expect(parseAnswerDecision({ reject: 403 })).toMatchObject({ ok: false });
});
