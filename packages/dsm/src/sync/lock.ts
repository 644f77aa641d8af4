import { type Completion, Spending, UsageError } from "@isles/base";
import type { Held } from "./held.ts";
import { type Claim, type LockClient, notHeld } from "./lock-client.ts";
import type { LockMode } from "./lock-manager.ts";
import { Twin } from "./twin.ts";
import { isProcess, type WaitOptions } from "./waits.ts";

/** How to acquire. `mode` defaults to "exclusive"; any number of sites may hold a lock in "shared" mode together. */
export interface AcquireOptions extends WaitOptions {
  readonly mode?: LockMode | undefined;
}

/** The calls of {@link Lock} that wait, for code that must not block. */
export interface LockAsync {
  acquire(options?: AcquireOptions): Promise<Held>;
  tryAcquire(options?: Pick<AcquireOptions, "mode">): Promise<Held | null>;
}

/**
 * Mutual exclusion between sites, and between asynchronous callers on one site. The same name is the same lock everywhere.
 * First come, first served; not re-entrant, except that a site may nest shared holds. After Lamport (1978) for the order and
 * the MCS queue lock for the hand-off; a free lock costs one round trip, a contended one reaches the next waiter in one message.
 */
export class Lock {
  readonly name: string;
  readonly async: LockAsync;
  readonly #client: LockClient;

  constructor(client: LockClient, name: string) {
    this.name = name;
    this.#client = client;
    this.async = new LockTwin(this, {
      acquire: (options = {}) => client.waits.later(() => this.#acquire(options, undefined), options.timeoutMs),
      tryAcquire: (options = {}) => client.waits.later(() => this.#tryAcquire(options)),
    });
  }

  isOf(client: LockClient): boolean {
    return this.#client === client;
  }

  /**
   * Waits for the lock. Throws TimeoutError after `timeoutMs`, the signal's reason when it aborts, SiteDownError when a site
   * is lost; UsageError("LOCK_HELD_HERE") when this site itself is in the way, because a blocked thread cannot release.
   */
  acquire(options: AcquireOptions = {}): Held {
    this.#client.waits.mustBlock("lock.acquire()", "lock.async.acquire()");
    // A signal is of one wait alone, which then cannot let an inner one have its turn.
    if (options.signal !== undefined)
      return this.#client.waits.block(this.#acquire(options, ""), options.timeoutMs, undefined, Spending.Lock);
    const what = `lock ${options.mode ?? "exclusive"} ${this.name}`;
    return this.#client.waits.blockFor(what, () => this.#acquire(options, what), options.timeoutMs);
  }

  /** The lock if it is free for this mode right now and nobody is queued for it, else null. One round trip, never queues. */
  tryAcquire(options: Pick<AcquireOptions, "mode"> = {}): Held | null {
    this.#client.waits.mustBlock("lock.tryAcquire()", "lock.async.tryAcquire()");
    return this.#client.waits.block(this.#tryAcquire(options), undefined, undefined, Spending.Lock);
  }

  /**
   * Releases this site's hold (the latest, if shared holds are nested); in a process, that of the process. Throws
   * UsageError("LOCK_NOT_HELD") without one.
   */
  release(): void {
    const claim = this.#client.heldHere(this.name);
    if (claim !== undefined) return this.#client.release(claim);
    const who = isProcess(this.#client.waits.answering()) ? "this process" : "this site";
    const why = `${who} does not hold it (${this.#client.whoHolds(this.name)}); call acquire() first`;
    throw notHeld(`release of lock "${this.name}"`, this.#client.host.self, why);
  }

  /** `blockingFor`: what the caller blocks for, if it does. */
  #acquire(options: AcquireOptions, blockingFor: string | undefined): Completion<Held> {
    const mode = options.mode ?? "exclusive";
    if (mode !== "exclusive" && mode !== "shared") {
      throw new UsageError("BAD_ARGUMENT", `lock "${this.name}": mode is "exclusive" or "shared", not ${String(mode)}`);
    }
    const nested = blockingFor !== undefined && !this.#client.waits.isAwaited(blockingFor) && this.#nested(mode);
    return this.#client.acquire({
      name: this.name,
      mode,
      wish: nested ? "nested" : "queue",
      signal: options.signal,
      bind: (claim) => new HeldLock(this.#client, claim),
    });
  }

  #tryAcquire(options: Pick<AcquireOptions, "mode">): Completion<Held | null> {
    return this.#client.acquire<Held | null>({
      name: this.name,
      mode: options.mode ?? "exclusive",
      wish: "try",
      bind: (claim) => new HeldLock(this.#client, claim),
      refused: (completion) => completion.resolve(null),
    });
  }

  /** Whether a blocking acquire nests inside shared holds of this site; throws where it could never return. */
  #nested(mode: LockMode): boolean {
    // What a process holds or wants that is between its steps is not in the way: it goes on inside this wait.
    const here = this.#client
      .here(this.name)
      .filter((claim) => (!claim.condition || claim.state === "held") && claim.call?.isSuspended !== true);
    if (here.length === 0) return false;
    const held = here.filter((claim) => claim.state === "held");
    if (mode === "shared" && here.every((claim) => claim.mode === "shared") && held.length > 0) return true;
    const isOfProcess = here.some((claim) => claim.call?.isSuspended === false);
    const state = held.length > 0 ? `holds it (${held[0]?.mode})` : "is queued for it by an asynchronous acquire";
    throw new UsageError(
      "LOCK_HELD_HERE",
      `lock "${this.name}" (${mode}) on site ${this.#client.host.self}: this site already ${state}, and would never get to ` +
        `release it while acquire() blocks its thread${isOfProcess ? " (it is a process's that waits for a promise or is buried under this wait)" : ""}; ` +
        "release it first, or use lock.async.acquire(), which a process can `yield`",
    );
  }
}

class LockTwin extends Twin implements LockAsync {
  readonly acquire: LockAsync["acquire"];
  readonly tryAcquire: LockAsync["tryAcquire"];

  constructor(lock: Lock, calls: LockAsync) {
    super(lock);
    this.acquire = calls.acquire;
    this.tryAcquire = calls.tryAcquire;
  }
}

/** See {@link Held}. After a condition wait it stands for another claim of the same lock. */
export class HeldLock implements Held {
  /** The claim this stands for now. */
  claim: Claim;
  readonly #client: LockClient;

  constructor(client: LockClient, claim: Claim) {
    this.#client = client;
    this.claim = claim;
    claim.handle = this;
  }

  isOf(client: LockClient): boolean {
    return this.#client === client;
  }

  get name(): string {
    return this.claim.name;
  }

  get mode(): LockMode {
    return this.claim.mode;
  }

  get token(): number {
    return this.claim.token;
  }

  release(): void {
    const { claim } = this;
    if (claim.state === "held") return this.#client.release(claim);
    // Not the caller's doing, and its `finally` must not hide the error that ended the run or the wait.
    if (claim.state === "ended" || claim.state === "abandoned") return;
    const why =
      claim.state === "released"
        ? `it was already released; ${this.#client.whoHolds(this.name)}. Release each hold once, or let "using" do it`
        : "condition.wait() has let it go and not got it back yet; await the wait first";
    throw notHeld(`release of lock "${this.name}"`, this.#client.host.self, why);
  }

  [Symbol.dispose](): void {
    const { claim } = this;
    if (claim.state === "held") this.#client.release(claim);
    // Left the block with a condition wait under way: nobody could ever release what that wait would regain.
    if (claim.state !== "asked") return;
    const why = "its block ended while condition.wait() was pending; await the wait first";
    this.#client.waits.end(claim.completion, notHeld(`wait on lock "${this.name}"`, this.#client.host.self, why));
  }
}
