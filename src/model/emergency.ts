// Who is told of emergency calls: people at a desk by mail, their systems by webhook.

import { z } from "zod";
import { daysSchema, timeSchema, timeZoneSchema } from "./calendar.ts";
import { durationSchema } from "./duration.ts";
import { group, list } from "./group.ts";
import { mailboxSchema } from "./mail.ts";
import { secretSchema } from "./secret.ts";
import { nameSchema } from "./text.ts";
import { webAddressSchema } from "./web-address.ts";

/**
 * began: as soon as the call is there. failed: it ended without an answer. interrupted: Demarc ended in the middle of it. test-failed: a test call of ours
 * was not answered.
 */
export const EMERGENCY_EVENTS = ["began", "answered", "failed", "ended", "interrupted", "test-failed"] as const;

const EXPECTED_TEST = 'expected a number as it is dialled, in quotes, such as "933", or none';
const EXPECTED_EVENT = `expected some of ${EMERGENCY_EVENTS.join(", ")}`;

const recipientSchema = group({
  name: nameSchema,
  /** POST of a JSON document, repeated until the server takes it (any 2xx). */
  webhook: group({
    url: webAddressSchema,
    /** Sent as `Authorization: Bearer`. Default none. */
    token: secretSchema.nullable().default(null),
    /** With it each POST is signed: `Demarc-Signature: t=SECONDS,v1=HEX`, the HMAC-SHA-256 of `SECONDS.BODY`. Default none. */
    signingKey: secretSchema.nullable().default(null),
  })
    .nullable()
    .default(null),
  /** Over the server of `mail`. */
  mail: group({ to: list(mailboxSchema, { from: 1, to: 50, of: "mail addresses" }) })
    .nullable()
    .default(null),
  /** Default: everything. */
  on: list(z.enum(EMERGENCY_EVENTS, { error: EXPECTED_EVENT }), { from: 1, to: 10, of: "events" }).default([
    ...EMERGENCY_EVENTS,
  ]),
  /** Calls from these places alone, by names of `locations`. Default null: from everywhere, unknown places included. */
  locations: list(nameSchema, { from: 1, to: 1000, of: "locations" }).nullable().default(null),
}).refine(({ webhook, mail }) => (webhook === null) !== (mail === null), {
  error: "who is told has either a webhook or mail",
});

const EXPECTED_CALLER = 'expected a number in quotes, such as "+12025550100" or "204"';

/** Calls to the test number that Demarc places by itself, over one trunk after the other. */
const emergencyTestSchema = group({
  /** A time of day: `"03:30"`. */
  at: timeSchema,
  /** Default every day. */
  days: daysSchema.prefault("mon-sun"),
  /** Default UTC. */
  timeZone: timeZoneSchema.prefault("UTC"),
  /** The trunk whose caller calls, a PBX: its place is told, and its routes are taken. */
  from: nameSchema,
  /** Who calls: a number that lives behind that trunk. */
  caller: z.string({ error: EXPECTED_CALLER }).regex(/^\+?[0-9]{2,15}$/, { error: EXPECTED_CALLER }),
  /** Default null: the trunks that the routes of emergency calls lead to. */
  trunks: list(nameSchema, { from: 1, to: 100, of: "trunks" }).nullable().default(null),
  /** How long a call may ring before it has failed. Default 30s. */
  answerWithin: durationSchema("5s", "3m").prefault("30s"),
  /** How long an answered one lasts. Default 5s. */
  talk: durationSchema("1s", "2m").prefault("5s"),
});

export const emergencySchema = group({
  /**
   * Dialled to try the way of emergency calls: it goes as they do, to a service of the carrier's that reads back what it was told, and nobody is told of it.
   * Default: 933 in the United States and Canada, else none.
   */
  testNumber: z
    .string({ error: EXPECTED_TEST })
    .regex(/^(?:[0-9]{2,8}|none)$/, { error: EXPECTED_TEST })
    .nullable()
    .default(null),
  /** Default null: nothing is tried by itself. */
  test: emergencyTestSchema.nullable().default(null),
  /** Default none: emergency calls are in the log and in their audit records alone. */
  notify: list(recipientSchema, { from: 0, to: 100, of: "recipients" }).default([]),
});

export type EmergencyEvent = (typeof EMERGENCY_EVENTS)[number];
export type EmergencyTestSettings = z.output<typeof emergencyTestSchema>;
export type Recipient = z.output<typeof recipientSchema>;
