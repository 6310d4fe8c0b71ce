// Bodies of requests: JSON, in the scopes of the routes that take one and nowhere else.

import type { FastifyInstance } from "fastify";

export function acceptJson(scope: FastifyInstance): void {
  scope.addContentTypeParser("application/json", { parseAs: "string" }, (_request, body, parsed) => {
    try {
      parsed(null, JSON.parse(String(body)));
    } catch {
      parsed(Object.assign(new Error("the body is not JSON"), { statusCode: 400 }));
    }
  });
}
