// /api/v1/hooks: how each hook stands. Nothing secret is in the answer: no header, and of the URL nothing behind its question mark.

import type { FastifyInstance } from "fastify";
import { z } from "zod";
import type { ApiPort } from "./port.ts";
import { sendProblem } from "./problem.ts";
import { parseQuery } from "./query.ts";

const noQuery = z.strictObject({});

export function addHooks(server: FastifyInstance, port: ApiPort): void {
  server.get("/api/v1/hooks", (request, reply) => {
    const query = parseQuery(noQuery, request.query);
    return query.ok ? { items: port.hooks(), next: null } : sendProblem(reply, query.failure);
  });
}
