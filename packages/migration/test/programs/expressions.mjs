// biome-ignore-all lint: programs that are odd on purpose
// biome-ignore-all format: one program, one place
const o = (log, name) => ({ get a() { log(name, "get a"); return 1; }, set a(v) { log(name, "set a", v); }, f(...x) { log(name, "f", ...x); return x.length; }, b: { c: 2 } });
const t = (log, name, value) => (log(name), value);

export function* callOrder(log) {
  return log(t(log, "x", 1), yield "a", t(log, "y", 2), yield "b", t(log, "z", 3));
}
export function* methodOrder(log) {
  const obj = o(log, "o");
  return (log("callee"), obj).f(t(log, 1, 1), yield "a", ...(yield "b") > 0 ? [1, 2] : []);
}
export function* methodReplaced(log) {
  const obj = { f: (x) => log("old", x) };
  return obj.f((obj.f = (x) => log("new", x), yield 1));
}
export function* computedMethod(log) {
  const obj = { a() { return [this === obj, 1]; } };
  log(obj[yield "key"]?.());
  log(obj["a"](yield 1), obj[(yield 2, "a")]());
}
export function* calleeYields(log) {
  log((yield 1, (x) => x * 2)(4), (yield 2, log)(5));
  const obj = { f() { return this; } };
  log((yield 3, obj.f)() === undefined, (yield 4, obj).f() === obj);
}
export function* notCallable(log) {
  const nothing = undefined;
  const obj = {};
  try { nothing(yield 1); } catch (error) { log(error); }
  try { obj.f(yield 2, log("args first")); } catch (error) { log(error); }
  try { new obj.C(yield 3); } catch (error) { log(error); }
  try { nothing.x(yield 4); } catch (error) { log(error); }
}
export function* binary(log) {
  let x = 1;
  log(x + (yield x), (x = 5) * (yield x) - x, t(log, "l", 3) ** (yield 1) % 7);
  log(x < (yield 2), (yield 3) >= x, x == (yield 4), "a" + (yield 5) + "b");
}
export function* bits(log) {
  log(5 & (yield 1), 5 | (yield 2), 5 ^ (yield 3), 1 << (yield 4) % 8, -9 >> (yield 5) % 4, -9 >>> (yield 6) % 4);
}
export function* inAndInstanceof(log) {
  log("a" in (yield 1, { a: 1 }), (yield 2) in { 20: 1 }, (yield 3, []) instanceof Array, {} instanceof (yield 4, Object));
}
export function* shortCircuit(log) {
  log(0 && (yield 1), 1 && (yield 2), 0 || (yield 3), 1 || (yield 4), null ?? (yield 5), 0 ?? (yield 6));
  log((yield 7) && t(log, "and", 1), (yield 8) || t(log, "or", 1), (yield 9) ?? t(log, "nullish", 1));
  (yield 10) && log("statement");
}
export function* conditional(log) {
  log((yield 1) ? yield 2 : yield 3, false ? yield 4 : (yield 5) ? "a" : yield 6);
  return (yield 7) > 1000 ? log("big") : log("small");
}
export function* assignments(log) {
  let x = 1;
  x = yield x;
  x += yield x;
  x = x + (yield x);
  x **= (yield 2) * 0 + 2;
  x -= (x = 3) + (yield x);
  log(x);
  const y = (x = yield 5);
  log(x, y, (x += yield 6));
  let a = (x = yield 7);
  return [a, x];
}
export function* memberAssignments(log) {
  const a = o(log, "a");
  a.a = yield 1;
  a.a += yield 2;
  a[(yield 3, "a")] = yield 4;
  a[(yield 5, "a")] -= yield 6;
  a.b.c = a.b[yield 7] = yield 8;
  log(a.b);
  const list = [1, 2, 3];
  let i = 0;
  list[i++] = yield i;
  list[i++] += yield i;
  list[yield 9] = list[i];
  log(list.length, list[0], list[1], i);
}
export function* assignOrder(log) {
  let obj = { n: "first" };
  const first = obj;
  obj.x = (obj = { n: "second" }, yield 1);
  log(first, obj);
  let key = "k";
  first[key] = (key = "l", yield 2);
  log(first);
}
export function* updates(log) {
  const list = { 10: 5, 20: 6, 30: 7, 40: 8 };
  log(list[yield 1]++, ++list[yield 2], list[yield 3]--, --list[yield 4], list);
  let x = 1;
  log(x++ + (yield x) + ++x + (yield x) + x--, x);
}
export function* logicalAssignments(log) {
  let a = 0, b = 1, c = null;
  a ||= yield 1; b ||= yield 2; a &&= yield 3; c ??= yield 4; b ??= yield 5;
  log(a, b, c);
  const obj = { get n() { log("get"); return null; }, set n(v) { log("set", v); }, z: 0 };
  log((obj.n ??= yield 6), (obj.n &&= yield 7), (obj[(yield 8, "z")] ||= yield 9), obj.z);
}
export function* arrays(log) {
  log([1, yield 1, , yield 2, ...(yield 3, [4, 5]), ...t(log, "s", [6]), yield 4, ,]);
  const list = [1];
  log([...list, (list.push(2), yield 5), ...list]);
}
export function* objects(log) {
  const k = "key";
  const shared = { s: 1, get g() { log("getter"); return 2; } };
  log({ a: t(log, "a", 1), [t(log, "k", k)]: yield 1, b: yield 2, ...shared, [yield 3]: t(log, "c", 3), k, "x y": yield 4, 5: 6 });
  log({ ...(yield 5, shared), m() { return 1; }, f: () => 2, n: yield 6 });
}
export function* objectKeys(log) {
  const key = { toString() { log("toString"); return "q"; } };
  log({ [key]: yield 1, [yield 2]: key === null, [Symbol.iterator]: yield 3 }.q);
}
export function* protoLiteral(log) {
  const base = { hello: 1 };
  const made = { __proto__: base, x: yield 1 };
  log(made.hello, Object.keys(made), made.x);
}
export function* templates(log) {
  const loud = { toString() { log("to text"); return "loud"; } };
  log(`a${yield 1}b${loud}c${yield 2}d${loud}e`, `${yield 3}`, `\n${"\\"}${yield 4}`);
}
export function* tagged(log) {
  const tag = (strings, ...values) => log(strings, strings.raw, ...values);
  const obj = { tag(strings, ...values) { return [this === obj, strings.length, values]; } };
  tag`a${yield 1}b\n${2}${yield 3}`;
  log(obj.tag`x${yield 4}y`);
  const seen = [];
  for (let i = 0; i < 3; i++) seen.push(((s) => s)`q${yield i}`);
  log(seen[0] === seen[1]);
}
export function* taggedKept(log) {
  const seen = new Set();
  for (let i = 0; i < 2; i++) seen.add((yield i, (s) => s.length)`q${yield i}r`);
  log(seen.size);
}
export function* news(log) {
  class Pair { constructor(a, b) { this.a = a; this.b = b; } }
  const made = new Pair(yield 1, yield 2);
  log(made.a, made.b);
  log(new (yield 3, Array)(2).length, new Map([[yield 4, 1]]), new Date(0).getTime() + (yield 5));
}
export function* optionalChains(log) {
  const deep = { a: { b: { f(x) { return [x, this.c]; }, c: 1 } }, n: null };
  log(deep?.a?.[(yield 1, "b")].f(yield 2), deep.n?.[yield 3].x.y, deep.n?.f(yield 4), deep.a?.b.f?.(yield 5));
  log(deep.zip?.(yield 6), (yield 7, deep)?.a.b.c, (yield 8, null)?.a.b.c, deep.a.b["f"]?.(yield 9)[0]);
}
export function* optionalCallThis(log) {
  const obj = { f() { return this === obj; } };
  log(obj.f?.(yield 1), obj?.f(yield 2), (yield 3, obj)?.f?.(), (yield 4, undefined)?.());
}
export function* deletes(log) {
  const obj = { 10: 1, 20: 2, a: 3 };
  log(delete obj[yield 1], delete obj.a, delete (yield 2, obj)[20], obj);
}
export function* spreadCalls(log) {
  const list = [1, 2];
  log(...list, yield 1, ...(list.push(3), list), ...(yield 2, [7]));
}
export function* regexes(log) {
  const r = /a(b)/g;
  log(r.exec("abab").index, yield 1, r.lastIndex, r.exec("abab").index);
  yield r;
  log(r.lastIndex, r.flags, r.source);
}
export function* bigints(log) {
  let x = 2n ** 70n;
  x += (yield x) ? 1n : 0n;
  log(x);
  yield -0;
  const z = -0;
  yield z;
  return Object.is(z, -0) && Number.isNaN(yield Number.NaN);
}
export function* newTarget(log) {
  log(new.target, yield 1, new.target === undefined);
}
export function* sequencesInHeads(log) {
  for (let i = (yield 1, 0); yield 2, i < 2; yield 3, i++) log(i);
  while ((yield 4) < 0) log("never");
  do log("once"); while (yield 5, false);
  if ((yield 6, log("in if"))) log("then");
  switch (yield 7, 1) { case (yield 8, 1): log("case"); }
}

export const stays = {
  logicalAssignments: /getter or setter/,
  memberAssignments: /getter or setter/,
  methodOrder: /getter or setter/,
  news: /the class Pair/,
  objects: /getter or setter/,
};
