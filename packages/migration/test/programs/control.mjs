// biome-ignore-all lint: programs that are odd on purpose
// biome-ignore-all format: one program, one place
export function* ifs(log) {
  if (yield 1) log("a"); else log("b");
  if (false) yield 2; else if (yield 3) yield 4; else yield 5;
  if (true) { yield 6; }
  if (false) yield 7;
  return "end";
}
export function* whiles(log) {
  let i = 0;
  while (i < 3) { if (i === 1) { i += 1; continue; } yield i++; }
  while (true) { if (i > 5) break; i++; yield i; }
  do { i--; if (i === 4) continue; yield i; } while (i > 2);
  do { yield i; break; } while (true);
  log(i);
}
export function* fors(log) {
  for (let i = 0, j = 10; i < j; i += 3, j -= 2) { if (i === 3) continue; yield [i, j]; }
  let k = 0;
  for (;;) { if (k++ > 2) break; yield k; }
  for (const x = { n: 0 }; x.n < 2; x.n++) yield x.n;
  for (var v = 0; v < 2; v++) log(v);
  yield v;
}
export function* labels(log) {
  outer: for (let i = 0; i < 4; i++) {
    inner: for (let j = 0; j < 4; j++) {
      if (j === 2) continue outer;
      if (i === 2) break outer;
      if (i === 1) break inner;
      yield [i, j];
    }
    log("after inner", i);
  }
  block: { yield 1; if (log("b")) break block; yield "never"; }
  a: b: for (;;) { yield 2; break a; }
  c: for (let n = 0; n < 2; n++) { yield n; continue c; }
  label: yield 3;
}
export function* labelsNative(log) {
  outer: for (let i = 0; i < 3; i++) {
    for (let j = 0; j < 3; j++) { if (j === 1) continue outer; if (i === 2) break outer; log(i, j); }
  }
  yield 1;
  loop: for (let i = 0; i < 5; i++) {
    for (const x of [1, 2, 3]) { if (x === 2) continue loop; if (i === 3) break loop; log(i, x); }
    yield "never";
  }
  yield 2;
}
export function* returnsFromNative(log) {
  for (let i = 0; ; i++) {
    yield i;
    for (const x of [1, 2, 3]) if (x * i === 6) return [x, i];
    switch (i) { case 9: return "never"; case 1: log("one"); break; default: continue; }
    log("after switch");
  }
}
export function* switches(log) {
  for (let i = 0; i < 6; i++) {
    switch (i) {
      case 0: yield "zero";
      case 1: yield "one"; break;
      default: yield "default";
      case 2: yield "two"; if (i === 4) continue; break;
      case 3: { yield "three"; return i === 3 && (yield "last"); }
    }
    log(i);
  }
}
export function* switchTests(log) {
  const test = (n) => (log("test", n), n);
  switch (yield 1) { case test(1): log("no"); case yield 2: log("b"); break; case test(20): log("c"); default: log("d"); }
  switch (2) { case test(1): yield 1; case test(2): yield 2; case test(3): yield 3; }
  switch (9) { default: yield "d"; case 1: yield "one"; }
  switch (1) {}
  switch (yield 4) {}
}
export function* switchScope(log) {
  for (let i = 0; i < 3; i++) {
    switch (i) {
      case 0: let x = 1; log(x); yield x; break;
      case 1: try { log(x); } catch (error) { log(error); } x2 = () => x; break;
      default: x = (yield "d", 5); log(x);
    }
  }
  var x2;
}
export function* switchClosures(log) {
  const made = [];
  for (let i = 0; i < 3; i++) {
    switch (i % 2) { case 0: let y = i; made.push(() => y++); yield y; default: log(typeof made); function f() { return i; } log(f()); }
  }
  log(made.map((f) => f()), made.map((f) => f()));
}
export function* forIn(log) {
  const obj = { a: 1, b: 2, c: 3, d: 4, 7: 5 };
  for (const k in obj) { if (k === "a") { delete obj.c; obj.z = 1; } yield k; log(obj[k]); }
  for (const k in null) yield k;
  for (const k in "hi") yield k;
  let k;
  for (k in [5, 6]) { yield k; if (k === "0") continue; break; }
  log(k);
  const child = Object.create({ inherited: 1, a: 2 });
  child.own = 1;
  for (const key in child) yield key;
  for (var key2 in { x: 1 }) log(key2);
  const target = {};
  for (target.p in { q: 1 }) yield target.p;
  for (const i in (yield "right", { r: 1 })) log(i);
}
export function* forInClosures(log) {
  const made = [];
  for (const k in { a: 1, b: 2 }) { made.push(() => k); yield k; }
  log(made.map((f) => f()));
}
export function* unreachable() {
  yield 1;
  return 2;
  yield 3;
}
export function* infinite(log) {
  for (let i = 0; ; i = (i + 1) % 3) log(yield i);
}
export function* deeplyNested(log) {
  for (let i = 0; i < 2; i++) if (i >= 0) { while (true) { do { switch (i) { case 0: { yield "a"; break; } default: yield "b"; } } while (false); break; } log(i); }
}
