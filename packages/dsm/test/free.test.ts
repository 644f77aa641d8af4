import { ReleasedError } from "@isles/base";
import { describe, expect, it } from "vitest";
import { Mesh } from "./mesh.ts";

describe("free", () => {
  it("makes every later use an error that names the array, on every site", async () => {
    const mesh = new Mesh({ sites: 2 });
    const arrays = [mesh.memory(0).int32("grid", 2_000), mesh.memory(1).int32("grid", 2_000)];
    for (const array of arrays) array.fill(1);
    const part = arrays[1]!.subarray(5, 10);
    mesh.memory(0).free("grid");
    for (const array of [...arrays, part]) {
      const uses: (() => unknown)[] = [
        () => array.get(0),
        () => array.set(0, 1),
        () => array.add(0, 1),
        () => array.compareExchange(0, 1, 1),
        () => array.fill(1),
        () => array.copyFrom([1]),
        () => array.read(),
        () => array.write(0, 1),
        () => array.read(1, 1),
        () => array.prefetch(),
        () => array.wait(0, 0),
        () => array.notify(0),
        () => mesh.memory(0).acquire({ x: array.reading(0, 1) }),
        () => mesh.memory(0).acquire({ x: array.reading(), y: array.writing() }),
      ];
      for (const use of uses) {
        expect(use).toThrow(ReleasedError);
        expect(use).toThrow('shared array "grid" was freed');
      }
      const twins = array.async;
      const later: (() => Promise<unknown>)[] = [
        () => twins.get(0),
        () => twins.set(0, 1),
        () => twins.add(0, 1),
        () => twins.read(),
        () => twins.fill(1),
        () => twins.wait(0, 0),
        () => twins.notify(0),
      ];
      for (const use of later) await expect(mesh.outcome(use())).rejects.toThrow(ReleasedError);
      await expect(mesh.outcome(mesh.memory(1).async.acquire({ x: array.reading() }))).rejects.toThrow(ReleasedError);
    }
    expect(mesh.members.every(({ endpoint }) => endpoint.pins.idle)).toBe(true);
  });

  it("frees the name: the next array of it is another, of any type, and zero", () => {
    const mesh = new Mesh({ sites: 2 });
    const old = mesh.memory(0).int32("grid", 10).fill(1);
    mesh.memory(1).free("grid");
    const young = mesh.memory(0).float64("grid", 3);
    expect(young.get(0)).toBe(0);
    young.set(0, 2);
    expect(mesh.memory(1).float64("grid", 3).get(0)).toBe(2);
    expect(() => old.get(0)).toThrow(ReleasedError);
  });

  it("an unknown name, or one freed already, is a UsageError", async () => {
    const mesh = new Mesh({ sites: 2 });
    mesh.memory(0).int8("x", 1);
    mesh.memory(1).free("x");
    for (const site of [0, 1])
      expect(() => mesh.memory(site).free("x")).toThrow('there is no shared array "x" to free');
    await expect(mesh.outcome(mesh.launcher.memory.async.free("y"))).rejects.toMatchObject({ code: "NO_SUCH_ARRAY" });
  });

  it("while others hold or await its pages: they get the error, no one a stale value", async () => {
    const mesh = new Mesh({ sites: 3, pageSize: 256 });
    const arrays = [0, 1, 2].map((site) => mesh.memory(site).int32("grid", 100));
    const held = arrays[0]!.write();
    held.view[0] = 1;
    const waiting = Promise.allSettled([arrays[1]!.async.get(0), arrays[2]!.async.set(0, 5), arrays[2]!.async.read()]);
    mesh.settle();
    await mesh.outcome(mesh.memory(1).async.free("grid"));
    for (const one of await mesh.outcome(waiting)) {
      expect(one.status === "rejected" && one.reason).toBeInstanceOf(ReleasedError);
    }
    held.release();
    expect(mesh.members.every(({ endpoint }) => endpoint.pins.idle)).toBe(true);
  });

  it("while a site is blocked on its page: the blocked call throws, whichever it is", () => {
    for (const call of ["get", "set", "add", "read", "acquire"] as const) {
      const mesh = new Mesh({ sites: 2, pageSize: 256 });
      const [a, b] = [mesh.memory(0).int32("grid", 100), mesh.memory(1).int32("grid", 100)];
      const held = a.write();
      const freed = mesh.launcher.memory.async.free("grid"); // under way when b begins to wait
      const calls = {
        get: () => b.get(0),
        set: () => b.set(0, 1),
        add: () => b.add(0, 1),
        read: () => b.read(),
        acquire: () => mesh.memory(1).acquire({ x: b.writing() }),
      };
      expect(calls[call]).toThrow(ReleasedError);
      held.release();
      expect(mesh.members[1]!.endpoint.pins.idle).toBe(true);
      void freed;
    }
  });
});
