import type { ReferenceCodec } from "@isles/wire";
import { MigrationError } from "../errors.ts";
import { Delegation } from "./delegation.ts";
import { encodeObject } from "./encode-object.ts";
import { Frame } from "./frame.ts";
import {
  type Encoded,
  type ImageNode,
  isPrimitive,
  type ListKind,
  type ProcessImage,
  relativeTo,
  VERSION,
} from "./image.ts";
import { RUNNING } from "./modes.ts";
import { DEAD } from "./operations.ts";
import { Realm } from "./realm.ts";
import { type Shape, Shapes } from "./shapes.ts";
import { StreamWriter } from "./value-stream.ts";

export interface CaptureOptions {
  /**
   * What travels as a reference and arrives as the receiver's own handle: shared arrays, stubs. A `describe` that throws is
   * called once more, and only then with the path: until it gives a description it must change nothing.
   */
  readonly references?: ReferenceCodec;
  /** What is "whatever is there" on every site, by a name: `site` and its parts. */
  readonly here?: ReadonlyMap<unknown, string>;
  /** The program's URL. Default: the module of the outermost frame. */
  readonly program?: string;
  /**
   * The most values to look at: objects, and what is in their properties and lists. With more, {@link capture} refuses, and
   * {@link pinnedBy} answers by what it has seen. Default: all, which takes as long as moving the process.
   */
  readonly limit?: number;
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

/**
 * Why a process cannot move now, with the path to the culprit; undefined if it can, or if nothing within `limit` values
 * shows that it cannot.
 */
export function pinnedBy(process: unknown, options?: CaptureOptions): string | undefined {
  try {
    capture(process, options);
    return undefined;
  } catch (error) {
    if (error instanceof OverLimit) return undefined;
    if (error instanceof MigrationError) return error.message;
    throw error;
  }
}

class OverLimit extends MigrationError {}

/** Levels of a path that a message shows. */
const MAX_LEVELS = 8;

/** One walk over a process. Breadth first and without recursion: lists and call chains may be long. */
export class Capture {
  readonly options: CaptureOptions;
  readonly realm = Realm.here;
  readonly #program: string;
  readonly #nodes: ImageNode[] = [];
  readonly #indexes = new Map<unknown, number>();
  readonly #values: unknown[] = [];
  /** By value: what led to it first, and by which step: its words, or a place in a list. */
  readonly #parents: number[] = [];
  readonly #steps: (string | number)[] = [];
  #names: Map<unknown, { module: string; name: string }> | undefined;
  #current = -1;
  #left: number;
  readonly #stream = new StreamWriter();
  readonly #shapes = new Shapes();
  readonly #runs = new Map<string, ImageNode>();

  constructor(options: CaptureOptions, program: string) {
    this.options = options;
    this.#program = program;
    this.#left = options.limit ?? Number.POSITIVE_INFINITY;
  }

  run(process: Frame): ProcessImage {
    const root = this.encode(process, "");
    for (let i = 0; i < this.#values.length; i++) {
      this.#current = i;
      this.#nodes.push(this.#node(this.#values[i]));
    }
    const stream = this.#stream.finish();
    return { version: VERSION, program: this.#program, root, nodes: this.#nodes, ...(stream && { stream }) };
  }

  /** Looks at so many values more. Throws what `pinnedBy` takes for an answer if these are too many. */
  spend(values: number): void {
    this.#left -= values;
    if (this.#left < 0) throw new OverLimit(this.path(), `it leads to more than ${this.options.limit} values`);
  }

  /** A value as it stands in a node; `step` leads to it from the present one: its words, or a place in a list. */
  encode(value: unknown, step: string | number): Encoded {
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
    return { r: this.#indexOf(value, step) };
  }

  #indexOf(value: unknown, step: string | number): number {
    let index = this.#indexes.get(value);
    if (index === undefined) {
      index = this.#values.push(value) - 1;
      this.#indexes.set(value, index);
      this.#parents.push(this.#current);
      this.#steps.push(step);
    }
    return index;
  }

  /** The next value in the stream, of the present node. */
  put(value: unknown, step: string | number): void {
    if (isPrimitive(value) || value === null) this.#stream.value(value);
    else this.#stream.ref(this.#indexOf(value, step));
  }

  /** The node of all lists of that length whose values are in the stream. */
  runOf(kind: ListKind, length: number): ImageNode {
    const key = `${kind} ${length}`;
    let node = this.#runs.get(key);
    if (node === undefined) {
      node = { t: "run", kind, length };
      this.#runs.set(key, node);
    }
    return node;
  }

  shapeOf(keys: readonly string[], prototype: Encoded): Shape {
    return this.#shapes.of(keys, prototype);
  }

  /** Where the present value sits: from the nearest frame on. */
  path(): string {
    const labels: string[] = [];
    let at = this.#current;
    for (; at > 0 && !(this.#values[at] instanceof Frame); at = this.#parents[at]!) {
      const step = this.#steps[at]!;
      labels.push(typeof step === "string" ? step : placeIn(this.#values[this.#parents[at]!], step));
    }
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
    return this.#values[this.#parents[this.#current] ?? -1];
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
    this.spend(1);
    const name = this.options.here?.get(value);
    if (name !== undefined) return { t: "here", name };
    if (value === DEAD) return { t: "dead" };
    if (value instanceof Frame) {
      if (value.pc === RUNNING || value.isBusy) this.refuse("it is running; it can move only where it is suspended");
    } else if (typeof value !== "symbol") {
      const description = this.#describe(value as object);
      if (description !== undefined) return { t: "reference", description };
    }
    return encodeObject(this, value as object | symbol);
  }

  /** A path is as long as a list; so it is made only for those few that are refused. */
  #describe(value: object): unknown {
    const { references } = this.options;
    if (references === undefined) return undefined;
    try {
      return references.describe(value, "");
    } catch (error) {
      references.describe(value, this.path()); // throws again, and now with the path
      throw error;
    }
  }
}

/** The words for a place in a list, where a map's keys and values are by turns. */
function placeIn(list: unknown, place: number): string {
  if (list instanceof Set) return ".values()";
  if (!(list instanceof Map)) return `[${place}]`;
  if (place % 2 === 0) return ".keys()";
  const key: unknown = [...Map.prototype.keys.call(list)][place >> 1];
  return `.get(${typeof key === "string" || typeof key === "number" ? JSON.stringify(key) : "…"})`;
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
