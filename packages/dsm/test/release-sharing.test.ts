import { describe, expect, it } from "vitest";
import type { HomePolicy } from "../src/descriptor.ts";
import { type ElementType, elementTypes, type TypedArray } from "../src/elements.ts";
import type { SharedArray } from "../src/index.ts";
import { meet, releaseMesh } from "./release-mesh.ts";

type Numbers = Exclude<TypedArray, BigInt64Array | BigUint64Array>;

/** A value of the element's type that says who wrote it and where; every byte of it differs from zero for the wide types. */
function markOf(type: ElementType, site: number, index: number): number | bigint {
  const small = ((site + 1) * 31 + index) % 100;
  if (type.startsWith("big")) return 0x0101_0101_0101_0100n + BigInt(small);
  if (type.startsWith("float")) return small + 0.5;
  return small + 1;
}

/** The sites write every so-many-th element, all into the same pages; then all read everything. */
async function shareFalsely(
  type: ElementType,
  options: { pageSize: number; home?: HomePolicy },
  meshOptions: { sites: number; ring?: number },
): Promise<ReturnType<typeof releaseMesh<TypedArray>>["mesh"]> {
  const { sites } = meshOptions;
  const length = Math.ceil((options.pageSize * 2.5) / elementTypes[type].BYTES_PER_ELEMENT);
  const { mesh, arrays } = releaseMesh<TypedArray>(type, length, options, meshOptions);
  for (let round = 0; round < 3; round++) {
    for (let site = 0; site < sites; site++) {
      const array = arrays[site]! as SharedArray<Numbers>;
      for (let i = (site + round) % sites; i < length; i += sites) {
        array.set(i, markOf(type, site, i + round) as number);
      }
    }
    await meet(mesh);
    const expected = Array.from({ length }, (_, i) => markOf(type, (((i - round) % sites) + sites) % sites, i + round));
    for (let site = 0; site < sites; site++) {
      using span = arrays[site]!.read();
      expect([...(span.view as Numbers)]).toEqual(expected);
    }
    await meet(mesh); // so that nobody writes what another one still reads
  }
  return mesh;
}

describe("sites that write elements side by side in one page", () => {
  it.each(Object.keys(elementTypes) as ElementType[])("all keep what they wrote: %s", async (type) => {
    await shareFalsely(type, { pageSize: 256 }, { sites: 3 });
  });

  it.each<HomePolicy>(["block", "cyclic", "first-touch", "launcher", 1])("wherever pages live: %s", async (home) => {
    await shareFalsely("int16", { pageSize: 256, home }, { sites: 4 });
  });

  it.each([256, 1_024, 4_096, 16_384, 65_536])("with pages of %d bytes", async (pageSize) => {
    await shareFalsely("uint8", { pageSize, home: "launcher" }, { sites: 2 });
    await shareFalsely("float64", { pageSize, home: 0 }, { sites: 2 });
  });

  it("with rings that have no room, so that pages and diffs travel as frames", async () => {
    for (const type of ["uint8", "int16", "float32", "bigInt64"] as const) {
      const mesh = await shareFalsely(type, { pageSize: 1_024, home: "launcher" }, { sites: 3, ring: 0 });
      expect(mesh.port(0).ringed).toBe(0);
      expect(mesh.port(0).refused).toBeGreaterThan(0);
      expect(mesh.port(3).refused).toBeGreaterThan(0);
    }
  });

  it("with rings of one body, so that both ways are taken", async () => {
    const mesh = await shareFalsely("uint8", { pageSize: 256, home: 0 }, { sites: 3, ring: 1 });
    expect(mesh.port(1).ringed).toBeGreaterThan(0);
    expect(mesh.port(1).refused).toBeGreaterThan(0);
  });
});

describe("a diff", () => {
  it("is longer than a page where every other byte has changed, and arrives", async () => {
    const length = 65_536;
    const { mesh, arrays } = releaseMesh<Uint8Array>("uint8", length, { pageSize: 65_536, home: 1 }, { sites: 2 });
    {
      using span = arrays[0]!.write();
      for (let i = 0; i < length; i += 2) span.view[i] = (i % 255) + 1;
    }
    arrays[1]!.fill(7, 1, 2);
    await meet(mesh);
    const stats = arrayStats(mesh, 0);
    expect(stats.bytes).toBeGreaterThan(length);
    using there = arrays[1]!.read();
    expect(there.view.every((value, i) => value === (i === 1 ? 7 : i % 2 === 0 ? (i % 255) + 1 : 0))).toBe(true);
  });

  it("has what differs, and so nothing travels where the same values were stored", async () => {
    const { mesh, arrays } = releaseMesh<Int32Array>("int32", 64, { home: 1 }, { sites: 2 });
    arrays[0]!.set(3, 5);
    await meet(mesh);
    const before = arrayStats(mesh, 0).messages;
    arrays[0]!.set(3, 5);
    await meet(mesh);
    expect(arrayStats(mesh, 0).messages).toBe(before);
    arrays[0]!.set(3, 6);
    await meet(mesh);
    expect(arrayStats(mesh, 0).messages).toBe(before + 1);
    expect(arrays[1]!.get(3)).toBe(6);
  });

  it("tells -0 from 0 and keeps the bits of a NaN", async () => {
    const { mesh, arrays } = releaseMesh<Float64Array>("float64", 8, { home: 1 }, { sites: 2 });
    arrays[0]!.set(1, -0);
    arrays[0]!.set(2, Number.NaN);
    await meet(mesh);
    expect([0, 1, 2].map((i) => arrays[1]!.get(i))).toEqual([0, -0, Number.NaN]);
    arrays[0]!.set(1, 0);
    arrays[0]!.set(2, 0);
    await meet(mesh);
    expect([1, 2].map((i) => arrays[1]!.get(i))).toEqual([0, 0]);
  });
});

function arrayStats(mesh: Awaited<ReturnType<typeof shareFalsely>>, endpoint: number) {
  const region = mesh.members[endpoint]!.endpoint.regions.all.find(({ descriptor }) => descriptor.name === "array");
  return region!.stats;
}

describe("the bulk calls of an array with release consistency", () => {
  it("fill, copyFrom and subarray write a part of a page, and nobody else's", async () => {
    const { mesh, arrays } = releaseMesh<Int32Array>("int32", 200, { home: "cyclic" }, { sites: 3 });
    const [a, b, c] = arrays as [SharedArray<Int32Array>, SharedArray<Int32Array>, SharedArray<Int32Array>];
    a.fill(1, 0, 50);
    b.copyFrom(
      Int32Array.from({ length: 50 }, (_, i) => i + 2),
      50,
    );
    const part = c.subarray(100, 150);
    part.fill(3, 10, 20);
    part.set(-0, 4);
    part.subarray(20).set(0, 5);
    await meet(mesh);
    const expected = new Int32Array(200);
    expected.fill(1, 0, 50);
    for (let i = 0; i < 50; i++) expected[50 + i] = i + 2;
    expected.fill(3, 110, 120);
    expected[100] = 4;
    expected[120] = 5;
    for (const array of [a, b, c]) {
      using span = array.read();
      expect(span.view).toEqual(expected);
    }
    expect(c.subarray(-100, -90).get(0)).toBe(4);
    expect([a.homeOf(0), a.homeOf(64), part.homeOf(0)]).toEqual([0, 1, 1]);
  });

  it("prefetch has the pages here when they are read; an acquire drops what others have written meanwhile", async () => {
    const { mesh, arrays } = releaseMesh<Int32Array>("int32", 256, { home: 1 }, { sites: 2 });
    arrays[1]!.fill(1);
    await meet(mesh);
    arrays[0]!.prefetch();
    mesh.settle();
    const misses = arrayStats(mesh, 0).readMisses;
    expect(arrays[0]!.get(200)).toBe(1);
    expect(arrayStats(mesh, 0).readMisses).toBe(misses);
    arrays[0]!.prefetch();
    arrays[1]!.set(200, 2);
    await meet(mesh);
    expect([199, 200].map((i) => arrays[0]!.get(i))).toEqual([1, 2]);
    expect(arrayStats(mesh, 0).readMisses).toBe(misses + 1);
  });

  it("a prefetch under way when others release brings data that are good, or dropped in time", async () => {
    const { mesh, arrays } = releaseMesh<Int32Array>("int32", 64, { home: 1 }, { sites: 3 });
    for (let round = 1; round <= 5; round++) {
      arrays[0]!.prefetch();
      arrays[2]!.set(9, round);
      await meet(mesh);
      expect(arrays.slice(0, 3).map((array) => array.get(9))).toEqual([round, round, round]);
      await meet(mesh);
    }
  });

  it("replicateTo puts copies where they are wanted, with what the caller has written", async () => {
    const { mesh, arrays } = releaseMesh<Int32Array>("int32", 256, { home: 0 }, { sites: 3 });
    arrays[1]!.get(0); // an old copy
    await meet(mesh);
    arrays[0]!.fill(4);
    arrays[0]!.replicateTo([1, 2]);
    await meet(mesh);
    const before = [1, 2].map((site) => arrayStats(mesh, site).readMisses);
    expect([1, 2].map((site) => arrays[site]!.get(130))).toEqual([4, 4]);
    expect([1, 2].map((site) => arrays[site]!.get(0))).toEqual([4, 4]);
    expect([1, 2].map((site) => arrayStats(mesh, site).readMisses)).toEqual(before);
  });
});

describe("what release consistency costs", () => {
  it("a hit sends nothing; a release of a page that nobody else has is a diff and its answer", async () => {
    const { mesh, arrays } = releaseMesh<Int32Array>("int32", 64, { home: 1 }, { sites: 3 });
    arrays[0]!.set(0, 1);
    await meet(mesh);
    const [first, home] = [arrayStats(mesh, 0), arrayStats(mesh, 1)];
    const before = [first.messages, home.messages, first.readMisses, first.bytes];
    for (let i = 0; i < 50; i++) arrays[0]!.set(0, i);
    expect([first.messages, home.messages, first.readMisses, first.bytes]).toEqual(before);
    await meet(mesh);
    expect([first.messages, home.messages, first.readMisses]).toEqual([before[0]! + 1, before[1]! + 1, before[2]]);
    expect(first.bytes - before[3]!).toBe(12); // the head, a run's, one word
  });

  it("a page that nobody wrote stays where it was read, however often there is a barrier", async () => {
    const { mesh, arrays } = releaseMesh<Int32Array>("int32", 64, { home: 1 }, { sites: 3 });
    for (const array of arrays.slice(0, 3)) array.get(0);
    const before = arrayStats(mesh, 0).messages;
    for (let i = 0; i < 4; i++) await meet(mesh);
    expect(arrays[0]!.get(0)).toBe(0);
    expect(arrayStats(mesh, 0).messages).toBe(before);
  });

  it("counts the notices that made copies stale, and the twins are gone when all is said", async () => {
    const { mesh, arrays } = releaseMesh<Int32Array>("int32", 64, { home: 1 }, { sites: 3 });
    for (const array of arrays.slice(0, 3)) array.get(0);
    arrays[0]!.set(0, 1);
    await meet(mesh);
    expect([0, 1, 2].map((site) => arrayStats(mesh, site).invalidations)).toEqual([0, 0, 1]);
    expect(arrays[2]!.get(0)).toBe(1);
  });
});
