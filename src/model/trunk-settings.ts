// The smaller groups of a trunk's settings: how it is known, secured, spoken to and watched.

import { z } from "zod";
import { SRTP_SUITES } from "../protocol/sdp/index.ts";
import { durationSchema } from "./duration.ts";
import { group, list } from "./group.ts";
import { e164Schema } from "./phone-number.ts";
import { secretSchema } from "./secret.ts";
import { cidrSchema } from "./socket-address.ts";
import { HOST_NAME } from "./target.ts";
import { nameSchema, phrase, wholeNumber } from "./text.ts";

const EXPECTED_TLS_NAME = 'expected the name in a certificate, such as "sip.carrier.example"';

const tlsNameSchema = z
  .string({ error: EXPECTED_TLS_NAME })
  .regex(HOST_NAME, { error: EXPECTED_TLS_NAME })
  .refine((text) => !/^[0-9.]+$/.test(text), { error: "this is an address: identify.addresses is for those" });

/** Which incoming requests are this trunk's: those of one of its addresses, and those of whoever proves one of its names. Default: none are. */
export const identifySchema = group({
  /** Where blocks of two trunks nest, the smaller one wins. */
  addresses: list(cidrSchema, { from: 0, to: 1000, of: "addresses" }).default([]),
  /**
   * From any address, over tls or wss: the names in the certificate that the peer shows (RFC 5922), of an authority that the listener's
   * `certificate` believes. They outdo addresses. `tls.wildcard` holds for them too.
   */
  tlsNames: list(tlsNameSchema, { from: 0, to: 100, of: "names" }).default([]),
  /**
   * From any address: whoever answers a challenge with this trunk's `credentials` (RFC 3261 section 22). It outdoes addresses. Default false; a trunk
   * that registers with us (`registration.accept`) is known so in any case.
   */
  digest: z.boolean({ error: "expected true or false" }).default(false),
});

/** What we prove ourselves with to this peer where it asks, and it to us where we do: with `identify.digest` and `registration.accept`. */
export const credentialsSchema = group({
  username: phrase("a user name", 256),
  password: secretSchema,
  /** The only realm that these credentials are given to. Default null: the one that the peer's own targets present. */
  realm: phrase("a realm", 256).nullable().default(null),
  /**
   * By what this peer is challenged, where it proves itself to us: the strongest that it knows is taken (RFC 8760). Default SHA-256 and MD5; MD5 alone
   * for peers that stumble over a challenge that they do not know, as libre before 2.0 does. Several trunks of a network are offered what all of them take.
   */
  algorithms: list(z.enum(["SHA-512-256", "SHA-256", "MD5"], { error: "expected some of SHA-512-256, SHA-256, MD5" }), {
    from: 1,
    to: 3,
    of: "algorithms",
  }).default(["SHA-256", "MD5"]),
});

export const tlsSchema = group({
  /** The name that the peer's certificate must bear. Default null: the target's host (RFC 5922). */
  verifyName: z
    .string({ error: "expected a host name" })
    .regex(HOST_NAME, { error: "expected a host name" })
    .nullable()
    .default(null),
  /** Whether `*.example.com` in it covers one label. Default false, as RFC 5922 7.2 has it; some cloud providers need true. */
  wildcard: z.boolean({ error: "expected true or false" }).default(false),
  /** The certificate that we show. Default null: the listener's. */
  certificate: nameSchema.nullable().default(null),
});

/** Names as RFC 3551 and the IANA registry spell them; the file may write them in any case. */
const CODECS = ["PCMU", "PCMA", "G722", "G729", "G723", "opus", "iLBC", "GSM", "AMR", "AMR-WB", "EVS", "L16", "speex"];

const codecSchema = z.string({ error: "expected the name of a codec" }).transform((text, context) => {
  const known = CODECS.find((codec) => codec.toLowerCase() === text.toLowerCase());
  if (known !== undefined) return known;
  const dtmf = text.toLowerCase() === "telephone-event" ? "; tones are set by media.dtmf" : "";
  context.addIssue({ code: "custom", message: `unknown codec "${text}"${dtmf}; known: ${CODECS.join(", ")}` });
  return z.NEVER;
});

/** RFC 5764 section 4.1.2, RFC 7714 section 14.2. */
const DTLS_SUITES: ReadonlySet<string> = new Set([
  "AEAD_AES_256_GCM",
  "AEAD_AES_128_GCM",
  "AES_CM_128_HMAC_SHA1_80",
  "AES_CM_128_HMAC_SHA1_32",
]);

export const trunkMediaSchema = group({
  /** What this peer is offered and may offer, best first. Default null: whatever the other side offers is passed on. */
  codecs: list(codecSchema, { from: 1, to: 32, of: "codecs" }).nullable().default(null),
  /**
   * sdes: SRTP with keys in the descriptions (RFC 4568), or no call; optional: the same where the peer can, else in the clear (RFC 8643); dtls: SRTP with
   * keys of a handshake beside the audio (RFC 5764), as browsers have it, or no call. Default none: SRTP is asked for by name, so that a call is never
   * believed to be encrypted by accident.
   */
  encryption: z
    .enum(["none", "sdes", "optional", "dtls"], { error: "expected none, sdes, optional or dtls" })
    .default("none"),
  /** What this peer is offered and may offer, best first. Default: all that there are, the strongest first. */
  srtpSuites: list(z.enum(SRTP_SUITES, { error: `expected some of ${SRTP_SUITES.join(", ")}` }), {
    from: 1,
    to: SRTP_SUITES.length,
    of: "suites",
  }).default([...SRTP_SUITES]),
  /**
   * lite: ICE as a server has it (RFC 8445 section 2.5): the peer checks ways to us, and its audio goes where its checks say. Default off: the peer is
   * where its descriptions say, or is learned there.
   */
  ice: z.enum(["off", "lite"], { error: "expected off or lite" }).default("off"),
  /**
   * How this peer sends and wants tones: rfc4733 as events in its stream, info in INFO requests (application/dtmf-relay, application/dtmf). Where the two
   * sides of a call differ, each gets its own form. Default rfc4733: every carrier does.
   */
  dtmf: z.enum(["rfc4733", "info", "inband"], { error: "expected rfc4733, info or inband" }).default("rfc4733"),
  /** How this peer is told that it is on hold. Default auto: as the other side put it; inactive for peers that know nothing else. */
  hold: z.enum(["auto", "inactive"], { error: "expected auto or inactive" }).default("auto"),
  /** Fax over T.38 (ITU-T T.38 annex D). Default off: the switch to it is answered 488, and the fax goes on as audio. */
  fax: z.enum(["off", "t38"], { error: "expected off or t38" }).default("off"),
}).refine(({ encryption, srtpSuites }) => encryption !== "dtls" || srtpSuites.some((suite) => DTLS_SUITES.has(suite)), {
  error: `DTLS has names for ${[...DTLS_SUITES].join(", ")} alone (RFC 5764, RFC 7714): list one of them`,
  path: ["srtpSuites"],
});

export const healthSchema = group({
  /** How often a target is asked whether it is there (OPTIONS). Default null: it is not. */
  optionsEvery: durationSchema("5s", "1h").nullable().default(null),
  /**
   * After how many failures in a row, of OPTIONS or of calls, a server of a target is out: nothing but emergency calls goes there until it answers OPTIONS
   * again or, without those, a call that asks now and then. Default 3: a lost packet is none, and a dead server costs three callers.
   */
  downAfter: wholeNumber("a number of failures", 1, 20).default(3),
  /** After how many answers in a row to OPTIONS it is in again. Default 2: one may come out of a server that is only starting. */
  upAfter: wholeNumber("a number of answers", 1, 20).default(2),
});

/**
 * 486 is the called person's own answer and 6xx everyone's (RFC 3261 21.6): another target must not be asked after it.
 * 487 is the answer to our own CANCEL. 482 and 483 say that a call went in a circle: each other target would double what is sent in it (RFC 5393).
 */
const failoverStatusSchema = wholeNumber("a SIP status", 400, 599)
  .refine((status) => status !== 486 && status !== 487, {
    error: "486 and 487 are final: the call was answered for, another target must not be asked",
  })
  .refine((status) => status !== 482 && status !== 483, {
    error: "482 and 483 say that the call goes in a circle: another target would send it round twice as often",
  });

export const failoverSchema = group({
  /** How long a target may stay silent before the next is tried. Default 4s: three losses of the INVITE fit into it. */
  attemptTimeout: durationSchema("500ms", "64s").prefault("4s"),
  /** The answers after which the next target is tried. Default: those that speak of the target, not of the called person. */
  onStatus: list(failoverStatusSchema, { from: 0, to: 100, of: "SIP statuses" }).default([
    408, 480, 500, 502, 503, 504,
  ]),
});

export const trunkEmergencySchema = group({
  /** Shown on emergency calls whose caller could not be called back. Default null. */
  callbackNumber: e164Schema.nullable().default(null),
  /** Where callers of this trunk are whose number says no place of its own, by the name of one of `locations`. Default null: not known. */
  location: nameSchema.nullable().default(null),
  /** How this trunk is told where an emergency call comes from: not, or by a PIDF-LO document in the INVITE (RFC 6442). Default none. */
  convey: z.enum(["none", "pidf-lo"], { error: "expected none or pidf-lo" }).default("none"),
});

export type Identify = z.output<typeof identifySchema>;
export type Credentials = z.output<typeof credentialsSchema>;
export type TrunkTls = z.output<typeof tlsSchema>;
export type TrunkMedia = z.output<typeof trunkMediaSchema>;
export type Health = z.output<typeof healthSchema>;
export type Failover = z.output<typeof failoverSchema>;
export type TrunkEmergency = z.output<typeof trunkEmergencySchema>;
