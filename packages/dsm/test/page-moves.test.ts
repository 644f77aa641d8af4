import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Mesh } from "./mesh.ts";

const PAGE = 256;
const PER_PAGE = PAGE / 8;

function misses(mesh: Mesh, site: number): { reads: number; writes: number } {
  const { stats } = mesh.members[site]!.endpoint.regions.all[0]!;
  return { reads: stats.readMisses, writes: stats.writeMisses + stats.upgrades };
}

/** An array that `owner` has written, element by element its own index. */
function written(mesh: Mesh, owner: number, pages: number) {
  const array = mesh.memory(owner).float64("a", pages * PER_PAGE, { home: 2 });
  for (let i = 0; i < array.length; i++) array.set(i, i);
  return array;
}

describe("moveTo", () => {
  it("makes a site the owner: it writes there without a miss", () => {
    const mesh = new Mesh({ sites: 3, pageSize: PAGE });
    written(mesh, 0, 600).moveTo(1);
    const there = mesh.memory(1).float64("a", 600 * PER_PAGE, { home: 2 });
    const before = misses(mesh, 1);
    for (let i = 0; i < there.length; i++) there.set(i, there.get(i) + 1);
    expect(misses(mesh, 1)).toEqual(before);
    expect(there.get(5 * PER_PAGE)).toBe(5 * PER_PAGE + 1);
  });

  it("moves only the part that is named, in whole pages", () => {
    const mesh = new Mesh({ sites: 3, pageSize: PAGE });
    const array = written(mesh, 0, 10);
    array.moveTo(1, 3 * PER_PAGE, 5 * PER_PAGE);
    const before = misses(mesh, 0);
    for (let i = 0; i < array.length; i++) array.get(i);
    expect(misses(mesh, 0).reads - before.reads).toBe(2);
  });

  it("is told by anybody, the launcher included, and knows what a subarray is", async () => {
    const mesh = new Mesh({ sites: 3, pageSize: PAGE });
    written(mesh, 0, 8);
    const opening = mesh.launcher.memory.async.float64("a", 8 * PER_PAGE, { home: 2 });
    while (mesh.pump());
    const array = await opening;
    const moving = array.subarray(2 * PER_PAGE, 4 * PER_PAGE).async.moveTo(1);
    while (mesh.pump());
    await moving;
    expect(misses(mesh, 1).writes).toBe(2);
  });

  it("takes a page that is on its way to somebody else, too (property)", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(2), fc.nat(2), fc.nat(19), fc.nat(19)), { maxLength: 12 }), (steps) => {
        const mesh = new Mesh({ sites: 3, pageSize: PAGE });
        const arrays = [0, 1, 2].map((site) => mesh.memory(site).float64("a", 20 * PER_PAGE, { home: 2 }));
        const expected = new Array<number>(20).fill(0);
        for (const [who, to, one, other] of steps) {
          const [start, end] = [Math.min(one, other), Math.max(one, other)];
          arrays[who]!.add(one * PER_PAGE, 1);
          expected[one]!++;
          arrays[who]!.moveTo(to, start * PER_PAGE, end * PER_PAGE);
          if (other % 2 === 0) arrays[who]!.replicateTo([0, 1, 2], start * PER_PAGE, end * PER_PAGE);
        }
        for (const array of arrays) {
          expect(expected.map((_, page) => array.get(page * PER_PAGE))).toEqual(expected);
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe("replicateTo", () => {
  it("gives every named site a copy that it reads without a miss, until somebody writes", () => {
    const mesh = new Mesh({ sites: 3, pageSize: PAGE });
    const array = written(mesh, 0, 40);
    array.replicateTo([1, 2]);
    for (const site of [1, 2]) {
      const there = mesh.memory(site).float64("a", 40 * PER_PAGE, { home: 2 });
      const before = misses(mesh, site);
      for (let i = 0; i < there.length; i++) expect(there.get(i)).toBe(i);
      expect(misses(mesh, site)).toEqual(before);
    }
    array.set(0, -1);
    const before = misses(mesh, 1).reads;
    expect(
      mesh
        .memory(1)
        .float64("a", 40 * PER_PAGE, { home: 2 })
        .get(0),
    ).toBe(-1);
    expect(misses(mesh, 1).reads).toBe(before + 1);
  });
});

describe("wrong use", () => {
  it("names a site or a range that is not there", () => {
    const mesh = new Mesh({ sites: 2, pageSize: PAGE });
    const array = mesh.memory(0).float64("a", 100);
    expect(() => array.moveTo(3)).toThrow(/there is no site 3/);
    expect(() => array.moveTo(0.5)).toThrow(/there is no site 0.5/);
    expect(() => array.replicateTo([0, -1])).toThrow(/there is no site -1/);
    expect(() => array.moveTo(1, 50, 200)).toThrow(RangeError);
    array.moveTo(1, 5, 5); // of nothing there is nothing to move
  });

  it("says that an array was freed", () => {
    const mesh = new Mesh({ sites: 2, pageSize: PAGE });
    const array = mesh.memory(0).float64("a", 100);
    mesh.memory(0).free("a");
    expect(() => array.moveTo(1)).toThrow(/freed/);
  });

  it("refuses to block the launcher's thread", () => {
    const mesh = new Mesh({ sites: 2, pageSize: PAGE });
    mesh.memory(0).float64("a", 100);
    const opening = mesh.launcher.memory.async.float64("a", 100);
    while (mesh.pump());
    return opening.then((array) => expect(() => array.moveTo(1)).toThrow(/async\.moveTo/));
  });
});
