// The running server as a command sees it: GETs to its REST API, and clear words when nobody is there.

import { DemarcError, ERROR_CODES, type ErrorCode } from "../base/index.ts";

export const DEFAULT_API = "http://127.0.0.1:8080";

const TIMEOUT_MS = 10_000;
const REMEDY = "Start it with `demarc start`, or name the address of its API with --api URL.";

function unreachable(api: string, why: string, cause?: unknown): DemarcError {
  return new DemarcError("server-unreachable", `no Demarc answers at ${api}: ${why}`, { remedy: REMEDY, cause });
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (cause instanceof Error && "code" in cause && cause.code === "ECONNREFUSED") return "nothing listens there";
  if (cause instanceof Error && cause.name === "TimeoutError") return `no answer within ${TIMEOUT_MS / 1000} seconds`;
  return cause instanceof Error ? cause.message : String(cause);
}

/**
 * The JSON of `path`. Parameters that are undefined are left out.
 * @throws DemarcError server-unreachable when no Demarc answers; query-invalid and others as the server says
 */
export async function getJson(
  api: string,
  path: string,
  parameters: Readonly<Record<string, string | undefined>>,
): Promise<unknown> {
  const url = urlOf(api, path);
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) query.set(name, value);
  url.search = query.toString();
  return request(api, url, {});
}

/** The JSON answer to a JSON body. @throws DemarcError as `getJson` */
export async function postJson(api: string, path: string, body: unknown): Promise<unknown> {
  const headers = { "content-type": "application/json" };
  return request(api, urlOf(api, path), { method: "POST", headers, body: JSON.stringify(body) });
}

function urlOf(api: string, path: string): URL {
  const url = URL.canParse(path, api) ? new URL(path, api) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) throw unreachable(api, "this is no http address");
  return url;
}

async function request(api: string, url: URL, init: RequestInit): Promise<unknown> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS), redirect: "error" });
    text = await response.text();
  } catch (error) {
    throw unreachable(api, reasonOf(error), error);
  }
  return readAnswer(api, response, text);
}

function readAnswer(api: string, response: Response, text: string): unknown {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw unreachable(api, `something else answers there (${response.status}, no JSON)`);
  }
  if (response.ok) return body;
  const problem = typeof body === "object" && body !== null ? (body as { code?: unknown; detail?: unknown }) : {};
  const detail = problem.detail === undefined ? text.slice(0, 200) : String(problem.detail);
  const code = isErrorCode(problem.code) ? problem.code : "server-unreachable";
  throw new DemarcError(code, `${api} answers ${response.status}: ${detail}`, {
    remedy: "See `--help` of the command.",
  });
}

/** Whether it is a word of this version's: another one may be on the other side. */
function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === "string" && Object.hasOwn(ERROR_CODES, code);
}
