// A network: one side of the border, with its listeners and its media addresses.

import { z } from "zod";
import { group, list } from "./group.ts";
import { addressSchema, listenPortSchema, portRangeSchema } from "./socket-address.ts";
import { nameSchema } from "./text.ts";

const listenerSchema = group({
  transport: z.enum(["udp", "tcp", "tls", "ws", "wss"], { error: "expected udp, tcp, tls, ws or wss" }),
  address: addressSchema,
  /** 0 for any free port. */
  port: listenPortSchema,
  /** Of `tls` and `wss`: the name under `certificates`. Default null. */
  certificate: nameSchema.nullable().default(null),
});

export const networkSchema = group({
  listen: list(listenerSchema, { from: 1, to: 64, of: "listeners" }),
  media: group({ address: addressSchema, ports: portRangeSchema }),
  /** Behind NAT: the address peers are told, in SIP and in SDP. Default null: they are told the listener's own. */
  advertise: addressSchema.nullable().default(null),
});

export type Listener = z.output<typeof listenerSchema>;
export type Network = z.output<typeof networkSchema>;
