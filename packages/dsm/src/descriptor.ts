import { LimitError, UsageError } from "@isles/base";
import { type ElementType, elementTypes } from "./elements.ts";

/** Where the directory entry (and the home copy) of each page lives. */
export type HomePolicy = "block" | "cyclic" | "first-touch" | "launcher" | number;

export interface ArrayOptions {
  /** Bytes of a page: a power of two from 256 to 65,536. Default: the cluster's `pageSize` (4,096). */
  readonly pageSize?: number;
  /**
   * Where pages live: `"block"` (default) gives site k the k-th contiguous part, as `site.share` does; `"cyclic"` deals
   * them out in turn; `"first-touch"` gives a page to the first site that uses it; `"launcher"` keeps them on the
   * launcher's thread, which is always awake; a number names a site.
   */
  readonly home?: HomePolicy;
  /**
   * Whether a page's home moves to the site that writes the page again and again while others only read it. Then readers
   * get the page from its writer in two messages rather than three, and nothing is written back. Default: true; false where
   * `home` names a site or the launcher. No home moves to the launcher, whose thread serves from its event loop only.
   */
  readonly homeMigration?: boolean;
  /**
   * `"sequential"` (default): every store is seen by everybody in one order; a page has one writer at a time.
   * `"release"`: what a site has stored is seen by another one after the first has released (unlocked, arrived at a barrier,
   * sent a message, `store`d a flag …) and the other has acquired (locked, left the barrier, heard the message, `load`ed the flag …; not by `set` and
   * `get`). Several sites then write
   * different elements of one page at a time, which pays where sites write what lies close together. Programs without data
   * races compute the same under both. Homes stay where they are; `wait`, `notify` and `moveTo` are not to be had.
   */
  readonly consistency?: Consistency;
}

/** When a store becomes visible. */
export type Consistency = "sequential" | "release";

/** Everything an endpoint must know to take part in a region; agreed at the registry and never changed. */
export interface RegionDescriptor {
  readonly id: number;
  readonly name: string;
  readonly type: ElementType;
  readonly length: number;
  readonly pageSize: number;
  readonly home: HomePolicy;
  readonly homeMigration: boolean;
  readonly consistency: Consistency;
  /** How often in a row a site must be given a page to write before the page's home moves there. */
  readonly homeMoveAfter: number;
}

/** Do homes move where the caller says nothing of it? Who names a place has a reason. */
export function movesByDefault(home: HomePolicy): boolean {
  return typeof home !== "number" && home !== "launcher";
}

export const MIN_PAGE_SIZE = 256;
export const MAX_PAGE_SIZE = 65_536;
export const DEFAULT_PAGE_SIZE = 4_096;

/** An index is tested with 32-bit arithmetic on the hot path. */
export const MAX_LENGTH = 2 ** 32 - 1;

export function byteLength(descriptor: RegionDescriptor): number {
  return descriptor.length * elementTypes[descriptor.type].BYTES_PER_ELEMENT;
}

export function pageCount(descriptor: RegionDescriptor): number {
  return Math.max(1, Math.ceil(byteLength(descriptor) / descriptor.pageSize));
}

/** Refuses options that mean nothing here: a misspelt one would be ignored without a word. */
export function checkOptions(name: string, options: ArrayOptions): void {
  if (typeof options !== "object" || options === null) {
    throw new UsageError(
      "BAD_OPTION",
      `shared array "${name}": options are an object such as { pageSize: 1024 }, got ${String(options)}`,
    );
  }
  for (const key of Object.keys(options)) {
    if (["pageSize", "home", "homeMigration", "consistency"].includes(key)) continue;
    throw new UsageError(
      "BAD_OPTION",
      `shared array "${name}": there is no option ${key}; there are pageSize, home, homeMigration and consistency`,
    );
  }
  const { consistency = "sequential", homeMigration } = options;
  if (homeMigration !== undefined && typeof homeMigration !== "boolean") {
    throw new UsageError(
      "BAD_OPTION",
      `shared array "${name}": homeMigration is true or false, got ${String(homeMigration)}`,
    );
  }
  if (consistency === "release" && homeMigration === true) {
    throw new UsageError(
      "BAD_OPTION",
      `shared array "${name}": homes stay where they are under release consistency; leave homeMigration out`,
    );
  }
  if (consistency === "sequential" || consistency === "release") return;
  throw new UsageError(
    "BAD_OPTION",
    `shared array "${name}": consistency ${JSON.stringify(consistency)} is unknown; there are "sequential" and "release"`,
  );
}

/** Checks what a caller asks for; throws with the argument, its value and the rule. */
export function checkRequest(name: string, length: number, pageSize: number, home: HomePolicy, sites: number): void {
  if (typeof name !== "string" || name === "")
    throw new UsageError("BAD_NAME", `a shared array needs a name, got ${String(name)}`);
  if (!Number.isInteger(length) || length < 0) {
    throw new RangeError(`shared array "${name}": length must be a whole number of elements, got ${String(length)}`);
  }
  if (length > MAX_LENGTH) {
    throw new LimitError(
      `shared array "${name}": ${length} elements; an array holds at most ${MAX_LENGTH} (32-bit indices)`,
    );
  }
  const power = Number.isInteger(pageSize) && (pageSize & (pageSize - 1)) === 0;
  if (!power || pageSize < MIN_PAGE_SIZE || pageSize > MAX_PAGE_SIZE) {
    throw new RangeError(
      `shared array "${name}": page size must be a power of two from ${MIN_PAGE_SIZE} to ${MAX_PAGE_SIZE} bytes, got ${String(pageSize)}`,
    );
  }
  if (typeof home !== "number" && typeof home !== "string") {
    throw new UsageError("BAD_HOME", `shared array "${name}": home is a policy or a site, got ${typeof home}`);
  }
  if (typeof home === "number") {
    if (!Number.isInteger(home) || home < 0 || home >= sites) {
      throw new RangeError(`shared array "${name}": home ${home} is no site; there are sites 0 to ${sites - 1}`);
    }
  } else if (!["block", "cyclic", "first-touch", "launcher"].includes(home)) {
    throw new UsageError("BAD_HOME", `shared array "${name}": unknown home policy ${JSON.stringify(home)}`);
  }
}
