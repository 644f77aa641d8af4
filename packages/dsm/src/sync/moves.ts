import { type AnsweredCall, IslesError, UsageError } from "@isles/base";
import { Condition, type ConditionClient } from "./condition.ts";
import { Latch, type LatchClient } from "./latch.ts";
import { HeldLock, Lock } from "./lock.ts";
import type { Claim, LockClient, MovingHold } from "./lock-client.ts";
import type { LockMode } from "./lock-manager.ts";
import { HeldPermit, type PermitDescription, Semaphore, type SemaphoreClient } from "./semaphore.ts";
import { Twin } from "./twin.ts";
import { isProcess, processEnded } from "./waits.ts";

/** What a process holds and waits for at this site. */
export interface Holdings {
  readonly locks: readonly { readonly name: string; readonly mode: LockMode; readonly token: number }[];
  /** Requests without an answer, in words. */
  readonly waits: readonly string[];
}

/** What {@link SyncMoves.departing} needs to know. */
export interface DepartureOptions {
  /** The image is a checkpoint, which may be used much later, or twice, or never: nothing that is held can be in it. */
  readonly persistent: boolean;
  /** Throws what says that the value at `path` cannot be in an image. */
  readonly refuse: (path: string, what: string) => never;
}

/** The held locks of a process as they travel beside its image. Plain data. */
export type SyncLuggage = readonly MovingHold[];

/** A synchronisation object as it stands in an image. Plain data; objects with the same `id` are one object. */
export type SyncDescription =
  | { readonly t: "lock" | "lock-twin"; readonly id: number; readonly name: string }
  | { readonly t: "condition" | "condition-twin"; readonly id: number; readonly lock: number; readonly name: string }
  | {
      readonly t: "semaphore" | "semaphore-twin" | "latch" | "latch-twin";
      readonly id: number;
      readonly name: string;
      /** It starts with so many permits, or at that count. */
      readonly n: number;
      /** The run that it belongs to. */
      readonly group: number;
    }
  | { readonly t: "held"; readonly name: string; readonly token: number }
  | {
      readonly t: "let-go";
      readonly name: string;
      readonly mode: LockMode;
      readonly token: number;
      readonly state: "released" | "ended";
    }
  | ({ readonly t: "permit" } & PermitDescription);

interface Clients {
  readonly locks: LockClient;
  readonly conditions: ConditionClient;
  readonly semaphores: SemaphoreClient;
  readonly latches: LatchClient;
}

/** What processes hold at this site, and how that goes with them. */
export class SyncMoves {
  readonly #clients: Clients;
  /** The holds that went into the last image of a process. */
  readonly #leaving = new WeakMap<AnsweredCall, readonly Claim[]>();

  constructor(clients: Clients) {
    this.#clients = clients;
  }

  ownedBy(owner: AnsweredCall): Holdings {
    const { locks, semaphores, latches } = this.#clients;
    const claims = locks.claimsOf(owner);
    return {
      locks: claims.filter(({ state }) => state === "held").map(({ name, mode, token }) => ({ name, mode, token })),
      waits: [
        ...claims.filter(({ state }) => state === "asked").map(({ name, condition }) => lockWait(name, condition)),
        ...semaphores.asks.labelsOf(owner),
        ...latches.asks.labelsOf(owner),
      ],
    };
  }

  get isHolding(): boolean {
    return this.#clients.locks.isHolding;
  }

  endOwner(owner: AnsweredCall): void {
    const { locks, semaphores, latches } = this.#clients;
    for (const claim of locks.claimsOf(owner)) locks.end(claim, processEnded(`lock "${claim.name}"`));
    semaphores.asks.endOwner(owner);
    latches.asks.endOwner(owner);
  }

  departing(owner: AnsweredCall, options: DepartureOptions): SyncDeparture {
    return new SyncDeparture(this.#clients, owner, options, () => {
      const { waits } = this.ownedBy(owner);
      if (waits.length > 0) options.refuse("its locks", `it still waits for ${waits[0]}, which is answered only here`);
      const claims = this.#clients.locks.claimsOf(owner);
      if (!options.persistent) this.#leaving.set(owner, claims);
      return claims;
    });
  }

  arriving(owner: AnsweredCall, luggage: SyncLuggage): SyncArrival {
    return new SyncArrival(this.#clients, owner, luggage);
  }

  departed(owner: AnsweredCall): void {
    for (const claim of this.#leaving.get(owner) ?? []) {
      if (claim.state === "held") this.#clients.locks.forget(claim, "ended");
    }
    this.#leaving.delete(owner);
    this.endOwner(owner); // what a promise of a step has taken meanwhile did not go along
  }
}

/** Puts the synchronisation objects of one process into one image. Changes nothing here. */
export class SyncDeparture {
  readonly #clients: Clients;
  readonly #owner: AnsweredCall;
  readonly #options: DepartureOptions;
  readonly #holds: () => readonly Claim[];
  readonly #ids = new Map<object, number>();

  constructor(clients: Clients, owner: AnsweredCall, options: DepartureOptions, holds: () => readonly Claim[]) {
    this.#clients = clients;
    this.#owner = owner;
    this.#options = options;
    this.#holds = holds;
  }

  /**
   * The locks that the process holds, whether or not it still has their handles: they travel beside the image. Refuses while
   * the process waits for something here, and, for a checkpoint, while it holds anything.
   */
  luggage(): SyncLuggage {
    return this.#holds().map(({ name, mode, group, token, moves, viaHome }) => {
      if (this.#options.persistent) this.#options.refuse("its locks", heldLock(name));
      return { name, mode, group, token, moves, viaHome };
    });
  }

  /** What travels in place of a synchronisation object; undefined for any other value. */
  describe(value: object, path: string): SyncDescription | undefined {
    if (value instanceof HeldLock) return this.#held(value, path);
    if (value instanceof HeldPermit) return this.#permit(value, path);
    const twin = value instanceof Twin;
    const object = twin ? Twin.of(value) : value;
    if (object instanceof Lock) {
      this.#checkOwn(object.isOf(this.#clients.locks), path, `lock "${object.name}"`);
      return { t: twin ? "lock-twin" : "lock", id: this.#id(object), name: object.name };
    }
    if (object instanceof Condition) {
      const { name } = object.lock;
      this.#checkOwn(object.isOf(this.#clients.conditions), path, `the condition of lock "${name}"`);
      return { t: twin ? "condition-twin" : "condition", id: this.#id(object), lock: this.#id(object.lock), name };
    }
    if (object instanceof Semaphore) {
      const { name, permits, group } = object;
      this.#checkOwn(object.isOf(this.#clients.semaphores), path, `semaphore "${name}"`);
      const t = twin ? "semaphore-twin" : "semaphore";
      return { t, id: this.#id(object), name, n: permits, group: this.#group(group) };
    }
    if (object instanceof Latch) {
      const { start, group } = object.describe();
      this.#checkOwn(object.isOf(this.#clients.latches), path, `latch "${object.name}"`);
      const t = twin ? "latch-twin" : "latch";
      return { t, id: this.#id(object), name: object.name, n: start, group: this.#group(group) };
    }
    return undefined;
  }

  #held(held: HeldLock, path: string): SyncDescription {
    const { name, mode, token, call, state } = held.claim;
    const { persistent, refuse } = this.#options;
    this.#checkOwn(held.isOf(this.#clients.locks), path, `lock "${name}"`);
    switch (state) {
      case "held":
        if (persistent) return refuse(path, heldLock(name));
        if (call === this.#owner) return { t: "held", name, token };
        return refuse(
          path,
          `a hold of lock "${name}" that other code of this site took: only what it acquires itself goes with a process`,
        );
      case "asked":
        return refuse(path, `a hold of lock "${name}" that its condition's wait() has let go and not got back yet`);
      default:
        return { t: "let-go", name, mode, token, state: state === "released" ? state : "ended" };
    }
  }

  #permit(permit: HeldPermit, path: string): SyncDescription {
    const { persistent, refuse } = this.#options;
    this.#checkOwn(permit.isOf(this.#clients.semaphores), path, `semaphore "${permit.name}"`);
    const description = permit.describe();
    if (persistent && !description.released)
      return refuse(
        path,
        `it holds a permit of semaphore "${permit.name}", which a checkpoint cannot keep: release it before the yield`,
      );
    return { t: "permit", ...description, group: this.#group(description.group) };
  }

  /** A checkpoint may be used in another run; where only singly started functions and processes have theirs in common. */
  #group(group: number): number {
    return this.#options.persistent ? 0 : group;
  }

  #checkOwn(isOwn: boolean, path: string, what: string): void {
    if (!isOwn) this.#options.refuse(path, `${what} belongs to another cluster`);
  }

  #id(object: object): number {
    let id = this.#ids.get(object);
    if (id === undefined) {
      id = this.#ids.size;
      this.#ids.set(object, id);
    }
    return id;
  }
}

/**
 * Makes the synchronisation objects of an image that has come, for a process that may yet turn out not to come: until
 * `commit()` nobody else knows of its holds, not even their locks' homes.
 */
export class SyncArrival {
  readonly #clients: Clients;
  readonly #owner: AnsweredCall;
  readonly #claims: readonly Claim[];
  readonly #objects = new Map<number, Lock | Condition | Semaphore | Latch>();
  #state: "prepared" | "committed" | "dropped" = "prepared";

  constructor(clients: Clients, owner: AnsweredCall, luggage: SyncLuggage) {
    if (!isProcess(owner))
      throw new UsageError("BAD_ARGUMENT", "the owner of a process has to say whether it is suspended: isSuspended");
    this.#clients = clients;
    this.#owner = owner;
    this.#claims = luggage.map((hold) => clients.locks.prepare(hold, owner));
  }

  /** The object of this site that a description stands for. Throws IslesError `MALFORMED` for a hold without its luggage. */
  resolve(description: SyncDescription): object {
    switch (description.t) {
      case "lock":
        return this.#lock(description.id, description.name);
      case "lock-twin":
        return this.#lock(description.id, description.name).async;
      case "condition":
        return this.#condition(description);
      case "condition-twin":
        return this.#condition(description).async;
      case "semaphore":
        return this.#semaphore(description);
      case "semaphore-twin":
        return this.#semaphore(description).async;
      case "latch":
        return this.#latch(description);
      case "latch-twin":
        return this.#latch(description).async;
      case "held":
        return this.#held(description.name, description.token);
      case "let-go":
        return this.#letGo(description);
      case "permit":
        return HeldPermit.from(this.#clients.semaphores, description);
      default:
        return description satisfies never;
    }
  }

  /** The process is here: its holds are, too, and their homes are told. */
  commit(): void {
    if (this.#state !== "prepared") return;
    this.#state = "committed";
    for (const claim of this.#claims) this.#clients.locks.settle(claim);
  }

  /** The process is not here: nothing has happened. */
  drop(): void {
    if (this.#state === "prepared") this.#state = "dropped";
  }

  #lock(id: number, name: string): Lock {
    return this.#once(id, Lock, () => new Lock(this.#clients.locks, name));
  }

  #condition({ id, lock, name }: SyncDescription & { t: "condition" | "condition-twin" }): Condition {
    return this.#once(id, Condition, () => new Condition(this.#clients.conditions, this.#lock(lock, name)));
  }

  #semaphore({ id, name, n, group }: Extract<SyncDescription, { n: number; id: number }>): Semaphore {
    return this.#once(id, Semaphore, () => new Semaphore(this.#clients.semaphores, name, n, group));
  }

  #latch({ id, name, n, group }: Extract<SyncDescription, { n: number; id: number }>): Latch {
    return this.#once(id, Latch, () => new Latch(this.#clients.latches, name, n, group));
  }

  #once<T extends Lock | Condition | Semaphore | Latch>(
    id: number,
    type: new (...args: never[]) => T,
    make: () => T,
  ): T {
    const known = this.#objects.get(id);
    if (known instanceof type) return known;
    if (known !== undefined) throw malformed(`two objects under number ${id}`);
    const object = make();
    this.#objects.set(id, object);
    return object;
  }

  #held(name: string, token: number): HeldLock {
    const claim = this.#claims.find((one) => one.name === name && one.token === token);
    if (claim === undefined) throw malformed(`a hold of lock "${name}" that did not come with it`);
    return new HeldLock(this.#clients.locks, claim);
  }

  #letGo({ name, mode, token, state }: SyncDescription & { t: "let-go" }): HeldLock {
    const hold = { name, mode, token, group: 0, moves: 0, viaHome: false };
    const claim = this.#clients.locks.prepare(hold, this.#owner);
    claim.state = state;
    return new HeldLock(this.#clients.locks, claim);
  }
}

function malformed(what: string): IslesError {
  return new IslesError("MALFORMED", `an image of a process is malformed: it has ${what}`);
}

function heldLock(name: string): string {
  return `it holds lock "${name}", which a checkpoint cannot keep: release it before the yield`;
}

function lockWait(name: string, isCondition: boolean): string {
  return isCondition ? `the condition of lock "${name}"` : `lock "${name}"`;
}
