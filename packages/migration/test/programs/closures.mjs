// biome-ignore-all lint: programs that are odd on purpose
// biome-ignore-all format: one program, one place
export function* counter(log) {
  let n = 0;
  const up = () => ++n;
  log(up());
  yield n;
  n += 10;
  log(up());
  yield n;
  return up;
}
export function* shared(log) {
  let n = 0;
  const up = () => ++n,
    read = () => n;
  up();
  yield read();
  up();
  n = n * (yield n);
  log(read(), up() === read());
}
export function* nestedClosures(log) {
  let a = 1;
  const outer = () => {
    let b = 10;
    return () => (a += b++);
  };
  const inner = outer();
  log(inner());
  yield a;
  log(outer()());
  return a;
}
export function* identity(log) {
  const f = () => 1,
    g = f;
  const list = [f, g, () => 1];
  yield 1;
  log(list[0] === f, f === g, list[2] === f, f.name, list[2].name, g());
}
export function* named(log) {
  const fact = function self(n) {
    return n < 2 ? 1 : n * self(n - 1);
  };
  yield fact(4);
  log(fact.name, fact(5));
  const { h = () => 1, i: j = () => {} } = {};
  log(h.name, j.name, (() => 1).name, { m() {} }.m.name, { k: () => 1 }.k.name, class {}.name);
  let late;
  late = () => 2;
  log(late.name);
}
export function* declared(log) {
  log(even(4));
  yield 1;
  function even(n) {
    return n === 0 || odd(n - 1);
  }
  function odd(n) {
    return n !== 0 && even(n - 1);
  }
  yield odd(3);
  log(even.name, even.length);
}
export function* capturesParameters(log) {
  function* inner(a, b) {
    const sum = () => a + b;
    a++;
    yield sum();
    b = yield "b";
    log(sum());
    return sum;
  }
  const sum = yield* inner(1, 2);
  log(sum());
}
export function* capturesThis(log) {
  function* inner() {
    const f = () => this.n;
    yield f();
    this.n++;
    yield f();
    const g = () => () => this;
    log(g()() === this);
  }
  yield* inner.call({ n: 1 });
}
export function* capturesArguments(log) {
  function* inner() {
    const f = () => arguments[0] + arguments.length;
    yield f();
    log(f(), Array.prototype.slice.call(arguments), typeof arguments, Object.prototype.toString.call(arguments));
    arguments[0] = 9;
    yield arguments[0];
  }
  yield* inner(1, 2, 3);
}
export function* strictThis(log) {
  log(this === undefined || typeof this);
  yield 1;
  log((() => typeof this)());
  const f = function () {
    return typeof this;
  };
  log(f());
}
export function* generatorClosures(log) {
  let n = 1;
  const gen = function* (m) {
    while (n < 5) {
      n += m;
      yield n;
    }
  };
  for (const x of gen(1)) log(yield x);
  n = 0;
  const g = gen(2);
  yield g.next().value;
  log(g.next().value, n);
}
export function* generatorInClosure(log) {
  let n = 0;
  const make = () =>
    function* () {
      yield ++n;
      yield ++n;
    };
  const a = make()(),
    b = make()();
  log(a.next().value);
  yield n;
  log(b.next().value, a.next().value);
  yield n;
  log(b.next().value, n);
}
export function* recursiveClosures(log) {
  const visit = (t, f) => {
    f(t.v);
    for (const c of t.c ?? []) visit(c, f);
  };
  const seen = [];
  visit({ v: 1, c: [{ v: 2 }, { v: 3, c: [{ v: 4 }] }] }, (v) => seen.push(v));
  yield seen;
  log(seen);
}
export function* passedClosures(log) {
  let total = 0;
  [1, 2, 3].forEach((x) => {
    total += x;
  });
  yield total;
  const sorted = [3, 1, 2].sort((a, b) => (total % 2 ? a - b : b - a));
  yield sorted;
  log(
    sorted
      .map((x) => x * total)
      .filter((x) => x > 6)
      .reduce((a, b) => a + b, 0),
  );
}
export function* deadClosures(log) {
  const f = () => x;
  try {
    f();
  } catch (error) {
    log(error);
  }
  yield 1;
  let x = 5;
  yield f();
  x = 6;
  log(f());
  const g = () => {
    x++;
  };
  g();
  return x;
}
export function* deadWrites(log) {
  const f = () => {
    x = 1;
  };
  try {
    f();
  } catch (error) {
    log(error);
  }
  try {
    x++;
  } catch (error) {
    log(error);
  }
  try {
    x += 1;
  } catch (error) {
    log(error);
  }
  let x = 0;
  f();
  yield x;
  const g = () => x++;
  g();
  return x;
}
export function* constClosure(log) {
  const c = 1;
  const f = () => {
    c = 2;
  };
  try {
    f();
  } catch (error) {
    log(error);
  }
  yield c;
  const g = () => c++;
  try {
    g();
  } catch (error) {
    log(error);
  }
  return c;
}
export function* freshBoxes(log) {
  const made = [];
  let i = 0;
  while (i < 3) {
    let x = i;
    const y = i * 2;
    made.push(() => [x++, y]);
    yield x;
    x += 10;
    i++;
  }
  log(
    made.map((f) => f()),
    made.map((f) => f()),
  );
  do {
    const z = i;
    made.push(() => z);
    yield z;
  } while (i-- > 2);
  log(made.at(-1)());
}
export function* blockBoxes(log) {
  const made = [];
  for (let i = 0; i < 2; i++) {
    {
      let inner = i;
      made.push(() => inner++);
      yield inner;
    }
  }
  log(made.map((f) => f()));
}
export function* objectsWithMethods(log) {
  let n = 1;
  const obj = {
    inc() {
      n++;
      return this;
    },
    get: () => n,
    async later() {
      return n;
    },
    [`x${n}`]() {
      return n;
    },
  };
  yield obj.inc().get();
  log(obj.inc() === obj, obj.get(), obj.x1(), obj.inc.name, obj.x1.name);
  yield n;
  log(Object.keys(obj));
}
export function* accessors(log) {
  let n = 1;
  log(
    {
      get a() {
        return n;
      },
      set a(v) {
        n = v;
      },
      b: 2,
      get c() {
        return this.b;
      },
    }.c,
  );
  const obj = {
    get a() {
      return n;
    },
    set a(v) {
      n = v;
    },
    other: () => n,
  };
  obj.a = 5;
  log(n, obj.a, obj.other(), Object.keys(obj));
  obj.a++;
  log(n);
  yield n;
}
export function* curried(log) {
  const add = (a) => (b) => (c) => a + b + c;
  yield add(1)(2)(3);
  log(add(1)(1)(1));
}
export function* madeByClosure(log) {
  const add = (a) => (b) => a + b;
  const one = add(1);
  yield 1;
  log(one(2));
}
export function* bound(log) {
  const f = function () {
    return this.x;
  }.bind({ x: 1 });
  yield 1;
  log(f());
}
export function* immediately(log) {
  const v = (() => {
    let s = 0;
    for (const x of [1, 2]) s += x;
    return s;
  })();
  yield v;
  (() => {
    log("iife");
  })();
  log(((a, b = a) => a + b)(1));
}
export function* callbacksCapture(log) {
  const names = ["b", "a"];
  let count = 0;
  const by = { b: 2, a: 1 };
  names.sort((x, y) => {
    count++;
    return by[x] - by[y];
  });
  yield names;
  yield count > 0;
}
export function* classesInside(log) {
  let made = 0;
  class A {
    static made = () => made;
    #x = 1;
    constructor() {
      made++;
    }
    get x() {
      return this.#x;
    }
    grow() {
      this.#x += made;
      return this;
    }
  }
  log(new A().grow().x, A.made(), A.name);
  class B extends A {
    grow() {
      super.grow();
      return this;
    }
    static {
      made += 10;
    }
  }
  log(new B().grow().x, made, new B() instanceof A);
}
export function* classWithin(log) {
  let n = 5;
  const C = class {
    value = n;
    *each() {
      yield n;
      yield this.value;
    }
    static of() {
      return new this();
    }
  };
  log([...C.of().each()]);
  n = 6;
  log(new C().value, C.name);
  yield* (function* () {
    yield 1;
  })();
}
export function* moduleFunctions(log) {
  const f = helper,
    k = Helper;
  yield 1;
  log(f === helper, f(1), new k().v, k === Helper);
}
function helper(x) {
  return x + 1;
}
class Helper {
  v = 3;
}
export function* intrinsics(log) {
  const { max, PI } = Math,
    keys = Object.keys,
    proto = Array.prototype,
    S = Symbol.iterator,
    M = Map;
  yield 1;
  log(max(1, 2), PI, keys({ a: 1 }), proto === Array.prototype, S === Symbol.iterator, new M().size, log === log);
  const g = globalThis;
  yield 2;
  log(g === globalThis);
}
export function* argumentsKept(log) {
  function* inner(a) {
    const args = arguments;
    yield 1;
    log(args.length, args[1], [...args], a);
    return args;
  }
  log((yield* inner(1, "two", [3])).length);
}
export const stays = { bound: /the function bound/ };
