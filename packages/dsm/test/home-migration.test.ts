import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ArrayOptions } from "../src/index.ts";
import { Mesh } from "./mesh.ts";

const PAGE = 256;
const PER_PAGE = PAGE / 4;

function opened(mesh: Mesh, options: ArrayOptions, pages = 4) {
  return mesh.members
    .slice(0, -1)
    .map(({ memory }) => memory.int32("array", pages * PER_PAGE, { pageSize: PAGE, ...options }));
}

/** Site `writer` writes an element and `readers` read it, so often; the value read last. */
function produce(
  arrays: ReturnType<typeof opened>,
  writer: number,
  readers: number[],
  times: number,
  index = 0,
): number {
  let value = 0;
  for (let time = 0; time < times; time++) {
    arrays[writer]!.set(index, ++value);
    for (const reader of readers) expect(arrays[reader]!.get(index)).toBe(value);
  }
  return value;
}

const movesOf = (mesh: Mesh) =>
  mesh.members.map(({ endpoint }) => endpoint.regions.all.reduce((sum, { stats }) => sum + stats.homeMoves, 0));

describe("a page's home", () => {
  it("moves to the site that writes it while others read, after so many writes in a row", () => {
    const mesh = new Mesh({ sites: 3 });
    const arrays = opened(mesh, { home: "cyclic" });
    produce(arrays, 1, [0, 2], 7);
    expect(arrays.map((array) => array.homeOf(0))).toEqual([0, 0, 0]);
    produce(arrays, 1, [0, 2], 2);
    expect(arrays.map((array) => array.homeOf(0))).toEqual([1, 1, 1]);
    expect(movesOf(mesh)).toEqual([0, 1, 0, 0]);
    expect(arrays[0]!.homeOf(PER_PAGE)).toBe(1);
    expect(arrays[0]!.homeOf(2 * PER_PAGE)).toBe(2);
  });

  it("saves messages and the pages written back", () => {
    const cost = (homeMigration: boolean) => {
      const mesh = new Mesh({ sites: 3 });
      const arrays = opened(mesh, { home: "cyclic", homeMigration });
      produce(arrays, 1, [2], 20);
      const sum = () => {
        const total = { messages: 0, bytes: 0 };
        for (const { endpoint } of mesh.members) {
          for (const { stats } of endpoint.regions.all) {
            total.messages += stats.messages;
            total.bytes += stats.bytes;
          }
        }
        return total;
      };
      const before = sum();
      produce(arrays, 1, [2], 10);
      const after = sum();
      return { messages: after.messages - before.messages, pages: (after.bytes - before.bytes) / PAGE };
    };
    const stays = cost(false);
    const moves = cost(true);
    expect(moves.pages).toBe(10); // to the reader, once each time
    expect(stays.pages).toBe(20);
    expect(moves.messages).toBeLessThan(stays.messages);
  });

  it.each<[string, ArrayOptions, number | "launcher"]>([
    ["the array says so", { home: "cyclic", homeMigration: false }, 0],
    ["a site was named", { home: 0 }, 0],
    ["the launcher was named", { home: "launcher" }, "launcher"],
  ])("stays where it is if %s", (_what, options, home) => {
    const mesh = new Mesh({ sites: 3 });
    const arrays = opened(mesh, options);
    produce(arrays, 1, [0, 2], 40);
    expect(arrays.map((array) => array.homeOf(0))).toEqual([home, home, home]);
    expect(movesOf(mesh)).toEqual([0, 0, 0, 0]);
  });

  it("stays where it is while two sites write in turns, and when the home itself writes, too", () => {
    const mesh = new Mesh({ sites: 3 });
    const arrays = opened(mesh, { home: "cyclic" });
    for (let time = 0; time < 40; time++) {
      produce(arrays, 1 + (time % 2), [0], 1);
      produce(arrays, time % 2, [2], 1, PER_PAGE * 3);
    }
    expect(movesOf(mesh)).toEqual([0, 0, 0, 0]);
  });

  it("leaves a named place if the array says so", () => {
    const mesh = new Mesh({ sites: 2 });
    const arrays = opened(mesh, { home: "launcher", homeMigration: true });
    produce(arrays, 1, [0], 9);
    expect(arrays.map((array) => array.homeOf(0))).toEqual([1, 1]);
  });

  it("needs twice as many writes each time, so that it comes to rest", () => {
    const mesh = new Mesh({ sites: 3 });
    const arrays = opened(mesh, { home: "cyclic" });
    const needed: number[] = [];
    for (const writer of [1, 2, 1, 0, 1, 2]) {
      const reader = (writer + 1) % 3;
      let times = 0;
      for (; arrays[writer]!.homeOf(0) !== writer; times++) {
        produce(arrays, writer, [reader], 1);
        mesh.settle(); // the writer hears that it is the home
      }
      needed.push(times);
    }
    expect(needed).toEqual([8, 16, 32, 64, 128, 128]);
  });

  it("never moves to the launcher", async () => {
    const mesh = new Mesh({ sites: 1, homeMoveAfter: 1 });
    const [array] = opened(mesh, { home: "block" });
    const own = await mesh.outcome(mesh.launcher.memory.async.int32("array", 4 * PER_PAGE, { pageSize: PAGE }));
    for (let value = 1; value < 20; value++) {
      await mesh.outcome(own.async.set(0, value));
      expect(array!.get(0)).toBe(value);
    }
    expect(own.homeOf(0)).toBe(0);
    expect(array!.homeOf(0)).toBe(0);
  });

  it("can be asked for where nobody has touched it", () => {
    const mesh = new Mesh({ sites: 2 });
    const arrays = opened(mesh, { home: "first-touch" });
    expect(arrays[0]!.homeOf(0)).toBe(undefined);
    arrays[1]!.set(0, 1);
    expect(arrays[1]!.homeOf(0)).toBe(1);
    expect(() => arrays[0]!.homeOf(4 * PER_PAGE)).toThrow(RangeError);
  });

  it("moves away and is freed with the array, whose name then begins anew", () => {
    const mesh = new Mesh({ sites: 2, homeMoveAfter: 1 });
    const first = opened(mesh, { home: "cyclic" });
    produce(first, 1, [0], 3);
    expect(first[0]!.homeOf(0)).toBe(1);
    mesh.memory(0).free("array");
    expect(() => first[0]!.homeOf(0)).toThrow("was freed");
    const again = opened(mesh, { home: "cyclic" });
    expect(again[1]!.get(0)).toBe(0);
    expect(again[1]!.homeOf(0)).toBe(0);
  });
});

describe("memory stays one memory while homes move at every write-back", () => {
  const sites = 3;
  const pages = 40;
  const step = fc.record({ site: fc.nat(sites - 1), page: fc.nat(pages - 1), write: fc.boolean() });

  it.each(["block", "cyclic", "first-touch", "launcher"] as const)("home %s (property)", (home) => {
    let moves = 0;
    fc.assert(
      fc.property(fc.array(step, { minLength: 100, maxLength: 400 }), fc.integer({ min: 1, max: 3 }), (steps, pool) => {
        const mesh = new Mesh({ sites, homeMoveAfter: 1 });
        const arrays = opened(mesh, { home, homeMigration: true }, pages);
        const expected = new Int32Array(pages);
        for (const [value, { site, page, write }] of steps.entries()) {
          const at = page % (pool * 4); // few pages meet often, many make directories grow
          if (write) {
            arrays[site]!.set(at * PER_PAGE, value);
            expected[at] = value;
          } else {
            expect(arrays[site]!.get(at * PER_PAGE)).toBe(expected[at]);
          }
        }
        mesh.settle();
        for (const array of arrays) {
          for (let page = 0; page < pages; page++) expect(array.get(page * PER_PAGE)).toBe(expected[page]);
        }
        moves += movesOf(mesh).reduce((sum, of) => sum + of);
      }),
      { numRuns: 40 },
    );
    expect(moves).toBeGreaterThan(100);
  });
});
