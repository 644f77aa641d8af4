import { UsageError } from "@isles/base";

declare const reference: unique symbol;

/**
 * What the compiler sees of the mark that {@link byReference} leaves: it keeps `T`, so that whoever receives the value gets
 * a stub of `T`. There is no such property when the program runs.
 */
export interface ReferenceMark<T> {
  readonly [reference]: T;
}

/** A `T` that was marked by {@link byReference}: it stays where it is, and what travels is a stub of it. */
export type ByReference<T> = T & ReferenceMark<T>;

/** Registered, so that two copies of this package in one program know each other's marks. */
const MARK = Symbol.for("isles.by-reference");

/** Options of {@link byReference}. */
export interface ReferenceOptions<M extends string = string> {
  /** What can be called; default: the value's own enumerable functions. List the methods of a class's instance. */
  readonly members?: readonly M[];
  /** Runs when the last holder has released it or is lost: the place to close what the object stands for. */
  readonly onReleased?: () => void;
}

/**
 * Marks an object or a function to travel by reference: in an argument or a result it stays on its site, and the other
 * site gets a stub of its own enumerable functions, or of the `members` listed: list them of a class's instance. Marks the value itself and returns it; marking it again changes nothing. A
 * function that is a whole argument or result travels by reference unmarked; one inside an object or array needs the mark,
 * so that none is given away unnoticed. After the network objects of Birrell et al. (1993).
 *
 * Throws UsageError("BAD_ARGUMENT") for what is neither an object nor a function, and for a frozen, sealed or otherwise
 * non-extensible value, which takes no mark.
 */
export function byReference<T extends object>(
  value: T,
  options: ReferenceOptions<keyof T & string> = {},
): ByReference<T> {
  const given: unknown = value;
  if ((typeof given !== "object" && typeof given !== "function") || given === null) {
    const what = given === null ? "null" : typeof given;
    throw new UsageError("BAD_ARGUMENT", `byReference: takes an object or a function, not ${what}`);
  }
  if (!isByReference(value)) {
    if (!Object.isExtensible(value)) {
      const why = "byReference: a frozen, sealed or non-extensible value takes no mark";
      throw new UsageError("BAD_ARGUMENT", `${why}; wrap it in an object of its own and mark that`);
    }
    if (typeof given === "object" && options.members === undefined && !hasOwnFunction(value)) {
      const what = "byReference: the object has no functions of its own, so nothing could be called on it";
      throw new UsageError("NOTHING_TO_EXPOSE", `${what}; of a class's instance, list the methods: { members: ["…"] }`);
    }
    // Not enumerable: spreading or listing a marked object must neither show the mark nor pass it on to the copy.
    Object.defineProperty(value, MARK, { value: options });
  }
  return value as ByReference<T>;
}

/**
 * Whether {@link byReference} marked this very value. A mark on its prototype does not count: marking one object must not
 * keep everything that inherits from it at home.
 */
export function isByReference(value: object): boolean {
  return Object.hasOwn(value, MARK);
}

/** What was said when the value was marked. */
export function referenceOptions(value: object): ReferenceOptions | undefined {
  return isByReference(value) ? (value as { [MARK]: ReferenceOptions })[MARK] : undefined;
}

function hasOwnFunction(value: object): boolean {
  return Object.values(Object.getOwnPropertyDescriptors(value)).some(
    (property) => property.enumerable === true && typeof property.value === "function",
  );
}
