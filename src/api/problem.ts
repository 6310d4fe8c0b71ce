// Errors of the API as problem documents (RFC 9457), each with a stable code of docs/errors.md.

import { STATUS_CODES } from "node:http";
import type { FastifyReply } from "fastify";
import type { ErrorCode } from "../base/index.ts";

export interface ProblemDetails {
  readonly status: number;
  readonly code: ErrorCode;
  /** One sentence for a person. */
  readonly detail: string;
  /** Further members of the document. */
  readonly more?: Readonly<Record<string, unknown>>;
}

/** `about:blank` as the type: what the problem is, beyond the status, is said by `code`. */
export function sendProblem(reply: FastifyReply, { status, code, detail, more = {} }: ProblemDetails): FastifyReply {
  return reply
    .code(status)
    .type("application/problem+json")
    .send({ type: "about:blank", title: STATUS_CODES[status] ?? "Error", status, code, detail, ...more });
}
