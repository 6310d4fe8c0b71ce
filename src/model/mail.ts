// The server that takes mail from us, for the people who are told of emergency calls.

import { z } from "zod";
import { group } from "./group.ts";
import { secretSchema } from "./secret.ts";
import { phrase, wholeNumber } from "./text.ts";

const EXPECTED_MAILBOX = "expected a mail address, such as desk@example.com";

/** An address as SMTP takes it (RFC 5321 section 4.1.2), without a name beside it. */
export const mailboxSchema = z
  .string({ error: EXPECTED_MAILBOX })
  .max(254, { error: EXPECTED_MAILBOX })
  .regex(/^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/, {
    error: EXPECTED_MAILBOX,
  });

export const mailSchema = group({
  /** A name or an address. */
  host: phrase("a host", 253),
  /** Default: 587, the port of submission; 465 with `security: tls` (RFC 8314). */
  port: wholeNumber("a port", 1, 65_535).nullable().default(null),
  /**
   * starttls: encrypted before anything is said, or nothing is sent (RFC 3207). tls: encrypted from the first byte. none: in the clear, as to a relay on this
   * machine. Default starttls: places and numbers of people in need are in these mails.
   */
  security: z.enum(["starttls", "tls", "none"], { error: "expected starttls, tls or none" }).default("starttls"),
  /** Default none: the server takes mail from this machine without. */
  credentials: group({ username: phrase("a user name", 256), password: secretSchema })
    .nullable()
    .default(null),
  /** Whom the mails come from. */
  from: mailboxSchema,
});

export type MailSettings = z.output<typeof mailSchema>;
