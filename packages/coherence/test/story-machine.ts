import {
  type Acquisition,
  carriesPage,
  Directory,
  dirStateNames,
  isForDirectory,
  type Kind,
  Mode,
  PageCache,
  type PageRange,
  Pins,
  SpanDriver,
  State,
  stateNames,
} from "@isles/coherence";
import { StoryChannels } from "./story-channels.ts";

/** Sites 0..n-1, one directory at the endpoint `home` (a site, or n = apart), and everything they do as lines of text. */
export class StoryMachine {
  readonly trace: string[] = [];
  readonly #sites: number;
  readonly #pages: number;
  readonly #home: number;
  readonly #channels: StoryChannels;
  readonly #caches: readonly PageCache[];
  readonly #directory: Directory;
  readonly #pins: readonly Pins[];
  readonly #drivers: readonly SpanDriver[];
  /** The value of each page at each endpoint; a home that is a site has one copy for both its roles. */
  readonly #bytes: number[][];
  /** Accesses that wait, as "load site page" or "store site page". */
  readonly #waiting = new Set<string>();
  readonly #spans = new Map<string, Acquisition>();
  /** Value of the message being delivered. */
  #body: number | null = null;
  #lastValue = 0;

  constructor(sites: number, pages: number, home: number) {
    this.#sites = sites;
    this.#pages = pages;
    this.#home = home;
    this.#channels = new StoryChannels((endpoint) => this.#name(endpoint));
    this.#bytes = Array.from({ length: sites + 1 }, () => new Array<number>(pages).fill(0));
    this.#caches = Array.from({ length: sites }, (_, site) => this.#makeCache(site));
    const all = this.#caches.map((cache) => ({
      satisfied: (_r: number, page: number, mode: Mode) =>
        cache.state[page] >= (mode === Mode.Write ? State.M : State.S),
      load: (_r: number, page: number) => cache.load(page),
      store: (_r: number, page: number) => cache.store(page),
      settleAll: () => cache.settleAll(),
    }));
    this.#pins = all.map((own) => new Pins(own));
    this.#drivers = all.map((own, site) => new SpanDriver(this.#pins[site], own));
    this.#directory = new Directory(pages, sites + 1, (page) => page, {
      toSite: (kind, to, page, requester, acks) => this.#send(kind, home, to, page, requester, acks),
      store: (page) => this.#write(home, page),
    });
  }

  /** The endpoint of a directory that is no site. */
  get apart(): number {
    return this.#sites;
  }

  access(verb: "load" | "store", site: number, page: number): void {
    this.#waiting.add(`${verb} ${site} ${page}`);
    this.#noting(() => this.#retry(site, page));
  }

  evict(site: number, page: number): void {
    this.#noting(() => {
      if (!this.#caches[site].evict(page)) this.trace.push(`site ${site} evicts nothing`);
    });
  }

  begin(site: number, name: string, ranges: readonly PageRange[], blocking: boolean): void {
    this.#noting(() => {
      this.#spans.set(name, this.#drivers[site].begin(ranges, blocking));
      this.#goOn(site);
    });
  }

  end(site: number, name: string): void {
    const span = this.#spans.get(name);
    this.#spans.delete(name);
    this.#noting(() => span !== undefined && this.#drivers[site].release(span));
  }

  deliver(from: number, to: number): void {
    const message = this.#channels.take(from, to);
    if (message === undefined) throw new Error(`nothing is on its way from ${from} to ${to}`);
    this.trace.push(`[${this.#channels.describe(from, to, message)}]`);
    this.#body = message.body;
    const { kind, page, requester, acks } = message;
    this.#noting(() => {
      if (isForDirectory(kind)) this.#directory.receive(kind, page, from);
      else {
        this.#caches[to].receive(kind, page, from, requester, acks);
        this.#retry(to, page);
        this.#goOn(to);
      }
    });
  }

  /** The channels that have something, as pairs of endpoints. */
  busy(): readonly (readonly [from: number, to: number])[] {
    return this.#channels.busy();
  }

  stateAt(site: number, page: number): State {
    return this.#caches[site].state[page] as State;
  }

  valueAt(site: number, page: number): number {
    return this.#bytes[site][page];
  }

  /** Accesses that have not run yet. */
  get waiting(): number {
    return this.#waiting.size;
  }

  deliverAll(): void {
    for (let [first] = this.busy(); first !== undefined; [first] = this.busy()) this.deliver(...first);
  }

  /** Where everybody stands, a line a page. */
  states(): string[] {
    return Array.from({ length: this.#pages }, (_, page) => {
      const caches = this.#caches.map(({ state }, site) => `${site}:${stateNames[state[page]]}`).join(" ");
      const owner = this.#directory.ownerOf(page);
      const sharers = this.#caches.flatMap((_c, site) => (this.#directory.isSharer(page, site) ? [site] : []));
      const who = (owner < 0 ? "" : ` owner ${owner}`) + (sharers.length === 0 ? "" : ` sharers ${sharers.join(",")}`);
      return `page ${page}  ${caches}  directory ${dirStateNames[this.#directory.stateOf(page)]}${who}`;
    });
  }

  #makeCache(site: number): PageCache {
    return new PageCache(
      this.#pages,
      {
        toHome: (kind, page) => this.#send(kind, site, this.#home, page, 0, 0),
        toSite: (kind, to, page) => this.#send(kind, site, to, page, 0, 0),
        fill: (page) => this.#write(site, page),
        ready: (page) => this.#runWaiting(site, page),
        readOnce: (page) => {
          this.#drivers[site].readOnce(0, page);
          if (this.#waiting.delete(`load ${site} ${page}`))
            this.#say(site, `reads ${this.#body} from page ${page}, once`);
        },
        held: (page, right) => this.#pins[site].held(0, page, right),
        lost: () => {},
      },
      this.#bytes.length,
    );
  }

  #send(kind: Kind, from: number, to: number, page: number, requester: number, acks: number): void {
    const body = carriesPage(kind) ? this.#bytes[from][page] : null;
    this.trace.push(`  ${this.#channels.send(from, to, { kind, page, requester, acks, body })}`);
  }

  #write(endpoint: number, page: number): void {
    this.#bytes[endpoint][page] = this.#body ?? 0;
  }

  /** What a shell does for accesses that wait: run them if they may, else see that a request is under way. */
  #retry(site: number, page: number): void {
    this.#runWaiting(site, page);
    if (this.#waiting.has(`store ${site} ${page}`)) this.#caches[site].store(page);
    if (this.#waiting.has(`load ${site} ${page}`)) this.#caches[site].load(page);
  }

  #runWaiting(site: number, page: number): void {
    const state = this.#caches[site].state[page];
    if (state >= State.S && this.#waiting.delete(`load ${site} ${page}`)) {
      this.#say(site, `reads ${this.#bytes[site][page]} from page ${page}`);
    }
    if (state === State.M && this.#waiting.delete(`store ${site} ${page}`)) {
      this.#bytes[site][page] = ++this.#lastValue;
      this.#say(site, `stores ${this.#lastValue} to page ${page}`);
    }
  }

  #goOn(site: number): void {
    for (const [name, span] of this.#spans) {
      if (span.granted || !this.#pins[site].live.includes(span) || this.#drivers[site].next(span)) continue;
      this.#say(site, `has its span ${name}`);
    }
  }

  /** Do something, then tell which states it changed. */
  #noting(action: () => void): void {
    const before = this.#caches.map((cache) => cache.state.slice());
    const homeBefore = Array.from({ length: this.#pages }, (_, page) => this.#directory.stateOf(page));
    action();
    for (let page = 0; page < this.#pages; page++) {
      this.#caches.forEach((cache, site) => {
        const [old, now] = [before[site][page], cache.state[page]];
        if (old !== now) this.#say(site, `page ${page}: ${stateName(old)} → ${stateName(now)}`);
      });
      const now = this.#directory.stateOf(page);
      if (now !== homeBefore[page]) {
        this.trace.push(`  directory page ${page}: ${dirStateNames[homeBefore[page]]} → ${dirStateNames[now]}`);
      }
    }
  }

  #say(site: number, what: string): void {
    this.trace.push(`  site ${site} ${what}`);
  }

  #name(endpoint: number): string {
    return endpoint < this.#sites ? `${endpoint}` : "home";
  }
}

const stateName = (state: number): string => stateNames[state];
