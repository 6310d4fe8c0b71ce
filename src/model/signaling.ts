// How SIP is spoken with a peer: its timers, and which of the optional exchanges it takes, wants or is refused.

import { z } from "zod";
import { durationSchema } from "./duration.ts";
import { group, list } from "./group.ts";

const flag = z.boolean({ error: "expected true or false" });

/** RFC 3261 17.1.1.1 and table 4. Timer C, how long a target may ring, is `limits.ringTimeout`. */
export const timersSchema = group({
  /** Round-trip estimate: after so long an unanswered request is sent again over UDP. Default 500ms. */
  t1: durationSchema("50ms", "10s").prefault("500ms"),
  /** The longest time between two repetitions of anything but an INVITE. Default 4s. */
  t2: durationSchema("100ms", "60s").prefault("4s"),
  /** How long a message can stay in the network. Default 5s. */
  t4: durationSchema("100ms", "60s").prefault("5s"),
  /** How long an INVITE waits for a first response. Default null: 64 times t1. `failover.attemptTimeout` mostly comes first. */
  timerB: durationSchema("500ms", "5m").nullable().default(null),
  /** How long any other request waits for its final response. Default null: 64 times t1. */
  timerF: durationSchema("500ms", "5m").nullable().default(null),
})
  .refine(({ t1, t2 }) => t1 <= t2, { error: "t2 must not be shorter than t1", path: ["t2"] })
  .transform(({ t1, t2, t4, timerB, timerF }) => ({
    t1,
    t2,
    t4,
    timerB: timerB ?? 64 * t1,
    timerF: timerF ?? 64 * t1,
  }));

/** The requests inside a call that may be let through to a peer. What a call itself needs is not among them. */
const PASSED_METHODS = ["INFO", "MESSAGE", "NOTIFY", "SUBSCRIBE", "OPTIONS"] as const;

const passedMethodSchema = z.string({ error: "expected the name of a method" }).transform((text, context) => {
  const known = PASSED_METHODS.find((method) => method === text.toUpperCase());
  if (known !== undefined) return known;
  context.addIssue({ code: "custom", message: `expected one of ${PASSED_METHODS.join(", ")}` });
  return z.NEVER;
});

const mediaTypeSchema = z
  .string({ error: "expected a media type" })
  .regex(/^[\w!#$%&'+.^`{|}~-]{1,64}\/[\w!#$%&'+.^`{|}~-]{1,64}$/, {
    error: "expected a media type by itself, such as application/dtmf-relay",
  })
  .transform((text) => text.toLowerCase());

function choice<const T extends readonly [string, ...string[]]>(...words: T) {
  return z.enum(words, { error: `expected ${words.slice(0, -1).join(", ")} or ${words.at(-1)}` });
}

export const signalingSchema = group({
  /** How long a session may go unrefreshed (RFC 4028; 90s is its least). Default null: no session timer is asked for. */
  sessionExpires: durationSchema("90s", "24h").nullable().default(null),
  /** The shortest session interval that this peer may ask for; a shorter one is answered 422 (RFC 4028 section 6). Default 90s, the least there is. */
  minSessionExpires: durationSchema("90s", "24h").prefault("90s"),
  /** How we refresh a session: auto takes UPDATE where the peer allows it. Default auto; invite for peers that say UPDATE and do not mean it. */
  sessionRefresh: choice("auto", "invite").default("auto"),
  /** Reliable provisional responses (RFC 3262). Default off. */
  reliableProvisional: choice("off", "supported", "required").default("off"),
  /** Whether UPDATE (RFC 3311) is sent to it. Default auto: where its Allow names it. */
  update: choice("auto", "off").default("auto"),
  /** Whether it may be sent an INVITE without an offer (RFC 3264 calls that a delayed offer). Default true; some cloud providers need false. */
  delayedOffer: flag.default(true),
  /** What a caller on this trunk sees where a target rings several phones: one early dialog, or each as its own. Default fold: few PBXs take several. */
  forks: choice("fold", "pass").default("fold"),
  /** Whether what this peer plays before the answer is heard by the caller: signalled takes P-Early-Media (RFC 5009) for permission. Default pass. */
  earlyMedia: choice("pass", "signalled", "never").default("pass"),
  /** What a caller hears of a 183 of this peer that brings nothing to hear: the 183, or a 180 that lets its own device ring. Default pass. */
  ringback: choice("pass", "local").default("pass"),
  /** What becomes of a REFER from this peer. Default refuse: a transfer makes a call that somebody pays for. execute makes it as a call of this peer; pass lets the other side make it. */
  transfer: choice("refuse", "execute", "pass").default("refuse"),
  /** What becomes of a 3xx from this peer. Default refuse. follow calls what the peer could call itself; pass lets the caller call it by its own rights. */
  redirect: choice("refuse", "follow", "pass").default("refuse"),
  /** Requests inside a call that the other side may send to this peer. Default none. */
  passMethods: list(passedMethodSchema, { from: 0, to: PASSED_METHODS.length, of: "methods" }).default([]),
  /** What these requests may bring: media types. Default those of tones, of text and of media control, which name no addresses; most others do. */
  passBodies: list(mediaTypeSchema, { from: 0, to: 32, of: "media types" }).default([
    "application/dtmf-relay",
    "application/dtmf",
    "application/media_control+xml",
    "text/plain",
  ]),
  timers: timersSchema.prefault({}),
  /**
   * Whether this peer is offered to say how many calls we shall leave out when it is overloaded (RFC 7339, RFC 7415). Default false: the
   * offer stands in Via, with a comma between quotes that some peers stumble over.
   */
  overloadControl: flag.default(false),
}).refine(({ sessionExpires, minSessionExpires }) => sessionExpires === null || sessionExpires >= minSessionExpires, {
  error: "sessionExpires must not be shorter than minSessionExpires",
  path: ["sessionExpires"],
});

export type Signaling = z.output<typeof signalingSchema>;
