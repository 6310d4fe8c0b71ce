// /api/v1/trunks: each trunk with what it carries now and how it stands. Nothing secret is in the answer: what is shown is listed here.

import type { FastifyInstance } from "fastify";
import { z } from "zod";
import type { ApiPort } from "./port.ts";
import { sendProblem } from "./problem.ts";
import { parseQuery } from "./query.ts";

const noQuery = z.strictObject({});

/** Null where the way of emergency calls was never tried over this trunk. */
function testOf(name: string, port: ApiPort) {
  return port.emergencyTests().find(({ trunk }) => trunk === name) ?? null;
}

function view({ trunk, activity }: ReturnType<ApiPort["trunks"]>[number], port: ApiPort) {
  const { name, role, network, limits } = trunk;
  const { calls, callsPerSecond, burst, emergencyReserve, from, to } = limits;
  return {
    name,
    role,
    network,
    calls: { ingress: activity.ingressCalls, egress: activity.egressCalls },
    refused: activity.refused,
    registration: activity.registration,
    contacts: activity.contacts,
    emergencyTest: testOf(name, port),
    limits: { calls, callsPerSecond, burst, emergencyReserve, from, to },
    targets: trunk.targets.map(({ uri, priority, weight }) => {
      const state = activity.targets.find(({ target }) => target === uri)?.state ?? "unknown";
      return { uri, priority, weight, state };
    }),
  };
}

export function addTrunks(server: FastifyInstance, port: ApiPort): void {
  server.get("/api/v1/trunks", (request, reply) => {
    const query = parseQuery(noQuery, request.query);
    return query.ok
      ? { items: port.trunks().map((one) => view(one, port)), next: null }
      : sendProblem(reply, query.failure);
  });

  server.get<{ Params: { name: string } }>("/api/v1/trunks/:name/status", (request, reply) => {
    const { name } = request.params;
    const found = port.trunks().find(({ trunk }) => trunk.name === name);
    if (found === undefined)
      return sendProblem(reply, { status: 404, code: "not-found", detail: "No trunk has this name." });
    const { calls, refused, registration, contacts, emergencyTest } = view(found, port);
    return { name, calls, refused, registration, contacts, emergencyTest, targets: found.activity.targets };
  });
}
