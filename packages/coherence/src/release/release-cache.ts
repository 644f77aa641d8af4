import { Mode } from "../acquisition.ts";
import { ProtocolError } from "../protocol-error.ts";
import { NO_ROW, type TransitionTable } from "../transition-table.ts";
import { ReleaseKind, releaseKindName } from "./release-kind.ts";
import { isReleaseDirty, ReleaseState, releaseStateName } from "./release-state.ts";
import { ReleaseAction, ReleaseEvent, releaseEventNames, releaseTable } from "./release-table.ts";

/** What a cache asks of the site around it. All are called synchronously, in the table's written order. */
export interface ReleaseCacheEffects {
  /** Send to the page's home: GetR, NoticeAck, or Diff with what the last diff() has found as its body. */
  toHome(kind: ReleaseKind, page: number): void;
  /** This site is the page's home: ReleaseHome.notice(page, self). True: a DiffAck will say when everybody knows. */
  noticeSharers(page: number): boolean;
  /** The twin becomes a copy of the page, whether there was one or not. */
  makeTwin(page: number): void;
  dropTwin(page: number): void;
  /** Compare the page with its twin; false if nothing differs. True: toHome(Diff, page) follows at once. */
  diff(page: number): boolean;
  /** The body of the message being received becomes the page's bytes. */
  fill(page: number): void;
  /** It becomes the page's bytes and its twin's, but for what differs between page and twin now: that stays in the page. */
  merge(page: number): void;
  /** The page can be read now (or written, if store() says so): what waits for it may run. */
  ready(page: number): void;
  /** Is the page held by a span at this moment: by one that writes (Write), by any (Read)? Asked at releases and acquires. */
  held(page: number, right: Mode): boolean;
  /** A page lost a right it had: accessors' fast windows must close. */
  lost(page: number): void;
}

/** `from` of what did not come in a message. */
const LOCAL = -1;

/**
 * The cache of one region with release consistency at one site: home-based, lazy in dropping copies, any number of writers.
 *
 * Accesses are as those of PageCache: load() and store() say whether the page is there, else try again after its next
 * message. Around synchronisation:
 * ```ts
 * cache.release();                             // before an unlock, the arrival at a barrier, an atomic store …
 * while (!cache.isReleased) pumpOne();         // everybody who has a copy knows that it is stale
 * unlockArriveOrStore();
 * lockLeaveOrLoad();
 * cache.acquire();                             // after a lock, a barrier, an atomic load …
 * while (!cache.isAcquired) pumpOne();         // pinned pages are fetched anew
 * ```
 * Both waits are for answers that come at once, from sites that need nothing for them: they cannot deadlock. Releases and
 * acquires of other code at the site may run in between; a release then also waits for what they sent.
 */
export class ReleaseCache {
  /** One byte per page: a ReleaseState. */
  readonly state: Uint8Array;
  /** How many times any page lost a right. Lets Pins skip a scan when nothing was lost. */
  losses = 0;
  /** DiffAcks owed to this site, and diffs that must wait until they can be sent. */
  #owed = 0;
  /** Pages being fetched anew. */
  #refreshing = 0;
  /** Pages that a release must look at, each once; a page that is clean by then is passed over. */
  readonly #dirty: number[] = [];
  readonly #isListed: Uint8Array;
  /** Pages in CS and DS, each once. */
  readonly #stale: number[] = [];
  readonly #effects: ReleaseCacheEffects;
  readonly #table: TransitionTable;

  /**
   * `isHome` says of which pages this site is the home. `table` is for the model checker's mutants; sites use the one table
   * there is.
   */
  constructor(
    pages: number,
    isHome: (page: number) => boolean,
    effects: ReleaseCacheEffects,
    table: TransitionTable = releaseTable,
  ) {
    this.state = new Uint8Array(pages);
    for (let page = 0; page < pages; page++) if (isHome(page)) this.state[page] = ReleaseState.H;
    this.#isListed = new Uint8Array(pages);
    this.#effects = effects;
    this.#table = table;
  }

  /** True: readable now. False: a copy is under way; try again after the page's next message. */
  load(page: number): boolean {
    if (this.state[page] >= ReleaseState.C) return true;
    this.#step(page, ReleaseEvent.Load, LOCAL);
    return false;
  }

  /** True: writable now, and known to be written. False: as for load. */
  store(page: number): boolean {
    if (this.state[page] >= ReleaseState.D) return true;
    this.#step(page, ReleaseEvent.Store, LOCAL);
    return this.state[page] >= ReleaseState.D;
  }

  /** Everything written so far is on its way to those who have copies. True: they all know already. */
  release(): boolean {
    const dirty = this.#dirty;
    const count = dirty.length;
    let kept = 0;
    for (let at = 0; at < count; at++) {
      const page = dirty[at];
      if (isReleaseDirty(this.state[page])) {
        const held = this.#effects.held(page, Mode.Write);
        this.#step(page, held ? ReleaseEvent.ReleaseHeld : ReleaseEvent.Release, LOCAL);
      }
      if (isReleaseDirty(this.state[page])) dirty[kept++] = page;
      else this.#isListed[page] = 0;
    }
    dirty.length = kept;
    return this.isReleased;
  }

  /** Nobody who has a copy of what this site has released is without notice. */
  get isReleased(): boolean {
    return this.#owed === 0;
  }

  /** What was released before is seen from now on: stale copies go. True: at once. */
  acquire(): boolean {
    const stale = this.#stale;
    for (let at = 0; at < stale.length; at++) {
      const page = stale[at];
      const held = this.#effects.held(page, Mode.Read);
      this.#step(page, held ? ReleaseEvent.AcquireHeld : ReleaseEvent.Acquire, LOCAL);
    }
    stale.length = 0;
    return this.isAcquired;
  }

  /** No pinned page is stale any more. */
  get isAcquired(): boolean {
    return this.#refreshing === 0;
  }

  /** Must a release do anything, or wait? */
  get hasDirty(): boolean {
    return this.#dirty.length > 0 || !this.isReleased;
  }

  /**
   * An atomic operation, of this site or another, has changed a page whose home is here: those who have copies are told. No
   * answer about the page may be given before {@link isReleased}, so that whoever has seen the new value can rely on it that
   * everybody else will, too. (Its site releases before the operation and acquires after it, as around a lock.)
   */
  atomicWrite(page: number): boolean {
    this.#noticeSharers(page);
    return this.isReleased;
  }

  /** The home of a page that load() or store() asked for is this site. */
  homeIsHere(page: number): void {
    this.#step(page, ReleaseEvent.HomeHere, LOCAL);
  }

  /** Take a message from the page's home: DataR, Notice or DiffAck. */
  receive(kind: ReleaseKind, page: number, from: number): void {
    switch (kind) {
      case ReleaseKind.DataR: {
        const held = this.state[page] === ReleaseState.DD_DR && this.#effects.held(page, Mode.Write);
        return this.#step(page, held ? ReleaseEvent.DataHeld : ReleaseEvent.Data, from);
      }
      case ReleaseKind.Notice:
        return this.#step(page, ReleaseEvent.Notice, from);
      case ReleaseKind.DiffAck:
        if (this.#owed === 0) {
          throw new ProtocolError(`DiffAck for page ${page} from ${from}: nothing is without one`);
        }
        this.#owed--;
        return;
      default:
        throw new ProtocolError(
          `${releaseKindName(kind) ?? `message kind ${kind}`} for page ${page} from ${from}: is not for a cache`,
        );
    }
  }

  /** How many DiffAcks releases still wait for. */
  get owed(): number {
    return this.#owed;
  }

  /** Append everything that decides the future to `out`. For the model checker. */
  capture(out: number[]): void {
    for (let page = 0; page < this.state.length; page++) out.push(this.state[page] * 2 + this.#isListed[page]);
    out.push(this.#owed, this.#refreshing);
    out.push(this.#dirty.length, ...this.#dirty, this.#stale.length, ...this.#stale);
  }

  /** Become what capture() wrote from `words[at]` on; returns where the following words begin. */
  restore(words: ArrayLike<number>, at: number): number {
    let next = at;
    for (let page = 0; page < this.state.length; page++) {
      this.state[page] = words[next] >> 1;
      this.#isListed[page] = words[next++] & 1;
    }
    this.#owed = words[next++];
    this.#refreshing = words[next++];
    for (const list of [this.#dirty, this.#stale]) {
      list.length = 0;
      for (let count = words[next++]; count > 0; count--) list.push(words[next++]);
    }
    return next;
  }

  /** Equal strings = equal futures. */
  fingerprint(): string {
    const words: number[] = [];
    this.capture(words);
    return String.fromCharCode(...words);
  }

  #noticeSharers(page: number): void {
    if (this.#effects.noticeSharers(page)) this.#owed++;
  }

  /** The state changes first and the actions follow, so an effect that calls back in finds the page as it will be. */
  #step(page: number, event: ReleaseEvent, from: number): void {
    const table = this.#table;
    const pair = this.state[page] * table.events + event;
    const next = table.next[pair];
    if (next === undefined || next === NO_ROW) this.#refuse(page, event, from);
    this.state[page] = next;
    const end = table.first[pair + 1];
    for (let at = table.first[pair]; at < end; at++) {
      this.#perform(table.actions[at] as ReleaseAction, page);
    }
  }

  #perform(action: ReleaseAction, page: number): void {
    const effects = this.#effects;
    switch (action) {
      case ReleaseAction.sendGetR:
        return effects.toHome(ReleaseKind.GetR, page);
      case ReleaseAction.sendDiff:
        if (!effects.diff(page)) return;
        this.#owed++;
        return effects.toHome(ReleaseKind.Diff, page);
      case ReleaseAction.sendNoticeAck:
        return effects.toHome(ReleaseKind.NoticeAck, page);
      case ReleaseAction.noticeSharers:
        return this.#noticeSharers(page);
      case ReleaseAction.fill:
        return effects.fill(page);
      case ReleaseAction.merge:
        return effects.merge(page);
      case ReleaseAction.makeTwin:
        return effects.makeTwin(page);
      case ReleaseAction.dropTwin:
        return effects.dropTwin(page);
      case ReleaseAction.listDirty:
        if (this.#isListed[page] === 1) return;
        this.#isListed[page] = 1;
        this.#dirty.push(page);
        return;
      case ReleaseAction.listStale:
        this.#stale.push(page);
        return;
      case ReleaseAction.ready:
        return effects.ready(page);
      case ReleaseAction.lost:
        this.losses++;
        return effects.lost(page);
      case ReleaseAction.awaitRefresh:
        this.#refreshing++;
        return;
      case ReleaseAction.refreshed:
        this.#refreshing--;
        return;
      case ReleaseAction.awaitDiff:
        this.#owed++;
        return;
      case ReleaseAction.diffGone:
        this.#owed--;
        return;
      default:
        return action satisfies never;
    }
  }

  #refuse(page: number, event: ReleaseEvent, from: number): never {
    const state = this.state[page];
    const where = state === undefined ? "outside the region" : `in ${releaseStateName(state)}`;
    throw new ProtocolError(`${releaseEventNames[event]} for page ${page} from ${from}: not expected ${where}`);
  }
}
