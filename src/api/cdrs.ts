// /api/v1/cdrs: the records of ended calls, newest first, page by page.

import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { CAUSES } from "../engine/index.ts";
import type { ApiPort } from "./port.ts";
import { sendProblem } from "./problem.ts";
import { pageParameters, parseQuery, textParameter } from "./query.ts";

const EXPECTED_TIME = "expected a time such as 2026-01-31T12:00:00Z, or a day such as 2026-01-31";
const TIME = /^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?(Z|[ +-][0-9]{2}:?[0-9]{2}))?$/;

/** A point in time in the form of the records. A `+` that the client did not escape has arrived as a space. */
const timeParameter = textParameter.transform((text, context) => {
  const time = TIME.test(text) ? new Date(text.replace(" ", "+")) : null;
  if (time === null || Number.isNaN(time.getTime())) {
    context.addIssue({ code: "custom", message: EXPECTED_TIME });
    return z.NEVER;
  }
  return time.toISOString();
});

/** A number, or with `*` at its end how it begins. */
const numberParameter = textParameter.transform((text) => text.replace(/^ /, "+"));

const causes = Object.keys(CAUSES);

const cdrQuery = z.strictObject({
  ...pageParameters,
  from: timeParameter.nullable().default(null),
  to: timeParameter.nullable().default(null),
  trunk: textParameter.nullable().default(null),
  cause: textParameter
    .refine((cause) => causes.includes(cause), { error: `expected one of ${causes.join(", ")}` })
    .nullable()
    .default(null),
  caller: numberParameter.nullable().default(null),
  called: numberParameter.nullable().default(null),
});

export function addCdrs(server: FastifyInstance, port: ApiPort): void {
  server.get("/api/v1/cdrs", async (request, reply) => {
    const query = parseQuery(cdrQuery, request.query);
    return query.ok ? port.cdrs(query.value) : sendProblem(reply, query.failure);
  });
}
