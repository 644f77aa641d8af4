/** What compiled modules import; not for people. */
import { UsageError } from "@isles/base";
import type { ClosureCode, CodeInfo, FrameCode, ModuleCode } from "./frames/code.ts";
import { LiveClosure } from "./frames/live-closure.ts";
import { Realm } from "./frames/realm.ts";

export { delegate } from "./frames/delegation.ts";
export { drive, driveDelegate } from "./frames/drive.ts";
export { Frame } from "./frames/frame.ts";
export { delegateView, iterate, iterateView, keys } from "./frames/iterate.ts";
export { cell } from "./frames/live-closure.ts";
export { DELEGATED } from "./frames/modes.ts";
export * from "./frames/operations.ts";
export { taking } from "./frames/taking.ts";

export function module(url: string, names: ModuleCode["names"]): ModuleCode {
  const code = { url: url.replace(/[?#].*$/, ""), names };
  Realm.here.addModule(code);
  return code;
}

export function frame<T extends FrameCode["type"]>(
  module: ModuleCode,
  type: T,
  meta: Omit<FrameCode, "module" | "type">,
): T {
  Realm.here.addFrame({ ...meta, module, type });
  return type;
}

/** Announces closures that plain code makes: with what reads, later, what they use. */
interface Announce {
  here(closure: object, captures?: () => unknown[]): object;
  /** For a method under a computed key: an object with only that. */
  keyed(key: PropertyKey, make: (key: PropertyKey) => object, captures?: () => unknown[]): object;
}

/** A factory whose products remember what they were made of. */
export function closure(
  module: ModuleCode,
  make: (...captures: unknown[]) => object,
  meta: Omit<CodeInfo, "module">,
): ClosureCode["made"] & Announce {
  const realm = Realm.here;
  const made = (...captures: unknown[]) => {
    const closure = make(...captures);
    realm.addMade(closure, { code, captures });
    return closure;
  };
  const code: ClosureCode = { ...meta, module, made };
  const bare = { code, captures: [] };
  realm.addClosure(code);
  const here = (closure: object, captures?: () => unknown[]) => {
    realm.addMade(closure, captures === undefined ? bare : new LiveClosure(code, captures));
    return closure;
  };
  const keyed: Announce["keyed"] = (key, make, captures) => {
    const object = make(key);
    const method = (object as Record<PropertyKey, object>)[key]!;
    realm.addMade(method, new LiveClosure(code, () => [key, ...(captures?.() ?? [])]));
    return object;
  };
  return Object.assign(made, { here, keyed });
}

/** What `defineProcess` is given in a compiled module. */
export function compiled(generator: unknown): unknown {
  if (typeof generator !== "function") return generator; // defineProcess says what is wrong with it
  if (/^(async )?\s*function\s*\*/.test(Function.prototype.toString.call(generator))) {
    throw new UsageError(
      "NOT_COMPILED",
      `${generator.name || "a generator function"} comes from a module that was not compiled for migration: ` +
        "define the process where the function is, or import it by a relative path from the module that does",
    );
  }
  Realm.here.addCompiled(generator);
  return generator;
}
