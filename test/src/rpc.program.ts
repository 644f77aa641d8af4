import { type AnyStub, type ByReference, byReference, type Lock, type SharedArray, type Site, type Stub } from "isles";

/** Programs of test/rpc-blocking.test.ts and test/rpc-values.test.ts: calls on real threads whose callers block. */

export interface Node {
  id(): number;
  /** Calls back and forth between this site and `other` until `depth` is 0; the number of calls below this one. */
  bounce(depth: number, other: number): number;
  /** As `bounce`, each frame with a write span on the same elements: every frame adds 1 to each of them, before and after. */
  bounceInSpans(depth: number, other: number, name: string): number;
  /** Hands the call on around the ring of all sites; the ids of those who had it. */
  ring(hops: number): number[];
  /** Adds 1 to `length` elements of an array, under a write span. */
  bump(name: string, length: number): void;
  /** As `bump`, holding a lock. */
  bumpLocked(lock: string, name: string): number;
  /** Blocks until the latch is open. */
  waitFor(latch: string): string;
  /** Where this site's program is, as `blockedAt` and others tell it. */
  phase(): string;
  /** Calls `callback` with 0 … times-1 and returns the sum of what it returns, each call blocking. */
  ask(times: number, callback: AnyStub<(n: number) => number>): number;
  /** A stub of an object that lives here. */
  counter(start: number): ByReference<Counter>;
  /** Yields 0 … to-1. Its `finally` adds 1 to `ended`. */
  count(to: number): Generator<number>;
  countSlowly(to: number): AsyncGenerator<number>;
  ended(): number;
  sum(values: AsyncIterable<number>): Promise<number>;
}

export interface Counter {
  add(by: number): number;
  total(): number;
}

let phase = "idle";
let ended = 0;

function counterFrom(start: number): ByReference<Counter> {
  let total = start;
  return byReference({
    add(by: number): number {
      total += by;
      return total;
    },
    total: () => total,
  });
}

function nodeOf(site: Site): object {
  const other = (id: number) => site.rpc.blocking<Node>(id, "node");
  const node: Node = {
    id: () => site.id,
    bounce: (depth, from) => (depth === 0 ? 0 : 1 + other(from).bounce(depth - 1, site.id)),
    bounceInSpans(depth, from, name) {
      const array = site.memory.int32(name, 300, { pageSize: 256 });
      using span = array.write();
      for (let i = 0; i < span.view.length; i++) span.view[i]!++;
      const below = depth === 0 ? 0 : other(from).bounceInSpans(depth - 1, site.id, name);
      for (let i = 0; i < span.view.length; i++) span.view[i]!++;
      return 1 + below;
    },
    ring: (hops) => (hops === 0 ? [site.id] : [site.id, ...other((site.id + 1) % site.count).ring(hops - 1)]),
    bump(name, length) {
      using span = site.memory.int32(name, length, { pageSize: 256 }).write();
      for (let i = 0; i < length; i++) span.view[i]!++;
    },
    bumpLocked(lock, name) {
      using held = site.lock(lock).acquire();
      node.bump(name, 100);
      return held.token;
    },
    waitFor(latch) {
      site.latch(latch, 1).wait();
      return "open";
    },
    phase: () => phase,
    ask(times, callback) {
      const ask = site.rpc.blocking(callback);
      let sum = 0;
      for (let n = 0; n < times; n++) sum += ask(n);
      return sum;
    },
    counter: counterFrom,
    *count(to) {
      try {
        for (let n = 0; n < to; n++) yield n;
      } finally {
        ended++;
      }
    },
    async *countSlowly(to) {
      try {
        for (let n = 0; n < to; n++) {
          await undefined;
          yield n;
        }
      } finally {
        ended++;
      }
    },
    ended: () => ended,
    async sum(values) {
      let sum = 0;
      for await (const value of values) sum += value;
      return sum;
    },
  };
  return node;
}

/** Run it on all sites before anything else: what it exposes stays. */
export function serve(site: Site): number {
  site.rpc.expose("node", nodeOf(site));
  return site.id;
}

export function bounce(site: Site, depth: number): number {
  return site.rpc.blocking<Node>((site.id + 1) % site.count, "node").bounce(depth - 1, site.id);
}

export function bounceInSpans(site: Site, { depth, name }: { depth: number; name: string }): number[] {
  const frames = site.rpc.blocking<Node>((site.id + 1) % site.count, "node").bounceInSpans(depth - 1, site.id, name);
  using span = site.memory.int32(name, 300, { pageSize: 256 }).read();
  return [frames, Math.min(...span.view), Math.max(...span.view)];
}

/** Every site sends calls around the ring while the others do the same. */
export function rings(site: Site, { rounds, hops }: { rounds: number; hops: number }): string[] {
  const next = site.rpc.blocking<Node>((site.id + 1) % site.count, "node");
  const expected = Array.from({ length: hops + 1 }, (_, hop) => (site.id + 1 + hop) % site.count).join();
  const wrong: string[] = [];
  site.barrier();
  for (let round = 0; round < rounds; round++) {
    const path = next.ring(hops).join();
    if (path !== expected) wrong.push(`round ${round}: ${path}`);
  }
  site.barrier();
  return wrong;
}

/**
 * Site 0 is blocked in a call to site 1, whose method is blocked at a latch; the others use site 0's pages and all there is
 * of locks, semaphores, conditions and latches, some of whose homes it is. The sum of the array, as each site sees it.
 */
export function useHomesOfBlocked(site: Site, rounds: number): number {
  const pages = site.memory.int32("of the blocked", 64 * 20, { home: 0, pageSize: 256 });
  site.barrier();
  if (site.id === 0) {
    const answer = site.rpc.blocking<Node>(1, "node").waitFor("go on");
    if (answer !== "open") throw new Error(`site 1 answered ${answer}`);
  } else if (site.id > 1) {
    for (let round = 0; round < rounds; round++) {
      for (let name = 0; name < 6; name++) {
        using _held = site.lock(`lock ${name}`).acquire();
        using span = pages.write(name * 128, (name + 1) * 128);
        for (let i = 0; i < span.view.length; i++) span.view[i]!++;
      }
      const permit = site.semaphore(`semaphore ${round % 5}`, 1).acquire();
      pages.add(64 * 19, 1);
      permit.release();
    }
    takeTurns(site, pages, rounds);
    if (site.id === 2) site.latch("go on", 1).countDown();
  }
  site.barrier();
  using span = pages.read();
  return span.view.reduce((sum, value) => sum + value, 0);
}

/** Sites 2 and 3 alternate, each told by the other through a condition. */
function takeTurns(site: Site, turns: SharedArray<Int32Array>, rounds: number): void {
  const lock: Lock = site.lock("turns");
  const changed = site.condition(lock);
  const at = 64 * 19 + 1;
  for (let round = 0; round < rounds; round++) {
    using _held = lock.acquire();
    while (turns.get(at) % 2 !== site.id - 2) changed.wait();
    turns.add(at, 1);
    changed.notifyAll();
  }
}

/** Every site calls the next one from inside spans and locks; the method called takes the same pages. Sums of both arrays. */
export function callInSpans(site: Site, { rounds, name }: { rounds: number; name: string }): [number, number] {
  const length = 300;
  const array = site.memory.int32(name, length, { pageSize: 256 });
  const other = site.memory.int32(`${name}, the other`, 100, { pageSize: 256 });
  const next = site.rpc.blocking<Node>((site.id + 1) % site.count, "node");
  site.barrier();
  for (let round = 0; round < rounds; round++) {
    using _own = site.lock(`${name} of ${site.id}`).acquire();
    using outer = array.write();
    for (let i = 0; i < length; i++) outer.view[i]!++;
    next.bump(name, length);
    {
      using inner = site.memory.acquire({ a: array.reading(0, 10), b: other.writing() });
      for (let i = 0; i < 100; i++) inner.b.view[i]!++;
      next.bumpLocked(name, `${name}, the other`);
      for (let i = 0; i < 100; i++) inner.b.view[i]!++;
    }
    for (let i = 0; i < length; i++) outer.view[i]!++;
  }
  site.barrier();
  using spans = site.memory.acquire({ a: array.reading(), b: other.reading() });
  return [spans.a.view.reduce((a, b) => a + b, 0), spans.b.view.reduce((a, b) => a + b, 0)];
}

/** What the caller wrote in a span is what the callee sees, and the other way round. */
export function seeThroughSpan(site: Site): number[] {
  if (site.id !== 0) return [];
  const array = site.memory.int32("seen", 100, { pageSize: 256, home: 1 });
  using span = array.write();
  span.view[7] = 40;
  site.rpc.blocking<Node>(1, "node").bump("seen", 100);
  const after = span.view[7]!;
  span.view[7] = after + 1;
  return [after, array.get(7), span.view[8]!];
}

export type BlockKind =
  | "barrier"
  | "lock"
  | "semaphore"
  | "latch"
  | "reduce"
  | "broadcast"
  | "condition"
  | "word"
  | "call"
  | "poll"
  | "span";

/** Site 0 blocks; site 1 calls it until it has seen it blocked, then frees it. How many calls were answered meanwhile. */
export function blockedAt(site: Site, kind: BlockKind): number {
  phase = "running";
  const words = site.memory.int32("words of blockedAt", 64, { pageSize: 256 });
  const contested = site.lock(`contested ${kind}`);
  if (site.id === 1 && (kind === "lock" || kind === "condition")) contested.acquire();
  if (site.id === 1) for (const word of [3, 5]) words.set(word, 0);
  const span = site.id === 1 && kind === "span" ? words.write() : undefined;
  site.barrier("ready");
  if (site.id === 0) {
    phase = "blocked";
    blockAt(site, kind, words, contested);
    phase = "free";
    site.barrier("done");
    return 0;
  }
  let answered = 0;
  if (site.id === 1) {
    answered = callTheBlocked(site, kind);
    if (kind === "condition") contested.release(); // lets site 0 into its wait
    answered += callTheBlocked(site, kind);
    span?.release();
    free(site, kind, words, contested);
  }
  site.barrier("done");
  return answered;
}

function callTheBlocked(site: Site, kind: BlockKind): number {
  const node = site.rpc.blocking<Node>(0, "node");
  while (node.phase() !== "blocked");
  let answered = 0;
  for (let n = 0; n < 20; n++) {
    if (node.id() !== 0) throw new Error("another site answered");
    // A callback: the blocked site calls back from inside its wait.
    if (node.ask(3, (value) => value + 1) !== 6) throw new Error("a wrong sum");
    answered += 2;
  }
  const sum = [...node.count(30)].reduce((a, b) => a + b, 0);
  if (sum !== 435) throw new Error(`a stream of ${kind} gave ${sum}`);
  if (node.phase() !== "blocked") throw new Error(`site 0 did not stay in ${kind}`);
  return answered;
}

function blockAt(site: Site, kind: BlockKind, words: SharedArray<Int32Array>, contested: Lock): void {
  switch (kind) {
    case "barrier":
      return site.barrier("block");
    case "lock":
      return contested.acquire().release();
    case "semaphore":
      return site.semaphore("block", 0).acquire().release();
    case "latch":
      return void site.latch("block", 1).wait();
    case "reduce":
      return void site.reduce("block", 1, (a, b) => a + b);
    case "broadcast":
      return void site.broadcast("block", 1, 1);
    case "condition": {
      using _held = contested.acquire();
      return void site.condition(contested).wait();
    }
    case "word":
      return void words.wait(3, 0);
    case "call":
      return void site.rpc.blocking<Node>(2, "node").waitFor("block in call");
    case "poll":
      while (words.get(5) === 0) site.poll();
      return;
    case "span":
      // A page fault is no wait for others to run code in; between two faults the site polls.
      while (words.get(5) === 0) site.poll();
      return words.write().release();
    default:
      kind satisfies never;
  }
}

function free(site: Site, kind: BlockKind, words: SharedArray<Int32Array>, contested: Lock): void {
  if (kind === "lock") contested.release();
  if (kind === "semaphore") site.semaphore("block", 0).release();
  if (kind === "latch") site.latch("block", 1).countDown();
  if (kind === "broadcast") site.broadcast("block", 1, 1);
  if (kind === "condition") {
    using _held = contested.acquire();
    site.condition(contested).notify();
  }
  if (kind === "word") {
    words.set(3, 1);
    words.notify(3);
  }
  if (kind === "call") site.latch("block in call", 1).countDown();
  if (kind === "poll" || kind === "span") words.set(5, 1);
  if (kind === "barrier") site.barrier("block");
  if (kind === "reduce") site.reduce("block", 1, (a, b) => a + b);
}

/** The third site takes its part in collectives that the two others are in. */
export function blockedAtOn3(site: Site, kind: BlockKind): number {
  if (site.id < 2) return blockedAt(site, kind);
  site.memory.int32("words of blockedAt", 64, { pageSize: 256 });
  site.barrier("ready");
  if (kind === "barrier") site.barrier("block");
  if (kind === "reduce") site.reduce("block", 1, (a, b) => a + b);
  if (kind === "broadcast") site.broadcast("block", 1, 1);
  site.barrier("done");
  return 0;
}

/** Blocking streams: read to the end, left early, thrown into; and how many have ended on the other side. */
export function streams(site: Site): { sums: number[]; ended: number; thrown: string[] } {
  const node = site.rpc.blocking<Node>((site.id + 1) % site.count, "node");
  const before = node.ended();
  const sums: number[] = [];
  for (const stream of [node.count(1_000), node.countSlowly(1_000)]) {
    let sum = 0;
    for (const value of stream) sum += value;
    sums.push(sum);
  }
  for (const stream of [node.count(1_000_000), node.countSlowly(1_000_000)]) {
    let sum = 0;
    for (const value of stream) {
      if (value === 100) break;
      sum += value;
    }
    sums.push(sum);
  }
  {
    using stream = node.count(1_000_000);
    sums.push(stream.next().value ?? -1);
  }
  // Short ones: the other side has run ahead to their end when they are left here.
  for (const _ of node.count(10)) break;
  for (const _ of node.countSlowly(10)) break;
  const thrown = [10, 1_000_000].map((to) => {
    const stream = node.count(to);
    stream.next();
    try {
      stream.throw(new RangeError(`into ${to}`));
      return "nothing";
    } catch (error) {
      return String(error);
    }
  });
  // A stream of this site, read by the other while this one blocks. It is a generator, so that a blocked site can step it.
  sums.push(node.sum(local(100)));
  return { sums, ended: node.ended() - before, thrown };
}

function* local(to: number): Generator<number> {
  for (let n = 0; n < to; n++) yield n;
}

/** Objects by reference, in the blocking flavour: given back, passed on, disposed of. */
export function references(site: Site): unknown[] {
  const node = site.rpc.blocking<Node>((site.id + 1) % site.count, "node");
  const seen: unknown[] = [];
  {
    using counter = node.counter(5);
    seen.push(counter.add(2), counter.total());
    try {
      counter[Symbol.dispose]();
      counter.add(1);
    } catch (error) {
      seen.push((error as { code: string }).code);
    }
  }
  return seen;
}

/** The same streams in the asynchronous flavour, from a thread that does not block. */
export async function streamsOfPromises(
  site: Site,
): Promise<{ sums: number[]; ended: number; thrown: string[]; piped: number }> {
  const node = site.rpc.stub<Node>((site.id + 1) % site.count, "node");
  const before = await node.ended();
  const sums: number[] = [];
  for (const open of [() => node.count(1_000), () => node.countSlowly(1_000)]) {
    let sum = 0;
    for await (const value of open()) sum += value;
    sums.push(sum);
  }
  for (const to of [200, 1_000_000]) {
    for (const open of [() => node.count(to), () => node.countSlowly(to)]) {
      let sum = 0;
      for await (const value of await open()) {
        if (value === 100) break;
        sum += value;
      }
      sums.push(sum);
    }
  }
  for await (const _ of node.count(10)) break;
  for await (const _ of node.countSlowly(10)) break;
  const thrown = await Promise.all(
    [10, 1_000_000].map(async (to) => {
      const stream = await node.count(to);
      await stream.next();
      return stream.throw(new RangeError(`into ${to}`)).then(
        () => "nothing",
        (error: unknown) => String(error),
      );
    }),
  );
  // Through this site: what arrives as a stream is passed on as one.
  const piped = await node.sum(await node.countSlowly(500));
  return { sums, ended: (await node.ended()) - before, thrown, piped };
}

export interface Desk {
  twice(n: number): Promise<number>;
  /** Calls back `times` times. */
  callBack(times: number, callback: Stub<(n: number) => number>): Promise<number>;
  fail(): Promise<never>;
}

/** Blocking calls of the launcher's asynchronous services. */
export function useLauncher(site: Site, times: number): { sum: number; calledBack: number; error: unknown } {
  const desk = site.rpc.blocking<Desk>("launcher", "desk");
  let sum = 0;
  for (let n = 0; n < times; n++) sum += desk.twice(n);
  const calledBack = desk.callBack(times, (n) => n + site.id);
  try {
    desk.fail();
  } catch (error) {
    return { sum, calledBack, error };
  }
  return { sum, calledBack, error: undefined };
}

// ---------------------------------------------------------------------------------- what arguments and results can be

export interface Memory {
  /** Adds 1 to each element, and returns the same array. */
  bump(array: SharedArray<Int32Array>): SharedArray<Int32Array>;
  /** One atomic add per call. */
  add(array: SharedArray<Int32Array>, times: number): void;
  addUnderLock(array: SharedArray<Int32Array>, lock: string, times: number): number;
  /** The same under a semaphore of one permit, waiting for it no longer than 2 s. */
  addUnderSemaphore(array: SharedArray<Int32Array>, name: string): void;
  /** Calls the function with the array that came with it. */
  apply(array: SharedArray<Int32Array>, to: Stub<(array: SharedArray<Int32Array>) => number>): Promise<number>;
  /** Adds 1 to element 2 under a lock, and to element 3 under a span, both kept across turns of the event loop. */
  addAcrossTurns(array: SharedArray<Int32Array>, lock: string): Promise<void>;
  parts(array: SharedArray<Int32Array>): { left: SharedArray<Int32Array>; right: SharedArray<Int32Array> };
}

export function serveMemory(site: Site): void {
  let spans = Promise.resolve();
  const memory: Memory = {
    bump(array) {
      using span = array.write();
      for (let i = 0; i < span.view.length; i++) span.view[i]!++;
      return array;
    },
    add(array, times) {
      for (let n = 0; n < times; n++) array.add(0, 1);
    },
    addUnderLock(array, lock, times) {
      for (let n = 0; n < times; n++) {
        using _held = site.lock(lock).acquire();
        array.set(1, array.get(1) + 1);
      }
      return array.length;
    },
    addUnderSemaphore(array, name) {
      using _permit = site.semaphore(name, 1).acquire(1, { timeoutMs: 2_000 });
      array.set(4, array.get(4) + 1);
    },
    async addAcrossTurns(array, lock) {
      const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
      {
        using _held = await site.lock(lock).async.acquire();
        const before = await array.async.get(2);
        await turn();
        await array.async.set(2, before + 1);
      }
      // Spans keep other sites out, not other calls at this site: these take turns.
      const mine = spans.then(async () => {
        using span = await array.async.write(3, 4);
        const before = span.view[0]!;
        await turn();
        span.view[0] = before + 1;
      });
      spans = mine;
      await mine;
    },
    apply: async (array, to) => to(array),
    parts: (array) => ({ left: array.subarray(0, array.length / 2), right: array.subarray(array.length / 2) }),
  };
  site.rpc.expose("memory", memory);
}

/** All sites call each other's methods, which work on one array: atomics, locks, spans. */
export function workThroughCalls(site: Site, rounds: number): number[] {
  const array = site.memory.int32("worked on", 200, { pageSize: 256 });
  site.barrier();
  for (let round = 0; round < rounds; round++) {
    const memory = site.rpc.blocking<Memory>((site.id + 1 + (round % (site.count - 1))) % site.count, "memory");
    memory.add(array, 3);
    memory.addUnderLock(array, "worked on", 2);
    const { left, right } = memory.parts(array);
    if (left.length !== 100 || right.length !== 100) throw new Error("parts of a wrong length");
    right.add(50, 1);
    if (memory.bump(right.subarray(60, 70)).name !== "worked on") throw new Error("another array came back");
  }
  site.barrier();
  using span = array.read();
  return [span.view[0]!, span.view[1]!, span.view[150]!, span.view[165]!];
}

/** Methods of one site that all need the same semaphore, called by all others at once. */
export function workUnderSemaphore(site: Site, rounds: number): number {
  const array = site.memory.int32("under a semaphore", 12, { pageSize: 256 });
  site.barrier();
  if (site.id > 0) {
    const memory = site.rpc.blocking<Memory>(0, "memory");
    // Semaphores of several homes: that of a semaphore at home comes at once.
    for (let home = 0; home < 8; home++)
      for (let round = 0; round < rounds; round++)
        memory.addUnderSemaphore(array.subarray(home), `one at a time ${home}`);
  }
  site.barrier();
  return array.read(4, 12).view.reduce((a, b) => a + b);
}

/** The same with promises: the thread does not block, its event loop serves. */
export async function workThroughPromises(site: Site, rounds: number): Promise<number[]> {
  const array = site.memory.int32("worked on with promises", 200, { pageSize: 256 });
  await site.async.barrier();
  for (let round = 0; round < rounds; round++) {
    const memory = site.rpc.stub<Memory>((site.id + 1 + (round % (site.count - 1))) % site.count, "memory");
    await Promise.all([
      memory.add(array, 3),
      memory.addUnderLock(array, "worked on with promises", 2),
      memory.bump(array.subarray(160, 170)),
      memory.apply(array, (same) => same.length + same.add(150, 1)),
    ]);
  }
  await site.async.barrier();
  return Promise.all([0, 1, 150, 165].map((i) => array.async.get(i)));
}

/** A stub, a function and an array as arguments of a run; the same as its result. */
export async function takeAndGive(
  site: Site,
  args: { array: SharedArray<Int32Array>; counter: AnyStub<Counter>; report: AnyStub<(what: string) => void> },
): Promise<{
  array: SharedArray<Int32Array>;
  counter: ByReference<Counter>;
  report: AnyStub<(what: string) => void>;
  seen: number;
}> {
  args.array.add(0, 1);
  const seen = site.rpc.blocking(args.counter).add(10);
  await site.rpc.stub(args.report)(`site ${site.id} saw ${seen}`);
  return { array: args.array, counter: counterFrom(100 + site.id), report: args.report, seen };
}

/** A generator as the result of a run. */
export function* generate(_site: Site, to: number): Generator<number> {
  for (let n = 0; n < to; n++) yield n;
}

/** What reduce and broadcast carry. */
export function collect(site: Site): { length: number; name: string } {
  const own = site.memory.int32(`of ${site.id}`, 10 + site.id);
  const largest = site.reduce("largest", own, (a, b) => (a.length > b.length ? a : b));
  const first = site.broadcast("first", 0, own);
  return { length: largest.length, name: first.name };
}

export function broadcastStub(site: Site): string {
  const stub = site.rpc.stub<Node>(site.id, "node");
  site.broadcast("a stub", 0, stub);
  return "sent";
}

// -------------------------------------------------------------------------------------------------------- deadlines

export function idle(site: Site): number {
  return site.id;
}
