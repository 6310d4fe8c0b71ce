// One question to one hook: a POST over a connection that is kept, an answer of bounded size before a deadline. Redirections are not followed.

import { type Agent, type ClientRequest, type IncomingMessage, request as requestInClear } from "node:http";
import { request as requestSecurely } from "node:https";
import { failure, type Millis, type Result, success } from "../../base/index.ts";

export interface HttpQuestion {
  readonly url: string;
  readonly agent: Agent;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON. */
  readonly body: string;
  readonly timeoutMs: Millis;
}

/** Longer answers are given up. */
export const ANSWER_BYTES_MOST = 64 * 1024;

/** What came back: the text of a 200, null for a 204; or why nothing of use did. Never rejects. */
export async function askOverHttp(question: HttpQuestion): Promise<Result<string | null, string>> {
  const until = performance.now() + question.timeoutMs;
  const first = await attempt(question, question.timeoutMs);
  // A kept connection that its other end has closed meanwhile: nothing was heard of the question there.
  if (first !== "stale") return first;
  const leftMs = until - performance.now();
  const second = leftMs <= 0 ? "stale" : await attempt(question, leftMs);
  return second === "stale" ? failure("the connection was closed before an answer") : second;
}

function attempt(question: HttpQuestion, timeoutMs: Millis): Promise<Result<string | null, string> | "stale"> {
  const { url, agent, headers, body } = question;
  return new Promise((resolve) => {
    const start = url.startsWith("https:") ? requestSecurely : requestInClear;
    const own = {
      accept: "application/json",
      "content-type": "application/json",
      "content-length": Buffer.byteLength(body),
    };
    let sent: ClientRequest;
    try {
      sent = start(url, { method: "POST", agent, headers: { ...own, ...headers } });
    } catch (error) {
      // A header's value that comes from a file or a variable may be none.
      resolve(failure(error instanceof Error ? error.message : String(error)));
      return;
    }
    const end = (result: Result<string | null, string> | "stale"): void => {
      clearTimeout(timeout);
      resolve(result);
    };
    const giveUp = (why: string): void => {
      end(failure(why));
      sent.destroy();
    };
    const timeout = setTimeout(() => giveUp(`no answer within ${question.timeoutMs} ms`), timeoutMs);
    sent.on("error", (error: NodeJS.ErrnoException) => {
      const isStale = sent.reusedSocket && (error.code === "ECONNRESET" || error.code === "EPIPE");
      end(isStale ? "stale" : failure(error.message === "" ? (error.code ?? "the connection failed") : error.message));
    });
    sent.on("response", (response) => readAnswer(response, { end, giveUp }));
    sent.end(body);
  });
}

function readAnswer(
  response: IncomingMessage,
  by: { readonly end: (result: Result<string | null, string>) => void; readonly giveUp: (why: string) => void },
): void {
  const { statusCode = 0, headers } = response;
  if (statusCode === 204) {
    response.resume();
    by.end(success(null));
    return;
  }
  if (statusCode !== 200) {
    const location = headers.location === undefined ? "" : ", and redirections are not followed";
    // What it says besides is of no use; the connection is, where there is not much of it.
    response.resume();
    by.giveUp(`it answered ${statusCode}${location}`);
    return;
  }
  if ((headers["content-encoding"] ?? "identity") !== "identity") {
    by.giveUp(`its answer is encoded as ${headers["content-encoding"]}, which was not asked for`);
    return;
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  response.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > ANSWER_BYTES_MOST) by.giveUp(`its answer has more than ${ANSWER_BYTES_MOST} bytes`);
    else chunks.push(chunk);
  });
  response.on("error", () => by.end(failure("the connection was closed within its answer")));
  response.on("end", () => by.end(success(Buffer.concat(chunks).toString("utf8"))));
}
