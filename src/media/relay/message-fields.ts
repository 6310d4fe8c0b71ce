// One field of a message between the signalling process and the relay: what is of another type ends the reading of the whole.

class MessageFault extends Error {
  override readonly name = "MessageFault";
}

export type Fields = Readonly<Record<string, unknown>>;

/** Null where a field was not what it must be. */
export function reading<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof MessageFault) return null;
    throw error;
  }
}

export function object(value: unknown): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new MessageFault();
  return value as Fields;
}

export function list<T>(value: unknown, read: (item: unknown) => T): T[] {
  if (!Array.isArray(value)) throw new MessageFault();
  return value.map((item) => read(item));
}

export function both<T>(value: unknown, read: (item: unknown) => T): readonly [T, T] {
  const [first, second, ...rest] = list(value, read);
  if (first === undefined || second === undefined || rest.length > 0) throw new MessageFault();
  return [first, second];
}

export function integer(value: unknown, most: number): number {
  if (typeof value !== "number" || !Number.isInteger(value) || value < 0 || value > most) throw new MessageFault();
  return value;
}

export function amount(value: unknown): number {
  if (typeof value !== "number" || !(value >= 0)) throw new MessageFault();
  return value;
}

/** -1 for none. */
export function dscp(value: unknown): number {
  return value === -1 ? value : integer(value, 63);
}

export function truth(value: unknown): boolean {
  if (typeof value !== "boolean") throw new MessageFault();
  return value;
}

export function port(value: unknown): number {
  return integer(value, 65_535);
}

export function slot(value: unknown): number {
  return integer(value, 0xffffffff);
}

export function session(value: unknown): number {
  return integer(value, 0xffffffff);
}

export function text(value: unknown, most = 255): string {
  if (typeof value !== "string" || value.length > most) throw new MessageFault();
  return value;
}

export function word<const T extends string>(value: unknown, words: readonly T[]): T {
  const found = words.find((one) => one === value);
  if (found === undefined) throw new MessageFault();
  return found;
}
