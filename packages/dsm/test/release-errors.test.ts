import { MismatchError, ReleasedError, UsageError } from "@isles/base";
import { describe, expect, it } from "vitest";
import type { ArrayOptions } from "../src/descriptor.ts";
import { Mesh } from "./mesh.ts";
import { meet, releaseMesh } from "./release-mesh.ts";

describe("what release consistency does not have", () => {
  it("is refused by name, with what to do instead", async () => {
    const { mesh, arrays } = releaseMesh<Int32Array>("int32", 64, { home: 1 }, { sites: 2 });
    const [array, , launcher] = arrays as [(typeof arrays)[0], (typeof arrays)[0], (typeof arrays)[0]];
    for (const act of [
      () => array.wait(0, 0),
      () => array.wait(0, 0, 5),
      () => array.notify(0),
      () => array.moveTo(1),
    ]) {
      expect(act).toThrow(UsageError);
      expect(act).toThrow('shared array "array" has release consistency');
    }
    expect(() => array.wait(0, 0)).toThrow("use a condition, or an array with sequential consistency");
    expect(() => array.moveTo(1)).toThrow("copy by replicateTo");
    for (const later of [
      () => launcher.async.wait(0, 0),
      () => launcher.async.notify(0),
      () => launcher.async.moveTo(0),
      () => array.async.wait(0, 0),
    ]) {
      await expect(mesh.outcome<unknown>(later())).rejects.toThrow("release consistency");
    }
    expect(mesh.members.every(({ endpoint }) => endpoint.pins.idle && endpoint.pending.size === 0)).toBe(true);
  });

  it("homes that move are refused, where they are asked for", () => {
    const mesh = new Mesh({ sites: 2 });
    const options: ArrayOptions = { consistency: "release", homeMigration: true };
    expect(() => mesh.memory(0).int32("x", 4, options)).toThrow("homes stay where they are under release consistency");
    expect(mesh.memory(1).int32("x", 4, { consistency: "release", homeMigration: false }).get(0)).toBe(0);
  });

  it.each(["weak", "", null, 1, {}])("a consistency that does not exist: %o", (consistency) => {
    const mesh = new Mesh({ sites: 1 });
    const options = { consistency } as unknown as ArrayOptions;
    expect(() => mesh.memory(0).int32("x", 4, options)).toThrow('there are "sequential" and "release"');
  });
});

describe("sites that do not agree about consistency", () => {
  it("get an error that says both, wherever and in whichever order they ask", async () => {
    const mesh = new Mesh({ sites: 2 });
    mesh.memory(0).int32("weak", 4, { consistency: "release" });
    mesh.memory(0).int32("strong", 4);
    const asked: [() => unknown, RegExp][] = [
      [() => mesh.memory(1).int32("weak", 4, { consistency: "sequential" }), /exists as .* release .*sequential/],
      [() => mesh.memory(0).int32("weak", 4, { consistency: "sequential" }), /exists as .* release .*sequential/],
      [() => mesh.memory(1).int32("strong", 4, { consistency: "release" }), /exists as .*sequential.* release/],
      [() => mesh.launcher.memory.int32("strong", 4, { consistency: "release" }), /exists as .*sequential.* release/],
    ];
    for (const [ask, message] of asked) {
      expect(ask).toThrow(MismatchError);
      expect(ask).toThrow(message);
    }
    await expect(mesh.outcome(mesh.memory(1).async.int32("weak", 4, { consistency: "sequential" }))).rejects.toThrow(
      /release .*sequential/,
    );
    // Who says nothing of it takes what there is.
    mesh.memory(0).int32("weak", 4).set(1, 3);
    mesh.members[0]!.endpoint.releaseWrites();
    expect(mesh.memory(1).int32("weak", 4).get(1)).toBe(3);
  });
});

describe("free", () => {
  it("while pages are dirty: the writer's next release has nothing to do with it", async () => {
    const { mesh, arrays } = releaseMesh<Int32Array>("int32", 256, { home: "cyclic" }, { sites: 3 });
    const others = mesh.members.map(({ memory }) => memory.int32("other", 64, { consistency: "release", home: 1 }));
    for (let site = 0; site < 3; site++) arrays[site]!.fill(site, site * 50, site * 50 + 50);
    others[0]!.set(0, 8);
    const span = arrays[0]!.write(0, 10);
    mesh.memory(1).free("array");
    await meet(mesh);
    expect(others[2]!.get(0)).toBe(8);
    for (const array of arrays.slice(0, 3)) {
      for (const use of [() => array.get(0), () => array.set(0, 1), () => array.add(0, 1), () => array.load(0)]) {
        expect(use).toThrow(ReleasedError);
      }
      await expect(mesh.outcome(array.async.add(0, 1))).rejects.toThrow(ReleasedError);
      await expect(mesh.outcome(array.async.set(0, 1))).rejects.toThrow(ReleasedError);
      await expect(mesh.outcome(array.async.write())).rejects.toThrow(ReleasedError);
    }
    span.release();
    const young = mesh.members.map(({ memory }) => memory.int32("array", 256, { consistency: "release", home: 2 }));
    expect(young[0]!.get(0)).toBe(0);
    young[0]!.set(0, 1);
    await meet(mesh);
    expect(young[1]!.get(0)).toBe(1);
  });

  it("ends a release that waits for the freed array, whoever has freed it, and an acquire", async () => {
    for (const freeing of [0, 1, 2, 3]) {
      const { mesh, arrays } = releaseMesh<Int32Array>("int32", 64, { home: 1 }, { sites: 3 });
      for (const array of arrays.slice(0, 3)) array.get(0);
      using reading = arrays[2]!.read();
      arrays[0]!.set(0, 1);
      mesh.members[1]!.endpoint.poll();
      const [release, acquire] = [
        mesh.members[0]!.endpoint.fences.releaseAsync(),
        mesh.members[2]!.endpoint.fences.acquireAsync(),
      ];
      const freed = mesh.members[freeing]!.memory.async.free("array");
      await mesh.outcome(Promise.all([release, acquire, freed]));
      expect(reading.view.length).toBe(64);
      expect(mesh.members.every(({ endpoint }) => endpoint.pending.size === 0)).toBe(true);
      mesh.members[0]!.endpoint.releaseWrites();
    }
  });

  it("an atomic operation that comes too late is a ReleasedError at the caller", async () => {
    const { mesh, arrays } = releaseMesh<Int32Array>("int32", 64, { home: 1 }, { sites: 3 });
    arrays[0]!.add(0, 1);
    const adding = [arrays[0]!.async.add(0, 1), arrays[2]!.async.store(0, 1)];
    const freed = mesh.launcher.memory.async.free("array");
    const outcomes = await mesh.outcome(Promise.allSettled([...adding, freed]));
    expect(outcomes[2]!.status).toBe("fulfilled");
    for (const outcome of outcomes.slice(0, 2)) {
      if (outcome.status === "rejected") expect(outcome.reason).toBeInstanceOf(ReleasedError);
    }
    expect(mesh.members.every(({ endpoint }) => endpoint.pending.size === 0)).toBe(true);
  });
});

describe("when the cluster is down", () => {
  it("a release, an acquire and an atomic operation that wait end with its error; later ones too, or have nothing to wait for", async () => {
    const { mesh, arrays } = releaseMesh<Int32Array>("int32", 64, { home: 1 }, { sites: 3 });
    arrays[0]!.get(0);
    const held = arrays[0]!.read();
    arrays[2]!.set(0, 1);
    mesh.members[2]!.endpoint.releaseWrites();
    arrays[0]!.set(0, 2);
    const { endpoint } = mesh.members[0]!;
    const waits = [endpoint.fences.releaseAsync(), endpoint.fences.acquireAsync(), arrays[0]!.async.add(0, 1)];
    const error = new Error("site 1 is gone");
    endpoint.fail(error);
    const outcomes = await Promise.allSettled(waits);
    expect(outcomes.map((outcome) => outcome.status === "rejected" && outcome.reason)).toEqual([error, error, error]);
    expect(() => arrays[0]!.add(0, 1)).toThrow(error);
    expect(() => arrays[0]!.read()).toThrow(error);
    held.release();
  });

  it("an unlock while the stack unwinds does not hide the error that unwinds it", () => {
    const { mesh, arrays } = releaseMesh<Int32Array>("int32", 64, { home: 1 }, { sites: 3 });
    const error = new Error("site 1 is gone");
    const act = () => {
      using _held = mesh.members[0]!.sync.lock("l").acquire();
      arrays[0]!.set(0, 2);
      mesh.members[0]!.endpoint.fail(error);
      arrays[0]!.add(0, 1);
    };
    expect(act).toThrow(error);
  });

  it("nor does it when only the run has failed; and the lock is free for the next run", () => {
    const { mesh, arrays } = releaseMesh<Int32Array>("int32", 64, { home: 1 }, { sites: 3 });
    const error = new Error("another site has failed");
    const { endpoint, sync } = mesh.members[0]!;
    const group = { id: 7, name: "main" };
    endpoint.group = group;
    const act = () => {
      using _held = sync.lock("l").acquire();
      arrays[0]!.set(0, 2);
      endpoint.pending.failGroup(group.id, error);
      arrays[0]!.add(0, 1);
    };
    expect(act).toThrow(error);
    mesh.members[2]!.sync.lock("l").acquire().release();
    expect(arrays[2]!.get(0)).toBe(2);
  });
});
