import type { Members } from "./members.ts";

/** What a reference refers to. One letter on the wire. */
export const ReferenceKind = { Object: "o", Stream: "s", Signal: "g" } as const;
export type ReferenceKind = (typeof ReferenceKind)[keyof typeof ReferenceKind];

/** An object of this endpoint that others hold references to. */
export interface Export {
  /** Never used again for another object. */
  readonly id: number;
  /** Unguessable: who has it was given the reference. */
  readonly key: number;
  readonly kind: ReferenceKind;
  /** The object itself: what a reference becomes again when it comes home. */
  readonly target: object;
  /** What it is known by here: the object itself, or a stand-in for one sending of it. */
  readonly handle: object;
  readonly members: Members;
  readonly service: object;
  /**
   * References by endpoint. Alive while any count is positive. A count may be negative for a moment: what a third endpoint
   * releases can overtake the word that it was given the reference, but never what keeps the giver's own count up.
   */
  readonly holders: Map<number, number>;
  readonly onReleased: Exportable["onReleased"];
}

export interface Exportable {
  readonly kind: ReferenceKind;
  readonly target: object;
  readonly members: Members;
  /** What `this` is inside a member. */
  readonly service: object;
  /** `unused`: nobody else ever had a reference, or it came home before it was used. */
  readonly onReleased?: ((unused: boolean) => void) | undefined;
}

/** The objects of this endpoint that others may call: the export table. */
export class Exports {
  readonly #byId = new Map<number, Export>();
  readonly #byHandle = new Map<object, Export>();
  readonly #randomKey: () => number;
  #lastId = 0;

  constructor(randomKey: () => number) {
    this.#randomKey = randomKey;
  }

  get size(): number {
    return this.#byId.size;
  }

  get all(): Iterable<Export> {
    return this.#byId.values();
  }

  of(handle: object): Export | undefined {
    return this.#byHandle.get(handle);
  }

  /** The export of an object that is being sent to `peer`, which then holds one reference more. */
  hold(handle: object, peer: number, describe: () => Exportable): Export {
    let entry = this.#byHandle.get(handle);
    if (entry === undefined) {
      const { kind, target, members, service, onReleased } = describe();
      const id = ++this.#lastId;
      entry = { id, key: this.#randomKey(), kind, target, handle, members, service, holders: new Map(), onReleased };
      this.#byId.set(id, entry);
      this.#byHandle.set(handle, entry);
    }
    this.#count(entry, peer, 1);
    return entry;
  }

  find(id: number, key: number): Export | undefined {
    const entry = this.#byId.get(id);
    return entry?.key === key ? entry : undefined;
  }

  release(id: number, key: number, peer: number): void {
    const entry = this.find(id, key);
    if (entry !== undefined) this.#count(entry, peer, -1);
  }

  /** A reference for `peer` never left, or has come home with the message: nobody gave anything up. */
  takeBack(id: number, key: number, peer: number): void {
    const entry = this.find(id, key);
    if (entry !== undefined) this.#count(entry, peer, -1, true);
  }

  /** Somebody who holds it has passed it on. */
  share(id: number, key: number, to: number): void {
    const entry = this.find(id, key);
    if (entry !== undefined) this.#count(entry, to, 1);
  }

  /** A peer is gone: its leases expire. */
  peerLost(peer: number): void {
    for (const entry of [...this.#byId.values()]) {
      if (entry.holders.delete(peer)) this.#endUnlessHeld(entry);
    }
  }

  /** It has nothing more to give, whoever holds it. */
  end(handle: object): void {
    const entry = this.#byHandle.get(handle);
    if (entry !== undefined) this.#remove(entry);
  }

  clear(): void {
    for (const entry of [...this.#byId.values()]) this.#remove(entry);
  }

  #count(entry: Export, peer: number, change: 1 | -1, unused = false): void {
    const count = (entry.holders.get(peer) ?? 0) + change;
    if (count === 0) entry.holders.delete(peer);
    else entry.holders.set(peer, count);
    if (change < 0) this.#endUnlessHeld(entry, unused);
  }

  #endUnlessHeld(entry: Export, unused = false): void {
    for (const count of entry.holders.values()) if (count > 0) return;
    this.#remove(entry, unused);
  }

  #remove(entry: Export, unused = false): void {
    if (!this.#byId.delete(entry.id)) return;
    this.#byHandle.delete(entry.handle);
    entry.onReleased?.(unused);
  }
}
