import { describe, expect, it } from "vitest";
import { Mesh } from "./mesh.ts";

/** Pages of 256 bytes, all homed at site 0; three sites use them. */
function counted() {
  const mesh = new Mesh({ sites: 3, pageSize: 256 });
  const arrays = [0, 1, 2].map((site) => mesh.memory(site).uint8("grid", 1_024, { home: 0 }));
  mesh.settle();
  return { mesh, arrays, stats: (site: number) => mesh.members[site]!.endpoint.regions.all[0]!.stats };
}

describe("statistics", () => {
  it("count each kind of miss once per page fetched, and hits not at all", () => {
    const { mesh, arrays, stats } = counted();
    arrays[1]!.get(0);
    arrays[1]!.get(255);
    arrays[1]!.get(256);
    mesh.settle();
    expect(stats(1)).toMatchObject({ readMisses: 2, writeMisses: 0, upgrades: 0, invalidations: 0, bytes: 0 });
    arrays[1]!.set(0, 1);
    mesh.settle();
    expect(stats(1)).toMatchObject({ readMisses: 2, writeMisses: 0, upgrades: 1 });
    arrays[1]!.set(512, 1);
    arrays[1]!.add(512, 1);
    mesh.settle();
    expect(stats(1)).toMatchObject({ readMisses: 2, writeMisses: 1, upgrades: 1 });
  });

  it("count pages that came from another owner, copies given up, and bytes where they are sent", () => {
    const { mesh, arrays, stats } = counted();
    arrays[1]!.set(0, 1);
    mesh.settle();
    const homeSent = stats(0).bytes;
    expect(homeSent).toBe(256);
    arrays[2]!.get(0);
    mesh.settle();
    expect(stats(2)).toMatchObject({ readMisses: 1, forwardedMisses: 1 });
    expect(stats(1).bytes).toBe(512); // to the reader, and back home
    arrays[2]!.set(0, 2);
    mesh.settle();
    expect(stats(1).invalidations).toBe(1);
    expect(stats(2)).toMatchObject({ upgrades: 1, writeMisses: 0 });
    expect(stats(0).bytes).toBe(homeSent); // an upgrade moves no page
  });

  it("a span misses once per page", () => {
    const { mesh, arrays, stats } = counted();
    arrays[1]!.read().release();
    arrays[1]!.read().release();
    mesh.settle();
    expect(stats(1)).toMatchObject({ readMisses: 4, messages: 4 });
    expect(stats(0)).toMatchObject({ messages: 4, bytes: 1_024 });
  });

  it("messages are those sent, by anybody to anybody, none for hits", () => {
    const { mesh, arrays, stats } = counted();
    const total = () => [0, 1, 2].reduce((sum, site) => sum + stats(site).messages, 0);
    arrays[1]!.get(0);
    mesh.settle();
    expect(total()).toBe(2); // GetS, Data
    for (let i = 0; i < 2_000; i++) arrays[1]!.get(i % 256);
    mesh.settle();
    expect(total()).toBe(2);
    expect(stats(1).blockedMs).toBe(0); // virtual time stands still while messages move
  });
});
