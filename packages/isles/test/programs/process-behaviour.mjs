// What the tests of processes run. The launcher keeps a diary that they write to.
import { connect } from "node:net";
import { defineProcess, ProcessHandle, receive, registerClass } from "isles";

/** @typedef {import("isles").Site} Site */
/** @typedef {import("isles").SharedArray<Float64Array>} Doubles */
/** @typedef {{ write(line: string): void }} Diary */

/** @param {Site} site @param {string} line */
const write = (site, line) =>
  /** @type {Diary} */ (/** @type {unknown} */ (site.rpc.blocking("launcher", "diary"))).write(line);

/** Waits in the way that it is told, with work to do in its `finally`. */
export const tidy = defineProcess(function* (site, /** @type {string} */ way) {
  try {
    write(site, `${way} begins`);
    if (way === "loop") for (;;) yield;
    if (way === "receive") yield receive();
    if (way === "timeout") yield receive({ timeoutMs: 3_600_000 });
    if (way === "promise") yield new Promise(() => undefined);
    if (way === "lock") site.lock("taken").acquire();
    if (way === "catch") {
      try {
        yield receive();
      } catch {
        write(site, "killing is no error");
      }
    }
    write(site, `${way} goes on`);
  } catch (error) {
    write(site, `${way} catches ${error}`);
    throw error;
  } finally {
    yield;
    write(site, `${way} tidies on ${site.id}`);
    yield Promise.resolve();
    write(site, `${way} has tidied`);
  }
});

/** Yields in its `finally` once more than anybody wants. */
export const throwsInFinally = defineProcess(function* () {
  try {
    yield receive();
  } finally {
    yield;
    // biome-ignore lint/correctness/noUnsafeFinally: that is the test
    throw new RangeError("in finally");
  }
});

export const returnsInFinally = defineProcess(function* () {
  try {
    yield receive();
  } finally {
    // biome-ignore lint/correctness/noUnsafeFinally: that is the test
    return "kept";
  }
});

/** Takes a lock and keeps it for a while. */
export function holdLock(/** @type {Site} */ site, /** @type {{ name: string, ms: number }} */ { name, ms }) {
  const held = site.lock(name).acquire();
  write(site, "held");
  const until = performance.now() + ms;
  while (performance.now() < until) site.poll();
  held.release();
  return site.id;
}

/** Computes without a yield. */
export const stubborn = defineProcess(function* (site, /** @type {number} */ ms) {
  write(site, "stubborn");
  const until = performance.now() + ms;
  while (performance.now() < until);
  yield;
  return "ended by itself";
});

export class Point {
  /** @param {number} x @param {number} y */
  constructor(x, y) {
    this.x = x;
    this.y = y;
  }
}
export class Circle {
  #radius;
  /** @param {number} radius */
  constructor(radius) {
    this.#radius = radius;
  }
  get radius() {
    return this.#radius;
  }
  /** @param {number} by */
  grown(by) {
    return this.#radius + by;
  }
}
registerClass(Circle, { encode: ({ radius }) => radius, decode: (/** @type {number} */ radius) => new Circle(radius) });

/** Holds something until it is sent a message, and goes on after that without it. */
export const holder = defineProcess(function* (site, /** @type {string} */ what) {
  /** @type {number[]} */
  const sites = [site.id];
  /** @type {any} */
  let held;
  if (what === "iterator") held = "abc".matchAll(/./g);
  if (what === "nested") held = { list: [1, { deep: "abc".matchAll(/./g) }] };
  if (what === "socket") held = connect({ port: 1, host: "127.0.0.1" }).on("error", () => undefined);
  if (what === "class") held = { point: new Point(1, 2) };
  if (what === "registered") held = { circle: new Circle(3) };
  if (what === "promise") held = Promise.resolve(3);
  if (what === "weak") held = new WeakMap();
  while ((yield receive()) !== "let go") sites.push(site.id);
  const used = held === undefined ? "nothing" : (held.circle?.radius ?? typeof held);
  held = undefined;
  while ((yield receive()) !== "end") sites.push(site.id);
  return { used, sites };
});

/** What it is sent, with the sites that it was on then; `timeoutMs`: how long it waits for each, then "nothing". */
export const listener = defineProcess(function* (site, /** @type {number | undefined} */ timeoutMs) {
  const got = [];
  for (;;) {
    try {
      const message = yield receive(timeoutMs === undefined ? {} : { timeoutMs });
      if (message === "end") return got;
      got.push([site.id, message]);
    } catch (error) {
      got.push([site.id, /** @type {Error} */ (error).name]);
      return got;
    }
  }
});

/** Sends to another process, moving as it does. */
export const sender = defineProcess(
  function* (site, /** @type {import("isles").ProcessHandle} */ to, /** @type {number} */ count) {
    const handles = new Set([to]);
    for (let i = 0; i < count; i++) {
      yield to.send({ from: site.process.id, i });
      yield;
    }
    return [handles.has(to), to instanceof ProcessHandle, to.id];
  },
);

/** Waits for promises of all kinds. */
export const awaiter = defineProcess(function* (site) {
  const seen = [yield Promise.resolve(1), yield new Promise((resolve) => setTimeout(resolve, 5, 2))];
  try {
    yield Promise.reject(new RangeError("no"));
  } catch (error) {
    seen.push(String(error));
  }
  seen.push(
    yield {
      // biome-ignore lint/suspicious/noThenProperty: any thenable
      then(/** @type {(value: unknown) => void} */ resolve) {
        resolve(3);
      },
    },
  );
  const array = yield site.memory.async.float64("awaited", 4);
  yield array.async.set(1, 5);
  seen.push(yield array.async.get(1));
  return seen;
});

/** Waits for a promise that takes a while. */
export const sleeper = defineProcess(function* (site, /** @type {number} */ ms) {
  const before = site.id;
  yield new Promise((resolve) => setTimeout(resolve, ms));
  const after = site.id;
  yield;
  return [before, after, site.id];
});

/** Says where it wants to be. */
export const wanders = defineProcess(function* (site) {
  const where = [site.id];
  site.process.migrate(1);
  yield;
  where.push(site.id);
  site.process.checkpoint();
  yield;
  where.push(site.id);
  site.process.migrate(2);
  yield;
  where.push(site.id);
  return where;
});

/** Tasks that want one lock, in the ordinary way. */
export const queues = defineProcess(function* (site, /** @type {string} */ name) {
  const held = site.lock(name).acquire();
  yield;
  held.release();
  return site.id;
});

/** The class that arguments and messages keep. */
export class Parcel {
  /** @param {number} weight */
  constructor(weight) {
    this.weight = weight;
  }
  twice() {
    return this.weight * 2;
  }
}
registerClass(Parcel, { name: "Parcel of the tests" });

export const weighs = defineProcess(
  function* (_site, /** @type {Parcel} */ first, /** @type {(n: number) => void} */ tell) {
    const second = /** @type {Parcel} */ (yield receive());
    yield tell(second.twice());
    return [first.twice(), second instanceof Parcel, second];
  },
);

export const throwsNothing = defineProcess(function* () {
  yield;
  throw undefined;
});

/** Arithmetic on shared arrays in all the ways that there are. */
export const sums = defineProcess(
  function* (site, /** @type {Doubles} */ array, /** @type {number} */ from, /** @type {number} */ to) {
    const sites = new Set();
    const counter = site.memory.int32("count", 1);
    const held = { array, twin: array.async };
    for (let i = from; i < to; i++) {
      sites.add(site.id);
      array.set(i, i);
      yield;
      {
        const span = array.write(i, i + 1);
        span.view[0] += 1;
        span.release();
      }
      counter.add(0, 1);
      yield;
      const part = array.subarray(i, i + 1);
      yield;
      const span = part.read();
      const value = span.view[0];
      span.release();
      part.set(0, value * 2);
      yield;
    }
    return { sites: sites.size, same: held.array === array && held.twin === array.async };
  },
);

/** Increments under a lock, which it holds across its yields. */
export const locked = defineProcess(function* (site, /** @type {number} */ times) {
  const counter = site.memory.float64("locked", 2);
  for (let i = 0; i < times; i++) {
    const held = site.lock("counter").acquire();
    const before = counter.get(0);
    yield;
    yield;
    counter.set(0, before + 1);
    held.release();
    yield;
  }
  return times;
});

/** The same as a function. */
export function lockedFunction(/** @type {Site} */ site, /** @type {number} */ times) {
  const counter = site.memory.float64("locked", 2);
  for (let i = 0; i < times; i++) {
    const held = site.lock("counter").acquire();
    counter.set(0, counter.get(0) + 1);
    held.release();
  }
  return times;
}

/** Barriers and reductions, for what runs beside processes. */
export function barriers(/** @type {Site} */ site, /** @type {number} */ rounds) {
  const words = site.memory.int32("words", site.count);
  let wrong = 0;
  for (let round = 1; round <= rounds; round++) {
    words.set(site.id, round);
    site.barrier();
    for (let other = 0; other < site.count; other++) if (words.get(other) < round) wrong++;
    wrong += site.reduce("round", round, Math.max) === round ? 0 : 1;
    site.barrier();
  }
  return wrong;
}

/** Spawns others and waits for them. */
export const parent = defineProcess(function* (site, /** @type {number} */ depth) {
  if (depth === 0) return [site.id];
  const child = yield site.migration.async.spawn("parent", [depth - 1], { site: (site.id + 1) % site.count });
  yield;
  return [site.id, ...(yield child.result)];
});

/** The same from a function, blocking. */
export function spawns(/** @type {Site} */ site) {
  const child = site.migration.spawn("inner", [1], { site: site.id });
  const list = site.migration.ps().some(({ id }) => id === child.id);
  return { result: site.migration.wait(child), list, name: site.migration.process(child.id).name };
}

export const throws = defineProcess(function* (_site, /** @type {string} */ message) {
  yield;
  deeper(message);
});

/** @param {string} message */
function deeper(message) {
  throw Object.assign(new RangeError(message, { cause: new Error("the cause") }), { extra: 1 }); // line of `deeper`
}

export const inner = defineProcess(function* (site, /** @type {number} */ n) {
  yield;
  return site.id * 0 + n * 2;
});

/** Calls another process. */
export const outer = defineProcess(function* (site) {
  const one = yield* inner(site, 1);
  return one + (yield* inner(site, 2));
});

export const returnsWeak = defineProcess(function* () {
  yield;
  return new WeakMap();
});

export const defaults = defineProcess(function* (
  _site,
  /** @type {number | undefined} */ a = 1,
  /** @type {{ b: number }} */ { b } = { b: 2 },
  /** @type {number[]} */ ...rest
) {
  yield;
  return [a, b, ...rest];
});

/** Its parameters cannot be taken apart. */
export const refusesArguments = defineProcess(function* (
  _site,
  /** @type {{ deep: { x: number } }} */ { deep: { x } },
) {
  yield;
  return x;
});

/** Counts for ever, until it is told to stop. */
export const counter = defineProcess(function* (_site, /** @type {number} */ from) {
  let n = from;
  for (;;) {
    const message = yield receive();
    if (message === "stop") return n;
    n += message;
  }
});

const table = {
  /** @type {unknown[]} */
  rows: [],
  /** @param {unknown} row @param {number} n */
  pair: (row, n) => [row, n],
};

export class Tally {
  /** @param {number} by */
  static of(by) {
    const tally = new Tally();
    tally.total = by;
    return tally;
  }
  total = 0;
  /** @param {number} by */
  add(by) {
    this.total += by;
    return this;
  }
}
registerClass(Tally);

function* five() {
  yield;
  return 5;
}

/** @returns {Generator<unknown, unknown[], any>} */
function* asked() {
  /** @type {unknown[]} */
  const seen = [];
  for (;;) seen.push(seen.length === 3 ? yield seen : yield);
}

/** Calls methods of all kinds of objects whose arguments yield: what is called has been looked up by then, and goes along. */
export const methods = defineProcess(
  function* (site, /** @type {Doubles} */ array, /** @type {import("isles").ProcessHandle} */ other) {
    const seen = [];
    array.set(0, yield* five());
    array.set((yield* five()) - 4, yield* five());
    seen.push(array.get((yield* five()) - 5), array.get(1));
    yield other.send(yield receive());
    yield other.send(yield receive());
    const tally = Tally.of(yield* five());
    seen.push(tally.add(yield* five()).add(yield* five()).total);
    const circle = new Circle(3);
    seen.push(circle.grown(yield* five()));
    const asking = asked();
    asking.next();
    asking.next(yield* five());
    asking.next(yield* five());
    seen.push(asking.next(yield* five()).value);
    seen.push(table.pair(yield* five(), yield* five()));
    const own = [1].concat(yield* five());
    seen.push(own, site.memory.float64(array.name, (yield* five()) * 2).length);
    const grown = () => circle;
    seen.push(grown().grown(yield* five()), asking.return([yield* five()]).value);
    return seen;
  },
);
