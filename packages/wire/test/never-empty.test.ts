import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { refusal } from "./support.ts";

/** The compiler's library without the DOM has no WebAssembly. */
declare const Wasm: { readonly Memory: new (options: { initial: number }) => object };

const callable = () => 1;
const detached = new ArrayBuffer(8);
structuredClone(detached, { transfer: [detached] });
class Private {
  readonly #secret = 1;
  reveal() {
    return this.#secret;
  }
}
const untransferable: Record<string, () => unknown> = {
  function: () => callable,
  class: () => Private,
  symbol: () => Symbol("s"),
  "boxed symbol": () => Object(Symbol("s")) as unknown,
  promise: () => Promise.resolve(),
  WeakMap: () => new WeakMap(),
  WeakRef: () => new WeakRef({}),
  FinalizationRegistry: () => new FinalizationRegistry(() => undefined),
  proxy: () => new Proxy({ a: 1 }, {}),
  "proxy of an array": () => new Proxy([1], {}),
  generator: () => (function* () {})(),
  "asynchronous generator": () => (async function* () {})(),
  "map iterator": () => new Map().entries(),
  "array iterator": () => [1].values(),
  "class with private fields only": () => new Private(),
  Response: () => new Response("x"),
  Headers: () => new Headers({ a: "b" }),
  AbortSignal: () => AbortSignal.abort(),
  ReadableStream: () => new ReadableStream(),
  "number format": () => new Intl.NumberFormat(),
  "WebAssembly memory": () => new (Reflect.get(globalThis, "WebAssembly") as typeof Wasm).Memory({ initial: 0 }),
  arguments: () =>
    (function () {
      // biome-ignore lint/complexity/noArguments: it is what is tested
      return arguments;
    })(),
  Math: () => Math,
  "detached buffer": () => detached,
  "view of a detached buffer": () => {
    const view = new Uint8Array(new ArrayBuffer(8));
    structuredClone(view.buffer, { transfer: [view.buffer] });
    return view;
  },
  "DataView of a detached buffer": () => {
    const view = new DataView(new ArrayBuffer(8));
    structuredClone(view.buffer, { transfer: [view.buffer] });
    return view;
  },
};

/** One level of wrapping, and what it adds to the path. */
const wrapping = fc.oneof(
  fc.nat({ max: 3 }).map((n) => ({
    wrap: (value: unknown): unknown => [...new Array<number>(n).fill(1), value],
    path: `[${n}]`,
  })),
  fc
    .constantFrom("a", "$b", "c9")
    .map((key) => ({ wrap: (value: unknown): unknown => ({ first: {}, [key]: value }), path: `.${key}` })),
  fc
    .string()
    .filter((key) => !/^[A-Za-z_$][\w$]*$/.test(key))
    .map((key) => ({
      wrap: (value: unknown): unknown => ({ [key]: value }),
      path: `[${JSON.stringify(key)}]`,
    })),
  fc.string().map((key) => ({
    wrap: (value: unknown): unknown => new Map([[key, value]]),
    path: `.get(${JSON.stringify(key)})`,
  })),
  fc.constant({ wrap: (value: unknown): unknown => new Map([[value, 1]]), path: ".keys()[0]" }),
  fc.constant({ wrap: (value: unknown): unknown => new Set([new URL("http://a.test/"), value]), path: ".values()[1]" }),
);

describe("never {}", () => {
  it.each(Object.keys(untransferable))("%s is refused with its path, wherever it is (property)", (name) => {
    fc.assert(
      fc.property(fc.array(wrapping, { maxLength: 8 }), (wrappings) => {
        let value = untransferable[name]!();
        for (const { wrap } of wrappings) value = wrap(value);
        const path = wrappings
          .map((one) => one.path)
          .reverse()
          .join("");
        expect(refusal(value).path).toBe(`args${path}`);
      }),
      { numRuns: 50 },
    );
  });

  it("says what to do instead", () => {
    class Sealed {
      readonly #secret = 1;
      read(): number {
        return this.#secret;
      }
    }
    expect(refusal({ r: new Sealed() }).message).toBe(
      "args.r is a Sealed without properties of its own (it would arrive as an empty object), which cannot travel to another site",
    );
    expect(refusal(untransferable.generator!()).message).toMatch(
      /an iterator \(make an array of what it gives first\)/,
    );
  });
});
