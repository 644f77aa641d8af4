import type { ReferenceCodec } from "@isles/wire";
import { MigrationError } from "../errors.ts";
import { Delegation } from "./delegation.ts";
import { encodeObject } from "./encode-object.ts";
import { Frame } from "./frame.ts";
import { type Encoded, type ImageNode, isPrimitive, type ProcessImage, relativeTo } from "./image.ts";
import { RUNNING } from "./modes.ts";
import { DEAD } from "./operations.ts";
import { Realm } from "./realm.ts";

export interface CaptureOptions {
  /** What travels as a reference and arrives as the receiver's own handle: shared arrays, stubs. */
  readonly references?: ReferenceCodec;
  /** What is "whatever is there" on every site, by a name: `site` and its parts. */
  readonly here?: ReadonlyMap<unknown, string>;
  /** The program's URL. Default: the module of the outermost frame. */
  readonly program?: string;
}

/**
 * The image of a suspended process: its chain of frames and everything they lead to, with identity, cycles, shared
 * buffers and the order of maps and sets. The process itself stays as it is. Throws MigrationError with the path to
 * the first thing that cannot move.
 */
export function capture(process: unknown, options: CaptureOptions = {}): ProcessImage {
  if (!(process instanceof Frame)) {
    throw new MigrationError("the process", "it is no frame: its generator function was not compiled for migration");
  }
  const code = Realm.here.codeOf(process);
  const program = options.program ?? code?.module.url ?? "file:///";
  return new Capture(options, program).run(process);
}

/** Why a process cannot move now, with the path to the culprit; undefined if it can. */
export function pinnedBy(process: unknown, options?: CaptureOptions): string | undefined {
  try {
    capture(process, options);
    return undefined;
  } catch (error) {
    if (error instanceof MigrationError) return error.message;
    throw error;
  }
}

interface Origin {
  readonly parent: number;
  readonly label: string;
}

/** Levels of a path that a message shows. */
const MAX_LEVELS = 8;

/** Objects with more properties are dictionaries, of which each has its own keys. */
const MAX_SHARED = 16;

/** Lists of keys, as a tree with a branch for each next key. */
interface Shape {
  readonly next: Map<string, Shape>;
  keys: Encoded[] | undefined;
}

/** One walk over a process. Breadth first and without recursion: lists and call chains may be long. */
export class Capture {
  readonly options: CaptureOptions;
  readonly realm = Realm.here;
  readonly #program: string;
  readonly #nodes: ImageNode[] = [];
  readonly #indexes = new Map<unknown, number>();
  readonly #values: unknown[] = [];
  readonly #origins: Origin[] = [];
  #names: Map<unknown, { module: string; name: string }> | undefined;
  #current = -1;
  readonly #shapes: Shape = { next: new Map(), keys: undefined };

  constructor(options: CaptureOptions, program: string) {
    this.options = options;
    this.#program = program;
  }

  run(process: Frame): ProcessImage {
    const root = this.encode(process, "");
    for (let i = 0; i < this.#values.length; i++) {
      this.#current = i;
      this.#nodes.push(this.#node(this.#values[i]));
    }
    return { version: 1, program: this.#program, root, nodes: this.#nodes };
  }

  /** A value as it stands in a node; `label` is the step to it from the present one. */
  encode(value: unknown, label: string): Encoded {
    switch (typeof value) {
      case "object":
        if (value === null) return null;
        break;
      case "function":
      case "symbol":
        break;
      default:
        return value as Encoded;
    }
    let index = this.#indexes.get(value);
    if (index === undefined) {
      index = this.#values.push(value) - 1;
      this.#indexes.set(value, index);
      this.#origins.push({ parent: this.#current, label });
    }
    return { r: index };
  }

  encodeAll(values: Iterable<unknown>, labelOf: (index: number) => string): Encoded[] {
    const encoded: Encoded[] = [];
    for (const value of values) encoded.push(isPrimitive(value) ? value : this.encode(value, labelOf(encoded.length)));
    return encoded;
  }

  /** The list of that content which other objects have, too: objects of a kind have one, in the image and in its bytes. */
  shared(keys: Encoded[]): Encoded[] {
    if (keys.length > MAX_SHARED) return keys;
    let shape = this.#shapes;
    for (const key of keys) {
      if (typeof key !== "string") return keys;
      let next = shape.next.get(key);
      if (next === undefined) {
        next = { next: new Map(), keys: undefined };
        shape.next.set(key, next);
      }
      shape = next;
    }
    shape.keys ??= keys;
    return shape.keys;
  }

  /** Where the present value sits: from the nearest frame on. */
  path(): string {
    const labels: string[] = [];
    let at = this.#current;
    for (; at > 0 && !(this.#values[at] instanceof Frame); at = this.#origins[at]!.parent)
      labels.push(this.#origins[at]!.label);
    labels.reverse();
    if (labels.length > MAX_LEVELS) labels.splice(2, labels.length - MAX_LEVELS, " … ");
    return `${this.#frameName(this.#values[at])}${labels.join("")}`;
  }

  /** What a value of the program is called in messages: by the frame that holds it. */
  #frameName(value: unknown): string {
    if (value instanceof Delegation) return `${this.#frameName(value.owner)}, yield*`;
    const code = value instanceof Frame ? this.realm.codeOf(value) : undefined;
    return code === undefined ? "the process" : `frame ${code.id}`;
  }

  /** What holds the present value. */
  holder(): unknown {
    return this.#values[this.#origins[this.#current]?.parent ?? -1];
  }

  /** The functions and objects at the top of the program's modules. */
  *topLevel(): Iterable<[module: string, name: string, value: object]> {
    for (const { url, names: thunks } of this.realm.modules) {
      for (const [name, thunk] of Object.entries(thunks())) {
        const value = valueIfReady(thunk);
        if ((typeof value === "object" && value !== null) || typeof value === "function")
          yield [this.moduleName(url), name, value];
      }
    }
  }

  refuse(what: string): never {
    throw new MigrationError(this.path(), what);
  }

  moduleName(url: string): string {
    return relativeTo(this.#program, url);
  }

  /** What a module of the program calls a function, class or symbol. */
  nameOf(value: unknown): { module: string; name: string } | undefined {
    this.#names ??= this.#listNames();
    return this.#names.get(value);
  }

  #listNames(): Map<unknown, { module: string; name: string }> {
    const names = new Map<unknown, { module: string; name: string }>();
    for (const { url, names: thunks } of this.realm.modules) {
      for (const [name, thunk] of Object.entries(thunks())) {
        const value = valueIfReady(thunk);
        const isTemplate = typeof value === "object" && name.startsWith("$isles_template");
        if (typeof value !== "function" && typeof value !== "symbol" && !isTemplate) continue;
        if (!names.has(value)) names.set(value, { module: this.moduleName(url), name });
      }
    }
    return names;
  }

  #node(value: unknown): ImageNode {
    const name = this.options.here?.get(value);
    if (name !== undefined) return { t: "here", name };
    if (value === DEAD) return { t: "dead" };
    if (value instanceof Frame) {
      if (value.pc === RUNNING || value.isBusy) this.refuse("it is running; it can move only where it is suspended");
    } else if (typeof value !== "symbol") {
      const description = this.options.references?.describe(value as object, this.path());
      if (description !== undefined) return { t: "reference", description };
    }
    return encodeObject(this, value as object | symbol);
  }
}

/** A module may still be loading: what it has not made yet is not what a process holds. */
function valueIfReady(thunk: () => unknown): unknown {
  try {
    return thunk();
  } catch (error) {
    if (error instanceof ReferenceError) return undefined;
    throw error;
  }
}
