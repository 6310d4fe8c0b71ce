// A configuration in pieces that are small enough to be taken over one by one between calls, and put together again. It is plain data but for its secrets,
// which show their text to nobody who copies them: that goes beside them.

import { type Configuration, Secret } from "../../model/index.ts";

/** What one piece has at most: a few milliseconds of copying. */
const MOST_ENTRIES = 100;
/** How deep lists stand that may be long: the rates of a deck are in `rateDecks.NAME.rates`. */
const DEPTH = 3;

type Path = readonly (string | number)[];

/** Further entries of the list or group at a place. */
export interface Piece {
  readonly path: Path;
  readonly entries: readonly unknown[] | Readonly<Record<string, unknown>>;
}

export interface SecretText {
  readonly path: Path;
  readonly source: Secret["source"];
  /** Null where it could not be had. */
  readonly text: string | null;
}

export interface TakenApart {
  /** With nothing in what is long. */
  readonly outline: unknown;
  readonly pieces: readonly Piece[];
  readonly secrets: readonly SecretText[];
}

/** The pieces, in the order in which they are to be put together. */
export function takeApart(configuration: Configuration): TakenApart {
  const pieces: Piece[] = [];
  const secrets: SecretText[] = [];
  noteSecrets(configuration, [], secrets);
  return { outline: outlineOf(configuration, [], pieces), pieces, secrets };
}

function isGroup(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Secret);
}

function outlineOf(value: unknown, path: Path, pieces: Piece[]): unknown {
  if (Array.isArray(value)) {
    if (value.length <= MOST_ENTRIES) return value;
    for (let from = 0; from < value.length; from += MOST_ENTRIES)
      pieces.push({ path, entries: value.slice(from, from + MOST_ENTRIES) });
    return [];
  }
  if (!isGroup(value)) return value;
  const entries = Object.entries(value);
  if (entries.length <= MOST_ENTRIES) {
    if (path.length >= DEPTH) return value;
    return Object.fromEntries(entries.map(([key, entry]) => [key, outlineOf(entry, [...path, key], pieces)]));
  }
  for (let from = 0; from < entries.length; from += MOST_ENTRIES)
    pieces.push({ path, entries: Object.fromEntries(entries.slice(from, from + MOST_ENTRIES)) });
  return {};
}

function noteSecrets(value: unknown, path: Path, secrets: SecretText[]): void {
  if (value instanceof Secret) {
    secrets.push({ path, source: value.source, text: value.resolved ? value.reveal() : null });
    return;
  }
  if (typeof value !== "object" || value === null) return;
  for (const [key, entry] of Object.entries(value)) {
    if (typeof entry === "object" && entry !== null)
      noteSecrets(entry, [...path, Array.isArray(value) ? Number(key) : key], secrets);
  }
}

/** Puts a copy of an outline and of its pieces together again. */
export class Assembly {
  readonly #outline: unknown;

  constructor(outline: unknown) {
    this.#outline = outline;
  }

  add({ path, entries }: Piece): void {
    const place = this.#at(path);
    if (Array.isArray(place)) place.push(...(entries as readonly unknown[]));
    else Object.assign(place, entries);
  }

  finish(secrets: readonly SecretText[]): Configuration {
    for (const { path, source, text } of secrets) {
      const group = this.#at(path.slice(0, -1)) as Record<string | number, unknown>;
      const secret = source.kind === "literal" ? Secret.literal(text ?? "") : Secret.reference(source);
      group[path.at(-1) ?? ""] = text === null ? secret : secret.resolve(text);
    }
    return Object.freeze(this.#outline as Configuration);
  }

  #at(path: Path): object {
    let place = this.#outline as Record<string | number, object>;
    for (const key of path) place = place[key] as Record<string | number, object>;
    return place;
  }
}
