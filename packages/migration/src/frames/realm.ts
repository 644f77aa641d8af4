import * as base from "@isles/base";
import { UsageError } from "@isles/base";
import type { ClassCodec, ClassEntry } from "./class-codec.ts";
import { type ClosureCode, type ClosureInfo, type FrameCode, keyOf, type ModuleCode } from "./code.ts";
import type { Frame } from "./frame.ts";
import { Intrinsics } from "./intrinsics.ts";

/**
 * The compiled code of one thread, as its modules announce it while they load, and the classes that it registered. It is
 * to frames what the engine's own table of modules is to modules: nothing hands a module anything when it loads, so
 * there is one, found under a symbol, which also joins two copies of this package.
 */
export class Realm {
  readonly #frames = new Map<string, FrameCode>();
  readonly #frameTypes = new Map<unknown, FrameCode>();
  readonly #closures = new Map<string, ClosureCode>();
  readonly #modules = new Map<string, ModuleCode>();
  #intrinsics: Intrinsics | undefined;
  readonly #compiled = new WeakSet<object>();
  readonly #classesByName = new Map<string, ClassEntry>();
  readonly #classesByPrototype = new Map<object, ClassEntry>();

  constructor() {
    for (const value of Object.values<unknown>(base)) {
      if (typeof value !== "function" || !(value.prototype instanceof Error)) continue;
      this.addClass(`isles:${value.name}`, value as unknown as ClassEntry["type"], {});
    }
  }

  static get here(): Realm {
    const holder = globalThis as { [REALM]?: Realm };
    holder[REALM] ??= new Realm();
    return holder[REALM];
  }

  /** The language's own objects, looked at when first needed. */
  get intrinsics(): Intrinsics {
    this.#intrinsics ??= new Intrinsics();
    return this.#intrinsics;
  }

  addModule(module: ModuleCode): void {
    this.#modules.set(module.url, module);
  }

  addFrame(code: FrameCode): void {
    this.#frames.set(keyOf(code), code);
    this.#frameTypes.set(code.type, code);
  }

  addClosure(code: ClosureCode): void {
    this.#closures.set(keyOf(code), code);
  }

  addMade(closure: object, info: ClosureInfo): void {
    Made.put(closure, info);
  }

  /** Marks a function whose calls make frames. */
  addCompiled(generator: object): void {
    this.#compiled.add(generator);
  }

  isCompiled(generator: object): boolean {
    return this.#compiled.has(generator) || Made.of(generator) !== undefined;
  }

  frameCode(key: string): FrameCode | undefined {
    return this.#frames.get(key);
  }

  codeOf(frame: Frame): FrameCode | undefined {
    return this.#frameTypes.get(frame.constructor);
  }

  closureCode(key: string): ClosureCode | undefined {
    return this.#closures.get(key);
  }

  closureInfo(closure: object): ClosureInfo | undefined {
    return Made.of(closure);
  }

  module(url: string): ModuleCode | undefined {
    return this.#modules.get(url);
  }

  get modules(): Iterable<ModuleCode> {
    return this.#modules.values();
  }

  addClass(name: string, type: ClassEntry["type"], codec: ClassCodec<unknown>): void {
    const known = this.#classesByName.get(name);
    if (known !== undefined && known.type !== type) {
      throw new UsageError(
        "CLASS_NAME",
        `another class is registered as ${name}; give this one another name: registerClass(Class, { name })`,
      );
    }
    const entry = { name, type, codec };
    this.#classesByName.set(name, entry);
    this.#classesByPrototype.set(type.prototype as object, entry);
  }

  classByName(name: string): ClassEntry | undefined {
    return this.#classesByName.get(name);
  }

  classByPrototype(prototype: object): ClassEntry | undefined {
    return this.#classesByPrototype.get(prototype);
  }
}

class Itself {
  constructor(object: object) {
    // biome-ignore lint/correctness/noConstructorReturn: what comes out of it gets the private field of the class below
    return object;
  }
}

/** What a closure was made of, as a private field of the closure: a weak map costs ten times as much for each one made. */
class Made extends Itself {
  #info: ClosureInfo;

  private constructor(closure: object, info: ClosureInfo) {
    super(closure);
    this.#info = info;
  }

  static put(closure: object, info: ClosureInfo): void {
    if (#info in closure) closure.#info = info;
    else new Made(closure, info);
  }

  static of(closure: object): ClosureInfo | undefined {
    return #info in closure ? closure.#info : undefined;
  }
}

const REALM: unique symbol = Symbol.for("isles.migration.realm") as never;
