// Registration: we register with the peer as its subscriber, or the peer registers with us and is called where it says that it is.

import { z } from "zod";
import type { Millis } from "../base/index.ts";
import { durationSchema } from "./duration.ts";
import { group, list } from "./group.ts";
import { peerUriSchema, type TargetUri } from "./target.ts";
import { wholeNumber } from "./text.ts";

const EXPECTED_AOR = 'expected the SIP URI of a line, such as "sip:+12025550100@carrier.example"';
/** A user of RFC 3261 (25.1) at a host, without parameters. */
const ADDRESS_OF_RECORD = /^sips?:[A-Za-z0-9\-_.!~*'()&=+$,;?/%]{1,128}@[A-Za-z0-9.:[\]-]{1,253}$/;
const flag = z.boolean({ error: "expected true or false" });

/** We register with the peer. */
export interface OwnRegistration {
  readonly accept: false;
  readonly registrar: TargetUri;
  readonly backupRegistrars: readonly TargetUri[];
  readonly aor: string;
  readonly expires: Millis;
  readonly bulkNumbers: boolean;
}

/** The peer registers with us. */
export interface AcceptedRegistration {
  readonly accept: true;
  /** Null: the user name of the trunk's credentials, at whatever host. */
  readonly aor: string | null;
  readonly expires: Millis;
  readonly minExpires: Millis;
  readonly bulkNumbers: boolean;
  readonly maxContacts: number;
  readonly requestUri: "contact" | "number";
}

export type Registration = OwnRegistration | AcceptedRegistration;

/** Keys that mean something on one side alone. */
const OF_REGISTRAR = ["minExpires", "maxContacts", "requestUri"] as const;
const OF_SUBSCRIBER = ["registrar", "backupRegistrars"] as const;

export const registrationSchema = group({
  /** Whether this peer registers with us: then it is asked for its `credentials`, and called at the contacts that it names. Default false: we do. */
  accept: flag.default(false),
  /** The URI that REGISTER is sent to. */
  registrar: peerUriSchema.optional(),
  /** Tried in this order while `registrar` does not answer. Default: none. */
  backupRegistrars: list(peerUriSchema, { from: 0, to: 8, of: "registrars" }).optional(),
  /** The address of record: the line as the registrar knows it. Default with `accept`: the user name of the credentials, at any host. */
  aor: z.string({ error: EXPECTED_AOR }).regex(ADDRESS_OF_RECORD, { error: EXPECTED_AOR }).optional(),
  /**
   * How long a registration is asked for; with `accept`, how long one is granted at most. Default 600s: often enough to notice a lost one, seldom
   * enough for the registrar.
   */
  expires: durationSchema("30s", "24h").prefault("600s"),
  /** With `accept`: who asks for less is told that it is too brief (423). Default 60s, the least that RFC 3261 10.2.1 thinks of as usual. */
  minExpires: durationSchema("10s", "1h").optional(),
  /** One registration for all numbers (RFC 6140). With `accept`: whether the peer may. Default false. */
  bulkNumbers: flag.default(false),
  /** With `accept`: how many contacts at once. Default 5: a pair of servers, each over two ways, and one that was left behind. */
  maxContacts: wholeNumber("a number of contacts", 1, 50).optional(),
  /**
   * With `accept`: what the Request-URI of calls to a contact is. contact, the default: what was registered, with the number in To (RFC 3261 section
   * 16.6); number: the same with the number in place of its user. Contacts for all numbers always get the number (RFC 6140 section 5.2).
   */
  requestUri: z.enum(["contact", "number"], { error: "expected contact or number" }).optional(),
}).transform((read, context): Registration => {
  const { accept, registrar, backupRegistrars = [], aor, expires, bulkNumbers } = read;
  const { minExpires = 60_000, maxContacts = 5, requestUri = "contact" } = read;
  const refuse = (key: string, message: string): void => {
    context.addIssue({ code: "custom", path: [key], message });
  };
  for (const key of accept ? OF_SUBSCRIBER : OF_REGISTRAR) {
    if (read[key] === undefined) continue;
    refuse(key, accept ? "with accept the peer registers with us: leave this out" : "this is for accept: true");
  }
  if (accept) {
    if (minExpires > expires) refuse("minExpires", "minExpires must not be longer than expires");
    return { accept, aor: aor ?? null, expires, minExpires, bulkNumbers, maxContacts, requestUri };
  }
  if (registrar === undefined) refuse("registrar", "expected the registrar to register with, or accept: true");
  if (aor === undefined) refuse("aor", EXPECTED_AOR);
  if (registrar === undefined || aor === undefined) return z.NEVER;
  return { accept, registrar, backupRegistrars, aor, expires, bulkNumbers };
});
