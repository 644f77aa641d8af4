// biome-ignore-all lint: programs that are odd on purpose
// biome-ignore-all format: one program, one place
export function* graph(log) {
  const a = { name: "a" };
  const b = { a, list: [a, a] };
  a.b = b;
  a.self = a;
  yield 1;
  log(b.a === a, b.list[0] === b.list[1], a.self === a, a.b === b);
  a.name = "changed";
  yield 2;
  log(b.list[1].name);
}
export function* collections(log) {
  const key = {},
    map = new Map([
      [key, "object"],
      ["s", [1]],
    ]),
    set = new Set([key, map]);
  map.set("me", map);
  yield 1;
  log(map.get(key), map.get("me") === map, set.has(key), set.has(map), [...map.keys()].indexOf(key), set.size);
  map.delete("s");
  map.set("s", 2);
  yield 2;
  log([...map.values()].map((v) => typeof v));
}
export function* buffers(log) {
  const buffer = new ArrayBuffer(16),
    bytes = new Uint8Array(buffer, 4, 8),
    floats = new Float64Array(buffer),
    view = new DataView(buffer, 8);
  bytes[4] = 1;
  yield 1;
  log(bytes.buffer === floats.buffer, view.buffer === buffer, bytes[4], bytes.byteOffset, view.byteLength);
  bytes[5] = 7;
  yield 2;
  log(view.getUint8(1), new Uint8Array(buffer));
}
export function* typedArrays(log) {
  const all = [
    new Int8Array([-1]),
    new Uint8ClampedArray([300]),
    new Int16Array([1]),
    new Uint32Array([2 ** 31]),
    new Float32Array([0.5]),
    new BigInt64Array([-5n]),
    new BigUint64Array([5n]),
  ];
  yield 1;
  log(
    all,
    all.map((x) => x.constructor.name),
  );
  const node = Buffer.from("hello");
  yield 2;
  log(node.toString(), Buffer.isBuffer(node));
}
export function* dates(log) {
  const d = new Date(86400000),
    r = /x+/giu,
    n = Object(5),
    s = Object("str"),
    y = Object(Symbol.for("z"));
  r.lastIndex = 2;
  yield 1;
  log(d.toISOString(), r.source, r.flags, r.lastIndex, n, s, d instanceof Date);
  yield y.description;
  const u = new URL("http://a.b/c?d=1"),
    q = new URLSearchParams("x=1&y=2");
  yield 2;
  log(u.href, q.get("y"));
}
export function* sparse(log) {
  const list = [1, , 3];
  list.extra = "e";
  list[6] = 7;
  yield 1;
  log(1 in list, list.length, list, Object.keys(list));
  const empty = new Array(3);
  yield 2;
  log(0 in empty, empty.length);
}
export function* propertyKinds(log) {
  const o = Object.defineProperty({ plain: 1 }, "hidden", { value: 2, enumerable: false });
  const frozen = Object.freeze({ x: [1] }),
    sealed = Object.seal({ y: 1 }),
    fixed = Object.preventExtensions({ z: 1 });
  yield 1;
  log(
    Object.keys(o),
    o.hidden,
    Object.isFrozen(frozen),
    Object.isSealed(sealed),
    Object.isExtensible(fixed),
    Object.isFrozen(sealed),
  );
  frozen.x.push(2);
  yield frozen.x;
  const list = Object.freeze([1]);
  yield 2;
  log(Object.isFrozen(list), list);
}
export function* prototypes(log) {
  const base = {
      greet() {
        return `hi ${this.n}`;
      },
    },
    o = Object.create(base, { n: { value: 1, enumerable: true } }),
    bare = Object.assign(Object.create(null), { k: 1 });
  yield 1;
  log(o.greet(), Object.getPrototypeOf(o) === base, Object.getPrototypeOf(bare), bare.k);
}
export function* symbols(log) {
  const reg = Symbol.for("r"),
    o = { [reg]: 1, [Symbol.toStringTag]: "Tagged", [tag]: 2 };
  yield 1;
  log(o[Symbol.for("r")], String(o), o[tag], reg === Symbol.for("r"));
}
const tag = Symbol("module's own");
export function* localSymbol(log) {
  const s = Symbol("local");
  yield 1;
  log(typeof s);
}
export function* primitives(log) {
  const all = [undefined, null, true, -0, Number.NaN, Number.POSITIVE_INFINITY, 2n ** 64n, "\0\uD800", 1e308];
  let u;
  yield 1;
  log(all, Object.is(all[3], -0), u);
}
export function* errors(log) {
  const e = new TypeError("t"),
    d = new DOMExceptionLike("x");
  yield 1;
  log(e.message, e instanceof TypeError, d.message, e.stack.split("\n")[0]);
  class Own extends Error {}
  log(new Own("own").message);
}
const DOMExceptionLike = RangeError;
export function* unregistered(log) {
  const p = new Point(1, 2);
  yield p.x;
  log(p instanceof Point);
}
class Point {
  constructor(x, y) {
    this.x = x;
    this.y = y;
  }
}
export function* promises(log) {
  const p = Promise.resolve(1);
  yield 1;
  log(p instanceof Promise);
}
export function* deadValuesStay(log) {
  {
    const p = Promise.resolve(1),
      it = [1].values();
    log(it.next().value, typeof p.then);
  }
  yield 1;
  let s = Symbol("unused after");
  log(typeof s);
  s = 1;
  yield 2;
  log(s);
  for (const x of [1, 2]) {
    const w = new WeakMap();
    log(w.has({}));
    yield x;
  }
}
export function* weak(log) {
  const w = new WeakMap();
  yield 1;
  log(w.has({}));
}
export function* proxied(log) {
  const p = new Proxy({}, {});
  yield 1;
  log(p.x);
}
export function* longList(log) {
  let head = null;
  for (let i = 0; i < 3000; i++) head = { i, next: head };
  yield 1;
  let n = 0;
  for (let at = head; at; at = at.next) n++;
  log(n);
}
export function* strings(log) {
  let s = "x".repeat(10);
  yield s;
  s += "\u{1F600}";
  log(s.length, [...s].length);
  yield s;
}
export function* thisKept(log) {
  const self = {
    n: 0,
    *run() {
      while (this.n < 2) {
        this.n++;
        yield this.n;
      }
      return this === self;
    },
  };
  log(yield* self.run());
}
export function* processesInData(log) {
  function* g() {
    yield 1;
    yield 2;
    yield 3;
  }
  const it = g(),
    box = { it, all: [it, g()] };
  log(it.next().value);
  yield "a";
  log(box.it === it, box.all[0].next().value, it.next().value, box.all[1].next().value);
  yield "b";
  log(it.next(), box.all[1].next());
}
export function* cyclicProcess(log) {
  const me = { g: null };
  function* inner() {
    yield me.g === g;
    yield me;
  }
  const g = inner();
  me.g = g;
  log(g.next().value);
  yield 1;
  const got = g.next().value;
  log(got === me, got.g === g);
  yield 2;
}
export function* holesAndNames(log) { const one = [1, , 3]; one.extra = "x"; const two = [, ,]; two.a = 1; two.b = 2; yield 1; log(one, 1 in one, Object.keys(one), two, 0 in two, two.length); }
export function* größe(log) {
  const größer = () => 1, o = { "a b"() { return 2; }, '"<#%20>`'() { return 3; } };
  yield 1;
  log(größer(), o["a b"](), o['"<#%20>`']());
}
export const stays = {
  localSymbol: /Symbol\(local\), which only this site knows/,
  unregistered: /an instance of Point, which is not registered/,
  promises: /local "p": a promise/,
  weak: /weak collection/,
  proxied: /a proxy/,
};
