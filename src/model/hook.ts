// A hook: somebody else's program that is asked over HTTP where a call goes.

import { z } from "zod";
import { durationSchema } from "./duration.ts";
import { group, list } from "./group.ts";
import { secretSchema } from "./secret.ts";
import { nameSchema, pathSchema, phrase, wholeNumber } from "./text.ts";
import { webAddressSchema } from "./web-address.ts";

/** What each request says by itself, whatever the operator would like. */
const RESERVED =
  /^(?:host|connection|content-length|content-type|transfer-encoding|te|trailer|upgrade|expect|accept|keep-alive|proxy-.*)$/i;

const headerNameSchema = z
  .string()
  .regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}$/, { error: "expected the name of a header" });

const EXPECTED_FAILURE = 'expected continue, or { reject: 503, reason: "…" }';

/** What becomes of a call that nobody decides about. */
export type OnFailure =
  | { readonly kind: "continue" }
  | { readonly kind: "reject"; readonly status: number; readonly reason: string | null };

export const onFailureSchema = z
  .union(
    [
      z.literal("continue", { error: EXPECTED_FAILURE }),
      group({
        reject: wholeNumber("a SIP status", 400, 699),
        reason: phrase("a reason", 128).nullable().default(null),
      }),
    ],
    { error: EXPECTED_FAILURE },
  )
  .transform((written): OnFailure => {
    if (written === "continue") return { kind: "continue" };
    return { kind: "reject", status: written.reject, reason: written.reason };
  });

export const hookSchema = group({
  /** Where it is asked, by POST. Redirections are not followed. */
  url: webAddressSchema,
  /** How long a call waits for its answer. Default 1s. */
  deadline: durationSchema("50ms", "10s").prefault("1s"),
  /** What becomes of a call that it gives no answer for, where the route has no `fallback`: by the routes behind it, or refused. Default continue. */
  onFailure: onFailureSchema.prefault("continue"),
  /** Of the request, such as a token. Default none. */
  headers: z
    .record(
      headerNameSchema.refine((name) => !RESERVED.test(name), { error: "this header is written for each request" }),
      secretSchema,
      { error: "expected headers and their values" },
    )
    .readonly()
    .default({}),
  /** Headers of the INVITE that it is told. Default none. */
  inviteHeaders: list(headerNameSchema, { from: 0, to: 20, of: "headers" }).default([]),
  /** Whose certificates are believed, instead of those that the system believes. Relative to the configuration file. Default null. */
  caFile: pathSchema.nullable().default(null),
  /** Questions at once; a call beyond them gets no answer. Default 100. */
  concurrent: wholeNumber("a number of questions", 1, 1000).default(100),
});

export const hooksSchema = z.record(nameSchema, hookSchema, { error: "expected hooks by name" }).readonly();

export type Hook = z.output<typeof hookSchema>;
