import { type Completion, type IslesError, LimitError, MismatchError } from "@isles/base";
import { Service } from "@isles/transport";
import { Asks } from "./asks.ts";
import { LatchManager, latchesMax } from "./latch-manager.ts";
import { dropGroup, groupOf, homeOf, keyOf, nameOf, num, Reader } from "./text.ts";
import { Twin } from "./twin.ts";
import { checkCount, type Waits } from "./waits.ts";

/** The calls of {@link Latch} that wait, for code that must not block. */
export interface LatchAsync {
  wait(timeoutMs?: number): Promise<boolean>;
  count(): Promise<number>;
}

interface Declared {
  readonly key: string;
  readonly home: number;
  readonly start: number;
}

/**
 * This endpoint's end of every latch. To the home: `D n:0 n:start n:by key` count down, `W n:req n:start key` wait,
 * `Q n:req n:start key` ask, `C n:req` cancel. To a site: `O n:req` open, `V n:req n:count`, `M n:req n:declared key` mismatch,
 * `L n:req key` limit.
 */
export class LatchClient {
  readonly waits: Waits;
  readonly manager: LatchManager;
  readonly #asks: Asks<unknown, Declared>;
  /** Count-downs that were refused; the site's next call on that latch throws it. */
  readonly #faults = new Map<string, IslesError>();

  constructor(waits: Waits) {
    this.waits = waits;
    this.#asks = new Asks(waits, false);
    const send = (to: number, text: string): void => waits.host.sendText(to, Service.Latch, text);
    this.manager = new LatchManager({
      opened: (to, req) => send(to, "O" + num(req)),
      count: (to, req, count) => send(to, "V" + num(req) + num(count)),
      mismatch: (to, req, declared, key) => send(to, "M" + num(req) + num(declared) + key),
      full: (to, req, key) => send(to, "L" + num(req) + key),
    });
    waits.host.on(Service.Latch, { text: (from, text) => this.#receive(from, text), value: () => undefined });
  }

  get size(): number {
    return this.#asks.size;
  }

  declare(name: string, start: number, group = this.waits.namesOf): Declared {
    return { key: keyOf(group, name), home: homeOf(name, this.waits.host.sites), start };
  }

  /** The one implementation of wait ("W") and count ("Q"). */
  ask(letter: "W" | "Q", declared: Declared): Completion<unknown> {
    this.#throwFault(declared.key);
    const label = `latch "${nameOf(declared.key)}" (of ${declared.start})`;
    const cancel = (req: number): void => this.#send(declared, "C" + num(req));
    const { req, completion } = this.#asks.open(label, declared, (ask) => cancel(ask.req));
    if (!completion.settled) this.#send(declared, letter + num(req) + num(declared.start) + declared.key);
    return completion;
  }

  countDown(declared: Declared, by: number): void {
    this.#throwFault(declared.key);
    this.#send(declared, "D" + num(0) + num(declared.start) + num(by) + declared.key);
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

  #send(declared: Declared, text: string): void {
    this.waits.host.sendText(declared.home, Service.Latch, text);
  }

  #throwFault(key: string): void {
    if (this.#faults.size === 0) return;
    const fault = this.#faults.get(key);
    this.#faults.delete(key);
    if (fault !== undefined) throw fault;
  }

  #receive(from: number, text: string): void {
    const reader = new Reader(text);
    const req = reader.num();
    switch (text.charAt(0)) {
      case "D": {
        const start = reader.num();
        const by = reader.num();
        return this.manager.countDown({ site: from, req, start, key: reader.rest() }, by);
      }
      case "W": {
        const start = reader.num();
        return this.manager.wait({ site: from, req, start, key: reader.rest() });
      }
      case "Q": {
        const start = reader.num();
        return this.manager.ask({ site: from, req, start, key: reader.rest() });
      }
      case "C":
        return this.manager.cancel(from, req);
      default:
        return this.#answer(text.charAt(0), req, reader);
    }
  }

  #answer(letter: string, req: number, reader: Reader): void {
    const ask = this.#asks.answered(req);
    switch (letter) {
      case "O":
        return void ask?.completion.resolve(true);
      case "V":
        return void ask?.completion.resolve(reader.num());
      case "M":
        return this.#refused(ask?.completion, req, reader.num(), reader.rest(), ask?.extra.start);
      case "L":
        return this.#refused(ask?.completion, req, undefined, reader.rest());
      default:
        throw new Error(`unknown latch message "${letter}"`);
    }
  }

  #refused(
    completion: Completion<unknown> | undefined,
    req: number,
    declared: number | undefined,
    key: string,
    start?: number,
  ): void {
    const error = declared === undefined ? limitError(key) : mismatchError(key, this.waits.host.self, declared, start);
    if (completion !== undefined) completion.reject(error);
    else if (req === 0) this.#faults.set(key, error);
  }
}

function mismatchError(key: string, site: number, declared: number, start: number | undefined): MismatchError {
  return new MismatchError(
    `latch "${nameOf(key)}": site ${site} says ${start ?? "another count"}, but it was made with ${declared}; ` +
      "every site must give the same count",
  );
}

function limitError(key: string): LimitError {
  return new LimitError(
    `latch "${nameOf(key)}": its home already keeps ${latchesMax} latches, which must be remembered until their run ends; ` +
      "end the run, or use fewer names",
  );
}

/**
 * A gate that opens when it has been counted down `n` times, by whomever, and stays open; as CountDownLatch in
 * java.util.concurrent (Lea). One for all sites of a run: same name, same latch.
 */
export class Latch {
  readonly name: string;
  readonly async: LatchAsync;
  readonly #client: LatchClient;
  readonly #declared: Declared;

  /** Of the present run unless one is given. Throws UsageError("BAD_ARGUMENT") unless `n` is an integer of at least 0. */
  constructor(client: LatchClient, name: string, n: number, group?: number) {
    checkCount(n, 0, `count of latch "${name}"`);
    this.name = name;
    this.#client = client;
    this.#declared = client.declare(name, n, group);
    this.async = new LatchTwin(this, {
      wait: (timeoutMs) => this.#waitAsync(timeoutMs),
      count: () => client.waits.later(() => client.ask("Q", this.#declared) as Completion<never>),
    });
  }

  isOf(client: LatchClient): boolean {
    return this.#client === client;
  }

  /** What it started at, and the run that it belongs to. */
  describe(): { readonly start: number; readonly group: number } {
    return { start: this.#declared.start, group: groupOf(this.#declared.key) };
  }

  /**
   * Counts down by `k`, at most to 0. Does not wait: a MismatchError about the count is thrown by this site's next call on
   * this latch.
   */
  countDown(k = 1): void {
    checkCount(k, 1, "what to count down by");
    this.#client.waits.host.releaseWrites();
    this.#client.countDown(this.#declared, k);
  }

  /** Waits until the count is 0: true; or until `timeoutMs` has passed: false. Throws MismatchError. */
  wait(timeoutMs?: number): boolean {
    const { waits } = this.#client;
    waits.mustBlock("latch.wait()", "latch.async.wait()");
    const completion = this.#client.ask("W", this.#declared) as Completion<boolean>;
    return waits.block(completion, timeoutMs, () => completion.resolve(false));
  }

  /** What is left to count down at this moment. Waits one round trip. */
  count(): number {
    this.#client.waits.mustBlock("latch.count()", "latch.async.count()");
    return this.#client.waits.block(this.#client.ask("Q", this.#declared) as Completion<number>);
  }

  #waitAsync(timeoutMs: number | undefined): Promise<boolean> {
    let completion: Completion<boolean> | undefined;
    const begin = (): Completion<boolean> => {
      completion = this.#client.ask("W", this.#declared) as Completion<boolean>;
      return completion;
    };
    return this.#client.waits.later(begin, timeoutMs, () => completion?.resolve(false));
  }
}

class LatchTwin extends Twin implements LatchAsync {
  readonly wait: LatchAsync["wait"];
  readonly count: LatchAsync["count"];

  constructor(latch: Latch, calls: LatchAsync) {
    super(latch);
    this.wait = calls.wait;
    this.count = calls.count;
  }
}
