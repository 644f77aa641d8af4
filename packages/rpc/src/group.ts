import { UsageError } from "@isles/base";
import { isReserved, type Method } from "./members.ts";
import type { GroupCall, SiteOutcome } from "./types.ts";

/** A call on several sites, under way on all of them. */
class PendingGroup implements GroupCall<unknown> {
  readonly #sites: readonly number[];
  readonly #pending: readonly Promise<unknown>[];

  /** One-way calls have no promises. */
  constructor(sites: readonly number[], results: readonly (Promise<unknown> | undefined)[]) {
    this.#sites = sites;
    this.#pending = results.map((result) => result ?? Promise.resolve());
  }

  /** Whoever looks at one outcome looks at all: a second failure is no forgotten one. */
  get #results(): readonly Promise<unknown>[] {
    for (const result of this.#pending) result.catch(() => undefined);
    return this.#pending;
  }

  all(): Promise<unknown[]> {
    return Promise.all(this.#results);
  }

  any(): Promise<unknown> {
    return Promise.any(this.#results);
  }

  async settled(): Promise<SiteOutcome<unknown>[]> {
    const outcomes = await Promise.allSettled(this.#results);
    return outcomes.map((outcome, i) => ({ site: this.#sites[i]!, ...outcome }));
  }

  // biome-ignore lint/suspicious/noThenProperty: it is awaited
  then<A = unknown[], B = never>(
    onFulfilled?: ((value: unknown[]) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.all().then(onFulfilled, onRejected);
  }
}

/** What makes one call of each method on every stub. */
export function groupOf(sites: readonly number[], stubs: readonly object[]): object {
  if (sites.length === 0)
    throw new UsageError("BAD_ARGUMENT", "a group needs at least one site: group([1, 2, 3], name)");
  const call = (name: string, args: unknown[]): PendingGroup =>
    new PendingGroup(
      sites,
      stubs.map((stub) =>
        name === "" ? (stub as Method)(...args) : (stub as Record<string, Method>)[name]!(...args),
      ) as (Promise<unknown> | undefined)[],
    );
  return new Proxy((...args: unknown[]) => call("", args), {
    get(target, name): unknown {
      if (typeof name === "symbol" || isReserved(name)) return Reflect.get(Object.prototype, name, target);
      return (...args: unknown[]) => call(name, args);
    },
  });
}
