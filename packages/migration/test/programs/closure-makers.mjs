// biome-ignore-all lint: programs that are odd on purpose
// biome-ignore-all format: one program, one place
function makeDefault(n) { return { get v() { return n; }, inc: () => ++n }.inc; }
function sw(k) { switch (k) { case 1: let z = 5; return () => z; case 2: { let y = 6; return () => y++; } default: return (0, (q) => q); } }
const par = (a, b = () => a) => /* => */ (
  { b, c: () => (a = 2) }
);
function loops() { const out = []; for (let i = 0; i < 2; i++) out.push(() => i); for (const k in { p: 1, q: 2 }) { let c = k; out.push(() => (c += k)); } let w = 0; while (w < 2) { const v = w++; out.push(() => v + w); } return out; }
class Base { static #count = 0; field = (x) => x + 1; static make(n) { return (m) => n + m; } build(list) { return list.map((x) => { let seen = 0; return () => [x, ++seen]; }); } static { this.kept = ((n) => () => n)(4); } }
const obj = { make(n) { return () => n; }, get made() { let k = 1; return () => k++; } };
var counterOf = function outer(n) { return function inner() { return n-- > 0 ? inner : outer; }; };
const tagFn = (s, ...v) => () => s.raw.join("|") + v;
const yc = (f) => ((x) => x(x))((x) => f((y) => x(x)(y)));
function destr() { let a = 1, b = 2; return { swap() { [a, b] = [b, a]; }, set({ a: x = a, ...r }) { ({ x: a = 9, b } = { x, b: r.b }); return r; }, both: () => ({ a, b }), loop() { for (a of [1, 2, 3]); for (b in { k: 1 }); }, logical() { a &&= 5; b ??= 1; a **= 2; return delete {}.x, typeof a; } }; }
function mutual(n) { let calls = 0; function even(k) { calls++; return k === 0 ? true : odd(k - 1); } const odd = (k) => { calls++; return k === 0 ? false : even(k - 1); }; return { even, odd, calls: () => calls, n: () => n }; }
function nestedBlocks(a) { { let b = a; { const c = b++; if (a) { function inBlock() { return [a, b++, c]; } return inBlock; } } } }
const pipeline = (...stages) => stages.reduceRight((next, stage) => (x) => stage(x, next), (x) => x);
const emitter = () => { const handlers = new Map(); return { on(name, f) { (handlers.get(name) ?? handlers.set(name, []).get(name)).push(f); return this; }, emit(name, ...args) { return (handlers.get(name) ?? []).map((f) => f(...args)); } }; };
const stack = () => { const items = []; return { push: (x) => items.push(x), pop: () => items.pop(), size: () => items.length, items }; };
const lazy = (f) => { let done = false, value; return () => (done ? value : ((done = true), (value = f()))); };
const targets = () => { function F() { return { f: () => new.target }; } return new F().f; };

export function* fromAccessorObject(log) { const inc = makeDefault(3); yield 1; log(inc(), inc.name); }
export function* fromSwitch(log) { const f = sw(1), g = sw(2), h = sw(3); yield 1; log(f(), g(), g(), h(1)); }
export function* fromParameters(log) { const { b, c } = par(1); log(c()); yield 1; log(b()); }
export function* fromLoops(log) { const fs = loops(); fs[2](); yield 1; log(fs.map((f) => f()), fs.map((f) => f())); }
export function* fromClasses(log) { const m = Base.make(1), l = new Base().build([1, 2]), k = Base.kept; l[0](); yield 1; log(m(2), l.map((f) => f()), k()); }
export function* fromMethods(log) { const f = obj.make(3), g = obj.made; g(); yield 1; log(f(), g()); }
export function* alternating(log) { const f = counterOf(1); yield 1; const g = f(); log(g === f, g() === counterOf); }
export function* fromTag(log) { const f = tagFn`a${1}\n${2}`; yield 1; log(f()); }
export function* combinator(log) { const fact = yc((self) => (n) => (n < 2 ? 1 : n * self(n - 1))); yield 1; log(fact(5)); }
export function* patternsInside(log) { const d = destr(); d.swap(); yield 1; d.swap(); d.swap(); log(d.both(), d.set({ b: 7, z: 1 }), d.both()); yield 2; d.loop(); log(d.both()); yield 3; log(d.logical(), d.both()); }
export function* mutually(log) { const m = mutual(5); log(m.even(4)); yield 1; log(m.odd(3), m.calls(), m.n(), m.even.name); const { calls } = m; yield 2; m.even(1); log(calls()); }
export function* fromBlock(log) { const f = nestedBlocks(1); f(); yield 1; log(f(), f.name); }
export function* pipelines(log) { const p = pipeline((x, n) => n(x + 1), (x, n) => n(x) * 2); yield 1; log(p(3)); }
export function* emitters(log) { let got = 0; const e = emitter().on("a", (x) => (got += x)).on("a", (x) => x * got); yield 1; log(e.emit("a", 2)); yield 2; log(e.emit("a", 2), got); }
export function* stacks(log) { const s = stack(); s.push(1); yield 1; s.push(2); log(s.size(), s.items); yield 2; log(s.pop(), s.items, s.size()); }
export function* lazily(log) { let n = 0; const l = lazy(() => ++n); yield 1; log(l(), l(), n); yield 2; log(l(), n); }
export function* fromCallbacks(log) { const fs = [1, 2].map((n) => () => n++), gs = [1].map((n) => [() => n++, () => n]); fs[0](); yield 1; log(fs.map((f) => f()), gs[0][0](), gs[0][1]()); }
export function* cyclic(log) { const make = (x) => { const self = { x, me: () => self, kids: [] }; self.kids.push({ up: () => self }); return self; }; const s = make(1); yield 1; log(s.me() === s, s.kids[0].up() === s); }
export function* once(log) { const once = (f) => { let g = (...a) => { const r = f(...a); g = () => r; return r; }; return (...a) => g(...a); }; let c = 0; const o = once(() => ++c); yield 1; log(o(), o()); yield 2; log(o(), c); }
export function* generatorMethod(log) { const range = (n) => ({ *[Symbol.iterator]() { for (let i = 0; i < 3; i++) yield i; }, size: () => n }); for (const x of range(3)) yield x; }
export function* fromImmediate(log) { const f = (() => { "use strict"; const a = 1; return () => a; })(); yield 1; log(f()); }
export function* mixedMethods(log) { const k = "z"; const mk = (a) => ({ [k]: (b) => a + b, [`${k}2`]: async () => a, async m() { return a; }, async *ag() { yield 1; } }); const o = mk(1); yield 1; log(o.z(1), o.z.name, o.z2.name, o.m.name, o.ag.name); }
export function* sharesWithProcess(log) { let n = 0; function make(k) { return () => [++n, ++k]; } const f = make(1), g = make(5); f(); yield n; n = 10; log(f(), g()); yield n; log(f(), g(), n); }
export function* targetStays(log) { const f = targets(); yield 1; log(typeof f()); }
export function* asyncStays(log) { const made = []; (async (n) => { made.push(() => n); await 1; })(1); yield 1; log(made[0]()); }
export const stays = { fromParameters: /the function b, which neither/, targetStays: /the function f, which neither/, asyncStays: /a function without a name/ };
