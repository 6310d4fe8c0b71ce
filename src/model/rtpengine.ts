// An rtpengine that carries media in place of the embedded relay.

import { z } from "zod";
import { group, list } from "./group.ts";
import { addressSchema, listenPortSchema } from "./socket-address.ts";
import { nameSchema, wholeNumber } from "./text.ts";

/** Where rtpengine takes commands unless it is told otherwise in Debian's own configuration of it. */
const NG_PORT = 2223;

export const rtpengineSchema = group({
  /** Where it takes commands: its `listen-ng`. Whoever can send there has all of its calls: let it be an address of the inside. */
  address: addressSchema,
  /** Default 2223, as Debian configures it. */
  port: listenPortSchema.refine((port) => port > 0, { error: "expected a port, 1 to 65535" }).default(NG_PORT),
  /** Of new calls it takes so many for each one of another's; 0 takes none, so that it runs empty. Default 100. */
  weight: wholeNumber("a weight", 0, 1000).default(100),
  /** By network: the address that peers are told where this one carries the call. Default: what the network says. */
  addresses: z.record(nameSchema, addressSchema, { error: "expected addresses by network" }).readonly().default({}),
});

export const rtpengineListSchema = list(rtpengineSchema, { from: 0, to: 32, of: "rtpengines" });

export type Rtpengine = z.output<typeof rtpengineSchema>;
