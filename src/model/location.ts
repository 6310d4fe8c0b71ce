// Places from which emergency calls come: where they are, and the numbers by which callers there can be called back.

import { z } from "zod";
import { durationSchema } from "./duration.ts";
import { group, list } from "./group.ts";
import { e164Schema } from "./phone-number.ts";
import { phrase } from "./text.ts";

const EXPECTED_COUNTRY = "expected the two capital letters of a country (ISO 3166), such as US";

const part = phrase("a part of an address", 128).nullable().default(null);

/** A civic address, by the elements of RFC 5139 that dispatchers go by. */
const civicAddressSchema = group({
  country: z.string({ error: EXPECTED_COUNTRY }).regex(/^[A-Z]{2}$/, { error: EXPECTED_COUNTRY }),
  /** State, region or province (A1), county (A2), city (A3). */
  state: part,
  county: part,
  city: part,
  /** Street (RD) and house number (HNO), with what stands behind it (HNS), such as `a`. */
  street: part,
  houseNumber: part,
  houseNumberSuffix: part,
  /** Building (BLD), floor (FLR), unit (UNIT) and room (ROOM). */
  building: part,
  floor: part,
  unit: part,
  room: part,
  /** Whose place it is (NAM), and what else helps to find it (LOC). */
  name: part,
  additional: part,
  /** Postal code (PC). */
  postcode: part,
});

function degrees(of: string, most: number) {
  const error = `expected a ${of} in degrees, from -${most} to ${most}`;
  return z.number({ error }).min(-most, { error }).max(most, { error });
}

export const locationSchema = group({
  address: civicAddressSchema.nullable().default(null),
  /** In WGS 84. */
  point: group({ latitude: degrees("latitude", 90), longitude: degrees("longitude", 180) })
    .nullable()
    .default(null),
  /**
   * Numbers that stand for this place with the emergency services (ELIN): one of them is shown in place of the caller's, and calls to it reach that
   * caller for as long as `callbackFor` says. Default none: callers are shown as they are.
   */
  elins: list(e164Schema, { from: 0, to: 100, of: "numbers" }).default([]),
  /** Default 3h. */
  callbackFor: durationSchema("1m", "7d").prefault("3h"),
}).refine(({ address, point, elins }) => address !== null || point !== null || elins.length > 0, {
  error: "a location has an address, a point, or elins",
});

export type Location = z.output<typeof locationSchema>;
export type CivicAddress = z.output<typeof civicAddressSchema>;
