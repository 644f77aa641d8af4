import { ReleasedError, UsageError } from "@isles/base";
import type { TypedArray } from "./elements.ts";

/** The methods of typed arrays that change the array. */
const WRITERS: ReadonlySet<string | symbol> = new Set(["copyWithin", "fill", "reverse", "set", "sort"]);

/**
 * A view that throws once its span is released: the debug mode's answer to a bug that otherwise reads stale memory or
 * loses stores without a word; and a read span's view that throws when it is written. A Proxy costs a hundred times a raw access, so only `launch({ debug: true })` pays it.
 */
export function guardView<T extends TypedArray>(
  view: T,
  name: string,
  canWrite: boolean,
  isReleased: () => boolean,
): T {
  const refuse = (what: string): never => {
    throw new UsageError(
      "READ_SPAN",
      `${what} of a read span of "${name}": other sites would not see it; use write() instead`,
    );
  };
  const check = (what: string) => {
    if (!isReleased()) return;
    throw new ReleasedError(`${what} of a span of "${name}" that was released; take another span, or release it later`);
  };
  return new Proxy(view, {
    get(target, key) {
      check(`use of ${String(key)}`);
      if (!canWrite && WRITERS.has(key)) return () => refuse(`${String(key)}()`);
      const value = Reflect.get(target, key, target) as unknown;
      return typeof value === "function" && key !== "constructor" ? value.bind(target) : value;
    },
    set(target, key, value) {
      check(`store to ${String(key)}`);
      if (!canWrite) refuse(`store to ${String(key)}`);
      return Reflect.set(target, key, value, target);
    },
  });
}
