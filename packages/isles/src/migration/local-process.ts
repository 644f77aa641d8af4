import { type AnsweredCall, TimeoutError } from "@isles/base";
import type { Frame } from "@isles/migration";
import { FetchMeter, type MeterImage, SiteMailbox, type Traits } from "@isles/migration/internal";
import type { LocalInfo, ProcessMeta, Waiting, Wish } from "./messages.ts";
import type { LazyAbort, ProcessSite } from "./process-site.ts";
import { Receive } from "./receive.ts";

/** Whose code a process's steps are: what it locks is its own, wherever it is. */
export class ProcessOwner implements AnsweredCall {
  isOver = false;
  readonly hasSignal = false;
  process: LocalProcess | undefined;

  /** What ends the waits that it begins: it was killed, and its `finally` blocks do not run yet. */
  get stopReason(): Error | undefined {
    return this.process?.isDoomed === true && !this.process.isEnding ? this.process.killed : undefined;
  }

  /** Its next step may run inside any wait of this thread: not if it waits for a promise, which needs the event loop. */
  get isSuspended(): boolean {
    return this.process !== undefined && !this.process.isStepping && this.process.waiting?.kind !== "promise";
  }
}

/** What makes a {@link LocalProcess}. */
export interface LocalProcessParts {
  readonly p: number;
  readonly epoch: number;
  readonly meta: ProcessMeta;
  readonly site: ProcessSite;
  readonly abort: LazyAbort;
  readonly owner: ProcessOwner;
  readonly frame: Frame;
  readonly mailbox?: SiteMailbox;
  /** What it has learnt elsewhere about following its data. */
  readonly meter?: MeterImage | undefined;
  /** Told when what it waits for is there. */
  readonly onReady: (process: LocalProcess) => void;
}

/** A process at this site: its frames, what it waits for, and its mail. */
export class LocalProcess {
  readonly p: number;
  readonly epoch: number;
  readonly meta: ProcessMeta;
  readonly site: ProcessSite;
  readonly abort: LazyAbort;
  readonly owner: ProcessOwner;
  readonly frame: Frame;
  readonly mailbox: SiteMailbox;
  /** What its `yield` gives, or throws. */
  input: unknown;
  inputThrows = false;
  waiting: Waiting | { readonly kind: "promise" } | undefined;
  /** It may run: the hand-off says so. */
  isRunnable = false;
  isStepping = false;
  /** Something wants it at its next yield: a move, a checkpoint, its end. */
  attention = false;
  /** It has asked to move and waits for the answer. */
  isWishing = false;
  isDoomed = false;
  /** It waits for a promise, and is no more movable than in the middle of a step. */
  isHeldBack = false;
  /** Where it has said that it wants to be. */
  wantedAt: number | undefined;
  /** Its `finally` blocks are being run. */
  isEnding = false;
  /** What a blocking wait of it has thrown because it was killed. */
  killed: Error | undefined;
  isQueued = false;
  cpuMs = 0;
  /** What it would like to have where it runs. */
  preferred: Traits;
  /** It has said so since it last moved or stayed for that. */
  hasNewPreference = false;
  /** Where its pages come from, for the policy that goes by that. */
  readonly fetches: FetchMeter | undefined;
  readonly checkpoints: number[] = [];
  readonly #onReady: (process: LocalProcess) => void;
  #timer: NodeJS.Timeout | undefined;
  #wait = 0;

  constructor(parts: LocalProcessParts) {
    this.p = parts.p;
    this.epoch = parts.epoch;
    this.meta = parts.meta;
    this.site = parts.site;
    this.abort = parts.abort;
    this.owner = parts.owner;
    this.owner.process = this;
    this.frame = parts.frame;
    this.preferred = parts.meta.preferred;
    this.fetches = parts.meta.policy === "data" ? new FetchMeter(parts.site.count, parts.meter) : undefined;
    this.mailbox = parts.mailbox ?? new SiteMailbox();
    this.#onReady = parts.onReady;
  }

  /** It can take a step now. */
  get isReady(): boolean {
    if (!this.isRunnable || this.isStepping || this.isWishing) return false;
    if (this.waiting === undefined || (this.isDoomed && !this.isEnding)) return true;
    return this.waiting.kind === "message" && this.hasMail;
  }

  /** One step. Throws what the process throws. */
  step(): IteratorResult<unknown, unknown> {
    if (this.waiting !== undefined) this.#endWait();
    const { input } = this;
    this.input = undefined;
    if (this.isDoomed && !this.isEnding) {
      this.isEnding = true;
      this.inputThrows = false;
      return this.#isUnwinding() ? this.frame.next() : this.frame.return(undefined);
    }
    if (!this.inputThrows) return this.frame.next(input);
    this.inputThrows = false;
    return this.frame.throw(input);
  }

  /**
   * Up to `count` steps, fewer if it then waits, is wanted or has ended; the last one's result. Throws what the process throws. A
   * loop of its own, with next to nothing in it: the optimiser makes it one with the process's code.
   */
  steps(count: number): IteratorResult<unknown, unknown> {
    const { frame } = this;
    let result = this.step();
    for (let left = count; ; ) {
      if (result.done === true) return result;
      const { value } = result;
      const mayWait = typeof value === "object" && value !== null;
      if (mayWait && this.yields(value)) return result;
      if (--left <= 0 || this.attention) return result;
      result = mayWait ? this.step() : frame.next();
    }
  }

  /** It is in a `finally` block that runs because it was killed: `return` there would leave the rest of the block undone. */
  #isUnwinding(): boolean {
    const { killed } = this;
    if (killed === undefined) return false;
    for (let frame: Frame | null = this.frame; frame !== null; frame = frame.child) {
      // A temporary of the compiler: a variable of the program may have it, too, and that process has caught it.
      if (Object.entries(frame).some(([name, value]) => value === killed && name.startsWith("_$$"))) return true;
    }
    return false;
  }

  /** What the process gave at a `yield`; true if it waits now. */
  yields(value: unknown): boolean {
    if (typeof value !== "object" || value === null) return false;
    if (value instanceof Receive) return this.#receive(value.timeoutMs);
    if (typeof (value as PromiseLike<unknown>).then !== "function") return false;
    this.waiting = { kind: "promise" };
    const wait = ++this.#wait;
    const settle = (input: unknown, throws: boolean): void => {
      if (this.#wait !== wait || this.waiting === undefined) return;
      this.waiting = undefined;
      this.input = input;
      this.inputThrows = throws;
      this.#onReady(this);
    };
    Promise.resolve(value as PromiseLike<unknown>).then(
      (result) => settle(result, false),
      (error: unknown) => settle(error, true),
    );
    return true;
  }

  /** Messages have come. */
  mailCame(): void {
    if (this.waiting?.kind === "message") this.#onReady(this);
  }

  get hasMail(): boolean {
    return this.mailbox.waiting.length > 0;
  }

  /** The hand-off froze it, or it is gone: nothing wakes it any more. */
  stopTimer(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  startTimer(): void {
    if (this.waiting?.kind === "message") this.#startTimer(this.waiting.until);
  }

  /** Why it cannot move, beside what its frames hold. */
  get heldBack(): string | undefined {
    if (this.waiting?.kind === "promise") return "it waits for a promise, which only exists here";
    return undefined;
  }

  /** Where its policy wants it next, if elsewhere. Asked at each yield that ends a slice. */
  wish(): Wish | undefined {
    const { preferred, wantedAt } = this;
    const { id, count } = this.site;
    if (wantedAt !== undefined) {
      this.wantedAt = undefined;
      return wantedAt === id ? undefined : { to: wantedAt, reason: "it asked to", preferred };
    }
    switch (this.meta.policy) {
      case "every-yield":
        if (count === 1) return undefined;
        return { to: (id + 1) % count, reason: "every-yield: on to the next site", preferred };
      case "data": {
        const decision = this.fetches?.decide(id);
        return decision && { ...decision, preferred };
      }
      case "hardware":
      case "software":
        if (!this.hasNewPreference) return undefined;
        this.hasNewPreference = false;
        return { to: undefined, reason: this.meta.policy, preferred };
      default:
        return undefined;
    }
  }

  /** `pinnedBy` says what pins it; without it, that is not looked for. */
  info(pinnedBy: (() => string | undefined) | undefined, blockedOn: string | undefined): LocalInfo {
    return {
      p: this.p,
      state: this.isStepping
        ? blockedOn === undefined
          ? "running"
          : "waiting"
        : !this.isRunnable || this.isWishing
          ? "moving"
          : this.isReady
            ? "ready"
            : "waiting",
      cpuMs: this.cpuMs,
      mail: this.mailbox.waiting.length,
      waitingFor: blockedOn ?? (this.waiting === undefined ? undefined : `a ${this.waiting.kind}`),
      pinnedBy: this.heldBack ?? (this.isStepping ? undefined : pinnedBy?.()),
    };
  }

  #receive(timeoutMs: number): boolean {
    if (this.hasMail) {
      this.input = this.mailbox.take();
      return false;
    }
    this.waiting = { kind: "message", until: Date.now() + timeoutMs };
    this.#startTimer(this.waiting.until);
    return true;
  }

  #endWait(): void {
    if (this.waiting?.kind === "message") this.input = this.mailbox.take();
    this.waiting = undefined;
    this.stopTimer();
  }

  #startTimer(until: number): void {
    this.stopTimer();
    if (until === Infinity) return;
    const wait = ++this.#wait;
    // Timers take 31 bits of milliseconds; who waits longer looks again then.
    const ms = Math.min(Math.max(0, until - Date.now()), 2 ** 31 - 1);
    this.#timer = setTimeout(() => {
      if (this.#wait !== wait || this.waiting?.kind !== "message") return;
      if (Date.now() < until) return this.#startTimer(until);
      if (this.hasMail) return;
      this.waiting = undefined;
      this.input = new TimeoutError(
        `process ${this.p} (${this.meta.name}) on ${this.site}: no message came in the time that its receive() gave`,
      );
      this.inputThrows = true;
      this.#onReady(this);
    }, ms);
  }
}
