import type { LockClaim, LockQueue } from "@isles/base";
import { requestKey } from "./text.ts";

export type LockMode = "exclusive" | "shared";

/** What to do with a request that cannot be granted now. `nested`: its site already holds the lock in shared mode. */
export type LockWish = "queue" | "try" | "nested";

/** A waiter and the token it will hold the lock under. */
export interface Successor {
  readonly site: number;
  readonly req: number;
  readonly token: number;
}

/** What a manager tells sites; every method is one message. */
export interface LockOut {
  grant(to: number, req: number, token: number): void;
  /** Request `req` of `to` is, or will be, the holder; whoever that is gives the lock to `successor` when done. */
  next(to: number, req: number, successor: Successor): void;
  /** Answer to a `try`. */
  denied(to: number, req: number): void;
  /** The request was taken off the queue and will never be granted. */
  cancelled(to: number, req: number): void;
}

interface Claim {
  readonly lock: LockState;
  /** Whose it is. Both change when the process that holds the lock moves. */
  site: number;
  req: number;
  readonly mode: LockMode;
  /** 0 until promised or granted. */
  token: number;
  /** How often the hold has moved, as far as is known here. */
  moves: number;
  stage: "queued" | "promised" | "holding";
  /** The waiter gave up, but somebody may already be on the way to give it the lock. */
  gone: boolean;
}

interface LockState {
  readonly name: string;
  /** One exclusive claim, or any number of shared ones. */
  readonly holders: Set<Claim>;
  /** Waiters whose predecessor has been told to give them the lock directly, in that order. Empty unless the holder is exclusive. */
  readonly promised: Set<Claim>;
  /** All other waiters, oldest first; every one comes after all of `promised`. */
  readonly queue: Set<Claim>;
  /** Last of `promised`, else the exclusive holder: who is told of the next exclusive waiter. */
  tail: Claim | undefined;
}

/**
 * Decides who holds the locks whose home is this endpoint. First come, first served, in both modes: a shared request waits
 * behind an exclusive one that came before it, so writers do not starve. A lock exists here only while somebody holds or
 * waits for it.
 *
 * Hand-off. Behind an exclusive holder, consecutive exclusive waiters form a chain as in the MCS queue lock (Mellor-Crummey
 * and Scott, 1991): each gets a token in advance, and its predecessor is told `Next(successor, token)`. A holder that
 * releases with a Next in hand sends Grant straight to the successor and Passed to the manager: one message between holder
 * and waiter, however short the critical section. Without one it sends Released and the manager grants. Why no lock is lost
 * or granted twice:
 *  1. A holder decides once, at release, between Passed and Released, by whether Next has arrived. A Next that arrives later
 *     names a request that no longer exists there and is dropped. The manager learns the decision from the message and
 *     itself grants only on Released. So exactly one of the two grants a promised claim.
 *  2. A token is known at a site only if the lock was granted to it. So a Released or Passed that names a promised token
 *     proves that all links before it were passed, although their Passed messages, on other channels, may not have come
 *     yet. The manager moves the lock to that link at once and ignores the late messages, whose tokens it has forgotten.
 *  3. Every request is answered exactly once: Grant (from the manager or a holder), Denied, or Cancelled. A queued waiter
 *     that gives up is removed and answered Cancelled. A promised one cannot be removed, as its predecessor may already
 *     have passed; it is marked gone. Either the grant reaches it and it passes the lock on or returns it at once, as a
 *     holder would, or the manager, granting after a Released, skips it and answers Cancelled: by 1 never both.
 *     A Cancel that crosses the grant finds the claim holding and is ignored: the site returns the lock when it comes.
 *  4. Next(successor) reaches the predecessor's site before or after the predecessor's own grant (they may come on different
 *     channels); it is filed under the request, which exists there until the request is answered and released, so the order
 *     does not matter.
 *  5. A hold may move with the process that has it: the new site opens a request of its own and says Moved(token, request).
 *     The token stays, and 1 to 3 speak of tokens, so they hold as before if at most one site at a time decides for a token.
 *     That is so: the old site's copy of the process is frozen before its image leaves; either the move is committed, and the
 *     old site forgets the hold without a word and never decides, or it is given up, and the new site does so, which has told
 *     nobody. What remains is Next. The new holder starts without one, whatever the old one had been told: so it can only
 *     release by Released, which leaves the grant to the manager, until the manager, having read Moved, sends Next once more,
 *     to the new request. Next to the old request is dropped there, or filed under a hold that will never be released. Moved
 *     comes before Released, Passed and every further word of its site about the token, on one channel. Two Moved of a hold
 *     that moves on quickly come on different channels: the one with more moves behind it counts. If the first comes after
 *     the token's release, the token is forgotten, and so is the message. By 2 a Moved of a promised token proves that all
 *     links before it were passed.
 */
export class LockManager {
  readonly #out: LockOut;
  readonly #locks = new Map<string, LockState>();
  /** Waiting claims (queued or promised) by site and request. */
  readonly #waiting = new Map<number, Claim>();
  /** Promised and holding claims. */
  readonly #byToken = new Map<number, Claim>();
  #lastToken = 0;

  constructor(out: LockOut) {
    this.#out = out;
  }

  /** Locks that somebody holds or waits for. */
  get size(): number {
    return this.#locks.size;
  }

  /** Sites that hold the lock as far as is known here. */
  holders(name: string): number[] {
    return [...(this.#locks.get(name)?.holders ?? [])].map((claim) => claim.site);
  }

  /** The locks that somebody waits for, for the deadlock analysis. */
  queues(): LockQueue[] {
    const queues: LockQueue[] = [];
    for (const { name, holders, promised, queue } of this.#locks.values()) {
      if (promised.size + queue.size === 0) continue;
      queues.push({ name, holders: [...holders].map(plain), waiters: [...promised, ...queue].map(plain) });
    }
    return queues;
  }

  acquire(site: number, req: number, name: string, mode: LockMode, wish: LockWish): void {
    const lock = this.#lock(name);
    const claim: Claim = { lock, site, req, mode, token: 0, moves: 0, stage: "queued", gone: false };
    // A nested shared claim jumps the queue: its site cannot release the outer one while it waits for this one.
    const nested = wish === "nested" && mode === "shared" && lock.holders.size > 0 && !isExclusive(lock);
    if (nested || (lock.queue.size === 0 && this.#admits(lock, mode))) return this.#hold(claim);
    if (wish === "try") return this.#out.denied(site, req);
    lock.queue.add(claim);
    this.#waiting.set(requestKey(site, req), claim);
    this.#promise(lock);
  }

  cancel(site: number, req: number): void {
    const claim = this.#waiting.get(requestKey(site, req));
    if (claim === undefined) return;
    if (claim.stage === "promised") {
      claim.gone = true;
      return;
    }
    claim.lock.queue.delete(claim);
    this.#skip(claim);
    this.#serve(claim.lock);
  }

  /** The holder let go and has given the lock to nobody. */
  released(token: number): void {
    const claim = this.#take(token);
    if (claim === undefined) return;
    const { lock } = claim;
    if (lock.holders.size > 0) return;
    for (const next of lock.promised) {
      lock.promised.delete(next);
      if (!next.gone) return this.#hold(next);
      this.#byToken.delete(next.token);
      this.#skip(next);
    }
    this.#serve(lock);
  }

  /** The holder let go and has granted to its successor itself. */
  passed(token: number): void {
    const claim = this.#take(token);
    if (claim === undefined) return;
    this.#adopt(claim.lock);
  }

  /** The process that holds the lock is now at `site`, whose request `req` stands for the hold; it has moved `moves` times. */
  moved(token: number, site: number, req: number, moves: number): void {
    const claim = this.#byToken.get(token);
    if (claim === undefined || moves <= claim.moves) return;
    this.#reach(claim);
    claim.site = site;
    claim.req = req;
    claim.moves = moves;
    for (const { site, req, token } of claim.lock.promised)
      return this.#out.next(claim.site, claim.req, { site, req, token });
  }

  #lock(name: string): LockState {
    let lock = this.#locks.get(name);
    if (lock === undefined) {
      lock = { name, holders: new Set(), promised: new Set(), queue: new Set(), tail: undefined };
      this.#locks.set(name, lock);
    }
    return lock;
  }

  #admits(lock: LockState, mode: LockMode): boolean {
    return lock.holders.size === 0 || (mode === "shared" && !isExclusive(lock));
  }

  /** Makes the claim a holder and tells its site. */
  #hold(claim: Claim): void {
    this.#install(claim);
    this.#out.grant(claim.site, claim.req, claim.token);
  }

  #install(claim: Claim): void {
    const { lock } = claim;
    if (claim.token === 0) claim.token = ++this.#lastToken;
    claim.stage = "holding";
    lock.holders.add(claim);
    this.#byToken.set(claim.token, claim);
    this.#waiting.delete(requestKey(claim.site, claim.req));
    if (claim.mode === "exclusive" && lock.promised.size === 0) lock.tail = claim;
  }

  /** The first promised claim holds the lock by its predecessor's doing. */
  #adopt(lock: LockState): void {
    for (const next of lock.promised) {
      lock.promised.delete(next);
      return this.#install(next);
    }
    throw new Error(`lock "${lock.name}" was passed on, but nobody was next`);
  }

  /** Ends the hold under `token`; the links before it were passed on (argument 2 above). */
  #take(token: number): Claim | undefined {
    const claim = this.#byToken.get(token);
    if (claim === undefined) return undefined;
    const { lock } = claim;
    this.#reach(claim);
    lock.holders.delete(claim);
    this.#byToken.delete(token);
    if (lock.tail === claim) lock.tail = undefined;
    return claim;
  }

  /** Makes a promised claim, of which somebody has spoken, the holder. */
  #reach(claim: Claim): void {
    const { lock } = claim;
    while (claim.stage === "promised") {
      for (const holder of lock.holders) this.#byToken.delete(holder.token);
      lock.holders.clear();
      this.#adopt(lock);
    }
  }

  #skip(claim: Claim): void {
    this.#waiting.delete(requestKey(claim.site, claim.req));
    if (claim.lock.tail === claim) claim.lock.tail = undefined;
    this.#out.cancelled(claim.site, claim.req);
  }

  /** Grants to as many as may hold now, then forgets the lock if it is idle. */
  #serve(lock: LockState): void {
    for (const claim of lock.queue) {
      if (!this.#admits(lock, claim.mode)) break;
      lock.queue.delete(claim);
      this.#hold(claim);
    }
    this.#promise(lock);
    if (lock.holders.size === 0 && lock.queue.size === 0) this.#locks.delete(lock.name);
  }

  /** Extends the chain of promised claims over the exclusive waiters that follow it. */
  #promise(lock: LockState): void {
    let tail = lock.tail;
    if (tail === undefined) return;
    for (const claim of lock.queue) {
      if (claim.mode !== "exclusive") break;
      lock.queue.delete(claim);
      claim.stage = "promised";
      claim.token = ++this.#lastToken;
      lock.promised.add(claim);
      this.#byToken.set(claim.token, claim);
      this.#out.next(tail.site, tail.req, { site: claim.site, req: claim.req, token: claim.token });
      tail = claim;
    }
    lock.tail = tail;
  }
}

function plain({ site, req, mode }: Claim): LockClaim {
  return { site, req, isShared: mode === "shared" };
}

function isExclusive(lock: LockState): boolean {
  for (const holder of lock.holders) return holder.mode === "exclusive";
  return false;
}
