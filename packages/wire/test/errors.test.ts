import { CloneError, IslesError, SiteDownError, TimeoutError, UsageError } from "@isles/base";
import { type ErrorClass, ErrorCodec } from "@isles/wire";
import { describe, expect, it } from "vitest";

function travel(error: unknown, from = new ErrorCodec(), to = new ErrorCodec()): unknown {
  return to.decode(structuredClone(from.encode(error)));
}

const arrive = <E extends Error>(error: E, from?: ErrorCodec, to?: ErrorCodec) => travel(error, from, to) as E;

class QuotaError extends Error {
  readonly limit: number;
  constructor(options: { limit: number }) {
    super(`over ${options.limit}`); // throws without arguments
    this.limit = options.limit;
  }
}
class DiskQuotaError extends QuotaError {
  override readonly name = "DiskQuotaError";
}

function both(...classes: ErrorClass[]): [ErrorCodec, ErrorCodec] {
  const codecs: [ErrorCodec, ErrorCodec] = [new ErrorCodec(), new ErrorCodec()];
  for (const codec of codecs) codec.register(...classes);
  return codecs;
}

describe("errors", () => {
  it.each([new RangeError("a"), new SyntaxError("b"), new SiteDownError(2, "c"), new CloneError("args.f", "d")])(
    "of the language and of Isles keep class, message, code, properties and stack: %s",
    (error) => {
      const got = arrive(error);
      expect(Object.getPrototypeOf(got)).toBe(Object.getPrototypeOf(error));
      expect(got).toMatchObject({ ...error });
      expect([got.name, got.message, got.stack]).toEqual([error.name, error.message, error.stack]);
      expect(Object.keys(got)).toEqual(Object.keys(error).filter((key) => key !== "name"));
    },
  );

  it("of a registered class are instances of it, though its constructor is not run", () => {
    const got = arrive(new QuotaError({ limit: 3 }), ...both(QuotaError));
    expect(got).toBeInstanceOf(QuotaError);
    expect(got).toMatchObject({ limit: 3, message: "over 3" });
  });

  it("of an unregistered class arrive as the nearest registered one, with their own name", () => {
    const error = new DiskQuotaError({ limit: 3 });
    const got = arrive(error, ...both(QuotaError));
    expect(Object.getPrototypeOf(got)).toBe(QuotaError.prototype);
    expect(got.name).toBe("DiskQuotaError");
    expect(Object.getPrototypeOf(arrive(error))).toBe(Error.prototype);
    const [from] = both(QuotaError);
    expect(Object.getPrototypeOf(arrive(error, from))).toBe(Error.prototype); // the receiver does not know it
  });

  it("are not taken for others that are called like them", () => {
    const Namesake = class TimeoutError extends Error {};
    expect(arrive(new Namesake("x"))).not.toBeInstanceOf(TimeoutError);
    expect(arrive(Object.assign(new Error("odd"), { name: "constructor" }))).toMatchObject({ name: "constructor" });
  });

  it.each(["AbortError", "TimeoutError", "DataCloneError", "Mine"])("may be DOMExceptions: %s", (name) => {
    const error = new DOMException("why", name);
    const got = arrive(error);
    expect(got).toBeInstanceOf(DOMException);
    expect([got.name, got.message, got.code, got.stack]).toEqual([name, "why", error.code, error.stack]);
    expect(Object.keys(got)).toEqual([]);
  });

  it("of an aborted signal are what the signal's own listeners see", () => {
    const got = arrive(AbortSignal.abort().reason as DOMException);
    expect(got).toBeInstanceOf(DOMException);
    expect(got).toMatchObject({ name: "AbortError", code: 20 });
  });

  it("keep a code that is not enumerable or comes from the class", () => {
    class Coded extends Error {
      get code() {
        return "E_MINE";
      }
    }
    expect(arrive(new Coded("x"))).toMatchObject({ code: "E_MINE" });
    expect(Object.keys(arrive(new Coded("x")))).toEqual([]);
  });

  it("keep their causes, whatever they are", () => {
    const got = arrive(new Error("a", { cause: new TypeError("b", { cause: { why: [1] } }) }));
    expect(got.cause).toBeInstanceOf(TypeError);
    expect((got.cause as Error).cause).toEqual({ why: [1] });
    expect(arrive(new Error("a", { cause: null })).cause).toBeNull();
    expect("cause" in arrive(new Error("a"))).toBe(false);
    expect(arrive(new Error("a", { cause: () => 1 })).cause).toBe("() => 1");
  });

  it("may be their own cause, or a cause of their cause", () => {
    const self = new Error("self");
    self.cause = self;
    const got = arrive(self);
    expect(got.cause).toBe(got);
    const a = new Error("a");
    a.cause = Object.assign(new Error("b"), { related: new Map([["first", a]]) });
    const arrived = arrive(a);
    expect((arrived.cause as { related: Map<string, Error> }).related.get("first")).toBe(arrived);
  });

  it("with a very long chain of causes are cut, and the cut is said", () => {
    let error = new Error("root");
    for (let i = 0; i < 10_000; i++) error = new Error(`level ${i}`, { cause: error });
    let got: unknown = travel(error);
    let levels = 0;
    for (; got instanceof Error; got = got.cause) levels++;
    expect(levels).toBe(17);
    expect(got).toBe("Error: level 9982");
  });

  it("of several errors keep them, up to a limit", () => {
    const error = new AggregateError([new RangeError("a"), "b", undefined], "many", { cause: "c" });
    const got = arrive(error);
    expect(got).toBeInstanceOf(AggregateError);
    expect(got.errors[0]).toBeInstanceOf(RangeError);
    expect(got.errors.slice(1)).toEqual(["b", undefined]);
    expect(got.cause).toBe("c");
    expect(Object.keys(got)).toEqual([]);
    const errors = arrive(new AggregateError(Array.from({ length: 3_000 }, (_, i) => new Error(String(i))))).errors;
    expect(errors).toHaveLength(1_001);
    expect(errors[999]).toBeInstanceOf(Error);
    expect(errors[1_000]).toBe("2000 more errors, cut after 1000");
  });

  it("with lists of lists of errors end", () => {
    let error: Error = new Error("leaf");
    for (let i = 0; i < 20; i++) error = new AggregateError([error, new AggregateError([error, error])]);
    expect(arrive(error)).toBeInstanceOf(AggregateError);
    const wide = (level: number): Error =>
      level === 0 ? new Error() : new AggregateError(Array.from({ length: 30 }, () => wide(level - 1)));
    expect(arrive(wide(3))).toBeInstanceOf(AggregateError);
  });

  it("keep properties as values between sites have them, and in words what cannot travel", () => {
    const error = Object.assign(new Error("x"), {
      tags: new Set(["a"]),
      link: new URL("http://isles.test/"),
      inner: [new UsageError("BAD", "y")],
      helper: () => 1,
      response: new Response(),
      nested: { f() {} },
    });
    Object.defineProperty(error, "__proto__", { value: { odd: true }, enumerable: true });
    const got = arrive(error);
    expect(got.tags).toEqual(new Set(["a"]));
    expect(got.link).toEqual(error.link);
    expect(got.inner[0]).toBeInstanceOf(UsageError);
    expect(got.helper).toBe("() => 1");
    expect(got.response).toMatch(/response is a Response/);
    expect(got.nested).toMatch(/nested.f is the function f/);
    expect(Object.getOwnPropertyDescriptor(got, "__proto__")?.value).toEqual({ odd: true });
    expect(got).toBeInstanceOf(Error);
  });

  it("are a snapshot: what changes afterwards does not", () => {
    const state = { step: 1 };
    const wire = new ErrorCodec().encode(Object.assign(new Error("x"), { state }));
    state.step = 2;
    expect(new ErrorCodec().decode(wire)).toMatchObject({ state: { step: 1 } });
  });
});

describe("what is thrown without being an error", () => {
  it.each(["text", undefined, null, 5n, { code: 5, list: [new Date(1)] }])("arrives as it was: %s", (value) => {
    expect(travel(value)).toEqual(value);
  });

  it("is in words if it cannot travel", () => {
    expect(travel(() => 1)).toBe("() => 1");
    expect(travel(Symbol("s"))).toBe("Symbol(s)");
    expect(travel(Promise.resolve())).toMatch(/a promise/);
  });
});

describe("nothing hostile makes encode() throw", () => {
  const explode = () => {
    throw new Error("boom");
  };
  const proxy = (target: object) =>
    new Proxy(target, { get: explode, getPrototypeOf: explode, ownKeys: explode, has: explode });
  const withGetters = new Error("x");
  for (const key of ["stack", "name", "message", "cause", "code", "own"]) {
    Object.defineProperty(withGetters, key, { get: explode, enumerable: true });
  }
  const ancestors: object = new Proxy({}, { getPrototypeOf: () => ancestors });
  it.each<[string, () => unknown]>([
    ["an error whose getters throw", () => withGetters],
    ["a proxy that throws", () => proxy({})],
    ["a proxy of an error", () => proxy(new Error("x"))],
    [
      "an error that holds a proxy",
      () => Object.assign(new Error("x", { cause: proxy({}) }), { p: proxy(new Error()) }),
    ],
    ["an object that is no text", () => ({ toString: explode })],
    ["a made-up DOMException", () => Object.create(DOMException.prototype)],
    ["a bare prototype", () => Object.create(Error.prototype)],
    ["a revoked proxy", () => revoked()],
    ["a list of errors that is none", () => Object.assign(new AggregateError([]), { errors: 5 })],
  ])("%s", (_name, make) => {
    const wire = structuredClone(new ErrorCodec().encode(make()));
    expect(typeof wire.message).toBe("string");
    expect(new ErrorCodec().decode(wire)).not.toMatchObject({ code: "MALFORMED" });
  });

  it("and what can be read of it travels", () => {
    const holder = Object.assign(new RangeError("x", { cause: proxy({}) }), { p: proxy(new Error()) });
    const got = travel(holder);
    expect(got).toBeInstanceOf(RangeError);
    expect(got).toMatchObject({ message: "x", p: expect.stringMatching(/p is a proxy/) });
    expect(travel(withGetters)).toMatchObject({ name: "unreadable (Error: boom)", own: "unreadable (Error: boom)" });
  });
});

function revoked(): unknown {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

describe("decode()", () => {
  const good = new ErrorCodec().encode(new AggregateError([1], "x", { cause: 2 }));
  it.each<[string, () => unknown]>([
    ["nothing", () => undefined],
    ["text", () => "Error: x"],
    ["an empty object", () => ({})],
    ["an error itself", () => new Error("x")],
    ["a name that is no text", () => ({ ...good, name: 5 })],
    ["a stack that is no text", () => ({ ...good, stack: {} })],
    ["a code that is an object", () => ({ ...good, code: {} })],
    ["no properties", () => ({ ...good, properties: null })],
    ["a property that is not packed", () => ({ ...good, properties: { a: 1 } })],
    ["a cause that is not packed", () => ({ ...good, cause: "why" })],
    ["errors that are no list", () => ({ ...good, errors: 5 })],
    ["errors that are not packed", () => ({ ...good, errors: [5] })],
    ["a thrown value that is not packed", () => ({ ...good, thrown: 5 })],
    ["a reference in it", () => ({ ...good, cause: { value: 1, references: [{ placeholder: {}, description: 1 }] } })],
    ["an endless cause", () => endless(5_000)],
    ["a proxy", () => revoked()],
  ])("returns an error about %s", (_name, make) => {
    const got = new ErrorCodec().decode(make());
    expect(got).toBeInstanceOf(IslesError);
    expect(got).toMatchObject({ code: "MALFORMED" });
  });

  function endless(levels: number): unknown {
    let wire: unknown = good;
    for (let i = 0; i < levels; i++) {
      const placeholder = {};
      wire = {
        ...good,
        cause: { value: placeholder, references: [{ placeholder, description: wire, type: "Error" }] },
      };
    }
    return wire;
  }
});

describe("register()", () => {
  it("takes the same class twice, and no other of its name", () => {
    const [codec] = both(QuotaError);
    codec.register(QuotaError);
    const Namesake = { QuotaError: class QuotaError extends Error {} }.QuotaError;
    expect(() => codec.register(Namesake)).toThrow("another error class is registered as QuotaError");
    expect(() => codec.register({ RangeError: class extends Error {} }.RangeError)).toThrow(UsageError);
  });

  it.each([undefined, {}, () => 1, class Plain {}, new Error("x")])("takes nothing but error classes: %s", (value) => {
    expect(() => new ErrorCodec().register(value as never)).toThrow(UsageError);
  });

  it("wants a name", () => {
    expect(() => new ErrorCodec().register(class extends Error {})).toThrow(/without a name/);
  });
});
