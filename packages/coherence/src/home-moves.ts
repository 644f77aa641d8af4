import type { DirectoryMoves } from "./directory.ts";
import { Kind } from "./message.ts";
import { signedFor } from "./narrow.ts";
import { ProtocolError } from "./protocol-error.ts";
import { WriterTally } from "./writer-tally.ts";

/** Where the homes of a region's pages begin. */
export interface StartingHomes {
  /** The endpoint where a page's home is at first, or -1 if that is not known here yet. */
  homeOf(page: number): number;
  /** The page's slot in the directory here, or -1 if its home cannot begin here. */
  slotOf(page: number): number;
  /** How many such slots there are. */
  readonly slots: number;
}

/**
 * Who is the home of the page that a message for a cache is about, at the time when its answer was decided: a directory's
 * message comes from it, and DataO says so in place of a requester. -1: it says nothing. An InvAck's sender need not know, and
 * a PutAck may still be under way when the home has moved: all else that a directory sent has arrived by then.
 */
export function homeNamedBy(kind: Kind, from: number, requester: number): number {
  if (kind === Kind.InvAck || kind === Kind.PutAck) return -1;
  return kind === Kind.DataO ? requester : from;
}

/**
 * Where the homes of pages are now, as far as one endpoint knows, and when they leave it: the page's home moves to the site
 * that writes it most.
 *
 * A former home knows where the home went, or something later, and passes on what still comes to it. Whatever a
 * directory has decided names the home of that moment ({@link homeNamedBy}), so an endpoint's next message goes straight, and
 * chains of former homes collapse. An owner always knows the home, which only its own write-back can move: so WB, and PutM
 * unless it comes too late to matter, go straight, and no page ever has to be passed on.
 *
 * Memory: nothing until the first move is heard of; then 1 or 2 bytes a page, and 4 more where a page moves in.
 */
export class MovingHomes implements DirectoryMoves {
  readonly self: number;
  readonly #pages: number;
  readonly #endpoints: number;
  /** Endpoints from here on never become homes. */
  readonly #sites: number;
  readonly #start: StartingHomes;
  readonly #tally: WriterTally;
  /** By page, where the home went; -1: it is where it began. */
  #home: Int8Array | Int16Array | undefined;
  /** By page, the slot of one that moved in from elsewhere, or -1. */
  #entered: Int32Array | undefined;
  #slots: number;

  /**
   * `endpoints` in all share the region; those below `sites` can become homes, after so many grants in a row as `moveAfter`
   * says (Infinity: homes stay).
   */
  constructor(options: {
    readonly self: number;
    readonly pages: number;
    readonly endpoints: number;
    readonly sites: number;
    readonly start: StartingHomes;
    readonly moveAfter: number;
  }) {
    this.self = options.self;
    this.#pages = options.pages;
    this.#endpoints = options.endpoints;
    this.#sites = options.sites;
    this.#start = options.start;
    this.#slots = options.start.slots;
    this.#tally = new WriterTally(options.moveAfter, options.endpoints);
  }

  /** The page's home as it is known here; -1 if it never was. */
  homeOf(page: number): number {
    const moved = this.#home === undefined ? -1 : this.#home[page];
    return moved >= 0 ? moved : this.#start.homeOf(page);
  }

  /** The page's slot in the directory here; -1 if its home never was here. */
  slotOf(page: number): number {
    const entered = this.#entered === undefined ? -1 : this.#entered[page];
    return entered >= 0 ? entered : this.#start.slotOf(page);
  }

  /** A message said that the home of a page is not where it was thought to be. */
  learn(page: number, home: number): void {
    const known = this.homeOf(page);
    if (home === known) return;
    if (known === this.self || home === this.self) {
      throw new ProtocolError(
        `page ${page}: the home is said to be at ${home}, but here at ${this.self} it is ${known}`,
      );
    }
    this.#point(page, home);
  }

  // DirectoryMoves

  granted(slot: number, to: number): void {
    this.#tally.granted(slot, to);
  }

  isDue(slot: number, owner: number): boolean {
    return owner !== this.self && owner < this.#sites && this.#tally.isDue(slot, owner, this.#slots);
  }

  leave(page: number, slot: number, to: number): number {
    this.#point(page, to);
    return this.#tally.movesAfter(slot);
  }

  enter(page: number, moves: number): number {
    let slot = this.slotOf(page);
    if (slot < 0) {
      this.#entered ??= new Int32Array(this.#pages).fill(-1);
      slot = this.#slots++;
      this.#entered[page] = slot;
    }
    this.#point(page, this.self);
    this.#tally.begin(slot, moves, this.#slots);
    return slot;
  }

  // For the model checker

  /** Append where each page's home is known to be. Slots and tallies are not captured: the checker replaces the latter. */
  capture(out: number[]): void {
    for (let page = 0; page < this.#pages; page++) out.push(this.homeOf(page) + 1);
  }

  restore(words: ArrayLike<number>, at: number): number {
    for (let page = 0; page < this.#pages; page++) this.#point(page, words[at + page] - 1);
    return at + this.#pages;
  }

  #point(page: number, home: number): void {
    this.#home ??= signedFor(this.#endpoints, this.#pages).fill(-1);
    this.#home[page] = home;
  }
}
