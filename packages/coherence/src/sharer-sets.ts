/** One set of endpoints per slot, as a bitmap: 4 bytes a slot for up to 32 endpoints. */
export class SharerSets {
  #words: Uint32Array;
  readonly #perSlot: number;

  constructor(slots: number, endpoints: number) {
    this.#perSlot = Math.max(1, Math.ceil(endpoints / 32));
    this.#words = new Uint32Array(slots * this.#perSlot);
  }

  /** Room for so many slots, those that are there included. */
  grow(slots: number): void {
    const words = new Uint32Array(slots * this.#perSlot);
    words.set(this.#words);
    this.#words = words;
  }

  has(slot: number, endpoint: number): boolean {
    return (this.#words[this.#at(slot, endpoint)] & bit(endpoint)) !== 0;
  }

  add(slot: number, endpoint: number): void {
    const at = this.#at(slot, endpoint);
    this.#words[at] = this.#words[at] | bit(endpoint);
  }

  remove(slot: number, endpoint: number): void {
    const at = this.#at(slot, endpoint);
    this.#words[at] = this.#words[at] & ~bit(endpoint);
  }

  clear(slot: number): void {
    const at = slot * this.#perSlot;
    this.#words.fill(0, at, at + this.#perSlot);
  }

  /** How many members other than `endpoint`. */
  countOthers(slot: number, endpoint: number): number {
    let count = 0;
    for (let word = 0; word < this.#perSlot; word++) count += popcount(this.#word(slot, word));
    return endpoint >= 0 && this.has(slot, endpoint) ? count - 1 : count; // -1 is nobody
  }

  /** The smallest member that is at least `from`, or -1. Lets a caller walk the set without allocating. */
  nextFrom(slot: number, from: number): number {
    let mask = -1 << (from & 31);
    for (let word = from >> 5; word < this.#perSlot; word++) {
      const bits = this.#word(slot, word) & mask;
      if (bits !== 0) return word * 32 + 31 - Math.clz32(bits & -bits);
      mask = -1;
    }
    return -1;
  }

  #word(slot: number, word: number): number {
    return this.#words[slot * this.#perSlot + word];
  }

  #at(slot: number, endpoint: number): number {
    return slot * this.#perSlot + (endpoint >> 5);
  }
}

const bit = (endpoint: number): number => 1 << (endpoint & 31);

/** Bits set in a 32-bit word. */
function popcount(word: number): number {
  let v = word - ((word >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
