// /api/v1/calls: the live calls; one call, live or ended; and hanging up.

import type { FastifyInstance } from "fastify";
import { z } from "zod";
import type { LiveCall } from "../engine/index.ts";
import { formatCursor, parseCursor } from "../runtime/store/index.ts";
import type { ApiPort } from "./port.ts";
import { sendProblem } from "./problem.ts";
import { pageParameters, parseQuery } from "./query.ts";

const listQuery = z.strictObject(pageParameters);

type Place = Pick<LiveCall, "startedAt" | "id">;

/** Negative when `one` is newer: the order of the CDRs, so that one list continues the other. */
function newestFirst(one: Place, other: Place): number {
  if (one.startedAt !== other.startedAt) return one.startedAt > other.startedAt ? -1 : 1;
  if (one.id === other.id) return 0;
  return one.id > other.id ? -1 : 1;
}

export function addCalls(server: FastifyInstance, port: ApiPort): void {
  server.get("/api/v1/calls", (request, reply) => {
    const query = parseQuery(listQuery, request.query);
    if (!query.ok) return sendProblem(reply, query.failure);
    const { limit, cursor } = query.value;
    const after = cursor === null ? null : parseCursor(cursor);
    const sorted = [...port.liveCalls()].sort(newestFirst);
    const rest = after === null ? sorted : sorted.filter((call) => newestFirst(call, after) > 0);
    const items = rest.slice(0, limit);
    const last = items.at(-1);
    return { items, next: last === undefined || rest.length <= limit ? null : formatCursor(last) };
  });

  server.get<{ Params: { id: string } }>("/api/v1/calls/:id", async (request, reply) => {
    const { id } = request.params;
    const live = port.liveCalls().find((call) => call.id === id);
    if (live !== undefined) return live;
    const record = await port.cdr(id);
    if (record !== null) return { ...record, state: "ended" };
    return sendProblem(reply, { status: 404, code: "not-found", detail: "No call has this id." });
  });

  server.delete<{ Params: { id: string } }>("/api/v1/calls/:id", (request, reply) => {
    const { id } = request.params;
    if (port.hangUp(id)) return reply.code(202).send({ id, state: "ending" });
    return sendProblem(reply, { status: 404, code: "not-found", detail: "No live call has this id." });
  });
}
