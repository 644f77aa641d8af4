// biome-ignore-all lint: programs that are odd on purpose
// biome-ignore-all format: one program, one place
const t = (log, name, value) => (log(name), value);

export function* computedMethods(log) {
  const o = { [yield "m"]() { return "m"; }, *[yield "g"]() { yield 1; yield 2; }, async [yield "a"]() {}, async *[yield "ag"]() {} };
  log(Object.keys(o), Object.values(o).map((f) => f.name));
  yield Object.keys(o);
  log(o[10](), [...o[20]()]);
}
export function* methodKeyBeforeYield(log) {
  const o = { [t(log, "k1", "a")]() { return 1; }, x: (yield 1, t(log, "v", 2)), [t(log, "k2", "b")]() {} };
  log(Object.keys(o), o.a(), o.a.name, o.b.name);
}
export function* methodKeysInOrder(log) {
  let i = 0;
  const o = { ["a" + i++]() { return i; }, x: yield i, ["b" + i++]: 1, *["c" + i++]() { yield i; }, y: yield i, ["d" + i++]: () => i, async ["e" + i++]() {} };
  log(Object.keys(o), o.a0.name, o.c2.name, o.d3.name, o.e4.name);
  i = 100;
  yield Object.keys(o);
  log(Object.keys(o), o.a0(), [...o.c2()], o.d3());
}
export function* methodKeyChanges(log) {
  let k = "a";
  const o = { [k]() { return k; }, x: ((k = "b"), yield 1), [k]: () => k, ["f" + k]: function () { return k; }, ["g" + k]: class { static k() { return k; } } };
  log(Object.keys(o), o.a(), o.b(), o.b.name, o.fb.name, o.gb.name, o.gb.k());
}
export function* methodKeyThrows(log) {
  try {
    log({ [(() => { throw new Error("first"); })()]() {}, x: yield 1 });
  } catch (error) {
    log(error);
  }
  const key = { toString() { log("key"); return "k"; } };
  const o = { [key]() {}, x: yield 1, [key]: () => 2 };
  log(Object.keys(o), o.k(), o.k.name);
}
export function* namesByKey(log) {
  const k = "d";
  const o = { [k + 1]: () => {}, [k + 2]: function () {}, [k + 3]: class {}, [k + 4]: function own() {}, [k + 5]: (() => {}), [Symbol.iterator]: function* () { yield k; }, 7: () => {}, [8]: () => {} };
  log(Object.entries(o).map(([key, f]) => [key, f.name]), o[Symbol.iterator].name, [...o]);
  yield 1;
  const p = { [k + 1]: () => 1, [Symbol.iterator]: function* () { yield* [1, 2]; } };
  yield p.d1();
  log(p.d1.name, p[Symbol.iterator].name, [...p]);
}
export function* accessorsBeside(log) {
  let n = 1;
  const o = { a: yield 1, get x() { return n; }, set x(v) { n = v; }, b: yield 2, get c() { return this.b; }, ...{ d: yield 3 } };
  o.x += 5;
  log(Object.keys(o), o.x, o.c, n, o.d, Object.getOwnPropertyDescriptor(o, "x").get.name);
  n = o.x;
  o.x = n + (yield* (function* () { return 4; })());
  log(n);
}
export function* accessorKeys(log) {
  let n = 1, i = 0;
  {
    const o = { get ["a" + i++]() { return n; }, set ["a" + --i](v) { n = v; }, get [Symbol.toStringTag]() { return "T" + n; } };
    o.a0 = 7;
    log(o.a0, n, i, String(o));
  }
  yield n;
  log({ get [yield "key"]() { return n; }, set [t(log, "set", 20)](v) { n = v; }, z: yield i++, get ["i" + i++]() { return i; } }[20], i);
}
export function* prototypesBeside(log) {
  const __proto__ = { own: 1 }, base = { f: () => "base" };
  const o = { __proto__: base, get x() { return super_(this); }, y: yield 1 };
  function super_(it) { return it.f(); }
  log(o.x, Object.getPrototypeOf(o) === base, Object.keys(o));
  const p = { __proto__, z: yield 2 };
  log(Object.keys(p), Object.getPrototypeOf(p) === Object.prototype);
  const q = { __proto__() { return 5; }, z: yield 3 };
  log(Object.keys(q), q.__proto__());
  const r = { __proto__ };
  log(Object.keys(r), { __proto__: null, get x() { return 1; } });
  log({ "__proto__": base, x: yield 4 }.f());
  const { __proto__: s } = r;
  return [s, yield 5, { ["__proto__"]: 1, x: yield 6, __proto__: base }.f()];
}
export function* deleteChains(log) {
  const o = { a: { b: 1, c: 2 }, f() { return this.a; } };
  log(delete o?.a[yield 1], delete o?.a?.[(yield 2, "b")], Object.keys(o.a));
  log(delete o.none?.[yield "never"], delete o.none?.x[yield "never"].y, delete o?.f()[(yield 3, "c")], Object.keys(o.a));
  try { log(delete o?.none[yield 4]); } catch (error) { log(error); }
  try { log(delete Object.freeze({ a: 1 })?.[(yield 5, "a")]); } catch (error) { log(error); }
}
