// Those whom emergency calls are told to by webhook: a web server that takes nothing until it is told to.

import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Undo } from "../../src/main/undo.ts";

export interface Told {
  readonly event: string;
  readonly text: string;
}

export interface WebhookDesk {
  readonly port: number;
  takes: boolean;
  refused: number;
  /** What was taken, in order. */
  readonly told: Told[];
}

export async function openWebhookDesk(undo: Undo): Promise<WebhookDesk> {
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const piece of request) body += piece;
    if (desk.takes) desk.told.push(JSON.parse(body) as Told);
    else desk.refused += 1;
    response.writeHead(desk.takes ? 204 : 503).end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  undo.push(() => void server.close());
  undo.push(() => server.closeAllConnections());
  const desk: WebhookDesk = { port: (server.address() as AddressInfo).port, takes: false, refused: 0, told: [] };
  return desk;
}
