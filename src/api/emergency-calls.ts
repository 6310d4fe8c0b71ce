// /api/v1/emergency-calls: the audit records of emergency calls, those that go on included, newest first. /api/v1/emergency-recipients: who is told of them.

import type { FastifyInstance } from "fastify";
import { z } from "zod";
import type { ApiPort } from "./port.ts";
import { sendProblem } from "./problem.ts";
import { pageParameters, parseQuery } from "./query.ts";

const listQuery = z.strictObject(pageParameters);
const noQuery = z.strictObject({});

export function addEmergencyCalls(server: FastifyInstance, port: ApiPort): void {
  server.get("/api/v1/emergency-calls", async (request, reply) => {
    const query = parseQuery(listQuery, request.query);
    return query.ok ? port.emergencyCalls(query.value) : sendProblem(reply, query.failure);
  });

  server.get<{ Params: { id: string } }>("/api/v1/emergency-calls/:id", async (request, reply) => {
    const found = await port.emergencyCall(request.params.id);
    if (found !== null) return found;
    return sendProblem(reply, { status: 404, code: "not-found", detail: "No emergency call has this id." });
  });

  server.get("/api/v1/emergency-recipients", (request, reply) => {
    const query = parseQuery(noQuery, request.query);
    return query.ok ? { items: port.emergencyRecipients(), next: null } : sendProblem(reply, query.failure);
  });
}
