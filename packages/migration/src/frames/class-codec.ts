import { UsageError } from "@isles/base";
import { Realm } from "./realm.ts";

/** How instances of a class travel; without it, as their own properties and their prototype. */
export interface ClassCodec<T> {
  /** What an instance travels as: anything that can move itself. */
  readonly encode?: (instance: T) => unknown;
  /** The instance again, from what `encode` gave. */
  readonly decode?: (encoded: never) => T;
  /** Under which it is found again on every site. Default: the class's own. */
  readonly name?: string;
}

export interface ClassEntry {
  readonly name: string;
  readonly type: abstract new (...args: never[]) => unknown;
  readonly codec: ClassCodec<unknown>;
}

/** Private state in a class's text; a colour in a string follows a quote, so it is not taken for it. */
const privateName = /[\s.{;(,!]#[A-Za-z_$][\w$]*/;

/**
 * Lets instances of a class move with processes. Every site registers it, as its module loads. Throws UsageError for a
 * class that has no name or private fields that only its own methods could carry.
 */
export function registerClass<T>(type: abstract new (...args: never[]) => T, codec: ClassCodec<T> = {}): void {
  if (typeof type !== "function" || typeof type.prototype !== "object") {
    throw new UsageError("NOT_A_CLASS", "registerClass() takes a class");
  }
  const name = codec.name ?? type.name;
  if (name === "") throw new UsageError("CLASS_NAME", "a class without a name cannot be found again; pass { name }");
  if ((codec.encode === undefined) !== (codec.decode === undefined)) {
    throw new UsageError("CLASS_CODEC", `registerClass(${name}) needs both encode and decode, or neither`);
  }
  if (codec.encode === undefined && privateName.test(Function.prototype.toString.call(type))) {
    throw new UsageError(
      "CLASS_CODEC",
      `${name} has private members, which cannot be read from outside; pass { encode, decode }`,
    );
  }
  Realm.here.addClass(name, type, codec as ClassCodec<unknown>);
}
