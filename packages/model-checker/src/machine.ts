import {
  carriesPage,
  Directory,
  DirState,
  homeNamedBy,
  isForDirectory,
  Kind,
  type Mode,
  MovingHomes,
  PageCache,
  State,
} from "@isles/coherence";
import type { TransitionTable } from "@isles/coherence/internal";
import { Channels, type Message } from "./channels.ts";
import { Freshness } from "./freshness.ts";
import { Violation } from "./violation.ts";

/**
 * Where page p is homed: on one endpoint of its own, or at site `p % sites`, whose bytes are the home copy as well; "moving":
 * it begins there, and may move to its owner whenever that writes it back.
 */
export type Homes = "separate" | "co-located" | "moving";

export interface MachineOptions {
  readonly sites: number;
  readonly pages: number;
  readonly homes: Homes;
}

/** What a seeded fault changes below the sites' programs. */
export interface MachineMutation {
  readonly cacheTable?: TransitionTable;
  readonly directoryTable?: TransitionTable;
  /** Any message of a channel may come next. */
  readonly losesOrder?: boolean;
  /** Null: the message is lost. */
  readonly onSend?: (message: Message, from: number, to: number) => Message | null;
  /** Called instead of Directory.receive; `receive` is the shipped one. */
  readonly onDirectory?: (kind: Kind, page: number, from: number, receive: Directory, machine: Machine) => void;
  /** Whom a message for a cache names as the home; -1: nobody. */
  readonly homeNamedBy?: (kind: Kind, from: number, requester: number) => number;
  readonly makeMovingHomes?: (options: MovingHomesOptions) => MovingHomes;
}

export type MovingHomesOptions = ConstructorParameters<typeof MovingHomes>[0];

/** What the programs on the sites answer to a cache. */
export interface SitePrograms {
  held(site: number, page: number, right: Mode): boolean;
  ready(site: number, page: number): void;
  readOnce(site: number, page: number): void;
}

/**
 * The shipped controllers of all sites, wired by FIFO channels, over memory reduced to freshness.
 *
 * One object is every state: restore() puts it into a captured one.
 */
export class Machine {
  readonly options: MachineOptions;
  readonly channels: Channels;
  readonly caches: readonly PageCache[];
  readonly directories: readonly (Directory | null)[];
  /** Endpoint where the home is at first, by page. */
  readonly firstHome: readonly number[];
  /** What each endpoint knows of the homes, where they move. */
  readonly moving: readonly MovingHomes[];
  /** The write-back that is delivered now takes the home along. When that is due is the tally's business: here, whenever. */
  movesHome = false;
  /** Freshness of each endpoint's bytes, by `endpoint * pages + page`. A home's bytes are its copy as cache, too. */
  readonly memory: Uint8Array;
  readonly #mutation: MachineMutation;
  /** Body of the message being delivered. */
  #body: Freshness = Freshness.Stale;

  constructor(options: MachineOptions, programs: SitePrograms, mutation: MachineMutation = {}) {
    this.options = options;
    this.#mutation = mutation;
    const { sites, pages, homes } = options;
    const endpoints = homes === "separate" ? sites + 1 : sites;
    this.firstHome = Array.from({ length: pages }, (_, page) => (homes === "separate" ? sites : page % sites));
    this.channels = new Channels(endpoints);
    this.memory = new Uint8Array(endpoints * pages);
    for (let page = 0; page < pages; page++) this.memory[this.firstHome[page] * pages + page] = Freshness.Latest;
    this.moving = homes === "moving" ? Array.from({ length: sites }, (_, site) => this.#makeMovingHomes(site)) : [];
    this.caches = Array.from({ length: sites }, (_, site) => this.#makeCache(site, programs));
    this.directories = Array.from({ length: endpoints }, (_, endpoint) =>
      this.firstHome.includes(endpoint) || homes === "moving" ? this.#makeDirectory(endpoint) : null,
    );
  }

  /** Where the page's home is; while it is on its way, where it goes. */
  homeOf(page: number): number {
    if (this.moving.length === 0) return this.firstHome[page];
    const home = this.moving.findIndex((homes) => homes.homeOf(page) === homes.self);
    return home >= 0 ? home : this.channels.receiverOf(Kind.HomeMove, page);
  }

  directoryOf(page: number): Directory {
    return this.directories[this.homeOf(page)] as Directory;
  }

  stateAt(site: number, page: number): number {
    return this.caches[site].state[page];
  }

  /** A store to the page takes effect at the site: its value is the latest, every other copy is not. */
  completeStore(site: number, page: number): void {
    this.#requireSoleReader(site, page);
    const { pages } = this.options;
    for (let at = page; at < this.memory.length; at += pages) this.memory[at] = Freshness.Stale;
    this.channels.overtake(page);
    this.memory[site * pages + page] = Freshness.Latest;
  }

  /** A load that reads what came for it alone: the value must have been the latest while the load was waiting. */
  completeReadOnce(page: number): void {
    if (this.#body < Freshness.Overtaken) throw new Violation("value", `a load got a stale value of page ${page}`);
  }

  /** Is this message a write-back that can take the home along? */
  mayMoveHome(channel: number, place: number): boolean {
    return this.moving.length > 0 && this.channels.peek(channel, place).kind === Kind.WB;
  }

  /** Deliver one message of a channel; returns the endpoint that took it. */
  deliver(channel: number, place: number): number {
    const { endpoints } = this.channels;
    const from = Math.floor(channel / endpoints);
    const to = channel % endpoints;
    const { kind, page, requester, acks, body } = this.channels.take(channel, place);
    this.#body = body;
    const directory = this.directories[to];
    if (!isForDirectory(kind)) {
      this.#learn(kind, page, from, to, requester);
      this.caches[to].receive(kind, page, from, requester, acks);
    } else if (this.#mutation.onDirectory !== undefined && directory !== null) {
      this.#mutation.onDirectory(kind, page, requester, directory, this);
    } else {
      this.#checkAuthority(kind, page, to);
      directory?.receive(kind, page, requester, acks);
    }
    return to;
  }

  #learn(kind: Kind, page: number, from: number, to: number, requester: number): void {
    if (this.moving.length === 0) return;
    const home = (this.#mutation.homeNamedBy ?? homeNamedBy)(kind, from, requester);
    if (home >= 0) this.moving[to].learn(page, home);
  }

  /** A directory that never was the page's home must not act as if it were. */
  #checkAuthority(kind: Kind, page: number, to: number): void {
    if (this.moving.length === 0 || kind === Kind.HomeMove) return;
    if (this.moving[to].homeOf(page) === to || this.directories[to]?.stateOf(page) === DirState.Moved) return;
    throw new Violation("authority", `site ${to}, which never was the home of page ${page}, is asked as its home`);
  }

  /** May a message that is not the oldest come next? */
  get losesOrder(): boolean {
    return this.#mutation.losesOrder === true;
  }

  /** Nothing under way and no page on its way from one state to another. */
  get isQuiescent(): boolean {
    if (!this.channels.isEmpty) return false;
    return this.caches.every((cache) => cache.state.every(isStable));
  }

  /** The invariants of every state. */
  check(): void {
    for (let page = 0; page < this.options.pages; page++) {
      if (this.moving.length > 0) this.#checkHomes(page);
      this.#checkPage(page);
      if (this.channels.isEmpty) this.#checkDirectoryExact(page);
    }
  }

  capture(out: number[]): void {
    for (const cache of this.caches) cache.capture(out);
    for (const directory of this.directories) directory?.capture(out);
    for (const homes of this.moving) homes.capture(out);
    this.channels.capture(out);
    for (let at = 0; at < this.memory.length; at++) out.push(this.#isBytesOfUse(at) ? this.memory[at] : 0);
  }

  restore(words: ArrayLike<number>, at: number): number {
    let next = at;
    for (const cache of this.caches) next = cache.restore(words, next);
    for (const directory of this.directories) if (directory !== null) next = directory.restore(words, next);
    for (const homes of this.moving) next = homes.restore(words, next);
    next = this.channels.restore(words, next);
    for (let i = 0; i < this.memory.length; i++) this.memory[i] = words[next++];
    return next;
  }

  /** Bytes that will be filled before anybody reads them are one state, whatever they hold. */
  #isBytesOfUse(at: number): boolean {
    const { pages, sites } = this.options;
    const endpoint = Math.floor(at / pages);
    if (endpoint === sites || this.homeOf(at % pages) === endpoint) return true;
    const state = this.stateAt(endpoint, at % pages);
    return state >= State.S || (state >= State.IM_A && state <= State.MI_A);
  }

  #makeCache(site: number, programs: SitePrograms): PageCache {
    const { pages } = this.options;
    const homeOf = (page: number): number => this.#homeKnownAt(site, page);
    // Who asks is named, since a former home passes messages on; and DataO names the home.
    const send = (kind: Kind, to: number, page: number): void =>
      this.#send(kind, site, to, page, kind === Kind.DataO ? homeOf(page) : site, 0, site);
    return new PageCache(
      pages,
      {
        toHome: (kind, page) => send(kind, homeOf(page), page),
        toSite: send,
        fill: (page) => this.#write(site, page),
        ready: (page) => programs.ready(site, page),
        readOnce: (page) => programs.readOnce(site, page),
        held: (page, right) => programs.held(site, page, right),
        lost: () => {},
      },
      this.channels.endpoints,
      this.#mutation.cacheTable,
    );
  }

  #makeDirectory(endpoint: number): Directory {
    const { pages } = this.options;
    return new Directory(
      pages,
      this.channels.endpoints,
      (page) => (this.firstHome[page] === endpoint || this.moving.length > 0 ? page : -1),
      {
        toSite: (kind, to, page, requester, acks) => this.#send(kind, endpoint, to, page, requester, acks, endpoint),
        store: (page) => this.#write(endpoint, page),
        passOn: (kind, page, requester) =>
          this.#send(kind, endpoint, this.#homeKnownAt(endpoint, page), page, requester, 0, endpoint),
      },
      this.#mutation.directoryTable,
      this.moving[endpoint],
    );
  }

  #makeMovingHomes(self: number): MovingHomes {
    const { sites, pages } = this.options;
    const start = { homeOf: (page: number) => this.firstHome[page], slotOf: (page: number) => page, slots: pages };
    const options = { self, pages, endpoints: sites, sites, start, moveAfter: Infinity };
    const homes = this.#mutation.makeMovingHomes?.(options) ?? new MovingHomes(options);
    homes.isDue = (_slot, owner) => owner !== self && this.movesHome;
    return homes;
  }

  #homeKnownAt(endpoint: number, page: number): number {
    return this.moving.length === 0 ? this.firstHome[page] : this.moving[endpoint].homeOf(page);
  }

  #send(kind: Kind, from: number, to: number, page: number, requester: number, acks: number, bytesAt: number): void {
    let body: Freshness = Freshness.Stale;
    if (carriesPage(kind)) {
      body = from === to ? Freshness.ByReference : (this.memory[bytesAt * this.options.pages + page] as Freshness);
    }
    const message: Message = { kind, page, requester, acks, body };
    const sent = this.#mutation.onSend === undefined ? message : this.#mutation.onSend(message, from, to);
    if (sent !== null) this.channels.send(from, to, sent);
  }

  #write(endpoint: number, page: number): void {
    if (this.#body === Freshness.ByReference) return;
    this.memory[endpoint * this.options.pages + page] =
      this.#body === Freshness.Latest ? Freshness.Latest : Freshness.Stale;
  }

  #homeCopy(page: number): number {
    return this.homeOf(page) * this.options.pages + page;
  }

  #requireSoleReader(site: number, page: number): void {
    if (this.stateAt(site, page) !== State.M)
      throw new Violation("SWMR", `site ${site} stores to page ${page} without M`);
    for (let other = 0; other < this.options.sites; other++) {
      if (other !== site && this.stateAt(other, page) >= State.S) {
        throw new Violation("SWMR", `site ${site} stores to page ${page} while site ${other} can read it`);
      }
    }
  }

  #checkPage(page: number): void {
    let readers = 0;
    let writers = 0;
    for (let site = 0; site < this.options.sites; site++) {
      const state = this.stateAt(site, page);
      if (state < State.S) continue;
      readers++;
      if (state === State.M) writers++;
      if (this.memory[site * this.options.pages + page] !== Freshness.Latest) {
        throw new Violation("value", `site ${site} can read a stale copy of page ${page}`);
      }
    }
    if (writers > 0 && readers > 1) throw new Violation("SWMR", `page ${page} has a writer and another reader`);
    const directory = this.directoryOf(page).stateOf(page);
    // A home on its way is in S: the bytes are those of the site that it goes to.
    const ownsBytes = directory === DirState.U || directory === DirState.S || directory === DirState.Moved;
    if (ownsBytes && this.memory[this.#homeCopy(page)] !== Freshness.Latest) {
      throw new Violation("value", `the home of page ${page} would hand out a stale copy`);
    }
  }

  /** A page has one home, which may be on its way; with nothing under way, whoever asks a former one is passed on to it. */
  #checkHomes(page: number): void {
    const claims = this.moving.filter((homes) => homes.homeOf(page) === homes.self).length;
    const underWay = this.channels.countOf(Kind.HomeMove, page);
    if (claims + underWay !== 1) {
      throw new Violation("authority", `page ${page} has ${claims} homes, and ${underWay} are on their way`);
    }
    if (!this.channels.isEmpty) return;
    for (const homes of this.moving) {
      let at = homes.self;
      for (let hops = 0; this.moving[at].homeOf(page) !== at; hops++) {
        if (hops === this.options.sites)
          throw new Violation("authority", `site ${homes.self} finds no home of page ${page}`);
        at = this.moving[at].homeOf(page);
      }
    }
  }

  /** With nothing under way the directory knows exactly who has the page, but for pages whose message is deferred. */
  #checkDirectoryExact(page: number): void {
    if (this.caches.some((cache) => !isStable(cache.state[page]) || cache.hasDeferred)) return;
    const directory = this.directoryOf(page);
    const state = directory.stateOf(page);
    if (state === DirState.S_D) throw new Violation("stuck", `the directory waits for a write-back of page ${page}`);
    for (let site = 0; site < this.options.sites; site++) {
      const expected =
        state === DirState.M && directory.ownerOf(page) === site
          ? State.M
          : state === DirState.S && directory.isSharer(page, site)
            ? State.S
            : State.I;
      if (this.stateAt(site, page) !== expected) {
        throw new Violation("directory", `the directory is wrong about site ${site} and page ${page}`);
      }
    }
  }
}

export const isStable = (state: number): boolean => state === State.I || state === State.S || state === State.M;
