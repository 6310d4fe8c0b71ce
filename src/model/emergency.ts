// Who is told of emergency calls: people at a desk by mail, their systems by webhook.

import { z } from "zod";
import { group, list } from "./group.ts";
import { mailboxSchema } from "./mail.ts";
import { secretSchema } from "./secret.ts";
import { nameSchema } from "./text.ts";

/** began: as soon as the call is there. failed: it ended without an answer. interrupted: Demarc ended in the middle of it. */
export const EMERGENCY_EVENTS = ["began", "answered", "failed", "ended", "interrupted"] as const;

const EXPECTED_URL = "expected the address of a web server, such as https://desk.example/emergency";

/** Credentials do not stand in an address, which is logged and shown. */
const webAddressSchema = z
  .string({ error: EXPECTED_URL })
  .max(2048, { error: EXPECTED_URL })
  .refine((text) => !/^https?:\/\/[^/?#]*@/i.test(text), {
    error: "an address has no password in it; write it as token",
    abort: true,
  })
  .regex(/^https?:\/\/(?:[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?(?:[/?][\x21\x23-\x7e]*)?$/i, {
    error: EXPECTED_URL,
  });

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
  /** Default none: emergency calls are in the log and in their audit records alone. */
  notify: list(recipientSchema, { from: 0, to: 100, of: "recipients" }).default([]),
});

export type EmergencyEvent = (typeof EMERGENCY_EVENTS)[number];
export type Recipient = z.output<typeof recipientSchema>;
