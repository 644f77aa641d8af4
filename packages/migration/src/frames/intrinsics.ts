const globals = (
  "globalThis Object Function Array Number Boolean String Symbol BigInt Math JSON Reflect Proxy Promise Date RegExp " +
  "Map Set WeakMap WeakSet WeakRef FinalizationRegistry Error AggregateError EvalError RangeError ReferenceError " +
  "SyntaxError TypeError URIError ArrayBuffer SharedArrayBuffer Atomics DataView Int8Array Uint8Array " +
  "Uint8ClampedArray Int16Array Uint16Array Int32Array Uint32Array Float32Array Float64Array BigInt64Array " +
  "BigUint64Array Float16Array Iterator Intl isFinite isNaN parseFloat parseInt decodeURI decodeURIComponent " +
  "encodeURI encodeURIComponent escape unescape eval console structuredClone queueMicrotask setTimeout clearTimeout " +
  "setInterval clearInterval setImmediate clearImmediate URL URLSearchParams TextEncoder TextDecoder Buffer " +
  "DOMException AbortController AbortSignal Event EventTarget process"
).split(" ");

const unnamed: readonly (readonly [string, () => unknown])[] = [
  ["%GeneratorFunction%", () => Object.getPrototypeOf(function* () {})],
  ["%AsyncFunction%", () => Object.getPrototypeOf(async () => {})],
  ["%TypedArray%", () => Object.getPrototypeOf(Int8Array)],
  ["%IteratorPrototype%", () => Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]()))],
];

/** The objects and symbols that every thread has of its own, by a name that is the same in all. */
export class Intrinsics {
  readonly #names = new Map<unknown, string>();
  readonly #values = new Map<string, unknown>();

  constructor() {
    for (const name of globals) {
      const descriptor = Object.getOwnPropertyDescriptor(globalThis, name);
      if (descriptor !== undefined) this.#add(name, readable(globalThis, name, descriptor), 3);
    }
    for (const [name, find] of unnamed) this.#add(name, find(), 3);
    for (const name of Object.getOwnPropertyNames(Symbol)) {
      const value: unknown = (Symbol as unknown as Record<string, unknown>)[name];
      if (typeof value === "symbol") this.#add(`Symbol.${name}`, value, 0);
    }
  }

  nameOf(value: unknown): string | undefined {
    return this.#names.get(value);
  }

  valueOf(name: string): unknown {
    return this.#values.get(name);
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  #add(name: string, value: unknown, levels: number): void {
    if ((typeof value !== "object" || value === null) && typeof value !== "function" && typeof value !== "symbol")
      return;
    this.#values.set(name, value);
    if (this.#names.has(value)) return;
    this.#names.set(value, name);
    if (levels === 0 || typeof value === "symbol" || value === globalThis || name === "process") return;
    for (const key of Reflect.ownKeys(value)) {
      const descriptor = Object.getOwnPropertyDescriptor(value, key);
      if (descriptor === undefined || !("value" in descriptor)) continue; // getters would run code
      this.#add(`${name}.${typeof key === "symbol" ? `@@${key.description}` : key}`, descriptor.value, levels - 1);
    }
  }
}

/** Node makes some of its globals when they are first asked for. */
function readable(holder: object, name: string, descriptor: PropertyDescriptor): unknown {
  return "value" in descriptor ? descriptor.value : (holder as Record<string, unknown>)[name];
}
