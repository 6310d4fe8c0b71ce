// The ways to a recipient: a POST to its web server (RFC 9110), a mail over the operator's mail server.

import { createHmac } from "node:crypto";
import { createTransport } from "nodemailer";
import { type Millis, SECOND } from "../../base/index.ts";
import type { MailSettings, Recipient } from "../../model/index.ts";
import { documentOf, type Notice, subjectOf, textOf } from "./notice.ts";

/** Of one try: whoever is slower is tried again. */
const TIMEOUT_MS: Millis = 10 * SECOND;
const PORTS = { starttls: 587, tls: 465, none: 587 } as const;

export interface Delivery {
  readonly recipient: Recipient;
  readonly notice: Notice;
  /** Null where none is configured. */
  readonly mail: MailSettings | null;
  readonly signal: AbortSignal;
  /** Milliseconds since 1970. */
  readonly now: Millis;
}

/** Resolves to what the other side said; rejects with an Error whose message says why it was not told. No secret is in either. */
export async function deliverNotice(delivery: Delivery): Promise<string> {
  const { recipient, mail } = delivery;
  if (recipient.webhook !== null) return postNotice(recipient.webhook, delivery);
  if (recipient.mail === null || mail === null) throw new Error("there is no mail server in the configuration");
  return mailNotice(recipient.mail.to, mail, delivery);
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (cause instanceof Error && cause.name === "TimeoutError") return `no answer within ${TIMEOUT_MS / SECOND} seconds`;
  return cause instanceof Error ? cause.message : String(cause);
}

async function postNotice(
  { url, token, signingKey }: NonNullable<Recipient["webhook"]>,
  { notice, signal, now }: Delivery,
): Promise<string> {
  const body = JSON.stringify(documentOf(notice));
  const headers: Record<string, string> = { "content-type": "application/json", "user-agent": "Demarc" };
  if (token !== null) headers.authorization = `Bearer ${token.reveal()}`;
  if (signingKey !== null) {
    const seconds = Math.floor(now / SECOND);
    const signature = createHmac("sha256", signingKey.reveal()).update(`${seconds}.${body}`).digest("hex");
    headers["demarc-signature"] = `t=${seconds},v1=${signature}`;
  }
  let response: Response;
  try {
    const until = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
    // A token is for the server that was named, and for none that this one names.
    response = await fetch(url, { method: "POST", headers, body, redirect: "manual", signal: until });
  } catch (error) {
    throw new Error(`the web server cannot be reached: ${reasonOf(error)}`);
  }
  const { status } = response;
  await response.body?.cancel();
  if (!response.ok) throw new Error(`the web server answers ${status}`);
  return `HTTP ${status}`;
}

function transportOf({ host, port, security, credentials }: MailSettings) {
  return createTransport({
    host,
    port: port ?? PORTS[security],
    secure: security === "tls",
    requireTLS: security === "starttls",
    ignoreTLS: security === "none",
    ...(credentials === null ? {} : { auth: { user: credentials.username, pass: credentials.password.reveal() } }),
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
    dnsTimeout: TIMEOUT_MS,
    // Nothing in a message names a file or an address to be read.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
}

async function mailNotice(to: readonly string[], mail: MailSettings, { notice, signal }: Delivery): Promise<string> {
  const transport = transportOf(mail);
  const over = new AbortController();
  try {
    const sent = transport.sendMail({
      from: mail.from,
      to: [...to],
      subject: subjectOf(notice),
      text: textOf(notice),
      date: new Date(notice.at),
      messageId: `<${notice.id}@${notice.node}.demarc.invalid>`,
      priority: "high",
      headers: { "Auto-Submitted": "auto-generated" },
    });
    const { rejected, response } = await Promise.race([sent, abortOf(signal, over.signal)]);
    const refused = rejected.length === 0 ? "" : `; refused for ${rejected.join(", ")}`;
    return `${String(response).slice(0, 200)}${refused}`;
  } catch (error) {
    throw new Error(`the mail server did not take it: ${reasonOf(error).slice(0, 300)}`);
  } finally {
    over.abort();
    transport.close();
  }
}

/** Rejects when the first of the two is aborted; does nothing any more once the second is. */
function abortOf(signal: AbortSignal, over: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const stop = (): void => reject(new Error("Demarc ends"));
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true, signal: over });
  });
}
