// /api/v1/lab/calls: lets a user of the simulated PBX place a call. There only while the lab runs.

import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { acceptJson } from "./json-body.ts";
import type { LabPort } from "./port.ts";
import { sendProblem } from "./problem.ts";

const labCallSchema = z.strictObject({
  called: z.string().regex(/^\+?[0-9*#]{1,32}$/, { error: "expected a number such as +13035550100" }),
  user: z.int().min(1000).max(1099).default(1000),
  hangUpAfterMs: z.int().min(0).max(3_600_000).nullable().default(null),
});

/** In a scope of its own: no other route takes a body. */
export function addLab(server: FastifyInstance, lab: LabPort): void {
  server.register((scope, _, done) => {
    acceptJson(scope);
    scope.post("/api/v1/lab/calls", (request, reply) => {
      const parsed = labCallSchema.safeParse(request.body);
      if (!parsed.success) {
        const detail = parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; ");
        return sendProblem(reply, { status: 422, code: "request-invalid", detail });
      }
      const id = lab.placeCall(parsed.data);
      if (id === null) {
        const detail = "The lab plays no PBX: no trunk of that role has a target on this machine.";
        return sendProblem(reply, { status: 409, code: "request-invalid", detail });
      }
      return reply.code(202).send({ id, ...parsed.data });
    });
    done();
  });
}
