// /healthz: the process lives. /readyz: it can take calls. /metrics: its figures for Prometheus.

import type { FastifyInstance } from "fastify";
import type { ApiPort } from "./port.ts";
import { sendProblem } from "./problem.ts";

export function addHealth(server: FastifyInstance, port: ApiPort): void {
  server.get("/healthz", () => ({ status: "ok" }));

  server.get("/readyz", (_, reply) => {
    const { listeners, relay, store, draining } = port.ready();
    const checks = { listeners, relay, store, draining };
    if (listeners && relay && store && !draining) return { status: "ready", checks };
    const missing = Object.entries({ listeners, relay, store }).filter(([, up]) => !up);
    const reasons = [...missing.map(([name]) => `${name} down`), ...(draining ? ["draining"] : [])];
    const detail = `Not ready for calls: ${reasons.join(", ")}.`;
    return sendProblem(reply, { status: 503, code: "not-ready", detail, more: { checks } });
  });

  server.get("/metrics", async (_, reply) => {
    const { contentType, text } = await port.metrics();
    return reply.type(contentType).send(text);
  });
}
