// GET /api/v1/policy: the policy that is in use, how it does, and what went wrong in it last.

import type { FastifyInstance } from "fastify";
import type { ApiPort } from "./port.ts";
import { sendProblem } from "./problem.ts";

function iso(unixMs: number): string {
  return new Date(unixMs).toISOString();
}

export function addPolicy(server: FastifyInstance, port: ApiPort): void {
  server.get("/api/v1/policy", (_, reply) => {
    const status = port.policy();
    if (status === null)
      return sendProblem(reply, { status: 404, code: "not-found", detail: "No policy is configured (node.policy)." });
    const { since, lastFault, ...rest } = status;
    const fault = lastFault === null ? null : { ...lastFault, at: iso(lastFault.at) };
    return { ...rest, since: iso(since), lastFault: fault };
  });
}
