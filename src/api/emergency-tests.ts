// /api/v1/emergency-tests: what came of the last test over each trunk, and having trunks tried now.

import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { acceptJson } from "./json-body.ts";
import type { ApiPort } from "./port.ts";
import { sendProblem } from "./problem.ts";
import { parseQuery } from "./query.ts";

const noQuery = z.strictObject({});

const orderSchema = z.strictObject({
  /** Default null: those that are tried by the schedule. */
  trunks: z
    .array(z.string({ error: "expected the name of a trunk" }).max(64), { error: "expected a list of trunks" })
    .min(1, { error: "expected at least one trunk" })
    .max(100, { error: "expected at most 100 trunks" })
    .nullable()
    .default(null),
});

export function addEmergencyTests(server: FastifyInstance, port: ApiPort): void {
  server.get("/api/v1/emergency-tests", (request, reply) => {
    const query = parseQuery(noQuery, request.query);
    return query.ok ? { items: port.emergencyTests(), next: null } : sendProblem(reply, query.failure);
  });

  server.register((scope, _, done) => {
    acceptJson(scope);
    scope.post("/api/v1/emergency-tests", (request, reply) => {
      const parsed = orderSchema.safeParse(request.body);
      if (!parsed.success) {
        const detail = parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; ");
        return sendProblem(reply, { status: 422, code: "request-invalid", detail });
      }
      const begun = port.testEmergency(parsed.data.trunks);
      if ("why" in begun) return sendProblem(reply, { status: 409, code: "request-invalid", detail: `${begun.why}.` });
      return reply.code(202).send({ trunks: begun });
    });
    done();
  });
}
