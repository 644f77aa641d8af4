// biome-ignore-all lint: programs that are odd on purpose
// biome-ignore-all format: one program, one place
const later = (n) => n * 100;
function makeAdder(n) { return (x) => x + n; }
function makeCounter(from = 0) { let n = from; return { up() { return ++n; }, read: () => n, add: (k) => (n += k), self() { return this; } }; }
const compose = (...fs) => (x) => fs.reduce((value, f) => f(value), x);
function memo(f) { const known = new Map(); return function remembered(x) { if (!known.has(x)) known.set(x, f(x)); return known.get(x); }; }
class Maker { k = 3; make(a) { const { k } = this; return (b) => a * k + b; } lost(a) { return (b) => this.k + a + b; } }

export function* curriedAlive(log) {
  const add = (a) => (b) => (c) => a + b + c;
  const one = add(1);
  yield 1;
  const two = one(2);
  yield 2;
  log(two(3), one(5)(6), add.name, one.name, two.length);
}
export function* curriedNamed(log) {
  let n = 1;
  const outer = (a) => { const inner = (b) => (n += a) + b; return inner; };
  const f = outer(10), g = outer(f(0));
  yield n;
  log(f(1), g(1), n, f.name, f === f);
  n = 0;
  yield 1;
  log(f(1), g(1), n);
}
export function* closuresFromMap(log) {
  const fs = [1, 2, 3].map((n) => () => n), gs = [1, 2].map(function (n, i, all) { return () => all[i] + n + fs.length; });
  yield 1;
  log(fs.map((f) => f()), gs.map((g) => g()));
}
export function* adders(log) {
  const add = makeAdder(5), both = compose(add, makeAdder(1), later, (x) => -x);
  yield add(1);
  log(add(2), both(1), add.name, add.length);
  yield both;
}
export function* counters(log) {
  const a = makeCounter(), b = makeCounter(10);
  log(a.up(), b.up());
  yield 1;
  log(a.up(), a.read(), b.read(), a.self() === a, a.up.name);
  const { up, read } = a;
  yield 2;
  up();
  log(read(), a.read(), a.up === up, b.add(5), b.read());
}
export function* counterShared(log) {
  const make = () => { let n = 0; return [() => ++n, () => n, (v) => { n = v; }]; };
  const [up, get, set] = make();
  up();
  yield get();
  set(10);
  yield up();
  log(get());
}
export function* expressionCells(log) {
  const make = (n) => (k) => (n += k), nested = (a) => (b) => () => (a += b++), object = (n) => ({ up: () => ++n, n: () => n });
  const f = make(1), g = nested(1)(2), h = object(5);
  log(f(1), g(), h.up());
  yield 1;
  log(f(1), g(), h.up(), h.n(), f.name);
  const i = nested(0)(1), j = make(0);
  yield 2;
  log(f(1), g(), i(), i(), j(1));
}
export function* loopsInClosures(log) {
  const make = () => {
    const made = [];
    for (let i = 0; i < 3; i++) { made.push(() => i); made.push(() => i++); }
    for (const x of ["a", "b"]) made.push(() => x);
    for (let y of [1, 2]) { made.push(() => y++); }
    for (var v = 0; v < 2; v++) made.push(() => v);
    { let z = 1; made.push(() => (z *= 2)); }
    return made;
  };
  const made = make();
  yield made.length;
  log(made.map((f) => f()), made.map((f) => f()));
  yield 1;
  log(made.map((f) => f()));
}
export function* declaredInside(log) {
  function make(n) {
    return [isEven, up];
    function isEven(x) { return x === 0 || isOdd(x - 1); }
    function isOdd(x) { return x !== 0 && isEven(x - 1); }
    function up() { return n++; }
  }
  const [even, up] = make(7);
  yield even(3);
  log(even(4), up(), even.name);
  yield 1;
  log(even(6), up(), up.length);
}
export function* recursiveInside(log) {
  const make = () => { const fib = (n) => (n < 2 ? n : fib(n - 1) + fib(n - 2)); const fact = function self(n) { return n < 2 ? 1 : n * [1].map(() => self(n - 1))[0]; }; return { fib, fact }; };
  const { fib, fact } = make();
  yield 1;
  log(fib(10), fact(5), fib.name, fact.name);
}
export function* memoized(log) {
  let calls = 0;
  const square = memo((x) => (calls++, x * x));
  log(square(3), square(3), calls);
  yield 1;
  log(square(3), square(4), calls, square.name);
}
export function* closuresInParameters(log) {
  const make = ({ a, b: [c = 1] }, f = (x) => x + a, ...rest) => ({ f, g: () => [a, c, rest], h: ({ a: d } = {}) => [d, a] });
  const { f, g, h } = make({ a: 1, b: [] }, undefined, 8, 9);
  yield f(1);
  log(f(2), g(), h({ a: 5 }), h());
}
export function* methodsMake(log) {
  const maker = new Maker().make(2);
  yield 1;
  log(maker(1));
}
export function* caughtInside(log) {
  const make = () => { try { throw new Error("x"); } catch (error) { let count = 0; return () => [error.message, ++count]; } };
  const f = make();
  f();
  yield 1;
  log(f());
}
export function* syntaxInside(log) {
  const make = (tag, list, key) => { let last; return { use: () => [tag`a${1}b`, new list(2).length, { tag: 1, key }, ({ key } = { key: "set" }), ([last] = [7]), last, typeof key, tag?.name], keyed: { [key]: () => 1 } }; };
  const { use } = make((strings, x) => strings.join("-") + x, Array, "k");
  yield 1;
  log(use());
  const g = ((a) => async () => a)(1), h = (() => function* () { yield 3; })();
  yield 2;
  log(g() instanceof Promise, [...h()]);
}
export function* shadowed(log) {
  let a = 1;
  const make = (a) => { const outer = () => { const inner = (b) => { let a = b; return () => a++; }; return [inner(a), () => a]; }; return outer(); };
  const [f, g] = make(5);
  f();
  yield a++;
  log(f(), g(), a);
}
export function* usesThisOfProcess(log) {
  function* inner() { const make = (k) => () => [this.n, arguments[0], k]; const f = make(1); yield 1; log(f()); }
  yield* inner.call({ n: 4 }, "arg");
}
export function* classesInClosures(log) {
  const make = (n) => { const limit = n * 2; return () => { class Local { v = limit; get() { return this.v + n; } } return new Local().get(); }; };
  const f = make(2);
  yield 1;
  log(f());
}
export function* iterables(log) {
  const from = (a, b) => ({ [Symbol.iterator]() { let i = a; return { next: () => (i < b ? { value: i++, done: false } : { value: undefined, done: true }), return() { log("closed", i); return {}; } }; } });
  for (const x of from(1, 4)) yield x;
  for (const x of from(5, 9)) { yield x; if (x === 6) break; }
  const again = from(0, 3);
  log(again[Symbol.iterator].name, [...again]);
  yield 1;
  log([...again], Reflect.ownKeys(again));
}
export function* keysInside(log) {
  const make = (k) => { let n = 0; return { first: 1, [log(k, "a") + k]: () => ++n, [k + "b"]() { return n; }, [k + "c"]: function own() { return ++n; }, *[k + "d"]() { yield 4; }, async [k + "e"]() {}, 7() { return "seven"; }, "a b"() {}, last: 2 }; };
  const o = make("k");
  log(Object.keys(o), Object.values(o).map((f) => f.name ?? f));
  o["1k"]?.(); o["2k"]?.();
  yield 1;
  log(Object.keys(o), Object.values(o).map((f) => f.name ?? f), o.kc(), o.kb(), o[7](), [...o.kd()]);
}
export function* boundStays(log) { const f = makeAdder(1).bind(null); yield 1; log(f(2)); }
export function* receiverStays(log) { const f = new Maker().lost(1); yield 1; log(f(2)); }
export function* deadStays(log) {
  let f;
  const make = () => { f = () => x; throw new Error("early"); const x = 1; };
  try { make(); } catch (error) { log(error); }
  yield 1;
  try { f(); } catch (error) { log(error); }
}
export const stays = { boundStays: /the function bound/, receiverStays: /a function without a name/, deadStays: /Cannot access 'x' before initialization/ };
