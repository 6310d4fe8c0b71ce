// The whole configuration: one value, read once, frozen, and checked as a whole before anything uses it.

import { z } from "zod";
import { apiSchema } from "./api.ts";
import { calendarSchema } from "./calendar.ts";
import { certificateSchema } from "./certificate.ts";
import { classOfServiceSchema } from "./class-of-service.ts";
import { emergencySchema } from "./emergency.ts";
import { group, list } from "./group.ts";
import { hooksSchema } from "./hook.ts";
import { totalLimitsSchema, trunkGroupSchema } from "./limits.ts";
import { locationSchema } from "./location.ts";
import { mailSchema } from "./mail.ts";
import { networkSchema } from "./network.ts";
import { nodeSchema } from "./node.ts";
import { numberBlockSchema } from "./number.ts";
import { countrySchema, emergencyNumberSchema, numberListSchema } from "./phone-number.ts";
import { rateDeckSchema } from "./rate-deck.ts";
import { routeSchema, routeTableSchema } from "./route.ts";
import { nameSchema } from "./text.ts";
import { trunkSchema } from "./trunk.ts";

function named<Entry extends z.core.$ZodType>(entry: Entry, of: string) {
  return z.record(nameSchema, entry, { error: `expected ${of} by name` }).readonly();
}

export const configurationSchema = group({
  node: nodeSchema.prefault({}),
  api: apiSchema.prefault({}),
  /** How national numbers are read (ISO 3166). Default null: numbers without `+` are taken as dialled. */
  country: countrySchema.nullable().default(null),
  /**
   * As dialled. Default: 112, 911, 999 and those of the country: one number too many costs an extension, one too few costs more than that.
   * A list in the file replaces it whole.
   */
  emergencyNumbers: list(emergencyNumberSchema, { from: 0, to: 50, of: "numbers" }).nullable().default(null),
  /** What is done about emergency calls besides routing them. */
  emergency: emergencySchema.prefault({}),
  /** The server that takes mail from us. Default null: nobody is sent any. */
  mail: mailSchema.nullable().default(null),
  networks: named(networkSchema, "networks"),
  certificates: named(certificateSchema, "certificates").default({}),
  trunks: named(trunkSchema, "trunks").default({}),
  /** Trunks that share limits. */
  trunkGroups: named(trunkGroupSchema, "groups of trunks").default({}),
  /** Of all trunks together. */
  limits: totalLimitsSchema.prefault({}),
  numbers: list(numberBlockSchema, { from: 0, to: 1_000_000, of: "numbers" }).default([]),
  /** Places from which emergency calls come. */
  locations: named(locationSchema, "locations").default({}),
  /** Lists of patterns that routes and classes of service name. */
  numberLists: named(numberListSchema, "lists of numbers").default({}),
  /** What carriers charge, for routes that go by cost. */
  rateDecks: named(rateDeckSchema, "rate decks").default({}),
  calendars: named(calendarSchema, "calendars").default({}),
  classesOfService: named(classOfServiceSchema, "classes of service").default({}),
  /** Programs that are asked where a call goes, for routes that name them. */
  hooks: hooksSchema.default({}),
  /** The first that matches, from the top. */
  routes: list(routeSchema, { from: 0, to: 1_000_000, of: "routes" }).default([]),
  /** Routes that other routes lead to. */
  routeTables: named(routeTableSchema, "tables of routes").default({}),
});

type SchemaOutput = z.output<typeof configurationSchema>;

export interface Configuration
  extends Omit<SchemaOutput, "trunks" | "networks" | "certificates" | "emergencyNumbers" | "emergency"> {
  readonly emergencyNumbers: readonly string[];
  /** `testNumber`: null where there is none. */
  readonly emergency: SchemaOutput["emergency"];
  /** By name. Look up with `Object.hasOwn` where the name comes from a peer. */
  readonly networks: Readonly<Record<string, SchemaOutput["networks"][string]>>;
  readonly certificates: Readonly<Record<string, SchemaOutput["certificates"][string]>>;
  readonly trunks: Readonly<Record<string, SchemaOutput["trunks"][string] & { readonly name: string }>>;
}
