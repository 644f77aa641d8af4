import type { Completion } from "@isles/base";
import { Service } from "@isles/transport";
import { Asks } from "./asks.ts";
import { homeOf, num, Reader } from "./text.ts";
import type { Waits } from "./waits.ts";
import { WordManager } from "./word-manager.ts";

/** A place in the queue of a word of shared memory. */
export interface WordWait {
  /** The home has this waiter in its queue: a notify that is sent from now on finds it. */
  readonly enqueued: Completion<void>;
  readonly woken: Completion<"ok">;
  /**
   * Takes the waiter off the queue: true, or false if it was woken first (then `woken` is "ok" by the time this is known).
   * The home decides, by which message it sees first.
   */
  cancel(): Completion<boolean>;
}

interface Sleeper {
  readonly key: string;
  readonly woken: Completion<"ok">;
}

/**
 * Waiting on words of shared memory, the slow half of a futex (Franke, Russell and Kirkwood 2002): the caller compares the
 * word, and holds its page until `enqueued`, so that no store and notify can slip in between.
 *
 * To the home: `E n:req key` enqueue, `C n:req` cancel, `N n:req n:count key` notify (`req` 0: no answer wanted; `count` 0: all).
 * To a site: `A n:req` enqueued, `W n:req` woken, `Y n:req` cancelled, `Z n:req` not cancelled, `K n:req n:woken` how many.
 */
export class Words {
  readonly manager: WordManager;
  readonly #waits: Waits;
  readonly #enqueues: Asks<void, Sleeper>;
  readonly #sleepers = new Map<number, Sleeper>();
  readonly #cancels = new Map<number, Completion<boolean>>();
  readonly #notifies: Asks<number, undefined>;

  constructor(waits: Waits) {
    this.#waits = waits;
    this.#enqueues = new Asks(waits, true);
    this.#notifies = new Asks(waits, false);
    const send = (to: number, text: string): void => waits.host.sendText(to, Service.WordWait, text);
    this.manager = new WordManager({
      enqueued: (to, req) => send(to, "A" + num(req)),
      wake: (to, req) => send(to, "W" + num(req)),
      cancelled: (to, req, removed) => send(to, (removed ? "Y" : "Z") + num(req)),
      notified: (to, req, woken) => send(to, "K" + num(req) + num(woken)),
    });
    waits.host.on(Service.WordWait, { text: (from, text) => this.#receive(from, text), value: () => undefined });
  }

  get size(): number {
    return this.#enqueues.size + this.#sleepers.size + this.#cancels.size + this.#notifies.size;
  }

  /** Queues the caller at the word. `key` names the word everywhere alike. */
  enqueue(key: string): WordWait {
    const { host } = this.#waits;
    const woken = host.pend<"ok">(`word ${key}`);
    const sleeper = { key, woken };
    const { req, completion } = this.#enqueues.open(`place in the queue of word ${key}`, sleeper, () => undefined);
    const cancel = (): Completion<boolean> => this.#cancel(req, sleeper);
    if (woken.settled || completion.settled) {
      // The run has failed already: nothing is asked, so nothing will be answered.
      this.#enqueues.answered(req);
      return { enqueued: completion, woken, cancel };
    }
    this.#sleepers.set(req, sleeper);
    // Not woken but given up: leave the queue, or else a notify is spent on nobody.
    woken.onSettled(() => {
      if (this.#sleepers.get(req) === sleeper && !this.#cancels.has(req)) this.#send(key, "C" + num(req));
    });
    this.#send(key, "E" + num(req) + key);
    return { enqueued: completion, woken, cancel };
  }

  /** Wakes up to `count` waiters (Infinity: all), oldest first; completes with how many. */
  notify(key: string, count: number): Completion<number> {
    const { req, completion } = this.#notifies.open(`notify of word ${key}`, undefined, () => undefined);
    if (count <= 0) {
      this.#notifies.answered(req);
      completion.resolve(0);
    } else if (!completion.settled) {
      this.#send(key, "N" + num(req) + num(Number.isFinite(count) ? Math.trunc(count) : 0) + key);
    }
    return completion;
  }

  #cancel(req: number, sleeper: Sleeper): Completion<boolean> {
    const known = this.#cancels.get(req);
    if (known !== undefined) return known;
    const completion = this.#waits.host.pend<boolean>(`cancelling the wait on word ${sleeper.key}`);
    if (this.#sleepers.get(req) === sleeper) {
      this.#cancels.set(req, completion);
      if (!sleeper.woken.settled) this.#send(sleeper.key, "C" + num(req));
    } else {
      completion.resolve(false);
    }
    return completion;
  }

  #send(key: string, text: string): void {
    this.#waits.host.sendText(homeOf(key, this.#waits.host.sites), Service.WordWait, text);
  }

  #receive(from: number, text: string): void {
    const reader = new Reader(text);
    const req = reader.num();
    switch (text.charAt(0)) {
      case "E":
        return this.manager.enqueue(from, req, reader.rest());
      case "C":
        return this.manager.cancel(from, req);
      case "N": {
        const count = reader.num();
        return this.manager.notify(from, req, count === 0 ? Number.POSITIVE_INFINITY : count, reader.rest());
      }
      case "A":
        return void this.#enqueues.answered(req)?.completion.resolve();
      case "W":
        return this.#woken(req);
      case "Y":
      case "Z":
        return this.#cancelled(req, text.charAt(0) === "Y");
      case "K":
        return void this.#notifies.answered(req)?.completion.resolve(reader.num());
      default:
        throw new Error(`unknown word message "${text.charAt(0)}"`);
    }
  }

  #woken(req: number): void {
    const sleeper = this.#sleepers.get(req);
    if (sleeper === undefined) return;
    // A cancel under way stays: its answer, "not cancelled", follows.
    this.#sleepers.delete(req);
    // Its caller gave up on a failure. The wake-up belongs to somebody: pass it on.
    if (!sleeper.woken.resolve("ok")) this.#send(sleeper.key, "N" + num(0) + num(1) + sleeper.key);
  }

  #cancelled(req: number, removed: boolean): void {
    const cancel = this.#cancels.get(req);
    this.#cancels.delete(req);
    this.#sleepers.delete(req);
    cancel?.resolve(removed);
  }
}
