// Questions about calls as the API takes and refuses them; what is answered is the engine's.
import Fastify from "fastify";
import { expect, test } from "vitest";
import type { ExplainQuestion } from "../engine/index.ts";
import { addExplain } from "./explain.ts";
import type { ApiPort } from "./port.ts";

const asked: { question: ExplainQuestion; at: number | null; live: boolean }[] = [];
const answers = { pbx: { route: "outbound" }, nobody: "unknown-trunk", stranger: "unidentified-trunk" };
const server = Fastify();
server.removeAllContentTypeParsers();
addExplain(server, {
  explain: (question: ExplainQuestion, by: { at: number | null; live: boolean }) => {
    asked.push({ question, ...by });
    return Promise.resolve(answers[question.from as keyof typeof answers]);
  },
} as unknown as ApiPort);

async function ask(payload: unknown) {
  const text = typeof payload === "string" ? payload : JSON.stringify(payload);
  const headers = { "content-type": "application/json" };
  const answer = await server.inject({ method: "POST", url: "/api/v1/explain", headers, payload: text });
  return { status: answer.statusCode, body: answer.json() as Record<string, unknown> };
}

test("a question is asked as it was put", async () => {
  expect(await ask({ from: "pbx", to: "+1 2".replace(" ", ""), headers: { "X-Line": "blue" } })).toEqual({
    status: 200,
    body: { route: "outbound" },
  });
  await ask({ from: "pbx", to: "911", caller: "1001", at: "2026-12-25T09:00:00+01:00", live: true });
  expect(asked).toEqual([
    { question: { from: "pbx", to: "+12", caller: null, headers: [["X-Line", "blue"]] }, at: null, live: false },
    {
      question: { from: "pbx", to: "911", caller: "1001", headers: [] },
      at: Date.parse("2026-12-25T08:00:00Z"),
      live: true,
    },
  ]);
});

test.each<[unknown, number, string]>([
  [{ from: "nobody", to: "1" }, 404, "There is no trunk nobody."],
  [{ from: "stranger", to: "1" }, 409, "No call can come from stranger"],
  [{ from: "pbx" }, 422, "to: expected a number or a SIP URI"],
  [{ from: "pbx", to: "1 2" }, 422, "without blanks"],
  [{ from: "pbx", to: "1", at: "yesterday" }, 422, "at: expected a time"],
  [{ from: "pbx", to: "1", headers: { Via: "x" } }, 422, "it cannot be set"],
  [{ from: "pbx", to: "1", headers: { "X\r\nY": "x" } }, 422, "headers"],
  [{ from: "pbx", to: "1", live: "yes" }, 422, "live: expected true or false"],
  [{ from: "pbx", to: "1", more: 1 }, 422, "more"],
  [{ from: "pbx", to: "1".repeat(257) }, 422, "at most 256 characters"],
])("%j is %i", async (payload, status, detail) => {
  const { status: got, body } = await ask(payload);
  expect([got, String(body.detail)]).toEqual([status, expect.stringContaining(detail)]);
});

test("what is no JSON is refused", async () => {
  expect((await ask("{")).status).toBe(400);
});
