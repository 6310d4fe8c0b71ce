// A trunk: a configured relation to one peer system, in the same few groups of settings for every peer.

import { z } from "zod";
import { group, list } from "./group.ts";
import { headersSchema } from "./header-rules.ts";
import { identitySchema } from "./identity.ts";
import { limitsSchema } from "./limits.ts";
import { registrationSchema } from "./registration.ts";
import { responsesSchema } from "./response-rules.ts";
import { signalingSchema } from "./signaling.ts";
import { targetSchema } from "./target.ts";
import { nameSchema } from "./text.ts";
import {
  credentialsSchema,
  failoverSchema,
  healthSchema,
  identifySchema,
  tlsSchema,
  trunkEmergencySchema,
  trunkMediaSchema,
} from "./trunk-settings.ts";

export const trunkSchema = group({
  role: z.enum(["pbx", "provider", "cloud", "gateway"], { error: "expected pbx, provider, cloud or gateway" }),
  /** The name of built-in settings for a kind of peer, which stand where the trunk says nothing itself. Default null. */
  profile: nameSchema.nullable().default(null),
  /** The side of the border on which the peer lives. */
  network: nameSchema,
  /** At least one, but of a trunk that registers with us: there they are called where none of its contacts answers. */
  targets: list(targetSchema, { from: 0, to: 64, of: "targets" }).default([]),
  identify: identifySchema.prefault({}),
  registration: registrationSchema.nullable().default(null),
  credentials: credentialsSchema.nullable().default(null),
  tls: tlsSchema.prefault({}),
  media: trunkMediaSchema.prefault({}),
  signaling: signalingSchema.prefault({}),
  identity: identitySchema.prefault({}),
  headers: headersSchema.prefault({}),
  responses: responsesSchema.prefault({}),
  health: healthSchema.prefault({}),
  failover: failoverSchema.prefault({}),
  limits: limitsSchema.prefault({}),
  /** What its calls cost, by the name of a rate deck. Default null: not known. */
  rates: nameSchema.nullable().default(null),
  emergency: trunkEmergencySchema.prefault({}),
});

/** With the name that it bears in the configuration. */
export type Trunk = z.output<typeof trunkSchema> & { readonly name: string };
