// How the parties of a call are written to and read from a peer: numbers, names, and what is withheld.

import { z } from "zod";
import { group } from "./group.ts";
import { countrySchema, e164Schema } from "./phone-number.ts";
import { HOST_NAME } from "./target.ts";

const flag = z.boolean({ error: "expected true or false" });

const CALLER_HEADERS = ["from", "p-asserted-identity", "p-preferred-identity", "remote-party-id"] as const;

const EXPECTED_PREFIX = "expected digits in quotes, such as 9 or 1010";
const prefixSchema = z
  .string({ error: EXPECTED_PREFIX })
  .regex(/^(?:\+[0-9]{0,15}|[0-9*#]{1,16})$/, { error: EXPECTED_PREFIX });

const EXPECTED_DOMAIN = "expected own, peer, or the name of a host";

export const identitySchema = group({
  /**
   * Whether identities that this peer asserts (P-Asserted-Identity, Remote-Party-ID) are believed, as within one trust domain (RFC 3325 section 2).
   * Default true for every role: a trunk is a peer that was configured, is known by its address and answers for its callers; of one that does
   * not, only From and P-Preferred-Identity are read.
   */
  trust: flag.default(true),
  /**
   * How numbers are written to this peer; what it writes itself is read in any of these ways that its country allows. Default e164: `+` and the
   * whole number, which is nobody else's. e164-plain leaves the plus out; national is as people dial at home, other countries' behind the
   * international prefix; international has that prefix before all numbers.
   */
  format: z
    .enum(["e164", "e164-plain", "national", "international"], {
      error: "expected e164, e164-plain, national or international",
    })
    .default("e164"),
  /** Where this peer is, for how it dials (ISO 3166). Default null: in the country that the configuration names. */
  country: countrySchema.nullable().default(null),
  /**
   * Whether this peer writes the trunk prefix (the 0 of 030 …, the 1 of 1 212 …) before national numbers, and is written it. Default auto: as people
   * there dial; always for a peer that wants it where they leave it out, never for one that leaves it out where they dial it.
   */
  trunkPrefix: z.enum(["auto", "always", "never"], { error: "expected auto, always or never" }).default("auto"),
  /** What stands before the called number in calls from this peer and is taken away, as the 9 that is dialled for a line. Default null. */
  stripPrefix: prefixSchema.nullable().default(null),
  /** What is put before the called number in calls to this peer; emergency numbers go without. Default null. */
  addPrefix: prefixSchema.nullable().default(null),
  /** The header that carries the caller, in both directions. Default from: P-Asserted-Identity is for peers that trust each other (RFC 3325). */
  callerHeader: z
    .enum(CALLER_HEADERS, {
      error: "expected from, p-asserted-identity, p-preferred-identity or remote-party-id",
    })
    .default("from"),
  /** The one number that this peer is shown as the caller of every call but an emergency call. Default null: the caller's own. */
  callerNumber: e164Schema.nullable().default(null),
  /** Whether this peer is shown the caller's name. Default pass. */
  callerName: z.enum(["pass", "strip"], { error: "expected pass or strip" }).default("pass"),
  /**
   * A number that its owner withholds: pass tells it to this peer with the wish (`Privacy: id`), hide does not tell it. Default auto: pass
   * to providers and gateways, which must know who calls and keep it from the called (RFC 3325 section 7); hide from pbx and cloud, behind
   * which the called person sits.
   */
  withheld: z.enum(["auto", "pass", "hide"], { error: "expected auto, pass or hide" }).default("auto"),
  /** Whose domain stands behind a caller's number: own address, the peer's host, or a name. Default own. */
  domain: z.string({ error: EXPECTED_DOMAIN }).regex(HOST_NAME, { error: EXPECTED_DOMAIN }).default("own"),
  /** Whether URIs with a telephone number say so (`;user=phone`). Default false. */
  userPhone: flag.default(false),
  /**
   * Where a call was before it came here: read from this peer's Diversion (RFC 5806) or History-Info (RFC 7044), and written for it in one or both.
   * Default none: neither read nor written, since it tells who forwards to whom.
   */
  diversion: z
    .enum(["none", "diversion", "history-info", "both"], { error: "expected none, diversion, history-info or both" })
    .default("none"),
});

export type Identity = z.output<typeof identitySchema>;
