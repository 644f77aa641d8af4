import type { Encoded, ImageNode } from "./image.ts";
import { wordsForKey } from "./words-for-key.ts";

/** What objects of a kind have in common: their prototype and keys. */
export interface Shape {
  readonly node: ImageNode & { readonly t: "plain" };
  /** By key, the words for the step to its value. */
  readonly steps: readonly string[];
}

/** Lists of keys, as a tree with a branch for each next key. */
interface Branch {
  readonly next: Map<string, Branch>;
  shape: Shape | undefined;
}

/** Objects with more properties are dictionaries, of which each has its own keys. */
const MAX_SHARED = 16;

/** The kinds of objects in one image: objects of a kind share a node. */
export class Shapes {
  readonly #roots = new Map<number | null | undefined, Branch>();
  #last: Shape | undefined;

  of(keys: readonly string[], prototype: Encoded): Shape {
    if (this.#last !== undefined && isOf(this.#last, keys, prototype)) return this.#last;
    if (keys.length > MAX_SHARED) return shapeOf(keys, prototype);
    const branch = this.#branch(keys, typeof prototype === "object" ? (prototype?.r ?? null) : undefined);
    branch.shape ??= shapeOf(keys, prototype);
    this.#last = branch.shape;
    return branch.shape;
  }

  #branch(keys: readonly string[], prototype: number | null | undefined): Branch {
    let branch: Branch | undefined = this.#roots.get(prototype);
    if (branch === undefined) {
      branch = { next: new Map(), shape: undefined };
      this.#roots.set(prototype, branch);
    }
    for (const key of keys) {
      let next: Branch | undefined = branch.next.get(key);
      if (next === undefined) {
        next = { next: new Map(), shape: undefined };
        branch.next.set(key, next);
      }
      branch = next;
    }
    return branch;
  }
}

function shapeOf(keys: readonly string[], prototype: Encoded): Shape {
  const node = { t: "plain" as const, keys, ...(prototype === undefined ? {} : { prototype }) };
  return { node, steps: keys.map(wordsForKey) };
}

function isOf({ node }: Shape, keys: readonly string[], prototype: Encoded): boolean {
  if (node.keys.length !== keys.length) return false;
  const own = node.prototype;
  const isSame =
    own === prototype || (typeof own === "object" && typeof prototype === "object" && own?.r === prototype?.r);
  if (!isSame) return false;
  for (let i = 0; i < keys.length; i++) if (node.keys[i] !== keys[i]) return false;
  return true;
}
