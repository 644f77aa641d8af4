import { Completion } from "@isles/base";
import type { Group } from "@isles/transport";

/**
 * Every wait of an endpoint, so that none can outlive what it waits for: peer loss and `close()` reject them all, a run
 * that fails rejects those of its group.
 */
export class Pending {
  readonly #waits = new Map<Completion<unknown>, Group>();
  /** Set once the cluster is down or closed; every later wait is rejected with it at once. */
  failure: Error | undefined;
  #underWay = 0;
  /** Told when the first wait begins and when the last one has ended. */
  onBusy: ((busy: boolean) => void) | undefined;
  /** Runs that failed, with why: a later wait in one of them is rejected at once too. */
  readonly #broken = new Map<number, Error>();

  add<T>(label: string, group: Group): Completion<T> {
    const completion = new Completion<T>(label);
    const error = this.reasonToStop(group.id);
    if (error !== undefined) {
      completion.reject(error);
      return completion;
    }
    this.#waits.set(completion as Completion<unknown>, group);
    this.keepAlive(1);
    completion.onSettled(() => {
      this.#waits.delete(completion as Completion<unknown>);
      this.keepAlive(-1);
    });
    return completion;
  }

  /** Counts what is under way: a wait, or a service's own business. */
  keepAlive(change: 1 | -1): void {
    this.#underWay += change;
    if (this.#underWay === 0) this.onBusy?.(false);
    else if (change === 1 && this.#underWay === 1) this.onBusy?.(true);
  }

  get size(): number {
    return this.#waits.size;
  }

  /** What is being waited for, for messages and tests. */
  labels(): string[] {
    return [...this.#waits.keys()].map((completion) => completion.label);
  }

  /** The cluster is down or closed. */
  failAll(error: Error): void {
    this.failure ??= error;
    for (const completion of [...this.#waits.keys()]) completion.reject(error);
  }

  /**
   * A run failed: its waiters get `error`, and so will whoever in it waits later. Singly started functions (group 0) only
   * lose the waits they are in, because later ones have nothing to do with the failure.
   */
  failGroup(group: number, error: Error, forLaterToo = group !== 0): void {
    if (forLaterToo) this.#broken.set(group, error);
    for (const [completion, owner] of [...this.#waits]) {
      if (owner.id === group) completion.reject(error);
    }
  }

  /** Why code of this run must not go on waiting, if there is a reason. */
  reasonToStop(group: number): Error | undefined {
    return this.failure ?? this.#broken.get(group);
  }

  forgetGroup(group: number): void {
    this.#broken.delete(group);
  }
}
