import { type AnsweredCall, Completion, type IslesError, UsageError } from "@isles/base";
import { Service, type ServiceHost } from "@isles/transport";
import type { Held } from "./held.ts";
import { LockManager, type LockMode, type LockWish, type Successor } from "./lock-manager.ts";
import { homeOf, num, Reader } from "./text.ts";
import { isProcess, rejectOnAbort, runEnded, type Waits } from "./waits.ts";

/** One request of this site for a lock, from asking to letting go. */
export interface Claim {
  /** It is itself the reason of the wait for it, so that an acquire allocates none. */
  readonly kind: "lock";
  readonly req: number;
  readonly name: string;
  readonly home: number;
  readonly mode: LockMode;
  /** Run whose end ends it. This and `call` change when somebody else's wait takes the request over. */
  group: number;
  /** The remote call or process whose code asked; undefined for the run's own function, whose end lets its locks go. */
  call: AnsweredCall | undefined;
  /** How often the hold has moved with its process. */
  readonly moves: number;
  /** A signal can end its wait. */
  readonly abortable: boolean;
  /** 0 until granted. */
  token: number;
  /**
   * `asked`: queued at the home (or waiting at a condition). `abandoned`: the caller gave up; the grant, if one comes, is
   * given back. `released`: by the caller. `ended`: by the end of its function or of the wait that should have regained it.
   */
  state: "asked" | "held" | "abandoned" | "released" | "ended";
  /** Whom to give the lock to, as far as is known. */
  next: Successor | undefined;
  /** It has notified a condition while holding: whoever gets the lock next must not overtake that on its way to the home. */
  viaHome: boolean;
  /** What the caller waits for at this moment. */
  completion: Completion<never> | Completion<unknown>;
  /** Asked by a condition wait, which queues for the lock only when notified. */
  readonly condition: boolean;
  /** The caller's handle, which moves to the new claim when a condition wait regains the lock. */
  handle: { claim: Claim } | undefined;
  granted(): void;
  refused(): void;
  /** Tells the home that the caller is gone. */
  leave(): void;
}

/** A held lock on its way to another site. Plain data. */
export interface MovingHold {
  readonly name: string;
  readonly mode: LockMode;
  readonly group: number;
  readonly token: number;
  readonly moves: number;
  readonly viaHome: boolean;
}

/** Parameters of {@link LockClient.open}. */
export interface ClaimOptions {
  readonly name: string;
  readonly mode: LockMode;
  readonly group: number;
  readonly completion: Claim["completion"];
  readonly granted: (claim: Claim) => void;
  readonly refused?: () => void;
  readonly leave?: (claim: Claim) => void;
  readonly condition?: boolean;
  readonly abortable?: boolean;
}

/**
 * This endpoint's end of every lock: what it asked for, what it holds, and what it must pass on. See {@link LockManager} for
 * why no lock is lost. On the wire (n = number): to the home `A n:req n:flags name`, `C n:req` cancel, `R n:token` released,
 * `P n:token` passed, `M n:req n:token n:moves` moved here; to a site `G n:req n:token` grant, `N n:req n:site n:req n:token` next, `D n:req` denied, `X n:req`
 * cancelled.
 */
export class LockClient {
  readonly waits: Waits;
  readonly host: ServiceHost;
  readonly manager: LockManager;
  /** By request; also the abandoned, until they are answered. */
  readonly #claims = new Map<number, Claim>();
  /** Asked and held, oldest first. */
  readonly #byName = new Map<string, Set<Claim>>();
  #lastReq = 0;

  constructor(waits: Waits) {
    this.waits = waits;
    this.host = waits.host;
    const send = (to: number, text: string): void => this.host.sendText(to, Service.Lock, text);
    this.manager = new LockManager({
      grant: (to, req, token) => send(to, "G" + num(req) + num(token)),
      next: (to, req, after) => send(to, "N" + num(req) + num(after.site) + num(after.req) + num(after.token)),
      denied: (to, req) => send(to, "D" + num(req)),
      cancelled: (to, req) => send(to, "X" + num(req)),
    });
    waits.requestsOf.push((completion) => {
      for (const claim of this.#claims.values()) if (claim.completion === completion) return claim;
      return undefined;
    });
    this.host.on(Service.Lock, {
      text: (from, text) => this.#receive(from, text),
      value: () => undefined,
    });
  }

  /** Requests and holds of this endpoint that are not over. */
  get size(): number {
    return this.#claims.size;
  }

  homeOf(name: string): number {
    return homeOf(name, this.host.sites);
  }

  /** What this site has asked for or holds under the name. */
  here(name: string): readonly Claim[] {
    return [...(this.#byName.get(name) ?? [])];
  }

  /**
   * The latest hold under the name that the code running now may let go: a process only what it took itself, everybody else
   * what no process took.
   */
  heldHere(name: string): Claim | undefined {
    const now = this.waits.answering();
    const isMine = ({ call }: Claim): boolean => (isProcess(now) ? call === now : !isProcess(call));
    return this.here(name).findLast((claim) => claim.state === "held" && isMine(claim));
  }

  /** Whether anybody but processes between their steps holds a lock here. */
  get isHolding(): boolean {
    for (const { state, call } of this.#claims.values())
      if (state === "held" && call?.isSuspended !== true) return true;
    return false;
  }

  /** What the owner asked for and has not let go, oldest first. */
  claimsOf(owner: AnsweredCall): Claim[] {
    return [...this.#claims.values()].filter(
      ({ call, state }) => call === owner && (state === "held" || state === "asked"),
    );
  }

  /**
   * Requests, waiting or held, that only their own code will let go. What a call leaves locked when it is over is for
   * another call to release, a signal's listener may release at any time, and a process in any of its later steps.
   */
  ongoing(): number[] {
    const reqs: number[] = [];
    for (const { req, state, call, abortable } of this.#claims.values()) {
      const isOwn = call === undefined || !(call.isOver || call.hasSignal || call.isSuspended === true);
      if (isOwn && (state === "held" || (state === "asked" && !abortable))) reqs.push(req);
    }
    return reqs;
  }

  /** Puts a request on the table. The caller sends it. */
  open(options: ClaimOptions): Claim {
    const claim = this.#make(options, this.waits.answering(), 0);
    this.#register(claim);
    return claim;
  }

  /** A hold that comes here with its process, under a request of its own that nobody knows of before {@link settle}. */
  prepare(hold: MovingHold, owner: AnsweredCall): Claim {
    const { name, mode } = hold;
    const completion = new Completion<void>(`lock "${name}" (moved here)`);
    completion.resolve();
    const options = { name, mode, group: hold.group, completion, granted: (): void => undefined };
    const claim = this.#make(options, owner, hold.moves + 1);
    claim.token = hold.token;
    claim.viaHome = hold.viaHome;
    return claim;
  }

  /** The process that brought the hold is here to stay: from now on this site answers for it. */
  settle(claim: Claim): void {
    claim.state = "held";
    this.#register(claim);
    this.host.sendText(claim.home, Service.Lock, "M" + num(claim.req) + num(claim.token) + num(claim.moves));
  }

  #make(options: ClaimOptions, call: AnsweredCall | undefined, moves: number): Claim {
    const { name, completion } = options;
    const claim: Claim = {
      kind: "lock",
      req: ++this.#lastReq,
      name,
      home: this.homeOf(name),
      mode: options.mode,
      group: options.group,
      call,
      moves,
      abortable: options.abortable ?? false,
      token: 0,
      state: "asked",
      next: undefined,
      viaHome: false,
      completion,
      condition: options.condition ?? false,
      handle: undefined,
      granted: () => options.granted(claim),
      refused: options.refused ?? ((): void => undefined),
      leave: () => {
        if (options.leave !== undefined) return options.leave(claim);
        this.host.sendText(claim.home, Service.Lock, "C" + num(claim.req));
      },
    };
    return claim;
  }

  #register(claim: Claim): void {
    this.#claims.set(claim.req, claim);
    const same = this.#byName.get(claim.name);
    if (same === undefined) this.#byName.set(claim.name, new Set([claim]));
    else same.add(claim);
  }

  /** Asks the home. */
  ask(claim: Claim, wish: LockWish): void {
    const flags = (claim.mode === "shared" ? 1 : 0) + (wish === "try" ? 2 : wish === "nested" ? 4 : 0);
    this.host.sendText(claim.home, Service.Lock, "A" + num(claim.req) + num(flags) + claim.name);
  }

  /**
   * The one implementation of acquire and tryAcquire: settles with the hold that `bind` makes of the granted claim, or as
   * `refused` says when the home will not grant.
   */
  acquire<T extends Held | null>(options: {
    readonly name: string;
    readonly mode: LockMode;
    readonly wish: LockWish;
    readonly signal?: AbortSignal | undefined;
    readonly bind: (claim: Claim) => T;
    readonly refused?: (completion: Completion<T>) => void;
  }): Completion<T> {
    const { name, mode, wish, signal, bind, refused } = options;
    signal?.throwIfAborted();
    const completion = this.host.pend<T>(`lock "${name}" (${mode})`);
    if (completion.settled) return completion;
    const claim = this.open({
      name,
      mode,
      group: this.host.group.id,
      completion,
      abortable: signal !== undefined,
      granted: (granted) => {
        this.waits.stats.acquisitions++;
        completion.resolve(bind(granted));
      },
      refused: () => refused?.(completion),
    });
    if (wish !== "try" && !claim.abortable) completion.reason = claim;
    completion.onSettled(() => this.giveUp(claim));
    rejectOnAbort(completion, signal);
    this.ask(claim, wish);
    return completion;
  }

  /**
   * The caller lets go of what it holds. A critical section seldom polls, so the word of who is next is as a rule still in
   * the mail: without this look, the lock would go back to the home and take two messages to its next holder.
   */
  release(claim: Claim): void {
    this.host.releaseWrites();
    if (claim.next === undefined) this.host.poll();
    if (claim.state === "held") this.letGo(claim, "released");
  }

  /** Lets a held lock go: straight to the successor if one is known, else to the home. */
  letGo(claim: Claim, state: "released" | "ended"): void {
    this.forget(claim, state);
    this.#giveBack(claim);
  }

  /** Takes the claim off this site's tables without telling anybody. */
  forget(claim: Claim, state: Claim["state"]): void {
    claim.state = state;
    this.#claims.delete(claim.req);
    this.#dropName(claim);
  }

  /**
   * Timeout, abort, failure or a run's end came before the answer. The request stays on the table until the home or a holder
   * answers it, so that a grant can be given back.
   */
  giveUp(claim: Claim): void {
    if (claim.state !== "asked") return;
    claim.state = "abandoned";
    this.#dropName(claim);
    claim.leave();
  }

  /** Lets go of everything the run's function on this site held or still asked for; not what calls under way here need. */
  endGroup(group: number): void {
    for (const claim of [...this.#claims.values()]) {
      if (claim.group !== group || claim.call?.isOver === false) continue;
      this.end(claim, runEnded(`lock "${claim.name}"`));
    }
  }

  /** Lets go of a hold, gives up a request, whatever there is. */
  end(claim: Claim, error: IslesError): void {
    if (claim.state === "held") this.letGo(claim, "ended");
    this.waits.end(claim.completion, error);
    // A condition wait between its two steps has no completion to reject.
    this.giveUp(claim);
  }

  /** For errors: where the lock is, if this site can tell. */
  whoHolds(name: string): string {
    if (this.homeOf(name) !== this.host.self) return `site ${this.homeOf(name)} keeps the queue and knows who holds it`;
    const holders = this.manager.holders(name);
    return holders.length === 0 ? "nobody holds it" : `site ${holders.join(", site ")} holds it`;
  }

  #dropName(claim: Claim): void {
    const same = this.#byName.get(claim.name);
    if (same?.delete(claim) === true && same.size === 0) this.#byName.delete(claim.name);
  }

  #giveBack(claim: Claim): void {
    const { next } = claim;
    if (next === undefined || claim.viaHome) {
      this.host.sendText(claim.home, Service.Lock, "R" + num(claim.token));
      return;
    }
    // The waiter first: it is what somebody is blocked on.
    this.host.sendText(next.site, Service.Lock, "G" + num(next.req) + num(next.token));
    this.host.sendText(claim.home, Service.Lock, "P" + num(claim.token));
    this.waits.stats.handOffs++;
  }

  #receive(from: number, text: string): void {
    const reader = new Reader(text);
    const first = reader.num();
    switch (text.charAt(0)) {
      case "A": {
        const flags = reader.num();
        const wish = (flags & 2) !== 0 ? "try" : (flags & 4) !== 0 ? "nested" : "queue";
        return this.manager.acquire(from, first, reader.rest(), (flags & 1) !== 0 ? "shared" : "exclusive", wish);
      }
      case "C":
        return this.manager.cancel(from, first);
      case "R":
        return this.manager.released(first);
      case "P":
        return this.manager.passed(first);
      case "M":
        return this.manager.moved(reader.num(), from, first, reader.num());
      default:
        return this.#answer(text.charAt(0), this.#claims.get(first), reader);
    }
  }

  #answer(letter: string, claim: Claim | undefined, reader: Reader): void {
    if (claim === undefined) {
      // Only a Next may come for a request that is over: the lock was released before it arrived, and the home grants.
      if (letter === "N") return;
      throw new Error(`lock answer "${letter}" for a request that site ${this.host.self} does not have`);
    }
    switch (letter) {
      case "G":
        return this.#granted(claim, reader.num());
      case "N":
        claim.next = { site: reader.num(), req: reader.num(), token: reader.num() };
        return;
      case "D":
      case "X":
        this.forget(claim, "ended");
        return claim.refused();
      default:
        throw new Error(`unknown lock message "${letter}"`);
    }
  }

  #granted(claim: Claim, token: number): void {
    claim.token = token;
    if (claim.state === "abandoned") return this.letGo(claim, "ended");
    claim.state = "held";
    claim.granted();
  }
}

/** What a lock operation without the lock is told. */
export function notHeld(what: string, site: number, why: string): UsageError {
  return new UsageError("LOCK_NOT_HELD", `${what} on site ${site}: ${why}`);
}
