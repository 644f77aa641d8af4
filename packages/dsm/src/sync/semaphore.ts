import { type Completion, MismatchError, Spending, UsageError } from "@isles/base";
import { Service } from "@isles/transport";
import { type Ask, Asks } from "./asks.ts";
import { SemaphoreManager } from "./semaphore-manager.ts";
import { dropGroup, groupOf, homeOf, keyOf, nameOf, num, Reader } from "./text.ts";
import { Twin } from "./twin.ts";
import { checkCount, rejectOnAbort, type WaitOptions, type Waits } from "./waits.ts";

/** Permits taken from a semaphore: `using permit = semaphore.acquire()`. */
export interface Permit {
  readonly name: string;
  /** How many. */
  readonly n: number;
  /** Gives them back. Throws UsageError("PERMIT_RELEASED") the second time. Does not wait. */
  release(): void;
  /** Gives them back unless that has been done. */
  [Symbol.dispose](): void;
}

/** The calls of {@link Semaphore} that wait, for code that must not block. */
export interface SemaphoreAsync {
  acquire(n?: number, options?: WaitOptions): Promise<Permit>;
  tryAcquire(n?: number): Promise<Permit | null>;
}

/** Where a semaphore is and how everybody must declare it. */
interface Declared {
  readonly key: string;
  readonly home: number;
  readonly permits: number;
}

interface Wanted {
  readonly declared: Declared;
  readonly n: number;
}

/**
 * This endpoint's end of every semaphore. To the home: `A n:req n:n n:permits key` acquire, `T …` try, `R n:0 n:n n:permits key`
 * release, `C n:req` cancel. To a site: `G n:req` granted, `D n:req` denied, `X n:req` cancelled, `M n:req n:declared key` mismatch.
 * Every A and T is answered exactly once by G, D, X or M.
 */
export class SemaphoreClient {
  readonly waits: Waits;
  readonly manager: SemaphoreManager;
  readonly #asks: Asks<Permit | null, Wanted>;
  /** Releases that were refused; the site's next call on that semaphore throws it. */
  readonly #faults = new Map<string, MismatchError>();

  constructor(waits: Waits) {
    this.waits = waits;
    this.#asks = new Asks(waits, true);
    const send = (to: number, text: string): void => waits.host.sendText(to, Service.Semaphore, text);
    this.manager = new SemaphoreManager({
      grant: (to, req) => send(to, "G" + num(req)),
      denied: (to, req) => send(to, "D" + num(req)),
      cancelled: (to, req) => send(to, "X" + num(req)),
      mismatch: (to, req, declared, key) => send(to, "M" + num(req) + num(declared) + key),
    });
    waits.host.on(Service.Semaphore, { text: (from, text) => this.#receive(from, text), value: () => undefined });
  }

  get size(): number {
    return this.#asks.size;
  }

  declare(name: string, permits: number, group = this.waits.namesOf): Declared {
    return { key: keyOf(group, name), home: homeOf(name, this.waits.host.sites), permits };
  }

  /** The one implementation of acquire ("A") and tryAcquire ("T"). */
  acquire(letter: "A" | "T", wanted: Wanted, signal?: AbortSignal): Completion<Permit | null> {
    const { declared, n } = wanted;
    this.#throwFault(declared.key);
    signal?.throwIfAborted();
    const label = `semaphore "${nameOf(declared.key)}" (${n} of ${declared.permits})`;
    const ask = this.#asks.open(label, wanted, ({ req }) => this.#send(declared, "C" + num(req)));
    // A run that has failed already: nothing was asked, so nothing will be answered.
    if (ask.completion.settled) this.#asks.answered(ask.req);
    else this.#send(declared, letter + num(ask.req) + num(n) + num(declared.permits) + declared.key);
    rejectOnAbort(ask.completion, signal);
    return ask.completion;
  }

  release(declared: Declared, n: number): void {
    this.#throwFault(declared.key);
    this.waits.host.releaseWrites();
    this.#giveBack(declared, n);
  }

  endGroup(group: number): void {
    this.#asks.endGroup(group);
  }

  get asks(): Pick<Asks<unknown, unknown>, "labelsOf" | "endOwner"> {
    return this.#asks;
  }

  groupEnded(group: number): void {
    this.#asks.dropGroup(group);
    this.manager.groupEnded(group);
    dropGroup(this.#faults, group);
  }

  #giveBack(declared: Declared, n: number): void {
    this.#send(declared, "R" + num(0) + num(n) + num(declared.permits) + declared.key);
  }

  #send(declared: Declared, text: string): void {
    this.waits.host.sendText(declared.home, Service.Semaphore, text);
  }

  #throwFault(key: string): void {
    if (this.#faults.size === 0) return;
    const fault = this.#faults.get(key);
    this.#faults.delete(key);
    if (fault !== undefined) throw fault;
  }

  #receive(from: number, text: string): void {
    const letter = text.charAt(0);
    const reader = new Reader(text);
    const req = reader.num();
    if (letter === "C") return this.manager.cancel(from, req);
    if (letter === "M") return this.#mismatch(req, reader.num(), reader.rest());
    if (letter !== "A" && letter !== "T" && letter !== "R") return this.#answer(letter, this.#asks.answered(req));
    const n = reader.num();
    const permits = reader.num();
    const use = { site: from, req, n, permits, key: reader.rest() };
    if (letter === "R") this.manager.release(use);
    else this.manager.acquire(use, letter === "A");
  }

  #answer(letter: string, ask: Ask<Permit | null, Wanted> | undefined): void {
    if (ask === undefined) return;
    const { declared, n } = ask.extra;
    if (letter !== "G") return void ask.completion.resolve(null);
    // Granted to a caller that has given up: somebody else needs it.
    if (!ask.wanted) return this.#giveBack(declared, n);
    this.waits.stats.acquisitions++;
    ask.completion.resolve(new HeldPermit(this, declared, n));
  }

  #mismatch(req: number, declared: number, key: string): void {
    const ask = this.#asks.answered(req);
    const asked = ask === undefined ? "other" : `${ask.extra.declared.permits}`;
    const error = new MismatchError(
      `semaphore "${nameOf(key)}": site ${this.waits.host.self} says ${asked} permits, but it was made with ${declared}; ` +
        "every site must give the same number",
    );
    if (ask !== undefined) ask.completion.reject(error);
    else if (req === 0) this.#faults.set(key, error);
  }
}

/**
 * A counting semaphore (Dijkstra 1965), one for all sites of a run: same name, same semaphore. First come, first served: a
 * large request is not overtaken by small ones. Whoever likes may release, as in the classical semaphore; permits are not
 * returned when a function ends, unless `using` does it.
 */
export class Semaphore {
  readonly name: string;
  readonly permits: number;
  readonly async: SemaphoreAsync;
  readonly #client: SemaphoreClient;
  readonly #declared: Declared;

  /** Of the present run unless one is given. Throws UsageError("BAD_ARGUMENT") unless `permits` is an integer of at least 0. */
  constructor(client: SemaphoreClient, name: string, permits: number, group?: number) {
    checkCount(permits, 0, `permits of semaphore "${name}"`);
    this.name = name;
    this.permits = permits;
    this.#client = client;
    this.#declared = client.declare(name, permits, group);
    const { waits } = client;
    this.async = new SemaphoreTwin(this, {
      acquire: (n = 1, options = {}) => waits.later(() => this.#acquire(n, options), options.timeoutMs),
      tryAcquire: (n = 1) => waits.later(() => this.#tryAcquire(n)),
    });
  }

  isOf(client: SemaphoreClient): boolean {
    return this.#client === client;
  }

  /** The run that it belongs to. */
  get group(): number {
    return groupOf(this.#declared.key);
  }

  /**
   * Waits for `n` permits. Throws TimeoutError after `timeoutMs`, the signal's reason when it aborts, MismatchError if another
   * site made this semaphore with another number of permits.
   */
  acquire(n = 1, options: WaitOptions = {}): Permit {
    this.#client.waits.mustBlock("semaphore.acquire()", "semaphore.async.acquire()");
    if (options.signal !== undefined)
      return this.#client.waits.block(this.#acquire(n, options), options.timeoutMs, undefined, Spending.Lock);
    const what = `semaphore ${n} ${this.#declared.key}`;
    return this.#client.waits.blockFor(what, () => this.#acquire(n, options), options.timeoutMs);
  }

  /** `n` permits if they are free now and nobody waits, else null. One round trip, never queues. */
  tryAcquire(n = 1): Permit | null {
    this.#client.waits.mustBlock("semaphore.tryAcquire()", "semaphore.async.tryAcquire()");
    return this.#client.waits.block(this.#tryAcquire(n), undefined, undefined, Spending.Lock);
  }

  /**
   * Adds `n` permits, whoever took them. Does not wait: a MismatchError about the permits is thrown by this site's next call
   * on this semaphore.
   */
  release(n = 1): void {
    checkCount(n, 1, "permits to release");
    this.#client.release(this.#declared, n);
  }

  #acquire(n: number, options: WaitOptions): Completion<Permit> {
    checkCount(n, 1, "permits to acquire");
    // Only a try is ever denied, so null cannot come.
    return this.#client.acquire(
      "A",
      { declared: this.#declared, n },
      options.signal,
    ) as Completion<unknown> as Completion<Permit>;
  }

  #tryAcquire(n: number): Completion<Permit | null> {
    checkCount(n, 1, "permits to acquire");
    return this.#client.acquire("T", { declared: this.#declared, n });
  }
}

class SemaphoreTwin extends Twin implements SemaphoreAsync {
  readonly acquire: SemaphoreAsync["acquire"];
  readonly tryAcquire: SemaphoreAsync["tryAcquire"];

  constructor(semaphore: Semaphore, calls: SemaphoreAsync) {
    super(semaphore);
    this.acquire = calls.acquire;
    this.tryAcquire = calls.tryAcquire;
  }
}

/** What travels in place of a {@link HeldPermit}. */
export interface PermitDescription {
  readonly name: string;
  readonly group: number;
  readonly permits: number;
  readonly n: number;
  readonly released: boolean;
}

/** See {@link Permit}. */
export class HeldPermit implements Permit {
  readonly name: string;
  readonly n: number;
  readonly #client: SemaphoreClient;
  readonly #declared: Declared;
  #released = false;

  /** The permit again, at another site: the count at the home does not know who has them. */
  static from(client: SemaphoreClient, description: PermitDescription): HeldPermit {
    const { name, permits, group, n, released } = description;
    const permit = new HeldPermit(client, client.declare(name, permits, group), n);
    permit.#released = released;
    return permit;
  }

  constructor(client: SemaphoreClient, declared: Declared, n: number) {
    this.name = nameOf(declared.key);
    this.n = n;
    this.#client = client;
    this.#declared = declared;
  }

  isOf(client: SemaphoreClient): boolean {
    return this.#client === client;
  }

  describe(): PermitDescription {
    const { key, permits } = this.#declared;
    return { name: this.name, group: groupOf(key), permits, n: this.n, released: this.#released };
  }

  release(): void {
    if (this.#released) {
      throw new UsageError(
        "PERMIT_RELEASED",
        `release of ${this.n} of semaphore "${this.name}" on site ${this.#client.waits.host.self}: already released; ` +
          'release each permit once, or let "using" do it',
      );
    }
    this.#released = true;
    this.#client.release(this.#declared, this.n);
  }

  [Symbol.dispose](): void {
    if (!this.#released) this.release();
  }
}
