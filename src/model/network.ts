// A network: one side of the border, with its listeners and its media addresses.

import { z } from "zod";
import { durationSchema } from "./duration.ts";
import { group, list } from "./group.ts";
import { addressSchema, listenPortSchema, portRangeSchema } from "./socket-address.ts";
import { nameSchema } from "./text.ts";

const EXPECTED_ORIGIN = 'expected the origin of a web page, such as "https://phone.example"';

const listenerSchema = group({
  transport: z.enum(["udp", "tcp", "tls", "ws", "wss"], { error: "expected udp, tcp, tls, ws or wss" }),
  address: addressSchema,
  /** 0 for any free port. */
  port: listenPortSchema,
  /** Of `tls` and `wss`: the name under `certificates`. Default null. */
  certificate: nameSchema.nullable().default(null),
  /** Of `tls` and `wss`: certificates that are shown instead to whoever asks for one of their names (SNI). Default none. */
  moreCertificates: list(nameSchema, { from: 0, to: 64, of: "certificates" }).default([]),
  /**
   * Of `tls` and `wss`: whether those who connect must show a certificate of an authority that `certificate` believes. Default none:
   * they are known by their addresses. `ask` believes the one that is shown and lets those pass who show none.
   */
  peerCertificate: z.enum(["none", "ask", "require"], { error: "expected none, ask or require" }).default("none"),
  /** Of `ws` and `wss`: web pages that may connect. Default none: a page in a browser inside would have the rights of its address. */
  origins: list(
    z.string({ error: EXPECTED_ORIGIN }).regex(/^https?:\/\/[a-z0-9.:[\]-]{1,253}$/, { error: EXPECTED_ORIGIN }),
    { from: 0, to: 64, of: "origins" },
  ).default([]),
  /** Of streams: how long a connection that we opened may be silent before a CRLF pair keeps it open (RFC 5626 4.4.1). Default null: never. */
  keepAlive: durationSchema("5s", "1h").nullable().default(null),
});

export const networkSchema = group({
  listen: list(listenerSchema, { from: 1, to: 64, of: "listeners" }),
  media: group({ address: addressSchema, ports: portRangeSchema }),
  /** Behind NAT: the address peers are told, in SIP and in SDP. Default null: they are told the listener's own. */
  advertise: addressSchema.nullable().default(null),
});

export type Listener = z.output<typeof listenerSchema>;
export type Network = z.output<typeof networkSchema>;
