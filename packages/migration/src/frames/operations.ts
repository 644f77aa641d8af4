/** What compiled code needs where the language's own words do not reach. */

/** A local that closures share with the process that made them. */
export class Box {
  v: unknown;

  constructor(v: unknown) {
    this.v = v;
  }
}

/** Stands in a local before its declaration has run. */
export const DEAD: unique symbol = Symbol("isles.dead");

export function initialized(value: unknown, name: string): unknown {
  if (value === DEAD) throw new ReferenceError(`Cannot access '${name}' before initialization`);
  return value;
}

/** Evaluates both, in order, and gives the first. */
export function first(value: unknown, _checked: unknown): unknown {
  return value;
}

/** The target of an assignment to a constant. */
export const readonly: object = new Proxy(Object.freeze(Object.create(null) as object), {
  set() {
    throw new TypeError("Assignment to constant variable.");
  },
});

/** A value as the key of a property. */
export function key(value: unknown): string | symbol {
  if (typeof value === "symbol" || typeof value === "string") return value;
  const [only] = Reflect.ownKeys({ [value as string]: undefined });
  return only!;
}

export function call(callee: unknown, self: unknown, values: unknown[], words: string): unknown {
  if (typeof callee !== "function") throw new TypeError(`${words} is not a function`);
  return Reflect.apply(callee, self, values);
}

export function construct(callee: unknown, values: unknown[], words: string): unknown {
  if (typeof callee !== "function") throw new TypeError(`${words} is not a constructor`);
  return Reflect.construct(callee, values);
}

export function requireObject(value: unknown): void {
  if (value === undefined || value === null) {
    throw new TypeError(`Cannot destructure '${String(value)}' as it is ${String(value)}.`);
  }
}

/** The own properties of `value` without some: `...rest` in a pattern. */
export function rest(value: unknown, taken: readonly (string | symbol)[]): object {
  const found: Record<string | symbol, unknown> = {};
  const source = Object(value) as Record<string | symbol, unknown>;
  for (const name of Reflect.ownKeys(source)) {
    if (taken.includes(name) || !Object.prototype.propertyIsEnumerable.call(source, name)) continue;
    Object.defineProperty(found, name, { value: source[name], writable: true, enumerable: true, configurable: true });
  }
  return found;
}

/** One object out of the parts of a literal, accessors and all. */
export function assemble(...parts: readonly object[]): object {
  const whole = {};
  for (const part of parts) {
    const prototype = Object.getPrototypeOf(part) as object | null; // `__proto__: value` is a part as well
    if (prototype !== Object.prototype) Object.setPrototypeOf(whole, prototype);
    for (const [name, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(part))) {
      // Of an accessor that has one half here, the other stays what it was.
      if (descriptor.get === undefined) delete descriptor.get;
      if (descriptor.set === undefined) delete descriptor.set;
      Object.defineProperty(whole, name, descriptor);
    }
    for (const symbol of Object.getOwnPropertySymbols(part)) {
      Object.defineProperty(whole, symbol, Object.getOwnPropertyDescriptor(part, symbol)!);
    }
  }
  return whole;
}

/** The strings object of a tagged template. */
export function template(cooked: (string | undefined)[], raw: string[]): readonly (string | undefined)[] {
  Object.defineProperty(cooked, "raw", { value: Object.freeze(raw) });
  return Object.freeze(cooked);
}
