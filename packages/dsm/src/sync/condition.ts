import { type Completion, Spending, UsageError } from "@isles/base";
import { Service } from "@isles/transport";
import { ConditionManager } from "./condition-manager.ts";
import type { Lock } from "./lock.ts";
import { type Claim, type LockClient, notHeld } from "./lock-client.ts";
import { num, Reader } from "./text.ts";
import { Twin } from "./twin.ts";
import { checkCount, runEnded } from "./waits.ts";

/** One wait, in two steps: until woken (or out of time), and until the lock is back. */
interface Wait {
  readonly claim: Claim;
  readonly woken: Completion<void>;
  /** The second step, once begun. */
  back: Completion<boolean> | undefined;
  timedOut: boolean;
  /** After a timeout: whether a notification had come first. Unknown until the home says so. */
  notified: boolean | undefined;
}

/** The calls of {@link Condition} that wait, for code that must not block. */
export interface ConditionAsync {
  wait(timeoutMs?: number): Promise<boolean>;
}

/**
 * This endpoint's end of every condition. To the lock's home: `W n:req n:token name` wait and release, `N n:count name` notify
 * (0 = all), `T n:req` timed out, `L n:req n:timedOut name` left. To a site: `V n:req n:notified` answer to T.
 */
export class ConditionClient {
  readonly locks: LockClient;
  readonly manager: ConditionManager;
  readonly #waits = new Map<number, Wait>();

  constructor(locks: LockClient) {
    this.locks = locks;
    const { host } = locks;
    this.manager = new ConditionManager(locks.manager, {
      verdict: (to, req, notified) => host.sendText(to, Service.Condition, "V" + num(req) + num(notified ? 1 : 0)),
      cancelled: (to, req) => host.sendText(to, Service.Lock, "X" + num(req)),
    });
    host.on(Service.Condition, { text: (from, text) => this.#receive(from, text), value: () => undefined });
  }

  get size(): number {
    return this.#waits.size;
  }

  begin(name: string, blocking: boolean): Wait {
    const { host } = this.locks;
    host.releaseWrites();
    const claims = this.locks.here(name).filter((claim) => claim.call?.isSuspended !== true);
    const old = this.locks.heldHere(name);
    if (old?.mode !== "exclusive") {
      const why =
        old === undefined ? "this site does not hold the lock" : "this site holds the lock only in shared mode";
      throw notHeld(`condition.wait() on lock "${name}"`, host.self, `${why}; acquire it exclusively first`);
    }
    if (blocking && claims.some((claim) => claim.state === "asked" && !claim.condition)) {
      throw new UsageError(
        "LOCK_HELD_HERE",
        `condition.wait() on lock "${name}" would block site ${host.self}, where an asynchronous acquire of the same lock is ` +
          "queued and could then never release it; use condition.async.wait()",
      );
    }
    const woken = host.pend<void>(`condition of lock "${name}"`);
    if (woken.settled) woken.take();
    return this.#suspend(old, woken);
  }

  /** Exchanges the hold for a request that the home will queue when it is notified. */
  #suspend(old: Claim, woken: Completion<void>): Wait {
    const { name, group, handle } = old;
    const claim = this.locks.open({
      name,
      mode: "exclusive",
      group,
      completion: woken,
      condition: true,
      granted: () => this.#granted(wait),
      refused: () => this.#waits.delete(claim.req),
      leave: () => this.#leave(wait),
    });
    const wait: Wait = { claim, woken, back: undefined, timedOut: false, notified: undefined };
    this.#waits.set(claim.req, wait);
    this.locks.forget(old, "ended");
    claim.handle = handle;
    if (handle !== undefined) handle.claim = claim;
    woken.onSettled(() => this.#leaveIfFailed(wait, woken));
    this.locks.host.sendText(claim.home, Service.Condition, "W" + num(claim.req) + num(old.token) + name);
    return wait;
  }

  /** The caller's time is up; the home decides whether a notification came first. */
  timeout(wait: Wait): void {
    if (wait.woken.settled) return;
    wait.timedOut = true;
    this.locks.host.sendText(wait.claim.home, Service.Condition, "T" + num(wait.claim.req));
    wait.woken.resolve();
  }

  /** Begins the second step. */
  regain(wait: Wait): Completion<boolean> {
    const { claim } = wait;
    const back = this.locks.host.pend<boolean>(`lock "${claim.name}" (regaining it after a condition wait)`);
    wait.back = back;
    claim.completion = back;
    back.reason = claim;
    if (claim.state !== "asked" && claim.state !== "held") back.reject(runEnded(back.label));
    back.onSettled(() => this.#leaveIfFailed(wait, back));
    this.#finish(wait);
    return back;
  }

  /**
   * A holder that notifies lets the lock go through the home, behind its notification: so who begins to wait afterwards is
   * not woken by it.
   */
  notify(name: string, count: number): void {
    for (const claim of this.locks.here(name)) if (claim.state === "held") claim.viaHome = true;
    this.locks.host.sendText(this.locks.homeOf(name), Service.Condition, "N" + num(count) + name);
  }

  #granted(wait: Wait): void {
    wait.woken.resolve();
    this.#finish(wait);
  }

  /** The wait is over when the lock is back and, after a timeout, the home's verdict is known. */
  #finish(wait: Wait): void {
    if (wait.back === undefined || wait.claim.state !== "held") return;
    if (wait.timedOut && wait.notified === undefined) return;
    this.#waits.delete(wait.claim.req);
    this.locks.waits.stats.acquisitions++;
    wait.back.resolve(wait.notified ?? true);
  }

  #leaveIfFailed(wait: Wait, step: Completion<void> | Completion<boolean>): void {
    const { claim } = wait;
    if (!failed(step)) return;
    if (claim.state === "held") this.locks.letGo(claim, "ended");
    else this.locks.giveUp(claim);
    this.#waits.delete(claim.req);
  }

  #leave(wait: Wait): void {
    const { claim, timedOut } = wait;
    const text = "L" + num(claim.req) + num(timedOut ? 1 : 0) + claim.name;
    this.locks.host.sendText(claim.home, Service.Condition, text);
  }

  #receive(from: number, text: string): void {
    const reader = new Reader(text);
    const first = reader.num();
    switch (text.charAt(0)) {
      case "W": {
        const token = reader.num();
        return this.manager.wait({ site: from, req: first, name: reader.rest() }, token);
      }
      case "N":
        return this.manager.notify(reader.rest(), first === 0 ? Number.POSITIVE_INFINITY : first);
      case "T":
        return this.manager.timedOut(from, first);
      case "L": {
        const timedOut = reader.num() === 1;
        return this.manager.leave({ site: from, req: first, name: reader.rest() }, timedOut);
      }
      case "V": {
        const wait = this.#waits.get(first);
        if (wait === undefined) return;
        wait.notified = reader.num() === 1;
        return this.#finish(wait);
      }
      default:
        throw new Error(`unknown condition message "${text.charAt(0)}"`);
    }
  }
}

/** A settled completion tells its outcome only by throwing it. */
function failed(completion: Completion<void> | Completion<boolean>): boolean {
  try {
    completion.take();
    return false;
  } catch {
    return true;
  }
}

/**
 * The condition variable of a lock (Hoare 1974, with Mesa semantics: Lampson and Redell 1980). Every site that asks for the
 * condition of the same lock gets the same one. Test what you wait for in a loop around `wait`.
 */
export class Condition {
  readonly lock: Lock;
  readonly async: ConditionAsync;
  readonly #client: ConditionClient;

  constructor(client: ConditionClient, lock: Lock) {
    this.lock = lock;
    this.#client = client;
    this.async = new ConditionTwin(this, async (timeoutMs) => this.#later(timeoutMs));
  }

  isOf(client: ConditionClient): boolean {
    return this.#client === client;
  }

  /**
   * Lets the lock go, waits to be notified, and has the lock again when it returns: true if notified, false if `timeoutMs`
   * passed first (regaining the lock may take longer). The hold this site had stays valid.
   * Throws UsageError("LOCK_NOT_HELD") unless this site holds the lock exclusively.
   */
  wait(timeoutMs?: number): boolean {
    const { waits } = this.#client.locks;
    waits.mustBlock("condition.wait()", "condition.async.wait()");
    const wait = this.#client.begin(this.lock.name, true);
    waits.block(wait.woken, timeoutMs, () => this.#client.timeout(wait), Spending.Lock);
    return waits.host.wait(this.#client.regain(wait), undefined, undefined, Spending.Lock);
  }

  /** Wakes the `n` sites that have waited longest. Never waits; wakes nobody if nobody waits. */
  notify(n = 1): void {
    checkCount(n, 0, "the number of waiters to notify");
    if (n > 0) this.#client.notify(this.lock.name, n);
  }

  /** Wakes everybody that waits now. */
  notifyAll(): void {
    this.#client.notify(this.lock.name, 0);
  }

  #later(timeoutMs: number | undefined): Promise<boolean> {
    const { waits } = this.#client.locks;
    const wait = this.#client.begin(this.lock.name, false);
    const second = (): Promise<boolean> => {
      const back = this.#client.regain(wait);
      waits.adopt(back, promise);
      return waits.host.waitAsync(back);
    };
    const first = waits.later(
      () => wait.woken,
      timeoutMs,
      () => this.#client.timeout(wait),
    );
    const promise = first.then(second);
    waits.adopt(wait.woken, promise);
    return promise;
  }
}

class ConditionTwin extends Twin implements ConditionAsync {
  readonly wait: ConditionAsync["wait"];

  constructor(condition: Condition, wait: ConditionAsync["wait"]) {
    super(condition);
    this.wait = wait;
  }
}
