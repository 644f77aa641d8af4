import {
  type CacheEffects,
  carriesPage,
  Directory,
  type DirectoryEffects,
  DirState,
  homeNamedBy,
  isForDirectory,
  Kind,
  type MessageClass,
  type Mode,
  MovingHomes,
  messageClass,
  PageCache,
  State,
} from "@isles/coherence";
import type { RegionDescriptor } from "./descriptor.ts";
import { startingHomes } from "./homes.ts";
import { type PageResidence, Region, type RegionHost } from "./region.ts";

/**
 * A region with sequential consistency: MSI, by a cache controller and, for the pages homed here, a directory.
 * The home copy of a page and the home's own cached copy are the same bytes: the protocol never needs both at once
 * (model-checked with shared storage).
 */
export class SequentialRegion extends Region implements CacheEffects {
  readonly cache: PageCache;
  readonly directory: Directory;
  /** Where the pages' homes are now, as far as this endpoint knows. */
  readonly homes: MovingHomes;
  /** Requester of the DataO just sent to a page's home: the write-back that follows need not carry the bytes again. */
  #homeHasBody = -1;

  /** Throws LimitError if the memory cannot be had. */
  constructor(descriptor: RegionDescriptor, host: RegionHost) {
    super(descriptor, host);
    const start = startingHomes(this.startHomes, host.self);
    this.homes = new MovingHomes({
      self: host.self,
      pages: this.pages,
      endpoints: host.sites + 1,
      sites: host.sites,
      start,
      moveAfter: descriptor.homeMoveAfter,
    });
    this.cache = new PageCache(this.pages, this, host.sites + 1);
    this.directory = new Directory(
      start.slots,
      host.sites + 1,
      (page) => this.homes.slotOf(page),
      this.#directoryEffects(),
      undefined,
      descriptor.homeMigration ? this.homes : undefined,
    );
  }

  /** What is for the directory is of the requester: a former home of the page may have passed it on. */
  receive(kind: Kind, page: number, from: number, requester: number, acks: number): void {
    if (isForDirectory(kind)) {
      if (kind === Kind.HomeMove) this.stats.homeMoves++;
      this.directory.receive(kind, page, requester, acks);
      return;
    }
    const home = homeNamedBy(kind, from, requester);
    if (home >= 0) this.homes.learn(page, home);
    if (kind === Kind.DataO) this.stats.forwardedMisses++;
    this.cache.receive(kind, page, from, requester, acks);
    this.retry(page);
  }

  homeOf(page: number): number {
    return this.homes.homeOf(page);
  }

  homeFound(kind: Kind, page: number, home: number): void {
    this.host.record(home, this, kind, page, this.host.self, 0, false);
  }

  messageClassOf(kind: Kind): MessageClass {
    return messageClass(kind);
  }

  carriesPage(kind: Kind): boolean {
    return carriesPage(kind);
  }

  bodyBytes(): number {
    return this.pageSize;
  }

  stable(page: number): boolean {
    const state = this.cache.state[page]!;
    return state === State.I || state === State.S || state === State.M;
  }

  isOutdated(page: number): boolean {
    return this.cache.state[page] === State.IS_D_I;
  }

  residenceOf(page: number): PageResidence {
    const state = this.cache.state[page]!;
    if (state === State.M) return "owned";
    if (state >= State.S) return "cached";
    if (this.homes.homeOf(page) !== this.host.self) return "elsewhere";
    const entry = this.directory.stateOf(page);
    return entry === DirState.U || entry === DirState.S ? "home" : "elsewhere";
  }

  // CacheEffects

  toHome(kind: Kind, page: number): void {
    if (kind === Kind.GetS) this.stats.readMisses++;
    else if (kind === Kind.GetM) this.stats.writeMisses++;
    else if (kind === Kind.Upg) this.stats.upgrades++;
    const home = this.homes.homeOf(page);
    if (home < 0) return this.host.locate(this, page, kind);
    const already = this.#homeHasBody === page;
    this.#homeHasBody = -1;
    const withBody = kind === Kind.PutM || (kind === Kind.WB && !already);
    this.host.record(home, this, kind, page, this.host.self, 0, withBody);
  }

  toSite(kind: Kind, to: number, page: number): void {
    if (kind === Kind.InvAck) this.stats.invalidations++;
    else this.#homeHasBody = to === this.homes.homeOf(page) ? page : -1;
    // DataO says in place of the requester, who gets it, where the page's home is.
    const requester = kind === Kind.DataO ? this.homes.homeOf(page) : to;
    this.host.record(to, this, kind, page, requester, 0, kind === Kind.DataO);
  }

  fill(page: number): void {
    this.host.body(this, page);
  }

  ready(page: number): void {
    this.serveReady(page);
  }

  readOnce(page: number): void {
    this.serveOnce(page);
  }

  held(page: number, right: Mode): boolean {
    return this.host.held(this.id, page, right);
  }

  lost(): void {
    this.closeWindows();
  }

  #directoryEffects(): DirectoryEffects {
    return {
      toSite: (kind, to, page, requester, acks) =>
        this.host.record(to, this, kind, page, requester, acks, kind === Kind.Data),
      store: (page) => this.host.body(this, page),
      passOn: (kind, page, requester) =>
        this.host.record(this.homes.homeOf(page), this, kind, page, requester, 0, false),
    };
  }
}
