// What a carrier charges: a price for each prefix, from one day to another, per second or per minute. Prices are exact: they are not kept as fractions.

import { z } from "zod";
import { group, list } from "./group.ts";
import { pathSchema } from "./text.ts";

/** Parts of a currency's unit that prices are counted in: a billionth. */
export const PRICE_PARTS = 1_000_000_000;

const EXPECTED_PRICE = "expected a price in the deck's currency, such as 0.0042, with at most nine decimals";
const PRICE = /^([0-9]{1,4})(?:\.([0-9]{1,9}))?$/;

/** As written; a number is what YAML makes of one without quotes. Gives billionths of the unit. */
const priceSchema = z
  .union([z.string(), z.number()], { error: EXPECTED_PRICE })
  .transform((written, context): number => {
    // The shortest text of a small number has an exponent.
    const text = typeof written === "number" && written < 1e-6 ? written.toFixed(9) : String(written);
    const [, whole, decimals = ""] = PRICE.exec(text) ?? [];
    if (whole !== undefined) return Number(whole) * PRICE_PARTS + Number(decimals.padEnd(9, "0"));
    context.addIssue({ code: "custom", message: EXPECTED_PRICE });
    return z.NEVER;
  });

const EXPECTED_PREFIX = 'expected the beginning of an E.164 number in quotes, such as "+4420", or "+" for all';
const EXPECTED_INCREMENTS =
  'expected the seconds that are charged at least and by which it goes on, such as "60/60", "1/1" or "30/6"';
const EXPECTED_DAY = "expected a day or a moment in UTC, such as 2026-12-01 or 2026-12-01T00:00:00Z";

const incrementsSchema = z.string({ error: EXPECTED_INCREMENTS }).transform((text, context) => {
  const [, first = "0", next = "0"] = /^([0-9]{1,4})\/([0-9]{1,4})$/.exec(text) ?? [];
  const increments = { firstSeconds: Number(first), nextSeconds: Number(next) };
  if (increments.firstSeconds < 1 || increments.nextSeconds < 1)
    context.addIssue({ code: "custom", message: EXPECTED_INCREMENTS });
  return increments;
});

/** Gives Unix milliseconds. */
const momentSchema = z.string({ error: EXPECTED_DAY }).transform((text, context): number => {
  const written = /^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}(:[0-9]{2})?Z)?$/.test(text)
    ? Date.parse(text)
    : Number.NaN;
  // What Date takes for another day, such as 31 February, is none.
  if (Number.isNaN(written) || new Date(written).toISOString().slice(0, 10) !== text.slice(0, 10))
    context.addIssue({ code: "custom", message: EXPECTED_DAY });
  return written;
});

export const rateSchema = group({
  /** Of the number that the carrier is asked to call. The longest one that begins it counts. */
  prefix: z.string({ error: EXPECTED_PREFIX }).regex(/^\+[0-9]{0,15}$/, { error: EXPECTED_PREFIX }),
  perMinute: priceSchema,
  /** For each answered call, besides. Default 0. */
  connect: priceSchema.prefault("0"),
  /** Default 1/1: per second. */
  increments: incrementsSchema.prefault("1/1"),
  /** The moment from which the price holds. Of several prices of one prefix that hold, the one that began last counts. Default: always. */
  from: momentSchema.nullable().default(null),
  /** The moment from which it holds no more. Default: never. */
  until: momentSchema.nullable().default(null),
}).refine(({ from, until }) => from === null || until === null || from < until, {
  error: "it ends before it begins",
  path: ["until"],
});

const EXPECTED_CURRENCY = "expected the three capital letters of a currency (ISO 4217), such as USD";

export const rateDeckSchema = group({
  currency: z.string({ error: EXPECTED_CURRENCY }).regex(/^[A-Z]{3}$/, { error: EXPECTED_CURRENCY }),
  rates: list(rateSchema, { from: 0, to: 1_000_000, of: "rates" }).default([]),
  /** A table of rates (CSV), beside those that stand here: columns prefix, perMinute, connect, increments, from, until. Default none. */
  file: pathSchema.nullable().default(null),
});

export type Rate = z.output<typeof rateSchema>;
export type RateDeck = z.output<typeof rateDeckSchema>;

/** A price as people write it, with the decimals that it needs and at least two. */
export function formatPrice(parts: number): string {
  const decimals = String(Math.round(parts) % PRICE_PARTS).padStart(9, "0");
  return `${Math.floor(Math.round(parts) / PRICE_PARTS)}.${decimals.replace(/0{1,7}$/, "")}`;
}
