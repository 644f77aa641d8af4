// biome-ignore-all lint: programs that are odd on purpose
// biome-ignore-all format: one program, one place
export function* objectsPlain(log) {
  const {
    a,
    b: { c = 5, ...others },
    ...rest
  } = { a: 1, b: { d: 2 }, e: 3, f: 4 };
  yield a;
  log(c, others, rest);
  const { length } = "four";
  yield length;
}
export function* arraysPlain(log) {
  const [a, , b = 2, [c], ...d] = [1, 9, undefined, [3], 4, 5];
  yield [a, b, c, d];
  let x = 1,
    y = 2;
  [x, y] = [y, x];
  log(x, y);
  yield x;
  [x = 5, y = x] = [];
  return [x, y];
}
export function* defaultsYield(log) {
  const { a = yield "a", b = yield "b", c: { d = yield "d" } = {} } = { b: 1 };
  log(a, b, d);
  const [e = yield "e", f = yield "f", [g = yield "g"] = []] = [0];
  log(e, f, g);
}
export function* computedKeys(log) {
  const { [yield "k"]: a, [(yield "l", "x")]: b = 2, ...rest } = { 10: "ten", y: 1, x: undefined };
  log(a, b, rest);
}
export function* targetsYield(log) {
  const o = {};
  [o[yield "x"], o.b = yield "y", ...o[yield "z"]] = [1, undefined, 3, 4];
  log(o);
  ({ p: o[yield "p"], q: o.q = yield "q" } = { p: 5 });
  log(o);
}
export function* order(log) {
  const src = {
    get a() {
      log("get a");
      return undefined;
    },
    get b() {
      log("get b");
      return 2;
    },
  };
  const { a = log("default a"), b = log("never") } = src;
  log(a, b);
  const key = () => (log("key"), "a");
  const o = {
    set t(v) {
      log("set", v);
    },
  };
  ({ [key()]: o.t = log("default") } = src);
  if (log("x")) yield 1;
}
export function* yieldValue(log) {
  const { x, y = 2 } = yield "object";
  log(x, y);
  const [a] = [yield "array"];
  log(a);
  const value = ([,] = [yield 1]);
  log(value);
}
export function* parameters(log) {
  function* inner({ a, b = a }, [c, ...d] = [b], ...rest) {
    yield [a, b, c, d, rest];
    a = 5;
    yield a;
    return arguments.length;
  }
  log(yield* inner({ a: 1 }), yield* inner({ a: 1, b: 2 }, "xyz", 3, 4));
  log(inner.length, inner.name);
}
export function* parameterErrors(log) {
  function* inner({ a }) {
    yield a;
  }
  try {
    inner();
  } catch (error) {
    log("at the call", error);
  }
  function* thrower(x = log("default") && null.y) {
    yield x;
  }
  try {
    thrower();
  } catch (error) {
    log(error);
  }
  yield 1;
  yield* thrower(2);
}
export function* parameterClosures(log) {
  function* inner(a, f = () => a, g = (b) => b + a) {
    yield f();
    yield g(1);
  }
  log([...inner(1)], [...inner(2, () => 3)]);
  yield 1;
}
export function* closesPatterns(log) {
  const make = () => ({
    n: 0,
    next() {
      log("next");
      return { value: this.n++, done: false };
    },
    return() {
      log("closed");
      return {};
    },
    [Symbol.iterator]() {
      return this;
    },
  });
  const [a, b] = make();
  log(a, b);
  const [c, d = yield "never"] = make();
  log(c, d);
  const [e, f = yield "d"] = [1];
  log(e, f);
  try {
    const [x, { y } = yield "n"] = { ...make(), next: () => ({ value: null, done: false }) };
    log(x, y);
  } catch (error) {
    log(error);
  }
}
export function* closesWhenLeft(log) {
  const it = {
    next: () => ({ value: undefined, done: false }),
    return() {
      log("closed");
      return {};
    },
    [Symbol.iterator]() {
      return this;
    },
  };
  const [a = yield "a", b = yield "b"] = it;
  log(a, b);
}
export function* nullish(log) {
  try {
    const { a = yield 1 } = null;
    log(a);
  } catch (error) {
    log(error);
  }
  try {
    const [a = yield 1] = undefined;
    log(a);
  } catch (error) {
    log(error);
  }
  try {
    const {} = null;
  } catch (error) {
    log(error);
  }
  yield 2;
}
export function* swaps() {
  let a = 1,
    b = 2,
    c = 3;
  [a, b, c] = [c, yield a, b];
  yield [a, b, c];
  ({ a, b } = { a: b, b: a });
  return { a, b, c };
}
export function* boxedTargets(log) {
  let a, b;
  const f = () => [a, b];
  [a, b] = [1, 2];
  yield f();
  ({ a, b = yield "b" } = { a: 3 });
  log(f());
  for ([a, b] of [[5, 6]]) yield f();
  const { x } = { x: 7 };
  log((() => x)());
}
export function* shorthand(log) {
  const a = 1,
    b = yield 2,
    c = () => b;
  const o = { a, b, c };
  log(o.a, o.b, o.c());
  ({ a: o.z, b: o.y = 3 } = o);
  yield [o.z, o.y];
  let d;
  ({ d = 4 } = {});
  log(d, (() => d)());
}
export function* restOfMap(log) {
  const [[k, v], ...more] = new Map([
    [1, 2],
    [3, 4],
  ]);
  yield [k, v, more];
  const [c, ...chars] = "h\u{1F600}y";
  log(c, chars);
}
