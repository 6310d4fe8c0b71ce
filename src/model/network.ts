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

/** RFC 2474, 2597 and 3246: the classes that voice uses, and the rest of theirs. */
const CLASSES = {
  cs0: 0,
  cs1: 8,
  cs2: 16,
  cs3: 24,
  cs4: 32,
  cs5: 40,
  cs6: 48,
  cs7: 56,
  af31: 26,
  af32: 28,
  af33: 30,
  af41: 34,
  af42: 36,
  af43: 38,
  ef: 46,
} as const;

/** A class by its name, kept as its number, 0 to 63. Default null: the system marks as it likes, which is not at all. */
const dscpSchema = z
  .enum(Object.keys(CLASSES) as (keyof typeof CLASSES)[], {
    error: "expected the name of a class, such as cs3, af41 or ef",
  })
  .transform((name) => CLASSES[name])
  .nullable()
  .default(null);

const mediaSchema = group({
  address: addressSchema,
  ports: portRangeSchema,
  /**
   * Who may be taken for a peer that sends from elsewhere than it says, as behind NAT, in its first packets: nobody, another port of the
   * address it named, or any address. Default same-address. `any` is for phones behind NAT on the open internet alone: it lets whoever is
   * quicker than the peer be taken for it.
   */
  learn: z
    .enum(["none", "same-address", "any"], { error: "expected none, same-address or any" })
    .default("same-address"),
  /** Whether several sources (SSRCs) of one peer may speak at once. Default one: another is heard when the last has fallen silent. */
  sources: z.enum(["one", "many"], { error: "expected one or many" }).default("one"),
  /** Whether streams may be passed on inside the kernel where it allows that. Default auto: those that can be are. */
  path: z.enum(["auto", "user-space"], { error: "expected auto or user-space" }).default("auto"),
  /** RTCP on the port of RTP (RFC 5761). Default accept: peers that offer it have it. `offer` offers it to all others. */
  rtcpMux: z.enum(["accept", "offer"], { error: "expected accept or offer" }).default("accept"),
});

export const networkSchema = group({
  listen: list(listenerSchema, { from: 1, to: 64, of: "listeners" }),
  media: mediaSchema,
  /** Behind NAT: the address peers are told, in SIP and in SDP. Default null: they are told the listener's own. */
  advertise: addressSchema.nullable().default(null),
  /** How packets are marked for the routers on the way. */
  dscp: group({ signaling: dscpSchema, media: dscpSchema }).prefault({}),
});

export type Listener = z.output<typeof listenerSchema>;
export type Network = z.output<typeof networkSchema>;
