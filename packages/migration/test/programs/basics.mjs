// biome-ignore-all lint: programs that are odd on purpose
// biome-ignore-all format: one program, one place
export function* empty() {}
export function* returnsOnly() {
  return 7;
}
export function* one(log) {
  log("before");
  const got = yield 1;
  log("after", got);
  return got;
}
export function* yieldNothing(log) {
  log(yield);
  log(yield, yield);
}
export function* nestedYields(log) {
  log(yield yield yield 1);
}
export function* counts() {
  let i = 0;
  while (true) {
    i++;
    if (i > 5) return i;
    yield i;
  }
}
export function* sums(log) {
  let sum = 0;
  for (let i = 0; i < 6; i++) {
    sum += i;
    if (i % 2 === 0) sum += yield sum;
    log(i, sum);
  }
  return sum;
}
export function* throwsAtOnce() {
  throw new RangeError("at once");
}
export function* throwsLater(log) {
  log(yield 1);
  throw new RangeError("later");
}
export function* constants() {
  const a = 1;
  const b = yield a;
  const c = [a, b];
  yield c;
  return c;
}
export function* assignsToConstant(log) {
  const a = 1;
  yield a;
  try {
    a = log("right side first");
  } catch (error) {
    log(error);
  }
  a += yield 2;
}
export function* deadZone(log) {
  try {
    log(typeof late);
  } catch (error) {
    log(error);
  }
  yield 1;
  try {
    late = 3;
  } catch (error) {
    log(error);
  }
  let late = 1;
  late = yield late;
  return late;
}
export function* deadZoneInLoop(log) {
  for (let i = 0; i < 3; i++) {
    const early = () => value;
    try {
      log(early());
    } catch (error) {
      log(error);
    }
    yield i;
    const value = i;
    log(early());
  }
}
export function* shadows(log) {
  let x = 1;
  {
    let x = 2;
    {
      let x = yield 3;
      log(x);
    }
    log(x);
    yield x;
  }
  log(x);
  for (let x = 5; x < 6; x++) log(yield x);
  return x;
}
const outer = "outer";
export function* shadowsModule(log) {
  log(outer);
  {
    const outer = yield 1;
    log(outer);
  }
  yield outer;
}
export function* vars(log) {
  log(v);
  yield v;
  if (v === undefined) {
    var v = 3;
  }
  for (var w = 0; w < 2; w++) yield w;
  log(v, w);
  var v;
  return v;
}
export function* blockFunctions(log) {
  log(hoisted());
  function hoisted() {
    return "hoisted";
  }
  yield hoisted();
  {
    log(inner(2));
    function inner(n) {
      return n === 0 ? "end" : inner(n - 1);
    }
    yield inner(1);
  }
}
export function* voids(log) {
  log(void (yield 1), typeof (yield 2), !(yield 3), -(yield 4), +(yield 5), ~(yield 6));
}
export function* commas(log) {
  log((yield 1, log("a"), yield 2, log("b"), 5));
  return yield 3, log("c"), 6;
}
export function* manyLocals(log) {
  let [a, b, c, d, e, f] = [1, 2, 3, 4, 5, 6];
  yield a + b;
  a = b = c;
  yield [a, b, c, d];
  [a, b] = [d, e];
  log(a, b, c, d, e, f);
  yield f++ + ++e;
  return { a, b, c, d, e, f };
}
export function* emptyStatements() {
  ;;
  yield 1;
  ;
  {}
  if (yield 2) ;
  else yield 3;
}
export function* asi(log) {
  const a = yield 1
  const [b] = [2]
  log(a, b)
  const { c } = { c: 3 }
  ;[a, b, c].forEach((x) => log(x))
  return a
}
export function* asiNative(log) {
  {
    const a = log(1)
    const [b] = [2]
    log(a, b)
    const { c } = { c: 3 }
    log(c)
  }
  yield 1
}
export function* debuggers() {
  let x = 1;
  debugger;
  yield x;
}
