// A map that knows its limit. Every table of the pure world is one, so that no peer can make it grow without end.

export class BoundedMap<K, V> {
  readonly limit: number;
  /** How often `set` was refused since the start. */
  refused = 0;
  readonly #entries = new Map<K, V>();

  /** @param limit the most entries it holds, from 1 */
  constructor(limit: number) {
    this.limit = limit;
  }

  get size(): number {
    return this.#entries.size;
  }

  get full(): boolean {
    return this.#entries.size >= this.limit;
  }

  get(key: K): V | undefined {
    return this.#entries.get(key);
  }

  has(key: K): boolean {
    return this.#entries.has(key);
  }

  /** Adds or replaces. False, and counted, when the key is new and the map is full. */
  set(key: K, value: V): boolean {
    if (this.#entries.size >= this.limit && !this.#entries.has(key)) {
      this.refused += 1;
      return false;
    }
    this.#entries.set(key, value);
    return true;
  }

  delete(key: K): boolean {
    return this.#entries.delete(key);
  }

  keys(): IterableIterator<K> {
    return this.#entries.keys();
  }

  values(): IterableIterator<V> {
    return this.#entries.values();
  }

  entries(): IterableIterator<[K, V]> {
    return this.#entries.entries();
  }
}
