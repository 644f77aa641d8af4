import { Prng } from "@isles/testkit";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SharedArray } from "../src/index.ts";
import { Mesh } from "./mesh.ts";

type Ints = SharedArray<Int32Array>;

const SITES = 3;
const PAGE = 256;
const PER_PAGE = PAGE / 4;
/** More than are asked for at once. */
const PAGES = 150;
const ARRAYS = 2;
/** Pieces of program that run at the same time at each endpoint, and spans that each of them takes. */
const ACTORS = 2;
const SPANS = 6;

interface Range {
  readonly array: number;
  readonly start: number;
  readonly end: number;
  readonly write: boolean;
}

/**
 * What every element must be, and who holds which pages: while an endpoint holds a page to write, no other one holds it, and
 * what a span shows is what was written last.
 */
class Model {
  readonly values = Array.from({ length: ARRAYS }, () => new Int32Array(PAGES * PER_PAGE));
  readonly #held: { readonly endpoint: number; readonly range: Range }[] = [];
  #last = 0;

  hold(endpoint: number, range: Range): () => void {
    for (const other of this.#held) {
      if (other.endpoint === endpoint || !(other.range.write || range.write)) continue;
      const apart = other.range.array !== range.array || !sharePages(other.range, range);
      expect(apart, `${JSON.stringify(other)} beside ${endpoint} ${JSON.stringify(range)}`).toBe(true);
    }
    const held = { endpoint, range };
    this.#held.push(held);
    return () => this.#held.splice(this.#held.indexOf(held), 1);
  }

  check({ array, start, end }: Range, view: Int32Array): void {
    const values = this.values[array]!;
    for (let i = start; i < end; i++) {
      if (view[i - start] !== values[i]) expect([i, view[i - start]]).toEqual([i, values[i]]); // expect alone takes microseconds
    }
  }

  /** Writes some new values, here and in the view. */
  write(random: Prng, { array, start, end }: Range, view: Int32Array): void {
    for (let index = start + random.below(PER_PAGE); index < end; index += 1 + random.below(3 * PER_PAGE)) {
      const value = ++this.#last;
      view[index - start] = value;
      this.values[array]![index] = value;
    }
  }
}

function sharePages(one: Range, other: Range): boolean {
  const pageOf = (index: number) => Math.floor(index / PER_PAGE);
  return pageOf(one.start) <= pageOf(other.end - 1) && pageOf(other.start) <= pageOf(one.end - 1);
}

function randomRange(random: Prng): Range {
  const length = PAGES * PER_PAGE;
  const start = random.chance(0.4) ? 0 : random.below(length - 1);
  const end = random.chance(0.4) ? length : start + 1 + random.below(length - start);
  return { array: random.below(ARRAYS), start, end, write: random.chance(0.5) };
}

/** One piece of program: takes spans of one range or two, looks at them, writes them, keeps them over some turns of the event loop. */
async function play(
  mesh: Mesh,
  endpoint: number,
  arrays: readonly Ints[],
  model: Model,
  random: Prng,
): Promise<number> {
  const { memory } = mesh.members[endpoint]!;
  let taken = 0;
  for (; taken < SPANS; taken++) {
    const ranges = random.chance(0.5) ? [randomRange(random)] : [randomRange(random), randomRange(random)];
    const requests = ranges.map(({ array, start, end, write }) =>
      write ? arrays[array]!.writing(start, end) : arrays[array]!.reading(start, end),
    );
    using spans = await memory.async.acquire(Object.fromEntries(requests.map((request, i) => [`span${i}`, request])));
    const views = ranges.map((_, i) => spans[`span${i}`]!.view as Int32Array);
    const ends = ranges.map((range) => model.hold(endpoint, range));
    for (let turns = random.below(4); turns >= 0; turns--) {
      for (const [i, range] of ranges.entries()) model.check(range, views[i]!);
      for (const [i, range] of ranges.entries()) if (range.write) model.write(random, range, views[i]!);
      await new Promise((resolve) => setImmediate(resolve));
    }
    for (const [i, range] of ranges.entries()) model.check(range, views[i]!);
    for (const end of ends) end();
  }
  return taken;
}

async function run(seed: number): Promise<void> {
  const random = new Prng(seed);
  const mesh = new Mesh({ sites: SITES, pageSize: PAGE });
  const model = new Model();
  const homes = ["cyclic", "first-touch", 0, "launcher"] as const;
  const chosen = [random.pick(homes), random.pick(homes)];
  const plays = mesh.members.flatMap(({ memory }, endpoint) => {
    const arrays = chosen.map((home, i) => memory.int32(`array ${i}`, PAGES * PER_PAGE, { home }));
    return Array.from({ length: ACTORS }, (_, i) =>
      play(mesh, endpoint, arrays, model, random.fork(endpoint * ACTORS + i)),
    );
  });
  let isOver = false;
  const all = Promise.all(plays).finally(() => {
    isOver = true;
  });
  // Anybody may look at the mail at any time, and somebody else not for long.
  for (let silent = 0; !isOver; ) {
    const { endpoint } = random.pick(mesh.members);
    const before = mesh.port(endpoint.self).hasMail();
    endpoint.poll();
    silent = before || mesh.members.some((_, self) => mesh.port(self).hasMail()) ? 0 : silent + 1;
    if (silent > 10_000)
      throw new Error(
        `nobody has anything to say, and not all is done: ${mesh.members.map((m) => m.endpoint.pending.labels())}`,
      );
    if (silent > 0 || random.chance(0.2)) await new Promise((resolve) => setImmediate(resolve));
  }
  expect(await all).toEqual(plays.map(() => SPANS));
  mesh.settle();
  for (const { endpoint } of mesh.members) expect([endpoint.pins.idle, endpoint.pending.size]).toEqual([true, 0]);
  for (const { memory } of mesh.members.slice(0, SITES)) {
    for (const [i, values] of model.values.entries()) {
      using span = memory.int32(`array ${i}`, PAGES * PER_PAGE).read();
      model.check({ array: i, start: 0, end: values.length, write: false }, span.view);
    }
  }
}

describe("asynchronous spans of the launcher and of sites, in any order of deliveries", () => {
  it("show what was written last, and never hold what another one writes", async () => {
    await fc.assert(fc.asyncProperty(fc.integer(), run), { numRuns: Number(process.env.ASYNC_SPANS_RUNS ?? 8) });
  });
});
