import { UsageError } from "@isles/base";

export type Method = (...args: unknown[]) => unknown;
/** What may be called on an object, by name. A function is its own only member, under the empty name. */
export type Members = ReadonlyMap<string, Method>;

/**
 * Names that are never remote: a stub has them for itself, or the language asks for them behind the program's back
 * (`await` looks for `then`).
 */
export function isReserved(name: string): boolean {
  return name === "then" || name === "toJSON" || name in Object.prototype;
}

/**
 * The members that can be called: `listed` ones, or else the object's own enumerable functions. Nothing inherited, no getters,
 * and the list is taken now: what is added to the object later cannot be called. Throws UsageError for a name that stubs keep
 * for themselves and for a listed member that is no function.
 */
export function membersOf(target: object, what: string, listed?: readonly string[]): Members {
  const members = new Map<string, Method>();
  if (typeof target === "function") members.set("", target as Method);
  for (const name of listed ?? Object.keys(target)) {
    const value: unknown =
      listed === undefined
        ? Object.getOwnPropertyDescriptor(target, name)?.value
        : (target as Record<string, unknown>)[name];
    if (typeof value !== "function") {
      if (listed === undefined) continue;
      throw new UsageError("BAD_ARGUMENT", `${what} has no function "${name}"; list only what it has`);
    }
    if (isReserved(name))
      throw new UsageError(
        "BAD_ARGUMENT",
        `${what} has a member "${name}", a name that stubs keep for themselves; rename it`,
      );
    members.set(name, value as Method);
  }
  return members;
}

/** Names in words, for messages: enough to spot a misspelling. */
export function listOf(names: Iterable<string>): string {
  const all = [...names];
  const shown = all.slice(0, 10).map((name) => JSON.stringify(name));
  return all.length === 0 ? "nothing" : shown.join(", ") + (all.length > shown.length ? ", …" : "");
}
