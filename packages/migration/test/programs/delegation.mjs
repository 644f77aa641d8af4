// biome-ignore-all lint: programs that are odd on purpose
// biome-ignore-all format: one program, one place
function* count(n, log) {
  for (let i = 0; i < n; i++) {
    const got = yield i;
    if (got !== undefined) log?.("inner got", got);
  }
  return `counted ${n}`;
}
function* down(n) {
  if (n > 0) {
    yield n;
    const below = yield* down(n - 1);
    return below + n;
  }
  return 0;
}
function* careful(log) {
  try {
    log("in");
    yield "a";
    yield "b";
    return "end";
  } catch (error) {
    log("caught inside", error);
    yield "c";
    return "recovered";
  } finally {
    log("cleanup");
    yield "f";
  }
}

export function* delegates(log) {
  log(yield* count(3, log));
  log(yield* count(0));
  return yield* count(2, log);
}
export function* recursion(log) {
  log(yield* down(5));
}
export function* fibonacci(log) {
  function* fib(n) {
    if (n < 2) {
      yield n;
      return n;
    }
    return (yield* fib(n - 1)) + (yield* fib(n - 2));
  }
  log(yield* fib(5));
}
export function* trees(log) {
  const node = (v, l, r) => ({ v, l, r });
  const tree = node(4, node(2, node(1), node(3)), node(6, node(5), node(7)));
  function* walk(t) {
    if (t) {
      yield* walk(t.l);
      yield t.v;
      yield* walk(t.r);
    }
  }
  for (const v of walk(tree)) log(yield v);
}
export function* delegatesArrays(log) {
  log(
    yield* [1, 2, 3],
    yield* "h\u{1f600}i",
    yield* new Set([4, 5]),
    yield* new Map([[6, 7]]),
    yield* new Uint8Array([8, 9]),
  );
}
export function* delegatesEmpty(log) {
  log(yield* [], yield* "", yield* new Set());
}
export function* delegatesNothing(log) {
  try {
    yield* null;
  } catch (error) {
    log(error);
  }
  try {
    yield* 5;
  } catch (error) {
    log(error);
  }
  yield 1;
  yield* undefined;
}
export function* innerCatches(log) {
  log(yield* careful(log));
  yield "after";
}
export function* outerCatches(log) {
  try {
    yield* careful(log);
  } catch (error) {
    log("outer", error);
    yield "o";
  } finally {
    log("outer finally");
    yield "of";
  }
}
export function* innerFinally(log) {
  function* inner() {
    try {
      yield 1;
    } finally {
      log("inner f");
      return "from finally";
    }
  }
  log(yield* inner());
  yield 2;
}
export function* sharedGenerator(log) {
  const g = count(6);
  log(g.next().value);
  function* a() {
    yield* g;
    return "a";
  }
  const first = a();
  log(first.next().value, g.next().value, first.next().value);
  yield "between";
  const second = a();
  log(second.next().value, first.next().value, second.next(), first.next(), second.next(), g.next());
  yield "end";
}
export function* pausedChild(log) {
  const g = count(4);
  g.next();
  yield "p";
  log(g.next().value);
  yield "q";
  log(yield* g);
  log(g.next());
}
export function* interleaved(log) {
  const a = count(3),
    b = down(3);
  for (;;) {
    const x = a.next(),
      y = b.next();
    log(x, y);
    if (x.done && y.done) break;
    yield [x.value, y.value];
  }
}
export function* childReturns(log) {
  const g = careful(log);
  log(g.next());
  yield 1;
  log(g.return("r"));
  yield 2;
  log(g.next(), g.next());
}
export function* childThrows(log) {
  const g = careful(log);
  g.next();
  yield 1;
  log(g.throw(new Error("thrown in")));
  yield 2;
  log(g.next(), g.next());
  const h = count(1);
  try {
    h.throw(new Error("unstarted"));
  } catch (e) {
    log(e);
  }
  log(h.next(), count(2).return(5));
}
export function* selfCall(log) {
  let g;
  function* inner() {
    try {
      g.next();
    } catch (error) {
      log(error.constructor === TypeError);
    }
    yield 1;
  }
  g = inner();
  log(g.next(), g.next());
  yield 2;
}
export function* selfDelegate(log) {
  let g;
  function* inner() {
    yield 1;
    try {
      yield* g;
    } catch (error) {
      log(error);
    }
    yield 2;
  }
  g = inner();
  log(g.next(), g.next(), g.next());
  yield 3;
}
export function* spreads(log) {
  log([...count(3)], Math.max(...count(4)), Array.from(down(3)), new Set(count(2)), Object.fromEntries([["a", 1]]));
  const [a, , b = 9, ...rest] = down(5);
  log(a, b, rest);
  yield 1;
  const [c] = careful(log);
  log(c);
}
export function* forOfNative(log) {
  for (const x of count(3)) log(x);
  for (const x of careful(log)) {
    log(x);
    break;
  }
  yield 1;
  for (const x of down(3)) log(x);
}
export function* forOfFrames(log) {
  for (const x of count(3)) log(yield x);
  for (const x of careful(log)) {
    log(yield x);
    if (x === "b") break;
  }
  outer: for (const x of count(2))
    for (const y of count(2)) {
      if (x) continue outer;
      yield [x, y];
    }
}
export function* generatorMethods(log) {
  const obj = {
    n: 2,
    *each() {
      for (let i = 0; i < this.n; i++) yield this.n * i;
    },
    *["com" + "puted"]() {
      yield this === obj;
    },
    *5() {
      yield 5;
    },
  };
  log([...obj.each()]);
  yield* obj.each();
  yield* obj.computed();
  yield* obj[5]();
}
export function* userIterable(log) {
  const made = {
    from: 0,
    next(v) {
      log("next", v);
      return this.from < 3 ? { value: this.from++, done: false, extra: 1 } : { value: "over", done: true };
    },
    return(v) {
      log("return", v);
      return { value: v, done: true };
    },
    [Symbol.iterator]() {
      return this;
    },
  };
  log(yield* made);
}
export function* userIterableThrow(log) {
  const made = {
    next(v) {
      return { value: v, done: false };
    },
    throw(e) {
      log("throw", e);
      return { value: "handled", done: true };
    },
    [Symbol.iterator]() {
      return this;
    },
  };
  log(yield* made);
}
export function* badResults(log) {
  const bad = {
    next() {
      return 5;
    },
    [Symbol.iterator]() {
      return this;
    },
  };
  try {
    yield* bad;
  } catch (error) {
    log(error);
  }
  try {
    for (const x of bad) yield x;
  } catch (error) {
    log(error);
  }
  try {
    yield* {
      [Symbol.iterator]() {
        return 1;
      },
    };
  } catch (error) {
    log(error);
  }
  yield 1;
}
export function* deep(log) {
  function* nest(n) {
    if (n === 0) {
      log("bottom", yield "bottom");
      return 1;
    }
    return 1 + (yield* nest(n - 1));
  }
  log(yield* nest(50));
}
export function* throwThroughChain(log) {
  function* nest(n) {
    try {
      if (n === 0) {
        yield 0;
        throw new Error("deep");
      }
      yield* nest(n - 1);
    } finally {
      log("leaving", n);
      if (n === 2) yield "paused at 2";
    }
  }
  try {
    yield* nest(4);
  } catch (error) {
    log(error);
  }
}
export function* tailed(log) {
  function* last() {
    return yield "x";
  }
  function* middle() {
    return yield* last();
  }
  log(yield* middle(), yield* middle());
}
export function* producerConsumer(log) {
  const queue = [];
  function* producer() {
    for (let i = 0; i < 4; i++) {
      queue.push(i);
      yield;
    }
  }
  function* consumer() {
    let sum = 0;
    for (;;) {
      while (queue.length) sum += queue.shift();
      if (sum > 5) return sum;
      yield sum;
    }
  }
  const p = producer(),
    c = consumer();
  for (;;) {
    p.next();
    const r = c.next();
    if (r.done) return r.value;
    log(r.value);
    yield r.value;
  }
}
export function* yieldsIterResult() {
  yield { value: 1, done: true };
  return { done: false };
}
export function* finishedDelegate(log) {
  const g = count(1);
  g.next();
  g.next();
  log(yield* g);
  yield 1;
}
export function* returnOverride(log) {
  function* inner() {
    try {
      yield 1;
    } finally {
      yield "cleaning";
    }
  }
  try {
    yield* inner();
    log("not reached on return");
  } finally {
    log("outer");
  }
  return "end";
}
export function* views(log) {
  const map = new Map([["a", 1], ["b", 2]]);
  yield* map.keys();
  map.set("c", 3);
  log(yield* map.entries());
  yield* new Set([1, 2]).values();
  yield* ["x", "y"].entries();
  const own = { *values() { try { const got = yield 1; log(got); return 5; } finally { log("left"); } }, keys: () => ["k"] };
  log(yield* own.values(), yield* own?.keys(), yield* own.keys());
  try { yield* null.keys(); } catch (error) { log(error); }
  try { yield* ({}).keys(); } catch (error) { log(error); }
  try { yield* ({ keys: () => 1 }).keys(); } catch (error) { log(error); }
}
