// biome-ignore-all lint: programs that are odd on purpose
// biome-ignore-all format: one program, one place
class Tree {
  #items = [];
  static #made = 0;
  size = 0;
  constructor(...items) { for (const item of items) this.add(item); Tree.#made++; }
  add(item) { this.#items.push(item); this.size++; return this; }
  *[Symbol.iterator]() { for (const item of this.#items) yield item; }
  *twice() { yield* this; yield* this.#each((x) => x * this.#items.length); }
  *#each(f) { for (let i = 0; i < this.#items.length; i++) yield f(this.#items[i]); return #items in this; }
  static *made() { yield Tree.#made; const again = () => Tree.#made + 1; yield again(); }
  get count() { return this.#items.length; }
}
const Named = class Inner { *who() { yield Inner === Named; yield Inner.name; } };
class Base { *steps() { yield "base"; return "b"; } }
class Derived extends Base { constructor() { super(); this.n = 1; } *steps() { yield this.n; yield "derived"; return this instanceof Derived; } }
export default function* (log) { log("default"); yield 1; }
export function* privates(log) { { const tree = new Tree(1, 2, 3); log([...tree], [...tree.twice()], tree.count, [...Tree.made()].length); } yield 1; }
export function* privateStays(log) { const tree = new Tree(1, 2); for (const item of tree) log(yield item); }
export function* innerNames(log) { { log([...new Named().who()]); } yield 1; }
export function* derived(log) { { const d = new Derived(); log([...d.steps()], [...new Base().steps()]); } yield 1; }
export function* statics(log) { for (const x of Tree.made()) { log(typeof x); yield; } }
export const assigned = function* own(log, n = 3) { if (n > 0) { yield n; yield* own(log, n - 1); } log(n, own === assigned); };
export const stored = { *walk(log) { yield this === undefined; log("walk"); } }.walk;
const shared = { n: 0, *up() { while (this.n < 2) yield ++this.n; } };
export function* methodsOfModule(log) { log([...shared.up()], shared.n); shared.n = 0; yield 1; for (const x of shared.up()) log(x); shared.n = 0; }
let state = 0;
export function* moduleState(log) { state = 0; state += yield state; const add = (n) => { state += n; }; add(1); yield state; log(state++); }
export function* ownName(log) { const f = function* self(n) { if (n) { yield n; yield* self(n - 1); } const again = () => self; log(again() === f); }; yield* f(2); }
export function* lengths(log) { function* three(a, b, c) { yield [a, b, c]; } function* one(a, b = 1, ...c) { yield [a, b, c]; } log(three.length, one.length, three.name); yield* three(1); yield* one(1, undefined, 2, 3); }
export function* tags(log) { function* g() { yield 1; } const it = g(); log(Object.prototype.toString.call(it), typeof it.next, it[Symbol.iterator]() === it, String(it)); yield 1; }
export function* duplicates(log) { var a = 1; var a = 2; function f() { return 1; } function f() { return 2; } log(a, f()); yield 1; }
export function* parameterNames(log) { function* inner(log, i) { { let i = 5; log(i); yield i; } yield i; var i; log(i); } yield* inner(log, 1); function* shadow(f) { yield typeof f; function f() {} yield typeof f; } yield* shadow(1); }
export function* classesAsLocals(log) { const made = []; for (const n of [1, 2]) { { class Local { static n = n; m() { return n; } } made.push(Local.n + new Local().m()); } yield made.length; } log(made); }
export function* getterGenerators(log) { { const o = { get all() { return this.each(); }, *each() { yield 1; yield 2; } }; log([...o.all]); } yield 1; }
export function* asyncInside(log) { const later = async (x) => x; { log(later(1) instanceof Promise); } yield later.name; const each = async function* () { yield 1; }; log(typeof each); yield 2; }
export function* dynamicImport(log) { { log(typeof import("node:fs").then); } yield typeof import.meta.url; }
export function* instanceStays(log) { const tree = new Tree(1, 2); for (const item of tree.twice()) log(yield item); }
export const stays = { instanceStays: /an instance of Tree, which is not registered/ };
