// The numbers of the relay's stream slots: the one freed longest ago goes out first, so that a late event of an ended
// stream does not meet a new one.

export class SlotNumbers {
  readonly #limit: number;
  readonly #freed: number[] = [];
  #next = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Null when all are in use. */
  take(): number | null {
    if (this.#next < this.#limit) {
      this.#next += 1;
      return this.#next - 1;
    }
    return this.#freed.shift() ?? null;
  }

  /** Marks a slot as taken that was before this began. */
  claim(slot: number): void {
    const freed = this.#freed.indexOf(slot);
    if (freed >= 0) this.#freed.splice(freed, 1);
    for (; this.#next <= slot; this.#next += 1) if (this.#next !== slot) this.#freed.push(this.#next);
  }

  give(slot: number): void {
    this.#freed.push(slot);
  }

  get taken(): number {
    return this.#next - this.#freed.length;
  }
}
