import { assert } from "@isles/base";
import {
  isForReleaseHome,
  isReleaseStable,
  type Kind,
  type MessageClass,
  type Mode,
  ReleaseCache,
  type ReleaseCacheEffects,
  ReleaseHome,
  type ReleaseHomeEffects,
  ReleaseKind,
  ReleaseState,
  releaseBodyOf,
  releaseKindOf,
  releaseMessageClass,
  Twins,
  wireKindOf,
} from "@isles/coherence";
import type { RegionDescriptor } from "./descriptor.ts";
import { startingHomes } from "./homes.ts";
import { type PageResidence, Region, type RegionCache, type RegionHost } from "./region.ts";

/** Bytes of a diff's unit of length: a record says how many there are where others say how many acks to wait for. */
const DIFF_UNIT = 4;

/** Under release consistency nothing ever waits for a pin: answers are about what is known, not about who may access. */
class Cache extends ReleaseCache implements RegionCache {
  readonly hasDeferred = false;
  settle(): void {}
  settleAll(): void {}
}

/**
 * A region with release consistency: any number of writers, twins and diffs, each page with its master copy at a fixed home.
 * What is written here is known elsewhere after a release here and an acquire there (see Fences).
 */
export class ReleaseRegion extends Region implements ReleaseCacheEffects {
  readonly cache: Cache;
  readonly #home: ReleaseHome;
  readonly #twins: Twins;
  /** Length in bytes of the diff being received. */
  #diffLength = 0;
  /** Told when everybody may know what was released here, and when pages that were fetched anew may all be here. */
  onSettled: () => void = () => undefined;

  /** Throws LimitError if the memory cannot be had. */
  constructor(descriptor: RegionDescriptor, host: RegionHost) {
    super(descriptor, host);
    const start = startingHomes(this.startHomes, host.self);
    const isHome = (page: number) => this.startHomes.homeOf(page) === host.self;
    this.cache = new Cache(this.pages, isHome, this);
    this.#home = new ReleaseHome(start.slots, host.sites + 1, (page) => start.slotOf(page), this.#homeEffects());
    this.#twins = new Twins(this.bytes, this.pageSize, this.view.BYTES_PER_ELEMENT);
  }

  receive(wireKind: Kind, page: number, from: number, _requester: number, acks: number): void {
    const kind = releaseKindOf(wireKind);
    if (isForReleaseHome(kind)) {
      this.#diffLength = acks * DIFF_UNIT;
      this.#home.receive(kind, page, from);
      return;
    }
    this.cache.receive(kind, page, from);
    if (kind === ReleaseKind.Notice) this.stats.invalidations++;
    if (kind === ReleaseKind.DataR) this.retry(page);
    this.onSettled();
  }

  /** Tells whoever has a copy that a page homed here was changed in place. True: nobody has to be waited for. */
  changedAtHome(page: number): boolean {
    return this.cache.atomicWrite(page);
  }

  homeOf(page: number): number {
    return this.startHomes.homeOf(page);
  }

  homeFound(kind: Kind, page: number, home: number): void {
    if (home === this.host.self) this.cache.homeIsHere(page);
    else this.host.record(home, this, kind, page, this.host.self, 0, false);
  }

  messageClassOf(kind: Kind): MessageClass {
    return releaseMessageClass(releaseKindOf(kind));
  }

  carriesPage(kind: Kind): boolean {
    return releaseBodyOf(releaseKindOf(kind)) === "page";
  }

  bodyBytes(kind: Kind, acks: number): number {
    return releaseBodyBytes(kind, acks, this.pageSize);
  }

  stable(page: number): boolean {
    return isReleaseStable(this.cache.state[page]!);
  }

  isOutdated(): boolean {
    return false;
  }

  residenceOf(page: number): PageResidence {
    const state = this.cache.state[page]!;
    if (state === ReleaseState.H || state === ReleaseState.HD) return "owned";
    return state >= ReleaseState.C ? "cached" : "elsewhere";
  }

  // ReleaseCacheEffects

  toHome(kind: ReleaseKind, page: number): void {
    const wire = wireKindOf(kind) as Kind;
    const home = this.homeOf(page);
    if (kind === ReleaseKind.GetR) this.stats.readMisses++;
    if (kind !== ReleaseKind.Diff) {
      if (home < 0) this.host.locate(this, page, wire);
      else this.host.record(home, this, wire, page, this.host.self, 0, false);
      return;
    }
    const { diffBytes, diffLength } = this.#twins;
    this.host.recordWith(home, this, wire, page, this.host.self, diffLength / DIFF_UNIT, diffBytes, diffLength);
  }

  noticeSharers(page: number): boolean {
    return this.#home.notice(page, this.host.self);
  }

  makeTwin(page: number): void {
    this.#twins.make(page);
  }

  dropTwin(page: number): void {
    this.#twins.drop(page);
  }

  diff(page: number): boolean {
    return this.#twins.diff(page);
  }

  fill(page: number): void {
    this.host.body(this, page);
  }

  merge(page: number): void {
    this.host.bodyInto(this.#twins.incoming, this.pageSize, this.view.BYTES_PER_ELEMENT);
    this.#twins.merge(page);
  }

  ready(page: number): void {
    this.serveReady(page);
  }

  held(page: number, right: Mode): boolean {
    return this.host.held(this.id, page, right);
  }

  lost(): void {
    this.closeWindows();
  }

  #homeEffects(): ReleaseHomeEffects {
    return {
      toSite: (kind, to, page) =>
        this.host.record(to, this, wireKindOf(kind) as Kind, page, to, 0, kind === ReleaseKind.DataR),
      apply: (page) => {
        assert(this.#diffLength <= this.#twins.incoming.length, `a diff of ${this.#diffLength} bytes`);
        this.host.bodyInto(this.#twins.incoming, this.#diffLength, undefined);
        this.#twins.apply(page, this.#diffLength);
      },
    };
  }
}

/** Bytes of the body of a record of some region with release consistency. */
export function releaseBodyBytes(kind: Kind, acks: number, pageSize: number): number {
  return releaseBodyOf(releaseKindOf(kind)) === "diff" ? acks * DIFF_UNIT : pageSize;
}
