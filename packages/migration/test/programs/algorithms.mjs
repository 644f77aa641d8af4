// biome-ignore-all lint: programs that are odd on purpose
// biome-ignore-all format: one program, one place
export function* permutations(log) {
  function* perm(list, n = list.length) {
    if (n <= 1) yield list.slice();
    else
      for (let i = 0; i < n; i++) {
        yield* perm(list, n - 1);
        const j = n % 2 ? 0 : i;
        [list[n - 1], list[j]] = [list[j], list[n - 1]];
      }
  }
  for (const p of perm([1, 2, 3])) log(yield p.join(""));
}
export function* sieve() {
  const composite = new Set();
  for (let i = 2; i < 30; i++) {
    if (composite.has(i)) continue;
    yield i;
    for (let j = i * i; j < 30; j += i) composite.add(j);
  }
}
export function* quicksort(log) {
  const list = [5, 2, 8, 1, 9, 3];
  function* sort(lo, hi) {
    if (lo >= hi) return;
    const pivot = list[hi];
    let i = lo;
    for (let j = lo; j < hi; j++)
      if (list[j] < pivot) {
        [list[i], list[j]] = [list[j], list[i]];
        i++;
      }
    [list[i], list[hi]] = [list[hi], list[i]];
    yield [...list];
    yield* sort(lo, i - 1);
    yield* sort(i + 1, hi);
  }
  yield* sort(0, list.length - 1);
  log(list);
}
export function* bfs(log) {
  const graph = new Map([
    ["a", ["b", "c"]],
    ["b", ["d"]],
    ["c", ["d"]],
    ["d", []],
  ]);
  const seen = new Set(["a"]),
    queue = ["a"];
  while (queue.length > 0) {
    const at = queue.shift();
    yield at;
    for (const next of graph.get(at)) {
      if (seen.has(next)) continue;
      seen.add(next);
      queue.push(next);
    }
  }
  log(seen);
}
export function* queens(log) {
  const placed = [];
  const fits = (c) => placed.every((d, i) => d !== c && Math.abs(d - c) !== placed.length - i);
  function* place(n) {
    if (placed.length === n) {
      yield placed.slice();
      return 1;
    }
    let found = 0;
    for (let c = 0; c < n; c++) {
      if (!fits(c)) continue;
      placed.push(c);
      try {
        found += yield* place(n);
      } finally {
        placed.pop();
      }
    }
    return found;
  }
  log(yield* place(4));
}
export function* tokenizer(log) {
  const text = "let x = 12 + (y3*4)";
  const token = /\s*(?:(\d+)|([a-z]\w*)|(.))/gy;
  for (;;) {
    const m = token.exec(text);
    if (m === null) break;
    const [, number, name, other] = m;
    if (number) yield ["number", Number(number)];
    else if (name) yield ["name", name];
    else yield ["other", other];
  }
  log(token.lastIndex);
}
export function* hanoi(log) {
  let moves = 0;
  function* move(n, a, b, c) {
    if (n === 0) return;
    yield* move(n - 1, a, c, b);
    moves++;
    yield `${a}${c}`;
    yield* move(n - 1, b, a, c);
  }
  yield* move(3, "A", "B", "C");
  log(moves);
}
export function* collatz(log) {
  for (let start = 1; start <= 4; start++) {
    let n = start,
      steps = 0;
    while (n !== 1) {
      n = n % 2 === 0 ? n / 2 : 3 * n + 1;
      steps++;
      if (steps % 3 === 0) yield [start, n];
    }
    log(start, steps);
  }
}
export function* matrix(log) {
  const n = 3,
    a = new Float64Array(n * n).map((_, i) => i),
    b = new Float64Array(n * n).fill(2),
    c = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      let s = 0;
      for (let k = 0; k < n; k++) s += a[i * n + k] * b[k * n + j];
      c[i * n + j] = s;
    }
    yield i;
  }
  log(c);
}
export function* scheduler(log) {
  const tasks = [];
  const spawn = (name, n) => tasks.push({ name, run: work(n) });
  function* work(n) {
    for (let i = 0; i < n; i++) yield i;
    return n;
  }
  spawn("a", 2);
  spawn("b", 3);
  let turns = 0;
  while (tasks.length) {
    const task = tasks.shift();
    const { value, done } = task.run.next();
    log(task.name, value, done);
    if (!done) tasks.push(task);
    yield ++turns;
  }
}
export function* parser(log) {
  const tokens = ["(", "1", "+", "2", ")", "*", "3"];
  let at = 0;
  function* expr() {
    let v = yield* term();
    while (tokens[at] === "+") {
      at++;
      v += yield* term();
    }
    return v;
  }
  function* term() {
    let v = yield* factor();
    while (tokens[at] === "*") {
      at++;
      v *= yield* factor();
    }
    return v;
  }
  function* factor() {
    yield tokens[at];
    if (tokens[at] === "(") {
      at++;
      const v = yield* expr();
      at++;
      return v;
    }
    return Number(tokens[at++]);
  }
  log(yield* expr());
}
export function* lru(log) {
  const cache = new Map();
  const get = (k) => {
    if (!cache.has(k)) return undefined;
    const v = cache.get(k);
    cache.delete(k);
    cache.set(k, v);
    return v;
  };
  const put = (k, v) => {
    cache.delete(k);
    cache.set(k, v);
    if (cache.size > 2) cache.delete(cache.keys().next().value);
  };
  put("a", 1);
  put("b", 2);
  yield [...cache];
  get("a");
  put("c", 3);
  yield [...cache];
  log(get("b"), get("a"));
}
export function* stateMachine(log) {
  let state = "idle";
  for (let i = 0; i < 6; i++) {
    switch (state) {
      case "idle":
        state = (yield state) > 5 ? "busy" : "idle";
        break;
      case "busy": {
        const left = yield state;
        state = left ? "done" : "busy";
        break;
      }
      case "done":
        log("done at", i);
        state = "idle";
    }
  }
  return state;
}
export function* walk(log) {
  const grid = { length: 50, get: (i) => i };
  let sum = 0;
  for (let i = 0; i < grid.length; i++) {
    sum += grid.get(i);
    if (i % 10 === 0) yield;
  }
  return sum;
}
export function* retry(log) {
  let attempts = 0;
  for (;;) {
    try {
      attempts++;
      if (attempts < 3) throw new Error(`attempt ${attempts}`);
      return attempts;
    } catch (error) {
      log(error);
      yield error.message;
    } finally {
      log("tried", attempts);
    }
  }
}
export function* zipped(log) {
  function* zip(...lists) {
    const its = lists.map((l) => l());
    for (;;) {
      const rs = its.map((it) => it.next());
      if (rs.some((r) => r.done)) return;
      yield rs.map((r) => r.value);
    }
  }
  function* a() {
    yield 1;
    yield 2;
  }
  function* b() {
    yield "x";
    yield "y";
    yield "z";
  }
  for (const pair of zip(a, b)) log(yield pair);
}
export function* pipeline(log) {
  function* naturals() {
    for (let n = 0; ; n++) yield n;
  }
  function* map(it, f) {
    for (const x of it) yield f(x);
  }
  function* take(it, n) {
    if (n > 0)
      for (const x of it) {
        yield x;
        if (--n <= 0) return;
      }
  }
  const squares = (x) => x * x;
  for (const x of take(map(naturals(), squares), 4)) log(yield x);
}
