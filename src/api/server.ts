// The HTTP server of the API: routes, limits, headers, and errors in one form.

import Fastify, { type FastifyError, type FastifyInstance, type FastifyReply } from "fastify";
import { DemarcError } from "../base/index.ts";
import { addCalls } from "./calls.ts";
import { addCdrs } from "./cdrs.ts";
import { addEmergencyCalls } from "./emergency-calls.ts";
import { addEmergencyTests } from "./emergency-tests.ts";
import { addExplain } from "./explain.ts";
import { addHealth } from "./health.ts";
import { addHooks } from "./hooks.ts";
import { isLoopback, meansLoopback } from "./host-check.ts";
import { addLab } from "./lab.ts";
import { addNumbers } from "./numbers.ts";
import { addPolicy } from "./policy.ts";
import type { ApiPort, LabPort } from "./port.ts";
import { sendProblem } from "./problem.ts";
import { addTrunks } from "./trunks.ts";

export interface ApiOptions {
  readonly port: ApiPort;
  /** Null where no lab runs. */
  readonly lab: LabPort | null;
  /** `port` 0 for any free one. */
  readonly listen: { readonly address: string; readonly port: number };
  /** Hears of errors that are our own fault. The client is told nothing of them. */
  readonly onFault: (message: string, error: unknown) => void;
}

export interface Api {
  /** Binds and serves. @throws DemarcError address-in-use, address-unavailable */
  start(): Promise<{ readonly address: string; readonly port: number }>;
  /** Ends open connections and stops. */
  stop(): Promise<void>;
}

const BODY_LIMIT_BYTES = 64 * 1024;
const REQUEST_TIMEOUT_MS = 10_000;

/** The answers are data for programs: no browser is to run, frame, guess or keep them. */
const SECURITY_HEADERS = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
} as const;

function sendError(error: FastifyError | DemarcError, reply: FastifyReply, { onFault }: ApiOptions): FastifyReply {
  if (error instanceof DemarcError) {
    if (error.code === "store-unavailable") reply.header("retry-after", "5");
    return sendProblem(reply, { status: 503, code: error.code, detail: `${error.message}. ${error.remedy}` });
  }
  const status = error.statusCode ?? 500;
  if (status >= 400 && status < 500) {
    return sendProblem(reply, { status, code: "request-invalid", detail: error.message });
  }
  onFault("a request to the API failed", error);
  const detail = "Demarc failed on this request; its log says more.";
  return sendProblem(reply, { status: 500, code: "internal-error", detail });
}

function createServer(options: ApiOptions): FastifyInstance {
  const server = Fastify({
    logger: false,
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    forceCloseConnections: true,
    return503OnClosing: true,
    routerOptions: { maxParamLength: 256 },
    frameworkErrors: (error, _, reply) => void sendError(error, reply, options),
  });
  server.removeAllContentTypeParsers();
  const guarded = isLoopback(options.listen.address);
  server.addHook("onRequest", async (request, reply) => {
    reply.headers(SECURITY_HEADERS);
    if (!guarded || meansLoopback(request.headers.host)) return;
    const detail = "The API listens on this machine only and answers to localhost, 127.0.0.1 and [::1].";
    await sendProblem(reply, { status: 403, code: "wrong-host", detail });
  });
  server.setNotFoundHandler((_, reply) =>
    sendProblem(reply, { status: 404, code: "not-found", detail: "The API has nothing at this path and method." }),
  );
  server.setErrorHandler<FastifyError | DemarcError>((error, _, reply) => sendError(error, reply, options));
  addHealth(server, options.port);
  addCalls(server, options.port);
  addCdrs(server, options.port);
  addEmergencyCalls(server, options.port);
  addEmergencyTests(server, options.port);
  addTrunks(server, options.port);
  addNumbers(server, options.port);
  addPolicy(server, options.port);
  addHooks(server, options.port);
  addExplain(server, options.port);
  if (options.lab !== null) addLab(server, options.lab);
  return server;
}

function listenError(error: unknown, { address, port }: ApiOptions["listen"]): unknown {
  const code = error instanceof Error && "code" in error ? error.code : null;
  const place = `${address}:${port}`;
  if (code === "EADDRINUSE") {
    const remedy = "See whether another Demarc runs, or set api.listen to another port.";
    return new DemarcError("address-in-use", `api.listen: ${place} is taken`, { remedy, cause: error });
  }
  if (code === "EADDRNOTAVAIL" || code === "EACCES") {
    const remedy = "Set api.listen to an address of this machine and a port that this user may open.";
    return new DemarcError("address-unavailable", `api.listen: ${place} cannot be opened (${code})`, {
      remedy,
      cause: error,
    });
  }
  return error;
}

export function createApi(options: ApiOptions): Api {
  const server = createServer(options);
  return {
    start: async () => {
      try {
        await server.listen({ host: options.listen.address, port: options.listen.port });
      } catch (error) {
        throw listenError(error, options.listen);
      }
      const bound = server.server.address();
      return { address: options.listen.address, port: typeof bound === "object" ? (bound?.port ?? 0) : 0 };
    },
    stop: () => server.close(),
  };
}
