// What the API's problems are to who typed a command.
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { getJson } from "./client.ts";

let answer: { readonly status: number; readonly body: unknown } = { status: 200, body: {} };
const server = createServer((_request, response) => {
  response.writeHead(answer.status, { "content-type": "application/problem+json" }).end(JSON.stringify(answer.body));
});
let api = "";

beforeAll(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  api = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => void server.close());

test.each<[number, object, string, string]>([
  [
    404,
    { code: "not-found", detail: "No policy is configured (node.policy)." },
    "not-found",
    "No policy is configured",
  ],
  [
    409,
    { code: "request-invalid", detail: "emergency.test is not configured" },
    "request-invalid",
    "emergency.test is",
  ],
  [503, { code: "not-ready", detail: "The store is gone." }, "not-ready", "The store is gone."],
  [500, { code: "internal-error", detail: "Failed." }, "internal-error", "Failed."],
  [422, { code: "query-invalid", detail: "limit: expected a number" }, "query-invalid", "limit: expected"],
  [404, { code: "of-another-version", detail: "Something." }, "server-unreachable", "Something."],
  [404, { code: "toString" }, "server-unreachable", "toString"],
  [502, {}, "server-unreachable", "502"],
])("%i %j is the server's word, where it is one of ours", async (status, body, code, words) => {
  answer = { status, body };
  await expect(getJson(api, "/x", {})).rejects.toMatchObject({ code, message: expect.stringContaining(words) });
});
