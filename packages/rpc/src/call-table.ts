/** Slots for the latest calls: many times as many as are usually in flight. */
const SLOTS = 1_024;

/**
 * Calls by id. Ids count up, so the calls in flight almost always have a slot each by the last digits of their ids; the others
 * are in a map. A map for all of them would cost 0.3 µs a call: it takes a new table each time that it becomes empty.
 */
export class CallTable<C extends { readonly id: number }> {
  #slots: (C | undefined)[] = [];
  readonly #others = new Map<number, C>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(id: number): C | undefined {
    const call = this.#slots[id % SLOTS];
    return call?.id === id ? call : this.#others.get(id);
  }

  has(id: number): boolean {
    return this.get(id) !== undefined;
  }

  /** `call` has an id that was not added before. */
  add(call: C): void {
    const slot = call.id % SLOTS;
    if (this.#slots[slot] === undefined) this.#slots[slot] = call;
    else this.#others.set(call.id, call);
    this.#size++;
  }

  /** Whether it was there. */
  delete(id: number): boolean {
    const slot = id % SLOTS;
    if (this.#slots[slot]?.id === id) this.#slots[slot] = undefined;
    else if (!this.#others.delete(id)) return false;
    this.#size--;
    return true;
  }

  /** In the order of their ids. */
  values(): C[] {
    const calls = [...this.#slots, ...this.#others.values()].filter((call) => call !== undefined);
    return calls.sort((a, b) => a.id - b.id);
  }

  clear(): void {
    this.#slots = [];
    this.#others.clear();
    this.#size = 0;
  }
}
