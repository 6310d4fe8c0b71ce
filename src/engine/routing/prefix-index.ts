// Places in a list, by prefixes and whole numbers: a million of them in two flat arrays, and one probe for each length that occurs.

export interface PrefixIndex {
  /** By slot: the digits with a 1 before them as a number, negative for a whole number; 0 for an empty slot. */
  readonly keys: Float64Array;
  /** By slot: a place, or below 0 the complement of an index into `lists`. */
  readonly values: Int32Array;
  /** Rising places of keys that have several. */
  readonly lists: readonly (readonly number[])[];
  /** Digits of the prefixes that there are, a bit for each count. */
  readonly lengths: number;
  /** What is no plus and digits, such as `alice` or `*21#`: prefixes as they are, whole texts behind `=`. */
  readonly texts: ReadonlyMap<string, readonly number[]>;
  /** Characters of the longest prefix among `texts`. */
  readonly longestText: number;
}

/** With a 1 before them they stay below 2^53. */
const DIGITS_MOST = 15;
const ZERO = 48;

/** The key of a plus and digits; 0 for anything else. */
function keyOf(text: string): number {
  if (text.charCodeAt(0) !== 43 || text.length > DIGITS_MOST + 1) return 0;
  let key = 1;
  for (let at = 1; at < text.length; at += 1) {
    const digit = text.charCodeAt(at) - ZERO;
    if (digit < 0 || digit > 9) return 0;
    key = key * 10 + digit;
  }
  return key;
}

function slotOf(keys: Float64Array, key: number): number {
  const mask = keys.length - 1;
  const positive = key < 0 ? -key : key;
  const mixed =
    Math.imul(positive | 0, 0x9e3779b1) ^
    Math.imul(Math.floor(positive / 4_294_967_296) + (key < 0 ? 7 : 0), 0x85ebca6b);
  let slot = (mixed ^ (mixed >>> 15)) & mask;
  while (keys[slot] !== 0 && keys[slot] !== key) slot = (slot + 1) & mask;
  return slot;
}

export interface IndexEntry {
  readonly text: string;
  readonly isWhole: boolean;
  readonly place: number;
}

/** What the flat arrays keep of a key: one place, or a list of them. */
function putPlace(
  index: Pick<PrefixIndex, "keys" | "values"> & { readonly lists: number[][] },
  key: number,
  place: number,
): void {
  const { keys, values, lists } = index;
  const slot = slotOf(keys, key);
  const value = values[slot] as number;
  if (keys[slot] === 0) {
    keys[slot] = key;
    values[slot] = place;
  } else if (value < 0) {
    const list = lists[~value] as number[];
    if (list.at(-1) !== place) list.push(place);
  } else if (value !== place) {
    values[slot] = ~(lists.push([value, place]) - 1);
  }
}

function putText(texts: Map<string, number[]>, name: string, place: number): void {
  const known = texts.get(name);
  if (known === undefined) texts.set(name, [place]);
  else if (known.at(-1) !== place) known.push(place);
}

/** @param entries with rising places */
export function createPrefixIndex(entries: readonly IndexEntry[]): PrefixIndex {
  let size = 16;
  while (size < entries.length * 2) size *= 2;
  const texts = new Map<string, number[]>();
  const lists: number[][] = [];
  const index = { keys: new Float64Array(size), values: new Int32Array(size), lists, texts };
  const textLengths = new Set<number>();
  let lengths = 0;
  for (const { text, isWhole, place } of entries) {
    const key = keyOf(text);
    if (!isWhole && key === 0) textLengths.add(text.length);
    if (!isWhole && key !== 0) lengths |= 1 << (text.length - 1);
    if (key === 0) putText(texts, isWhole ? `=${text}` : text, place);
    else putPlace(index, isWhole ? -key : key, place);
  }
  return { ...index, lengths, longestText: Math.max(0, ...textLengths) };
}

function listAt({ keys, values, lists }: PrefixIndex, key: number): readonly number[] | null {
  const slot = slotOf(keys, key);
  if (keys[slot] === 0) return null;
  const value = values[slot] as number;
  return value < 0 ? (lists[~value] ?? null) : [value];
}

/** Lists of rising places whose text is the number or begins it, the longest text first. */
export function placesIn(index: PrefixIndex, number: string): (readonly number[])[] {
  const anything = index.texts.get("");
  if (index.longestText > 0 || index.texts.has(`=${number}`)) return placesWithTexts(index, number);
  const found: (readonly number[])[] = anything === undefined ? [] : [anything];
  if (number.charCodeAt(0) === 43) addDigits(index, number, found);
  return found.reverse();
}

/** Shortest first. */
function addDigits(index: PrefixIndex, number: string, found: (readonly number[])[]): void {
  let key = 1;
  let at = 1;
  for (; ; at += 1) {
    if ((index.lengths & (1 << (at - 1))) !== 0) {
      const list = listAt(index, key);
      if (list !== null) found.push(list);
    }
    const digit = number.charCodeAt(at) - ZERO;
    // Beyond the end this is NaN, which is no digit either.
    if (!(digit >= 0 && digit <= 9) || at > DIGITS_MOST) break;
    key = key * 10 + digit;
  }
  const exact = at === number.length ? listAt(index, -key) : null;
  if (exact !== null) found.push(exact);
}

/** Where prefixes are names and the like as well, which is seldom: each length by itself. */
function placesWithTexts(index: PrefixIndex, number: string): (readonly number[])[] {
  const found: (readonly number[])[] = [];
  const add = (text: string, isWhole: boolean): void => {
    const key = keyOf(text);
    const list =
      key === 0 ? (index.texts.get(isWhole ? `=${text}` : text) ?? null) : listAt(index, isWhole ? -key : key);
    if (list !== null) found.push(list);
  };
  add(number, true);
  // No pattern has more characters.
  for (let length = Math.min(number.length, 64); length >= 0; length -= 1) add(number.slice(0, length), false);
  return found;
}
