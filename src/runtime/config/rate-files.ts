// The tables of rates that a configuration names, read into its rate decks.

import { dirname, resolve } from "node:path";
import {
  type Configuration,
  type ConfigurationProblem,
  type Rate,
  type RateDeck,
  repeatedRates,
} from "../../model/index.ts";
import type { Fault } from "./fault.ts";
import { readFileText } from "./file-text.ts";
import { parseRateTable } from "./rate-table.ts";

export interface RateTables {
  /** With the rates of all files in it. Whole only where nothing is wrong. */
  readonly configuration: Configuration;
  /** Of the configuration itself: a file that it names cannot be read. */
  readonly problems: readonly ConfigurationProblem[];
  /** Of the tables. */
  readonly faults: readonly Fault[];
}

/** @param file of the configuration: what paths in it are relative to */
export async function readRateTables(configuration: Configuration, file: string): Promise<RateTables> {
  const problems: ConfigurationProblem[] = [];
  const faults: Fault[] = [];
  const decks: [string, RateDeck][] = [];
  for (const [name, deck] of Object.entries(configuration.rateDecks)) {
    const rates =
      deck.file === null ? [] : await readRates(resolve(dirname(file), deck.file), { name, problems, faults });
    const all = rates.length === 0 ? deck.rates : Object.freeze([...deck.rates, ...rates]);
    if (deck.rates.length > 0 && repeatedRates(all).length > 0) {
      const message = `${deck.file} has a rate that stands under rates too; take one of them out`;
      problems.push({ path: ["rateDecks", name, "file"], at: "value", message });
    }
    decks.push([name, Object.freeze({ ...deck, rates: all })]);
  }
  if (decks.every(([, { file: table }]) => table === null)) return { configuration, problems, faults };
  const rateDecks = Object.freeze(Object.fromEntries(decks));
  return { configuration: Object.freeze({ ...configuration, rateDecks }), problems, faults };
}

async function readRates(
  path: string,
  { name, problems, faults }: { name: string; problems: ConfigurationProblem[]; faults: Fault[] },
): Promise<readonly Rate[]> {
  const text = await readFileText(path);
  if (!text.ok) {
    const { message } = text.failure;
    problems.push({ path: ["rateDecks", name, "file"], at: "value", message: `the table of rates ${message}` });
    return [];
  }
  const rates = parseRateTable(path, text.value);
  if (!rates.ok) faults.push(...rates.failure);
  return rates.ok ? rates.value : [];
}
