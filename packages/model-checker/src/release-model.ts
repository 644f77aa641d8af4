import {
  isReleaseDirty,
  isReleaseStable,
  Mode,
  ReleaseState,
  releaseKindName,
  releaseStateName,
} from "@isles/coherence";
import type { Model } from "./model.ts";
import { AtomicKind } from "./release-channels.ts";
import {
  ReleaseMachine,
  type ReleaseMachineOptions,
  type ReleaseMutation,
  type ReleasePrograms,
} from "./release-machine.ts";
import { describeOp, type Op, type Place, type Thread } from "./release-programs.ts";
import { Violation } from "./violation.ts";

export interface ReleaseOptions extends ReleaseMachineOptions {
  readonly threads: readonly Thread[];
  /**
   * For programs with data races: what must not come out, as "register=value ..." or "page.element=value" for the end. Without it
   * the program has no race, and every read must see the last write.
   */
  readonly forbidden?: readonly string[];
  /**
   * Pins give way while their thread synchronises, and what they covered is fetched back before it goes on (as Pins do in a
   * blocking wait). Else they are hard, and refreshed in place.
   */
  readonly softPins?: boolean;
}

type Span = Op & { readonly op: "span" };

/** How far a thread is with its statement. */
const Phase = { Begin: 0, Releasing: 1, Released: 2, Acquiring: 3, Asking: 4, FetchingBack: 5 } as const;

/** Steps: deliveries from 0 on (`place * 64 + channel`), threads from here on. */
const THREADS = 0x10000;
const CHANNELS = 64;
const NOBODY = -1;

/**
 * Programs of a few statements over the shipped controllers, in every order of their steps and of all deliveries.
 *
 * A program without data races has one answer to each read: the last write in any order that its synchronisation allows. So
 * beside the pages there is a *plain memory*, written at once, and every read must get what that has.
 */
export class ReleaseModel implements Model {
  readonly machine: ReleaseMachine;
  readonly waiters = 0; // no program runs for ever, so "stuck" says all
  /** What came out where all have ended, as text: registers, then the homes' elements. */
  readonly outcomes = new Set<string>();
  readonly #options: ReleaseOptions;
  readonly #threads: readonly Thread[];
  readonly #registers: readonly string[];
  readonly #pc: number[];
  readonly #phase: number[];
  /** Registers of all threads: names are the model's, not the thread's. */
  readonly #values: number[];
  readonly #flags: number[];
  /** Thread that has each lock, or nobody. */
  readonly #locks: number[];
  /** The plain memory, by `page * elementsPerPage + element`. */
  readonly #plain: number[];
  readonly #words: number[] = [];

  constructor(options: ReleaseOptions, mutation: ReleaseMutation = {}) {
    this.#options = options;
    this.#threads = options.threads;
    const programs: ReleasePrograms = {
      held: (site, page, right) => this.#held(site, page, right),
      added: (page, element, by) => {
        this.#plain[this.#plainAt({ page, element })] += by;
      },
    };
    this.machine = new ReleaseMachine(options, programs, mutation);
    const ops = options.threads.flatMap((thread) => thread.ops);
    this.#registers = [...new Set(ops.flatMap((op) => ("into" in op ? [op.into] : [])))].sort();
    const names = 1 + Math.max(-1, ...ops.flatMap((op) => ("name" in op ? [op.name] : [])));
    this.#pc = options.threads.map(() => 0);
    this.#phase = options.threads.map(() => Phase.Begin);
    this.#values = this.#registers.map(() => 0);
    this.#flags = new Array<number>(names).fill(0);
    this.#locks = new Array<number>(names).fill(NOBODY);
    this.#plain = new Array<number>(this.machine.pages * options.elementsPerPage).fill(0);
  }

  initial(): string {
    return this.key();
  }

  key(): string {
    const words = this.#words;
    words.length = 0;
    this.machine.capture(words);
    words.push(...this.#pc, ...this.#phase, ...this.#values, ...this.#flags);
    for (const holder of this.#locks) words.push(holder + 1);
    words.push(...this.#plain);
    return String.fromCharCode.apply(null, words);
  }

  restore(key: string): void {
    const words = this.#words;
    words.length = key.length;
    for (let i = 0; i < key.length; i++) words[i] = key.charCodeAt(i);
    let next = this.machine.restore(words, 0);
    for (const list of [this.#pc, this.#phase, this.#values, this.#flags]) {
      for (let i = 0; i < list.length; i++) list[i] = words[next++];
    }
    for (let i = 0; i < this.#locks.length; i++) this.#locks[i] = words[next++] - 1;
    for (let i = 0; i < this.#plain.length; i++) this.#plain[i] = words[next++];
  }

  steps(): readonly number[] {
    const steps: number[] = [];
    const { channels, losesOrder } = this.machine;
    for (let channel = 0; channel < channels.count; channel++) {
      const places = losesOrder ? channels.length(channel) : Math.min(1, channels.length(channel));
      for (let place = 0; place < places; place++) steps.push(place * CHANNELS + channel);
    }
    for (let thread = 0; thread < this.#threads.length; thread++) {
      if (this.#canGo(thread)) steps.push(THREADS + thread);
    }
    return steps;
  }

  take(step: number): void {
    if (step >= THREADS) return this.#go(step - THREADS);
    const answer = this.machine.deliver(step % CHANNELS, Math.floor(step / CHANNELS));
    if (answer !== null) this.#endAtomic(answer.thread, answer.before);
  }

  check(): void {
    for (let site = 0; site < this.#options.sites; site++) {
      for (let page = 0; page < this.machine.pages; page++) {
        this.#checkPins(site, page);
        this.#checkWaits(site, page);
      }
      this.#checkTwins(site);
    }
    if (!this.isQuiescent()) return;
    this.#checkHomes();
    const outcome = this.#outcome();
    this.outcomes.add(outcome.join(" "));
    for (const forbidden of this.#options.forbidden ?? []) {
      if (forbidden.split(" ").every((part) => outcome.includes(part))) {
        throw new Violation("forbidden", `the programs end with ${forbidden}`);
      }
    }
  }

  isQuiescent(): boolean {
    return this.machine.isQuiescent && this.#pc.every((pc, thread) => pc === this.#threads[thread].ops.length);
  }

  /** Programs end: every step is owed. */
  isOwed(): boolean {
    return true;
  }

  dutyOf(step: number): number {
    return step;
  }

  duties(): readonly number[] {
    return this.steps();
  }

  isWaiting(): boolean {
    return false;
  }

  measures(): Readonly<Record<string, number>> {
    return { "most messages in a channel": this.machine.channels.mostInOne, outcomes: this.outcomes.size };
  }

  describeStep(step: number): string {
    if (step >= THREADS) return this.#describeThread(step - THREADS);
    const channel = step % CHANNELS;
    const { endpoints } = this.machine.channels;
    const message = this.machine.channels.peek(channel, Math.floor(step / CHANNELS));
    const { kind, page, body } = message;
    const name =
      kind === AtomicKind.Atomic ? "Atomic" : kind === AtomicKind.AtomicAck ? "AtomicAck" : releaseKindName(kind);
    const what = body.length === 0 ? "" : ` (${body.map((word) => (word >>> 0).toString(16)).join(" ")})`;
    return `${name}${what} page ${page}, ${this.#name(Math.floor(channel / endpoints))} → ${this.#name(channel % endpoints)}`;
  }

  describe(): string {
    const { homes, elementsPerPage, sites } = this.#options;
    return homes
      .map((home, page) => {
        const elements = (endpoint: number): string =>
          Array.from({ length: elementsPerPage }, (_, element) => this.machine.read(endpoint, page, element)).join(",");
        const caches = Array.from({ length: sites }, (_, site) => {
          const state = this.machine.cache(site).state[page];
          return releaseStateName(state) + (state >= ReleaseState.C ? `(${elements(site)})` : "");
        });
        const sharers = caches.flatMap((_c, site) =>
          this.machine.endpoints[home].home.isSharer(page, site) ? [site] : [],
        );
        return `page ${page}: ${caches.join(" ")} | home ${home} (${elements(home)}) sharers ${sharers.join(",") || "-"}`;
      })
      .join("; ");
  }

  // Threads

  #canGo(thread: number): boolean {
    const { site, ops } = this.#threads[thread];
    const op = ops[this.#pc[thread]];
    if (op === undefined) return false;
    const cache = this.machine.cache(site);
    const phase = this.#phase[thread];
    if (phase === Phase.Releasing) return cache.isReleased;
    if (phase === Phase.Acquiring) return cache.isAcquired;
    if (phase === Phase.FetchingBack) {
      const span = this.#spanOf(thread);
      return span === null || isReleaseStable(cache.state[this.#firstMissing(thread, span)]);
    }
    if (phase === Phase.Asking) return cache.isReleased && op.op === "add" && this.#isHomeOf(site, op.at.page);
    switch (op.op) {
      case "read":
      case "write":
        return this.#isPinnedBy(thread, op.at.page) || isReleaseStable(cache.state[op.at.page]);
      case "lock":
        return this.#locks[op.name] === NOBODY;
      case "await":
        return this.#flags[op.name] !== 0;
      case "barrier":
        return phase === Phase.Begin || this.#haveAllMet(op.name);
      case "span":
        return isReleaseStable(cache.state[this.#firstMissing(thread, op)]);
      default:
        return true;
    }
  }

  #go(thread: number): void {
    const op = this.#threads[thread].ops[this.#pc[thread]];
    if (this.#phase[thread] === Phase.FetchingBack) return this.#fetchBack(thread);
    switch (op.op) {
      case "read":
        return this.#read(thread, op.at, op.into);
      case "write":
        return this.#write(thread, op);
      case "lock":
      case "await":
      case "get":
        if (this.#phase[thread] === Phase.Acquiring) return this.#finish(thread);
        if (op.op === "lock") this.#locks[op.name] = thread;
        if (op.op === "get") this.#set(op.into, this.#flags[op.name]);
        return this.#acquire(thread);
      case "span":
        if (this.#request(thread, op)) this.#next(thread);
        return;
      case "end":
        return this.#next(thread);
      default:
        return this.#synchronise(thread, op);
    }
  }

  /** What begins with a release. */
  #synchronise(thread: number, op: Op): void {
    const { site } = this.#threads[thread];
    const cache = this.machine.cache(site);
    if (this.#phase[thread] === Phase.Begin && !cache.release()) {
      this.#phase[thread] = Phase.Releasing;
      return;
    }
    if (this.#phase[thread] === Phase.Acquiring) return this.#finish(thread);
    switch (op.op) {
      case "unlock":
        this.#locks[op.name] = NOBODY;
        return this.#finish(thread);
      case "post":
        this.#flags[op.name] = op.value;
        return this.#finish(thread);
      case "flush":
        return this.#finish(thread);
      case "barrier":
        if (this.#phase[thread] === Phase.Released) return this.#acquire(thread);
        this.#phase[thread] = Phase.Released;
        return;
      case "add":
        return this.#add(thread, op.at, op.by, op.into);
      default:
        throw new Error(`${op.op} begins with no release`);
    }
  }

  #add(thread: number, at: Place, by: number, into: string): void {
    const { site } = this.#threads[thread];
    if (this.#phase[thread] === Phase.Asking) return this.#acquire(thread); // done here, and everybody is told
    const before = this.machine.add(site, thread, at.page, at.element, by);
    this.#phase[thread] = Phase.Asking;
    if (before === null) return;
    this.#set(into, before);
    if (this.machine.cache(site).isReleased) this.#acquire(thread);
  }

  #endAtomic(thread: number, before: number): void {
    const op = this.#threads[thread].ops[this.#pc[thread]];
    if (op.op !== "add") throw new Error("an answer to an atomic operation that nobody waits for");
    this.#set(op.into, before);
    this.#acquire(thread);
  }

  #acquire(thread: number): void {
    if (this.machine.cache(this.#threads[thread].site).acquire()) this.#finish(thread);
    else this.#phase[thread] = Phase.Acquiring;
  }

  /** The synchronisation is done, but for what soft pins have given away. */
  #finish(thread: number): void {
    const span = this.#options.softPins === true ? this.#spanOf(thread) : null;
    if (span === null || !this.#isMissing(thread, span)) return this.#next(thread);
    this.#phase[thread] = Phase.FetchingBack;
  }

  #fetchBack(thread: number): void {
    const span = this.#spanOf(thread);
    if (span === null || this.#request(thread, span)) this.#next(thread);
  }

  #next(thread: number): void {
    this.#pc[thread]++;
    this.#phase[thread] = Phase.Begin;
  }

  #read(thread: number, at: Place, into: string): void {
    const { site } = this.#threads[thread];
    if (!this.#isPinnedBy(thread, at.page) && !this.machine.cache(site).load(at.page)) return;
    const value = this.machine.read(site, at.page, at.element);
    const expected = this.#plain[this.#plainAt(at)];
    if (this.#options.forbidden === undefined && value !== expected) {
      throw new Violation(
        "value",
        `site ${site} reads ${value} from ${at.page}.${at.element}, and ${expected} is right`,
      );
    }
    this.#set(into, value);
    this.#next(thread);
  }

  #write(thread: number, op: Op & { readonly op: "write" }): void {
    const { site } = this.#threads[thread];
    const { page, element } = op.at;
    if (!this.#isPinnedBy(thread, page) && !this.machine.cache(site).store(page)) return;
    const { register, plus } = op.value;
    const value = plus + (register === null ? 0 : this.#values[this.#registers.indexOf(register)]);
    this.machine.write(site, page, element, value);
    this.#plain[this.#plainAt(op.at)] = value;
    this.#next(thread);
  }

  /** True: all pages of the span are here in its mode. Else the first that is not is asked for. */
  #request(thread: number, span: Span): boolean {
    const cache = this.machine.cache(this.#threads[thread].site);
    const page = this.#firstMissing(thread, span);
    if (span.writes) cache.store(page);
    else cache.load(page);
    return !this.#isMissing(thread, span);
  }

  /** The first page of a span that is not here in its mode, or its last one. */
  #firstMissing(thread: number, span: Span): number {
    const { state } = this.machine.cache(this.#threads[thread].site);
    let page = span.first;
    while (page < span.last && hasRight(state[page], span.writes)) page++;
    return page;
  }

  #isMissing(thread: number, span: Span): boolean {
    const { state } = this.machine.cache(this.#threads[thread].site);
    return !hasRight(state[this.#firstMissing(thread, span)], span.writes);
  }

  #haveAllMet(name: number): boolean {
    return this.#threads.every(({ ops }, thread) => {
      const at = ops.findIndex((op) => op.op === "barrier" && op.name === name);
      return at < 0 || this.#pc[thread] > at || (this.#pc[thread] === at && this.#phase[thread] >= Phase.Released);
    });
  }

  #isHomeOf(site: number, page: number): boolean {
    return this.#options.homes[page] === site;
  }

  #set(register: string, value: number): void {
    this.#values[this.#registers.indexOf(register)] = value;
  }

  #plainAt(at: Place): number {
    return at.page * this.#options.elementsPerPage + at.element;
  }

  // Pins

  #held(site: number, page: number, right: Mode): boolean {
    return this.#threads.some(
      (thread, number) =>
        thread.site === site &&
        this.#isPinnedBy(number, page, right) &&
        !(this.#options.softPins === true && isSynchronising(thread.ops[this.#pc[number]])),
    );
  }

  /** The span that the thread is in. */
  #spanOf(thread: number): Span | null {
    const { ops } = this.#threads[thread];
    let span: Span | null = null;
    for (let at = 0; at < this.#pc[thread]; at++) {
      const op = ops[at];
      if (op.op === "span") span = op;
      else if (op.op === "end") span = null;
    }
    return span;
  }

  /** Is the thread in a span over the page (of spans that write, for Write)? */
  #isPinnedBy(thread: number, page: number, right: Mode = Mode.Read): boolean {
    const span = this.#spanOf(thread);
    return span !== null && page >= span.first && page <= span.last && (right === Mode.Read || span.writes);
  }

  /** A page of a span that writes stays dirty: nobody tells the cache of the next write. */
  #checkPins(site: number, page: number): void {
    if (!this.#held(site, page, Mode.Write)) return;
    const { state } = this.machine.cache(site);
    const isTracked =
      hasRight(state[page], true) || state[page] === ReleaseState.DD_D || state[page] === ReleaseState.DD_DR;
    if (!isTracked) throw new Violation("pinned", `site ${site} writes page ${page}, and nobody takes notice`);
  }

  /** An access to a page that is under way only waits. */
  #checkWaits(site: number, page: number): void {
    const cache = this.machine.cache(site);
    const before = cache.state[page];
    if (isReleaseStable(before)) return;
    if (cache.load(page) || cache.store(page) || cache.state[page] !== before) {
      throw new Violation("waits", `site ${site} gets at page ${page} while it is under way`);
    }
  }

  /** A page has a twin while it is dirty, and no longer. */
  #checkTwins(site: number): void {
    const { cache, twins } = this.machine.endpoints[site];
    let dirty = 0;
    for (const state of cache.state) if (isReleaseDirty(state) && state !== ReleaseState.HD) dirty++;
    if (twins.count === dirty) return;
    throw new Violation("twins", `site ${site} has ${twins.count} twins for ${dirty} dirty pages`);
  }

  // Ends

  #checkHomes(): void {
    const { elementsPerPage, forbidden } = this.#options;
    if (forbidden !== undefined) return;
    for (let at = 0; at < this.#plain.length; at++) {
      const page = Math.floor(at / elementsPerPage);
      const element = at % elementsPerPage;
      const value = this.machine.master(page, element);
      if (value === this.#plain[at]) continue;
      throw new Violation(
        "lost write",
        `${page}.${element} is ${value} at its home, and ${this.#plain[at]} was written`,
      );
    }
  }

  #outcome(): readonly string[] {
    const { elementsPerPage } = this.#options;
    const registers = this.#registers.map((register, i) => `${register}=${this.#values[i]}`);
    const ends = this.#plain.map((_, at) => {
      const page = Math.floor(at / elementsPerPage);
      return `${page}.${at % elementsPerPage}=${this.machine.master(page, at % elementsPerPage)}`;
    });
    return [...registers, ...ends];
  }

  #describeThread(thread: number): string {
    const { site, ops } = this.#threads[thread];
    const what = ["", " (released)", " (all are there)", " (acquired)", " (everybody is told)", " (fetches back)"][
      this.#phase[thread]
    ];
    const sameSite = this.#threads.filter((other) => other.site === site).length > 1 ? `, thread ${thread}` : "";
    return `site ${site}${sameSite}: ${describeOp(ops[this.#pc[thread]])}${what}`;
  }

  #name(endpoint: number): string {
    return endpoint < this.#options.sites ? `site ${endpoint}` : "home";
  }
}

/** In such a statement soft pins give way. */
const isSynchronising = (op: Op | undefined): boolean =>
  op !== undefined && op.op !== "read" && op.op !== "write" && op.op !== "span" && op.op !== "end";
const hasRight = (state: number, writes: boolean): boolean => state >= (writes ? ReleaseState.D : ReleaseState.C);
