// POST /api/v1/explain: what would happen to a call. It changes nothing; with `live`, hooks and name servers are asked what they would say.

import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { acceptJson } from "./json-body.ts";
import type { ApiPort } from "./port.ts";
import { sendProblem } from "./problem.ts";

const partySchema = z
  .string({ error: "expected a number or a SIP URI" })
  .regex(/^[^\s<>"]{1,256}$/, { error: "expected a number or a SIP URI, at most 256 characters, without blanks" });

/** What the question's own INVITE says of itself. */
const WRITTEN =
  /^(?:v|via|f|from|t|to|i|call-id|cseq|m|contact|max-forwards|l|content-length|c|content-type|route|record-route)$/i;

const questionSchema = z.strictObject({
  from: z.string({ error: "expected the name of a trunk" }).max(64),
  to: partySchema,
  caller: partySchema.nullable().default(null),
  /** Default null: now. */
  at: z.iso.datetime({ offset: true, error: "expected a time such as 2026-12-25T09:00:00Z" }).nullable().default(null),
  /** Default false: nobody outside is asked, and the call goes as if nobody answered. */
  live: z.boolean({ error: "expected true or false" }).default(false),
  headers: z
    .record(
      z.string().regex(/^[A-Za-z0-9.!%*_+`'~-]{1,64}$/, { error: "expected the name of a header" }),
      z.string().max(512, { error: "expected at most 512 characters" }),
    )
    .refine((headers) => Object.keys(headers).length <= 20, { error: "expected at most 20 headers" })
    .refine((headers) => !Object.keys(headers).some((name) => WRITTEN.test(name)), {
      error: "this header is written for the call itself: it cannot be set",
    })
    .default({}),
});

export function addExplain(server: FastifyInstance, port: ApiPort): void {
  server.register((scope, _, done) => {
    acceptJson(scope);
    scope.post("/api/v1/explain", async (request, reply) => {
      const parsed = questionSchema.safeParse(request.body);
      if (!parsed.success) {
        const detail = parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; ");
        return sendProblem(reply, { status: 422, code: "request-invalid", detail });
      }
      const { at, headers, live, ...question } = parsed.data;
      const time = at === null ? null : Date.parse(at);
      const explained = await port.explain({ ...question, headers: Object.entries(headers) }, { at: time, live });
      if (explained === "unknown-trunk") {
        return sendProblem(reply, { status: 404, code: "not-found", detail: `There is no trunk ${question.from}.` });
      }
      if (explained === "unidentified-trunk") {
        const detail = `No call can come from ${question.from}: nothing tells its requests from a stranger's (identify).`;
        return sendProblem(reply, { status: 409, code: "request-invalid", detail });
      }
      return explained;
    });
    done();
  });
}
