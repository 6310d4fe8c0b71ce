// The ways to recipients, over real sockets on loopback.

import { createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server as HttpServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo, Server as TcpServer } from "node:net";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { makeCertificate } from "../../../test/certificates/make-certificate.ts";
import { type MailSettings, type Recipient, Secret } from "../../model/index.ts";
import { type Delivery, deliverNotice } from "./deliver.ts";
import { sampleNotice } from "./sample-notice.ts";
import { type SmtpHabits, type SmtpPeer, startSmtpPeer } from "./smtp-peer.ts";

const NOW = Date.parse("2026-01-02T03:04:06.500Z");
const servers: (HttpServer | TcpServer)[] = [];
const NOBODY = { webhook: null, mail: null, on: [], locations: null } as const;

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.close();
    if ("closeAllConnections" in server) server.closeAllConnections();
    await once(server, "close");
  }
});

function delivery(recipient: Partial<Recipient>, mail: MailSettings | null = null): Delivery {
  const signal = new AbortController().signal;
  return { recipient: { ...NOBODY, name: "desk", ...recipient }, notice: sampleNotice(), mail, signal, now: NOW };
}

describe("a webhook", () => {
  let heard: { method: string | undefined; headers: IncomingHttpHeaders; body: string }[] = [];
  let answer: { status: number; headers: Record<string, string> } | null;
  let url = "";

  beforeEach(async () => {
    heard = [];
    answer = { status: 204, headers: {} };
    const server = createServer(async (request, response) => {
      let body = "";
      for await (const piece of request) body += piece;
      heard.push({ method: request.method, headers: request.headers, body });
      if (answer === null) request.socket.destroy();
      else response.writeHead(answer.status, answer.headers).end("thank you");
    });
    servers.push(server);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/emergency`;
  });

  const webhook = (more = {}) => ({ webhook: { url, token: null, signingKey: null, ...more } });

  test("gets the document, with the token, and signed", async () => {
    const keys = { token: Secret.literal("t0ken"), signingKey: Secret.literal("k3y") };
    expect(await deliverNotice(delivery(webhook(keys)))).toBe("HTTP 204");
    const [request] = heard;
    expect(request?.method).toBe("POST");
    expect(JSON.parse(request?.body ?? "")).toMatchObject({ id: "n-1", event: "began", caller: { number: "204" } });
    const seconds = Math.floor(NOW / 1000);
    const signature = createHmac("sha256", "k3y").update(`${seconds}.${request?.body}`).digest("hex");
    expect(request?.headers).toMatchObject({
      "content-type": "application/json",
      authorization: "Bearer t0ken",
      "demarc-signature": `t=${seconds},v1=${signature}`,
    });
  });

  test("without either has neither", async () => {
    await deliverNotice(delivery(webhook()));
    expect(heard[0]?.headers.authorization).toBeUndefined();
    expect(heard[0]?.headers["demarc-signature"]).toBeUndefined();
  });

  test.each([400, 404, 500, 503])("that answers %i was not told", async (status) => {
    answer = { status, headers: {} };
    await expect(deliverNotice(delivery(webhook()))).rejects.toThrow(`the web server answers ${status}`);
  });

  test("that leads elsewhere is not followed: the token is for it alone", async () => {
    answer = { status: 307, headers: { location: `${url}/other` } };
    await expect(deliverNotice(delivery(webhook()))).rejects.toThrow("the web server answers 307");
    expect(heard).toHaveLength(1);
  });

  test("that hangs up was not told, nor was one that is not there", async () => {
    answer = null;
    await expect(deliverNotice(delivery(webhook()))).rejects.toThrow(/cannot be reached: /);
    await expect(deliverNotice(delivery(webhook({ url: "http://127.0.0.1:1/" })))).rejects.toThrow(
      /cannot be reached: /,
    );
  });
});

describe("a mail", () => {
  const authority = makeCertificate({ commonName: "authority", authority: true });
  const identity = makeCertificate({ dns: ["localhost"], addresses: ["127.0.0.1"], issuer: authority });
  const before = getCACertificates("default");
  let smtp: SmtpPeer;

  afterEach(() => setDefaultCACertificates(before));

  async function server(habits: Partial<SmtpHabits>): Promise<void> {
    smtp = await startSmtpPeer({ startTls: null, tls: null, accounts: {}, refuse: [], ...habits });
    servers.push(smtp.server);
  }

  const settings = (more: Partial<MailSettings> = {}): MailSettings => {
    const { port } = smtp.server.address() as AddressInfo;
    return { host: "127.0.0.1", port, security: "none", credentials: null, from: "pbx@example.com", ...more };
  };
  const mailTo = (...to: readonly string[]) => ({ mail: { to } });

  test("is what a guard reads, to all who are named", async () => {
    await server({});
    const said = await deliverNotice(delivery(mailTo("desk@example.com", "guard@example.com"), settings()));
    expect(said).toBe("250 taken");
    const [mail] = smtp.mails;
    expect(mail).toMatchObject({ from: "pbx@example.com", to: ["desk@example.com", "guard@example.com"] });
    for (const line of [
      "Subject: Emergency call: 204 (Ann) dialled 911 at hq",
      "Message-ID: <n-1@edge-1.demarc.invalid>",
      "Auto-Submitted: auto-generated",
      "X-Priority: 1 (Highest)",
      "Caller:     204 (Ann)",
    ])
      expect(mail?.lines).toContain(line);
  });

  test("goes encrypted where the server can, with credentials, and says its secrets to nobody else", async () => {
    await server({ startTls: identity, accounts: { pbx: "secret" } });
    const credentials = { username: "pbx", password: Secret.literal("secret") };
    const wanted = settings({ security: "starttls", credentials });
    // Nobody has vouched for the server.
    await expect(deliverNotice(delivery(mailTo("desk@example.com"), wanted))).rejects.toThrow(/certificate/);
    setDefaultCACertificates([authority.certificate]);
    expect(await deliverNotice(delivery(mailTo("desk@example.com"), wanted))).toBe("250 taken");
    expect(smtp.mails).toMatchObject([{ encrypted: true, user: "pbx" }]);
  });

  test("goes encrypted from the first byte", async () => {
    await server({ tls: identity });
    setDefaultCACertificates([authority.certificate]);
    expect(await deliverNotice(delivery(mailTo("desk@example.com"), settings({ security: "tls" })))).toBe("250 taken");
    expect(smtp.mails).toMatchObject([{ encrypted: true }]);
  });

  test("is not sent in the clear where it is to be encrypted", async () => {
    await server({});
    const sent = deliverNotice(delivery(mailTo("desk@example.com"), settings({ security: "starttls" })));
    await expect(sent).rejects.toThrow(/the mail server did not take it/);
    expect(smtp.mails).toEqual([]);
  });

  test("that is refused was not sent, and why is told without the password", async () => {
    await server({ startTls: identity, accounts: { pbx: "other" } });
    setDefaultCACertificates([authority.certificate]);
    const credentials = { username: "pbx", password: Secret.literal("s3cret") };
    const sent = deliverNotice(delivery(mailTo("desk@example.com"), settings({ security: "starttls", credentials })));
    const failure = await sent.catch((error: Error) => error.message);
    expect(failure).toMatch(/535/);
    expect(failure).not.toMatch(/s3cret|czNjcmV0/);
  });

  test("that some do not get went to the others, and who is told", async () => {
    await server({ refuse: ["gone@example.com"] });
    const said = await deliverNotice(delivery(mailTo("gone@example.com", "desk@example.com"), settings()));
    expect(said).toBe("250 taken; refused for gone@example.com");
    await expect(deliverNotice(delivery(mailTo("gone@example.com"), settings()))).rejects.toThrow(/550/);
  });

  test("is ended with Demarc, however slow the server is", async () => {
    await server({ silent: true });
    const abort = new AbortController();
    const sent = deliverNotice({ ...delivery(mailTo("desk@example.com"), settings()), signal: abort.signal });
    abort.abort();
    await expect(sent).rejects.toThrow("Demarc ends");
  });

  test("needs a server", async () => {
    await expect(deliverNotice(delivery(mailTo("desk@example.com")))).rejects.toThrow("no mail server");
  });
});
