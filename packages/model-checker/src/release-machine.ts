import {
  isForReleaseHome,
  type Mode,
  ReleaseCache,
  type ReleaseCacheEffects,
  ReleaseHome,
  type ReleaseHomeEffects,
  ReleaseKind,
  ReleaseState,
  releaseBodyOf,
  Twins,
} from "@isles/coherence";
import type { TransitionTable } from "@isles/coherence/internal";
import { AtomicKind, pushWord, ReleaseChannels, type ReleaseMessage, wordAt } from "./release-channels.ts";

export interface ReleaseMachineOptions {
  readonly sites: number;
  /** Endpoint of each page's home; `sites` = one apart, which runs no program (a launcher). */
  readonly homes: readonly number[];
  readonly elementsPerPage: number;
  /** Bytes: 1 or 4. */
  readonly elementSize: number;
}

/** What a seeded fault changes below the sites' programs. */
export interface ReleaseMutation {
  readonly table?: TransitionTable;
  /** Any message of a channel may come next. */
  readonly losesOrder?: boolean;
  /** Null: the message is lost. */
  readonly onSend?: (message: ReleaseMessage, from: number, machine: ReleaseMachine) => ReleaseMessage | null;
  readonly cacheClass?: typeof ReleaseCache;
  readonly homeClass?: typeof ReleaseHome;
  readonly twinsClass?: typeof Twins;
  /** The home takes the message another way: true if it has. */
  readonly onHome?: (message: ReleaseMessage, from: number, to: number, machine: ReleaseMachine) => boolean;
  /** Answers of atomic operations go out at once. */
  readonly answersEarly?: boolean;
}

/** What an atomic operation that has come back says: for whom it was, and what was there before. */
export interface AtomicAnswer {
  readonly thread: number;
  readonly before: number;
}

/** What the programs on the sites answer, and hear. */
export interface ReleasePrograms {
  held(site: number, page: number, right: Mode): boolean;
  /** An atomic addition was done at the page's home. */
  added(page: number, element: number, by: number): void;
}

/** An endpoint: the shipped controllers over real bytes. */
interface Endpoint {
  readonly memory: Int32Array;
  readonly elements: Int32Array | Uint8Array;
  readonly twins: Twins;
  readonly cache: ReleaseCache;
  readonly home: ReleaseHome;
  /** Answers of atomic operations that wait until everybody is told, oldest first: who asked, and what the answer says. */
  readonly answers: { readonly to: number; readonly message: ReleaseMessage }[];
}

/**
 * The shipped controllers, twins and diffs of one region, wired by FIFO channels, over pages of a few elements.
 *
 * One object is every state: restore() puts it into a captured one.
 */
export class ReleaseMachine {
  readonly options: ReleaseMachineOptions;
  readonly channels: ReleaseChannels;
  readonly endpoints: readonly Endpoint[];
  readonly pages: number;
  readonly #pageWords: number;
  readonly #mutation: ReleaseMutation;
  readonly #programs: ReleasePrograms;
  /** Body of the message being delivered. */
  #body: readonly number[] = [];

  constructor(options: ReleaseMachineOptions, programs: ReleasePrograms, mutation: ReleaseMutation = {}) {
    this.options = options;
    this.#programs = programs;
    this.#mutation = mutation;
    this.pages = options.homes.length;
    this.#pageWords = Math.ceil((options.elementsPerPage * options.elementSize) / 4);
    const count = Math.max(options.sites, ...options.homes.map((home) => home + 1));
    this.channels = new ReleaseChannels(count);
    this.endpoints = Array.from({ length: count }, (_, endpoint) => this.#makeEndpoint(endpoint));
  }

  /** May a message that is not the oldest come next? */
  get losesOrder(): boolean {
    return this.#mutation.losesOrder === true;
  }

  cache(site: number): ReleaseCache {
    return this.endpoints[site].cache;
  }

  read(endpoint: number, page: number, element: number): number {
    return this.endpoints[endpoint].elements[this.#elementAt(page, element)];
  }

  write(endpoint: number, page: number, element: number, value: number): void {
    this.endpoints[endpoint].elements[this.#elementAt(page, element)] = value;
  }

  /** What the page's home has there. */
  master(page: number, element: number): number {
    return this.read(this.options.homes[page], page, element);
  }

  /** An atomic addition for a thread of a site, at the page's home; what was there if that is here, else null. */
  add(site: number, thread: number, page: number, element: number, by: number): number | null {
    const home = this.options.homes[page];
    if (home === site) return this.#addHere(home, page, element, by);
    this.#send({ kind: AtomicKind.Atomic, page, body: [thread, element, by] }, site, home);
    return null;
  }

  /** Deliver one message of a channel; an answer to an atomic operation is for the caller. */
  deliver(channel: number, place: number): AtomicAnswer | null {
    const { endpoints } = this.channels;
    const from = Math.floor(channel / endpoints);
    const to = channel % endpoints;
    const message = this.channels.take(channel, place);
    if (message.kind === AtomicKind.AtomicAck) return { thread: message.body[0], before: message.body[1] };
    this.#receive(message, from, to);
    this.#answer(to);
    return null;
  }

  get isQuiescent(): boolean {
    return (
      this.channels.isEmpty &&
      this.endpoints.every(({ cache, answers }) => cache.isReleased && cache.isAcquired && answers.length === 0)
    );
  }

  /** Write a diff into the page; for seeded faults. */
  apply(endpoint: number, page: number, body: readonly number[]): void {
    this.#body = body;
    this.#takeDiff(endpoint, page);
  }

  capture(out: number[]): void {
    for (const endpoint of this.endpoints) {
      endpoint.cache.capture(out);
      endpoint.home.capture(out);
      const twins: number[] = [];
      endpoint.twins.capture(twins);
      out.push(twins.length);
      for (const word of twins) pushWord(out, word);
      for (let page = 0; page < this.pages; page++) this.#capturePage(endpoint, page, out);
      out.push(endpoint.answers.length);
      for (const { to, message } of endpoint.answers) out.push(to, message.page, message.body[0], message.body[1]);
    }
    this.channels.capture(out);
  }

  restore(words: ArrayLike<number>, at: number): number {
    let next = at;
    for (const endpoint of this.endpoints) {
      next = endpoint.cache.restore(words, next);
      next = endpoint.home.restore(words, next);
      const twins: number[] = [];
      for (let count = words[next++]; count > 0; count--, next += 2) twins.push(wordAt(words, next));
      endpoint.twins.restore(twins, 0);
      for (let i = 0; i < endpoint.memory.length; i++, next += 2) endpoint.memory[i] = wordAt(words, next);
      endpoint.answers.length = 0;
      for (let count = words[next++]; count > 0; count--, next += 4) {
        endpoint.answers.push(answer(words[next], words[next + 1], words[next + 2], words[next + 3]));
      }
    }
    return this.channels.restore(words, next);
  }

  /** Bytes that will be filled before anybody reads them are one state, whatever they hold. */
  #capturePage(endpoint: Endpoint, page: number, out: number[]): void {
    const state = endpoint.cache.state[page];
    const isOfUse = state !== ReleaseState.I && state !== ReleaseState.IC_D;
    const first = page * this.#pageWords;
    for (let i = first; i < first + this.#pageWords; i++) pushWord(out, isOfUse ? endpoint.memory[i] : 0);
  }

  #elementAt(page: number, element: number): number {
    return (page * this.#pageWords * 4) / this.options.elementSize + element;
  }

  #receive(message: ReleaseMessage, from: number, to: number): void {
    const { kind, page, body } = message;
    this.#body = body;
    const { cache, home } = this.endpoints[to];
    if (kind === AtomicKind.Atomic) {
      const before = this.#addHere(to, page, body[1], body[2]);
      this.endpoints[to].answers.push(answer(from, page, body[0], before));
    } else if (kind === AtomicKind.AtomicAck) {
      throw new Error("answers to atomic operations are the model's");
    } else if (!isForReleaseHome(kind)) cache.receive(kind, page, from);
    else if (this.#mutation.onHome?.(message, from, to, this) !== true) home.receive(kind, page, from);
  }

  #addHere(home: number, page: number, element: number, by: number): number {
    const before = this.read(home, page, element);
    this.write(home, page, element, before + by);
    this.#programs.added(page, element, by);
    if (by !== 0) this.endpoints[home].cache.atomicWrite(page);
    return before;
  }

  /** Whoever waits for an atomic operation is answered when all who had a copy are told. */
  #answer(endpoint: number): void {
    const { cache, answers } = this.endpoints[endpoint];
    if (!cache.isReleased && this.#mutation.answersEarly !== true) return;
    for (const { to, message } of answers) this.#send(message, endpoint, to);
    answers.length = 0;
  }

  #makeEndpoint(self: number): Endpoint {
    const { homes, elementSize } = this.options;
    const { cacheClass = ReleaseCache, homeClass = ReleaseHome, twinsClass = Twins, table } = this.#mutation;
    const memory = new Int32Array(this.pages * this.#pageWords);
    const bytes = new Uint8Array(memory.buffer);
    const twins = new twinsClass(bytes, this.#pageWords * 4, elementSize);
    const home: ReleaseHome = new homeClass(this.pages, this.channels.endpoints, (page) => page, this.#homeOf(self));
    const isHome = (page: number): boolean => homes[page] === self;
    const cache = new cacheClass(this.pages, isHome, this.#cacheOf(self, twins, home), table);
    return { memory, elements: elementSize === 1 ? bytes : memory, twins, cache, home, answers: [] };
  }

  #cacheOf(self: number, twins: Twins, home: ReleaseHome): ReleaseCacheEffects {
    const { homes } = this.options;
    return {
      toHome: (kind, page) =>
        this.#send({ kind, page, body: kind === ReleaseKind.Diff ? diffOf(twins) : [] }, self, homes[page]),
      noticeSharers: (page) => home.notice(page, self),
      makeTwin: (page) => twins.make(page),
      dropTwin: (page) => twins.drop(page),
      diff: (page) => twins.diff(page),
      fill: (page) => this.endpoints[self].memory.set(this.#body, page * this.#pageWords),
      merge: (page) => {
        putBody(this.#body, twins);
        twins.merge(page);
      },
      ready: () => {},
      held: (page, right) => this.#programs.held(self, page, right),
      lost: () => {},
    };
  }

  #homeOf(self: number): ReleaseHomeEffects {
    return {
      toSite: (kind, to, page) =>
        this.#send({ kind, page, body: releaseBodyOf(kind) === "page" ? this.pageOf(self, page) : [] }, self, to),
      apply: (page) => this.#takeDiff(self, page),
    };
  }

  #takeDiff(endpoint: number, page: number): void {
    const { twins } = this.endpoints[endpoint];
    putBody(this.#body, twins);
    twins.apply(page, this.#body.length * 4);
  }

  /** The words of a page. */
  pageOf(endpoint: number, page: number): readonly number[] {
    return [...this.endpoints[endpoint].memory.subarray(page * this.#pageWords, (page + 1) * this.#pageWords)];
  }

  #send(message: ReleaseMessage, from: number, to: number): void {
    const sent = this.#mutation.onSend === undefined ? message : this.#mutation.onSend(message, from, this);
    if (sent !== null) this.channels.send(from, to, sent);
  }
}

function answer(to: number, page: number, thread: number, before: number): Endpoint["answers"][number] {
  return { to, message: { kind: AtomicKind.AtomicAck, page, body: [thread, before] } };
}

const diffOf = (twins: Twins): readonly number[] => [
  ...new Int32Array(twins.diffBytes.buffer, twins.diffBytes.byteOffset, twins.diffLength / 4),
];

const putBody = (body: readonly number[], twins: Twins): void =>
  new Int32Array(twins.incoming.buffer, twins.incoming.byteOffset, body.length).set(body);
