import { ProtocolError } from "../protocol-error.ts";
import { SharerSets } from "../sharer-sets.ts";
import { ReleaseKind, releaseKindName } from "./release-kind.ts";

/** What a home asks of the site around it. All are called synchronously, in the order that the methods say. */
export interface ReleaseHomeEffects {
  /** Send DataR (carries the page's present bytes), Notice or DiffAck. DiffAck may be for the home's own cache. */
  toSite(kind: ReleaseKind, to: number, page: number): void;
  /** The body of the Diff being received is written into the page. Throws ProtocolError if it is no diff. */
  apply(page: number): void;
}

/** A releaser that is to hear when everybody knows. */
interface Waiter {
  readonly releaser: number;
  /** Sites that were told, by this release or an earlier one, and have not said that they know. */
  readonly missing: number[];
}

/**
 * The home of pages of one region with release consistency, at one site: who must be told when a page was written.
 *
 * The bytes at the home are the master copy, which the home's own accesses use as it is. A site that was told may go on with
 * its copy, and asks again behind its next acquire; so one notice does for all the releases until then. But each of
 * them waits until that notice has arrived: the home collects the acks.
 */
export class ReleaseHome {
  /** Sites that have a copy, and were not told that it is stale. */
  readonly #sharers: SharerSets;
  /** Sites that were told and have not said that they know. Never sharers at the same time. */
  readonly #told: SharerSets;
  /** By slot, releasers in the order of their diffs. Sparse. */
  readonly #waiters = new Map<number, Waiter[]>();
  readonly #slots: number;
  readonly #slotOf: (page: number) => number;
  readonly #effects: ReleaseHomeEffects;

  /** `slotOf` maps a page homed here to 0..slots-1, and any other to -1. */
  constructor(slots: number, endpoints: number, slotOf: (page: number) => number, effects: ReleaseHomeEffects) {
    this.#sharers = new SharerSets(slots, endpoints);
    this.#told = new SharerSets(slots, endpoints);
    this.#slots = slots;
    this.#slotOf = slotOf;
    this.#effects = effects;
  }

  /** Take GetR, Diff or NoticeAck from another site. */
  receive(kind: ReleaseKind, page: number, from: number): void {
    const slot = this.#slotOf(page);
    if (slot < 0 || slot >= this.#slots) this.#refuse(kind, page, from, "the page is not homed here");
    switch (kind) {
      case ReleaseKind.GetR:
        if (this.#sharers.has(slot, from)) this.#refuse(kind, page, from, "it has a copy already");
        if (this.#told.has(slot, from)) this.#refuse(kind, page, from, "it has not answered a notice");
        this.#sharers.add(slot, from);
        return this.#effects.toSite(ReleaseKind.DataR, from, page);
      case ReleaseKind.Diff:
        // Applied before anybody hears of it: who drops a copy then gets what the diff says.
        this.#effects.apply(page);
        if (!this.notice(page, from)) this.#effects.toSite(ReleaseKind.DiffAck, from, page);
        return;
      case ReleaseKind.NoticeAck:
        if (!this.#told.has(slot, from)) this.#refuse(kind, page, from, "it was not told anything");
        this.#told.remove(slot, from);
        return this.#knows(page, slot, from);
      default:
        this.#refuse(kind, page, from, "is not for a home");
    }
  }

  /**
   * The page was written by `releaser`: everybody else who has a copy is told. False: everybody knows already. True: a
   * DiffAck to `releaser` will say when they do. Besides diffs, for what the home itself writes (ReleaseCacheEffects).
   */
  notice(page: number, releaser: number): boolean {
    const slot = this.#slotOf(page);
    this.#tellSharers(page, slot, releaser);
    const missing: number[] = [];
    for (let site = this.#told.nextFrom(slot, 0); site >= 0; site = this.#told.nextFrom(slot, site + 1)) {
      if (site !== releaser) missing.push(site);
    }
    if (missing.length === 0) return false;
    const waiter: Waiter = { releaser, missing };
    const waiters = this.#waiters.get(slot);
    if (waiters === undefined) this.#waiters.set(slot, [waiter]);
    else waiters.push(waiter);
    return true;
  }

  /** Does the site have a copy that it was not told is stale? */
  isSharer(page: number, site: number): boolean {
    return this.#sharers.has(this.#slotOf(page), site);
  }

  /** Was the site told, and has not said that it knows? */
  isTold(page: number, site: number): boolean {
    return this.#told.has(this.#slotOf(page), site);
  }

  /** Append everything that decides the future to `out`. For the model checker. */
  capture(out: number[]): void {
    for (let slot = 0; slot < this.#slots; slot++) {
      captureSet(this.#sharers, slot, out);
      captureSet(this.#told, slot, out);
      const waiters = this.#waiters.get(slot) ?? [];
      out.push(waiters.length);
      for (const { releaser, missing } of waiters) out.push(releaser, missing.length, ...missing);
    }
  }

  /** Become what capture() wrote from `words[at]` on; returns where the following words begin. */
  restore(words: ArrayLike<number>, at: number): number {
    this.#waiters.clear();
    let next = at;
    for (let slot = 0; slot < this.#slots; slot++) {
      next = restoreSet(this.#sharers, slot, words, next);
      next = restoreSet(this.#told, slot, words, next);
      const waiters: Waiter[] = [];
      for (let count = words[next++]; count > 0; count--) {
        const waiter: Waiter = { releaser: words[next++], missing: [] };
        for (let left = words[next++]; left > 0; left--) waiter.missing.push(words[next++]);
        waiters.push(waiter);
      }
      if (waiters.length > 0) this.#waiters.set(slot, waiters);
    }
    return next;
  }

  /** Equal strings = equal futures. */
  fingerprint(): string {
    const words: number[] = [];
    this.capture(words);
    return String.fromCharCode(...words);
  }

  #tellSharers(page: number, slot: number, releaser: number): void {
    const sharers = this.#sharers;
    for (let site = sharers.nextFrom(slot, 0); site >= 0; site = sharers.nextFrom(slot, site + 1)) {
      if (site === releaser) continue;
      sharers.remove(slot, site);
      this.#told.add(slot, site);
      this.#effects.toSite(ReleaseKind.Notice, site, page);
    }
  }

  /** Releasers that waited for this site alone hear that everybody knows. */
  #knows(page: number, slot: number, site: number): void {
    const waiters = this.#waiters.get(slot);
    if (waiters === undefined) return;
    let left = 0;
    for (const waiter of waiters) {
      const at = waiter.missing.indexOf(site);
      if (at >= 0) waiter.missing.splice(at, 1);
      if (waiter.missing.length > 0) waiters[left++] = waiter;
      else this.#effects.toSite(ReleaseKind.DiffAck, waiter.releaser, page);
    }
    waiters.length = left;
    if (left === 0) this.#waiters.delete(slot);
  }

  #refuse(kind: ReleaseKind, page: number, from: number, why: string): never {
    const name = releaseKindName(kind) ?? `message kind ${kind}`;
    throw new ProtocolError(`${name} for page ${page} from ${from}: ${why}`);
  }
}

function captureSet(sets: SharerSets, slot: number, out: number[]): void {
  const at = out.push(0) - 1;
  for (let site = sets.nextFrom(slot, 0); site >= 0; site = sets.nextFrom(slot, site + 1)) out.push(site);
  out[at] = out.length - at - 1;
}

function restoreSet(sets: SharerSets, slot: number, words: ArrayLike<number>, at: number): number {
  sets.clear(slot);
  let next = at + 1;
  for (let count = words[at]; count > 0; count--) sets.add(slot, words[next++]);
  return next;
}
