import * as base from "@isles/base";
import { UsageError } from "@isles/base";

/** A class of errors; how its constructor is called does not matter, since it is never run. */
export type ErrorClass = abstract new (...args: never[]) => Error;

const builtIn: readonly ErrorClass[] = [
  Error,
  RangeError,
  TypeError,
  SyntaxError,
  ReferenceError,
  EvalError,
  URIError,
  AggregateError,
  DOMException,
];

/** The classes that keep their identity between sites, by name and by prototype. */
export class ErrorClasses {
  readonly #byName = new Map<string, ErrorClass>();
  readonly #byPrototype = new Map<object, string>();

  constructor() {
    for (const known of [...builtIn, ...Object.values<unknown>(base).filter(isErrorClass)]) this.add(known);
  }

  add(type: ErrorClass): void {
    if (!isErrorClass(type)) {
      throw new UsageError(
        "NOT_AN_ERROR_CLASS",
        `${printed(type)} is no class that extends Error; register the class itself`,
      );
    }
    const { name } = type;
    if (name === "") {
      throw new UsageError("ERROR_CLASS_NAME", "an error class without a name cannot be found again; give it one");
    }
    const known = this.#byName.get(name);
    if (known === type) return;
    if (known !== undefined) {
      throw new UsageError(
        "ERROR_CLASS_NAME",
        `another error class is registered as ${name}; give this one another name`,
      );
    }
    this.#byName.set(name, type);
    this.#byPrototype.set(type.prototype as object, name);
  }

  byName(name: string): ErrorClass | undefined {
    return this.#byName.get(name);
  }

  /** By the object and not by its name: a program's own class may be called TimeoutError too. */
  nameFor(error: object): string {
    let prototype = Object.getPrototypeOf(error) as object | null;
    for (let level = 0; prototype !== null && level < MAX_ANCESTORS; level++) {
      const name = this.#byPrototype.get(prototype);
      if (name !== undefined) return name;
      prototype = Object.getPrototypeOf(prototype) as object | null;
    }
    return "Error";
  }
}

/** A proxy can pretend to have ancestors without end. */
const MAX_ANCESTORS = 100;

function isErrorClass(value: unknown): value is ErrorClass {
  if (typeof value !== "function") return false;
  const prototype: unknown = value.prototype;
  return prototype === Error.prototype || prototype instanceof Error;
}

function printed(value: unknown): string {
  return typeof value === "function" ? `the function ${value.name}` : `a value of type ${typeof value}`;
}
