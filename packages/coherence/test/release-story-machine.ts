import {
  isForReleaseHome,
  type Mode,
  ReleaseCache,
  ReleaseHome,
  ReleaseKind,
  releaseKindName,
  releaseStateName,
  Twins,
} from "@isles/coherence";

/** Elements of a page: numbers of four bytes. */
const ELEMENTS = 2;

interface Message {
  readonly kind: ReleaseKind;
  readonly page: number;
  /** What a message with a body carries, as text, and as words. */
  readonly said: string;
  readonly body: readonly number[];
}

interface Site {
  readonly memory: Int32Array;
  readonly twins: Twins;
  readonly cache: ReleaseCache;
  readonly home: ReleaseHome;
  /** By page, what spans hold it for. */
  readonly pins: Map<number, Mode>;
  /** Accesses that wait, oldest first. */
  readonly waiting: { readonly page: number; readonly run: () => boolean }[];
  readonly waitsFor: Set<"release" | "acquire">;
}

/** Sites with all pages homed at one of them, over a region with release consistency, and what they do as lines of text. */
export class ReleaseStoryMachine {
  readonly trace: string[] = [];
  readonly #pages: number;
  readonly #home: number;
  readonly #sites: readonly Site[];
  readonly #queues = new Map<string, Message[]>();
  #body: readonly number[] = [];

  constructor(sites: number, pages: number, home: number) {
    this.#pages = pages;
    this.#home = home;
    this.#sites = Array.from({ length: sites }, (_, site) => this.#makeSite(site));
  }

  read(site: number, page: number, element: number): void {
    const { cache, memory } = this.#sites[site];
    this.#access(site, page, () => {
      if (!cache.load(page)) return false;
      this.#say(site, `reads ${memory[page * ELEMENTS + element]} from ${page}.${element}`);
      return true;
    });
  }

  write(site: number, page: number, element: number, value: number): void {
    const { cache, memory } = this.#sites[site];
    this.#access(site, page, () => {
      if (!cache.store(page)) return false;
      memory[page * ELEMENTS + element] = value;
      this.#say(site, `writes ${value} to ${page}.${element}`);
      return true;
    });
  }

  pin(site: number, page: number, mode: Mode | null): void {
    const { pins } = this.#sites[site];
    if (mode === null) pins.delete(page);
    else pins.set(page, mode);
  }

  synchronise(site: number, what: "release" | "acquire"): void {
    this.#noting(() => {
      this.#sites[site].waitsFor.add(what);
      if (what === "release") this.#sites[site].cache.release();
      else this.#sites[site].cache.acquire();
      this.#goOn(site);
    });
  }

  deliver(from: number, to: number): void {
    const message = this.#queues.get(`${from} ${to}`)?.shift();
    if (message === undefined) throw new Error(`nothing is on its way from ${from} to ${to}`);
    this.trace.push(`[${this.#describe(from, to, message)}]`);
    const { kind, page, body } = message;
    this.#body = body;
    this.#noting(() => {
      const { cache, home, waiting } = this.#sites[to];
      if (isForReleaseHome(kind)) home.receive(kind, page, from);
      else cache.receive(kind, page, from);
      const left = waiting.filter((access) => access.page !== page || !access.run());
      waiting.splice(0, waiting.length, ...left);
      this.#goOn(to);
    });
  }

  deliverAll(): void {
    for (let next = this.#busy(); next !== undefined; next = this.#busy()) this.deliver(...next);
  }

  /** Where everybody stands, a line a page. */
  states(): string[] {
    return Array.from({ length: this.#pages }, (_, page) => {
      const caches = this.#sites.map(({ cache, memory }, site) => {
        const elements = [...memory.subarray(page * ELEMENTS, (page + 1) * ELEMENTS)].join(",");
        return `${site}:${releaseStateName(cache.state[page])}(${elements})`;
      });
      const { home } = this.#sites[this.#home];
      const sharers = this.#sites.flatMap((_s, site) => (home.isSharer(page, site) ? [site] : []));
      const told = this.#sites.flatMap((_s, site) => (home.isTold(page, site) ? [site] : []));
      const who = `sharers ${sharers.join(",") || "-"}${told.length === 0 ? "" : ` told ${told.join(",")}`}`;
      return `page ${page}  ${caches.join(" ")}  ${who}`;
    });
  }

  #makeSite(self: number): Site {
    const memory = new Int32Array(this.#pages * ELEMENTS);
    const twins = new Twins(new Uint8Array(memory.buffer), ELEMENTS * 4, 4);
    const pins = new Map<number, Mode>();
    const putBody = (): void => new Int32Array(twins.incoming.buffer).set(this.#body);
    const home: ReleaseHome = new ReleaseHome(this.#pages, 8, (page) => (this.#home === self ? page : -1), {
      toSite: (kind, to, page) =>
        this.#send(self, to, kind, page, kind === ReleaseKind.DataR ? [...this.#pageOf(memory, page)] : []),
      apply: (page) => {
        putBody();
        twins.apply(page, this.#body.length * 4);
      },
    });
    const cache = new ReleaseCache(this.#pages, () => this.#home === self, {
      toHome: (kind, page) => {
        const diff = new Int32Array(twins.diffBytes.buffer, 0, twins.diffLength / 4);
        this.#send(self, this.#home, kind, page, kind === ReleaseKind.Diff ? [...diff] : []);
      },
      noticeSharers: (page) => home.notice(page, self),
      makeTwin: (page) => twins.make(page),
      dropTwin: (page) => twins.drop(page),
      diff: (page) => twins.diff(page),
      fill: (page) => memory.set(this.#body, page * ELEMENTS),
      merge: (page) => {
        putBody();
        twins.merge(page);
      },
      ready: () => {},
      held: (page, right) => (pins.get(page) ?? -1) >= right,
      lost: () => {},
    });
    return { memory, twins, cache, home, pins, waiting: [], waitsFor: new Set() };
  }

  #pageOf(memory: Int32Array, page: number): Int32Array {
    return memory.subarray(page * ELEMENTS, (page + 1) * ELEMENTS);
  }

  #access(site: number, page: number, run: () => boolean): void {
    this.#noting(() => {
      if (!run()) this.#sites[site].waiting.push({ page, run });
    });
  }

  #goOn(site: number): void {
    const { cache, waitsFor } = this.#sites[site];
    if (cache.isAcquired && waitsFor.delete("acquire")) this.#say(site, "has acquired");
    if (cache.isReleased && waitsFor.delete("release")) this.#say(site, "has released");
  }

  #send(from: number, to: number, kind: ReleaseKind, page: number, body: readonly number[]): void {
    // A diff without its magic, to be read: heads of runs, and what they carry.
    const said = (kind === ReleaseKind.Diff ? body.slice(1) : body).map((word) => word.toString(16)).join(" ");
    const message: Message = { kind, page, said, body };
    const queue = this.#queues.get(`${from} ${to}`) ?? [];
    this.#queues.set(`${from} ${to}`, queue);
    queue.push(message);
    this.trace.push(`  ${this.#describe(from, to, message)}`);
  }

  #describe(from: number, to: number, { kind, page, said }: Message): string {
    return `${from} → ${to}  ${releaseKindName(kind)} page ${page}${said === "" ? "" : ` (${said})`}`;
  }

  /** The first channel that has something, in order of its endpoints. */
  #busy(): readonly [from: number, to: number] | undefined {
    const busy = [...this.#queues].filter(([, queue]) => queue.length > 0).map(([name]) => name.split(" ").map(Number));
    return busy.map(([from, to]) => [from, to] as const).sort(([a, b], [c, d]) => a - c || b - d)[0];
  }

  /** Do something, then tell which states it changed. */
  #noting(action: () => void): void {
    const before = this.#sites.map(({ cache }) => cache.state.slice());
    action();
    this.#sites.forEach(({ cache }, site) => {
      cache.state.forEach((now, page) => {
        const old = before[site][page];
        if (old !== now) this.#say(site, `page ${page}: ${releaseStateName(old)} → ${releaseStateName(now)}`);
      });
    });
  }

  #say(site: number, what: string): void {
    this.trace.push(`  site ${site} ${what}`);
  }
}
