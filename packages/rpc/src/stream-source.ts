import type { Exportable } from "./exports.ts";
import { ReferenceKind } from "./exports.ts";
import type { Method } from "./members.ts";

type Step = readonly [done: boolean, value: unknown];
type AnyIterator = Iterator<unknown, unknown, unknown> | AsyncIterator<unknown, unknown, unknown>;
type Result = IteratorResult<unknown, unknown>;

/**
 * What serves a stream to its reader. The reader keeps a window of `next` calls under way, which are its credits: the writer
 * never runs further ahead, so a slow reader bounds the memory. `return` and `throw` pass by the credits that have not been used.
 */
class StreamSource {
  readonly #open: () => AnyIterator;
  #opened: AnyIterator | undefined;
  readonly #onEnd: () => void;
  /** The last step under way. Iterators that are no generators need not bear two at once. */
  #tail: Promise<unknown> | undefined;
  /** Steps asked for and not begun, oldest first. */
  readonly #waiting: { wanted: boolean }[] = [];
  #ended = false;

  constructor(open: () => AnyIterator, onEnd: () => void) {
    this.#open = open;
    this.#onEnd = onEnd;
  }

  /** Opened by the first step: a stream that never gets to its reader is not touched. */
  get #iterator(): AnyIterator {
    this.#opened ??= this.#open();
    return this.#opened;
  }

  next(): Step | Promise<Step> {
    const step = { wanted: true };
    this.#waiting.push(step);
    return this.#after(() => {
      this.#waiting.shift();
      return !step.wanted || this.#ended ? [true, undefined] : this.#step(() => this.#iterator.next());
    });
  }

  /** `unused`: how many of the latest steps asked for nobody waits for any more. */
  return(value: unknown, unused: number): Step | Promise<Step> {
    return this.#overtake(unused, () => this.#iterator.return?.(value) ?? { done: true, value });
  }

  throw(error: unknown, unused: number): Step | Promise<Step> {
    return this.#overtake(unused, () => {
      const iterator = this.#iterator;
      if (iterator.throw !== undefined) return iterator.throw(error);
      // It cannot be told, so it is closed, as `yield*` does.
      const closing = iterator.return?.();
      if (!isPromiseLike(closing)) throw error;
      return closing.then(() => {
        throw error;
      });
    });
  }

  /** The reader is gone: the writer's `finally` blocks run. */
  abandon(report: (error: unknown) => void): void {
    if (this.#ended) return;
    try {
      const ending = this.return(undefined, Infinity);
      if (ending instanceof Promise) ending.catch(report);
    } catch (error) {
      report(error);
    }
  }

  #overtake(unused: number, act: () => Result | PromiseLike<Result>): Step | Promise<Step> {
    for (const step of this.#waiting.slice(Math.max(0, this.#waiting.length - unused))) step.wanted = false;
    return this.#after(() => this.#step(act));
  }

  #after(act: () => Step | Promise<Step>): Step | Promise<Step> {
    if (this.#tail === undefined) return this.#track(act());
    return this.#track(this.#tail.then(act, act));
  }

  #track(step: Step | Promise<Step>): Step | Promise<Step> {
    if (!(step instanceof Promise)) return step;
    this.#tail = step;
    const done = (): void => {
      if (this.#tail === step) this.#tail = undefined;
    };
    step.then(done, done);
    return step;
  }

  #step(act: () => Result | PromiseLike<Result>): Step | Promise<Step> {
    try {
      const result = act();
      if (!isPromiseLike(result)) return this.#stepped(result);
      return Promise.resolve(result).then(
        (settled) => this.#stepped(settled),
        (error: unknown) => this.#failed(error),
      );
    } catch (error) {
      return this.#failed(error);
    }
  }

  #stepped(result: Result): Step {
    if (typeof result !== "object" || result === null)
      throw new TypeError("an iterator returned a result that is no object");
    if (result.done === true) this.#end();
    return [result.done === true, result.value];
  }

  #failed(error: unknown): never {
    this.#end();
    throw error;
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#onEnd();
  }
}

/**
 * If the value is a stream (an async iterable, or an iterator that can be iterated: a generator), what makes it one for others:
 * given what to do when it has ended.
 */
export function sourceOf(
  value: object,
  report: (error: unknown) => void,
): ((onEnd: () => void) => Exportable) | undefined {
  const open = opener(value);
  if (open === undefined) return undefined;
  return (onEnd) => {
    const source = new StreamSource(open, onEnd);
    const members = new Map<string, Method>([
      ["next", () => source.next()],
      ["return", (result, unused) => source.return(result, Number(unused))],
      ["throw", (error, unused) => source.throw(error, Number(unused))],
    ]);
    const onReleased = (unused: boolean): void => {
      if (!unused) source.abandon(report);
    };
    return { kind: ReferenceKind.Stream, target: value, members, service: source, onReleased };
  };
}

function opener(value: object): (() => AnyIterator) | undefined {
  const candidate = value as Partial<AsyncIterable<unknown> & Iterable<unknown> & Iterator<unknown>>;
  const asyncIterator = candidate[Symbol.asyncIterator];
  if (typeof asyncIterator === "function") return () => asyncIterator.call(value);
  if (typeof candidate.next === "function" && typeof candidate[Symbol.iterator] === "function")
    return () => value as Iterator<unknown>;
  return undefined;
}

function isPromiseLike(value: unknown): value is PromiseLike<Result> {
  return typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
}
