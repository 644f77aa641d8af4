// biome-ignore-all lint: programs that are odd on purpose
// biome-ignore-all format: one program, one place
export function* overArray(log) {
  const list = [1, 2, 3];
  for (const x of list) {
    if (x === 2) list.push(9);
    log(yield x);
  }
  for (const x of [, 1, ,]) yield x;
}
export function* shrinking(log) {
  const list = [1, 2, 3, 4];
  for (const x of list) {
    yield x;
    list.pop();
  }
  log(list);
}
export function* overMap(log) {
  const map = new Map([
    ["a", 1],
    ["b", 2],
    ["c", 3],
  ]);
  for (const [k, v] of map) {
    if (k === "a") {
      map.delete("b");
      map.set("d", 4);
    }
    if (k === "c") map.set("a", 5);
    log(yield [k, v]);
  }
  log(map);
}
export function* overMapDeleting(log) {
  const map = new Map([
    [1, "a"],
    [2, "b"],
    [3, "c"],
    [4, "d"],
  ]);
  for (const [k] of map) {
    yield k;
    map.delete(k);
    if (k === 1) map.set(1, "again");
    if (map.size > 5 || k > 10) break;
    if (k === 1 && map.get(2) === undefined) break;
  }
  log([...map.keys()]);
}
export function* overMapClearing(log) {
  const map = new Map([
    [1, 1],
    [2, 2],
  ]);
  let n = 0;
  for (const [k] of map) {
    yield k;
    if (n++ === 0) {
      map.clear();
      map.set(7, 7).set(8, 8);
    }
  }
  log(n);
}
export function* overSet(log) {
  const set = new Set([1, 2, 3]);
  for (const x of set) {
    yield x;
    if (x < 10) set.add(x * 10);
    if (x === 2) set.delete(3);
  }
  log([...set]);
}
export function* overString(log) {
  for (const c of "a\u{1F600}b\uD83D") {
    log(c.length);
    yield c;
  }
}
export function* overTyped(log) {
  const list = new Float64Array([1.5, 2.5]);
  for (const x of list) {
    yield x;
    list[1] = 7;
  }
  for (const [i, x] of new Uint8Array([3, 4]).entries()) yield [i, x];
  log(list);
}
export function* overArguments(log) {
  function* inner() {
    for (const a of arguments) yield a;
    return arguments.length;
  }
  log(yield* inner(1, 2, 3));
}
export function* entriesAndKeys(log) {
  const list = ["x", "y"],
    map = new Map([["k", "v"]]),
    set = new Set(["s"]);
  for (const [i, x] of list.entries()) yield [i, x];
  for (const i of list.keys()) yield i;
  for (const x of list.values()) yield x;
  for (const e of map.entries()) yield e;
  for (const k of map.keys()) yield k;
  for (const v of map.values()) yield v;
  for (const e of set.entries()) yield e;
  for (const e of set.keys()) yield e;
  log("end");
}
export function* ownEntries(log) {
  const obj = {
    entries() {
      return [[1, 2]];
    },
    *keys() {
      yield "k";
    },
  };
  for (const [a, b] of obj.entries()) yield a + b;
  for (const k of obj.keys()) yield k;
  try {
    for (const x of obj.values()) yield x;
  } catch (error) {
    log(error);
  }
  try {
    for (const x of null.keys()) yield x;
  } catch (error) {
    log(error);
  }
}
export function* nativeIterator(log) {
  const iterator = [1, 2, 3].values();
  for (const x of iterator) log(yield x);
}
export function* heldIterator(log) {
  const iterator = new Map([[1, 2]]).entries();
  yield 1;
  log(iterator.next());
}
export function* notIterable(log) {
  try {
    for (const x of 5) yield x;
  } catch (error) {
    log(error);
  }
  try {
    for (const x of {}) yield x;
  } catch (error) {
    log(error);
  }
  for (const x of undefined) yield x;
}
export function* closes(log) {
  const make = (name, extra) => ({
    i: 0,
    next() {
      return { value: this.i++, done: this.i > 3 };
    },
    return() {
      log(name, "closed");
      return {};
    },
    [Symbol.iterator]() {
      return this;
    },
    ...extra,
  });
  for (const x of make("a")) {
    yield x;
    if (x === 1) break;
  }
  for (const x of make("b")) yield x;
  try {
    for (const x of make("c")) {
      yield x;
      throw new Error("body");
    }
  } catch (error) {
    log(error);
  }
  outer: for (const x of make("d"))
    for (const y of make("e")) {
      yield [x, y];
      continue outer;
    }
  for (const x of make("f")) {
    if (x === 0) {
      yield "f";
      return;
    }
  }
}
export function* closingThrows(log) {
  const make = (extra) => ({
    next: () => ({ value: 1, done: false }),
    [Symbol.iterator]() {
      return this;
    },
    ...extra,
  });
  try {
    for (const x of make({
      return() {
        throw new Error("closing");
      },
    })) {
      yield x;
      break;
    }
  } catch (error) {
    log(error);
  }
  try {
    for (const x of make({
      return() {
        throw new Error("closing");
      },
    })) {
      yield x;
      throw new Error("body");
    }
  } catch (error) {
    log(error);
  }
  try {
    for (const x of make({ return: () => 5 })) {
      yield x;
      break;
    }
  } catch (error) {
    log(error);
  }
  try {
    for (const x of make({
      next() {
        throw new Error("next");
      },
      return() {
        log("never");
      },
    }))
      yield x;
  } catch (error) {
    log(error);
  }
}
export function* closesAfterFinally(log) {
  const it = {
    next: () => ({ value: 1, done: false }),
    return() {
      log("closed");
      return {};
    },
    [Symbol.iterator]() {
      return this;
    },
  };
  for (const x of it) {
    try {
      yield x;
      if (x) break;
    } finally {
      log("finally first");
      yield "f";
    }
  }
  for (const x of it) {
    try {
      if (x) break;
    } finally {
      log("native finally first");
    }
    yield "never";
  }
}
export function* assignsTo(log) {
  let x;
  for (x of [1, 2]) yield x;
  const o = {};
  for (o.p of [3]) yield o.p;
  for (o[yield "key"] of [4, 5]) log(o);
  for ([x, o.q] of [[6, 7]]) yield [x, o.q];
  for (var v of [8]) yield v;
  log(x, v);
  for ({ a: x = yield "d" } of [{}, { a: 1 }]) log(x);
}
export function* heads(log) {
  for (const x of (log("head"), [1])) {
    log(x);
    yield x;
  }
  for (const x of [yield "a", yield "b"]) log(x);
  for (const { length } of ["abc"]) yield length;
  for (let x of [1, 2]) {
    x += 10;
    yield x;
  }
}
export function* deadHead(log) {
  try {
    for (const x of [x]) yield x;
  } catch (error) {
    log(error);
  }
  yield 1;
}
export function* nestedLoops(log) {
  for (const a of [1, 2])
    for (const b of new Set(["x", "y"]))
      for (const [k] of new Map([["m", 1]])) {
        log(a, b, k);
        yield `${a}${b}${k}`;
      }
}
export function* perIteration(log) {
  const made = [];
  for (const x of [1, 2, 3]) {
    made.push(() => x);
    yield x;
  }
  log(made.map((f) => f()));
  for (let i = 0; i < 3; i++) {
    made.push(() => i++);
    yield i;
  }
  log(
    made.map((f) => f()),
    made.map((f) => f()),
  );
}
export function* perIterationNative(log) {
  const made = [];
  for (let i = 0; i < 3; i++) made.push(() => i);
  for (const x of "ab") made.push(() => x);
  for (const k in { p: 1 }) made.push(() => k);
  yield 1;
  log(made.map((f) => f()));
}
export function* perIterationUpdates(log) {
  const made = [];
  for (let i = 0, step = () => i++; i < 4; step(), i++) {
    made.push(() => i);
    yield i;
  }
  log(made.map((f) => f()));
}
export function* loopVarAssigned(log) {
  for (let i = 0; i < 5; i++) {
    const f = () => i;
    i += yield i;
    i = i > 10 ? i - 10 : i;
    log(f());
    if (i > 3) break;
  }
}
export function* sums(log) {
  let total = 0;
  for (const row of [
    [1, 2],
    [3, 4],
  ])
    for (const n of row) {
      total += n;
      if (total % 2) yield total;
    }
  return total;
}
export function* iteratorsOfProcesses(log) {
  function* letters() {
    yield "a";
    yield "b";
    yield "c";
  }
  for (const c of letters()) {
    yield c;
  }
  const it = letters();
  for (const c of it) {
    yield c;
    break;
  }
  log(it.next());
}
export function* emptyLoops(log) {
  for (const x of []) yield x;
  for (const x of [1]);
  for (const x of new Set([1])) {
  }
  yield 1;
  for (;;) {
    if (log("x")) break;
  }
}
export function* patched(log) {
  const list = [1, 2];
  list[Symbol.iterator] = function* () {
    yield "own";
  };
  for (const x of list) log(x);
  yield 1;
  for (const x of list) yield x;
}
export const stays = { nativeIterator: /native iterator/, heldIterator: /local "iterator": a live native iterator/ };
