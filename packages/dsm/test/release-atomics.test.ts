import { WouldBlockError } from "@isles/base";
import { describe, expect, it } from "vitest";
import type { HomePolicy } from "../src/descriptor.ts";
import type { SharedArray } from "../src/index.ts";
import { Mesh } from "./mesh.ts";
import { meet, releaseMesh, StoppedChannel } from "./release-mesh.ts";

type Ints = SharedArray<Int32Array>;
const homes: HomePolicy[] = ["block", "cyclic", "first-touch", "launcher", 2];

describe.each(homes)("atomic operations on an array with release consistency, home %s", (home) => {
  it("are those of Atomics, from every endpoint, each on what the last one left", async () => {
    const { mesh, arrays } = releaseMesh<Int32Array>("int32", 300, { home }, { sites: 3 });
    const model = new Int32Array(300);
    let step = 0;
    for (let round = 0; round < 12; round++) {
      for (const [site, array] of arrays.entries()) {
        const index = (step * 37) % 300;
        const value = (step * 7919) % 1000;
        const isLauncher = site === 3;
        const target = isLauncher ? array.async : array;
        const call = async <R>(result: R | Promise<R>): Promise<R> =>
          result instanceof Promise ? mesh.outcome(result) : result;
        for (const op of ["add", "sub", "and", "or", "xor", "exchange"] as const) {
          expect(await call(target[op](index, value))).toBe(Atomics[op](model, index, value));
        }
        const old = model[index]!;
        expect(await call(target.compareExchange(index, old + 1, 5))).toBe(old);
        expect(await call(target.compareExchange(index, old, value))).toBe(old);
        model[index] = value;
        expect(await call(target.load(index))).toBe(value);
        expect(await call(target.store(index, -step))).toBe(-step);
        model[index] = -step;
        step++;
      }
    }
    await meet(mesh);
    using span = arrays[1]!.read();
    expect(span.view).toEqual(model);
    expect(mesh.members.every(({ endpoint }) => endpoint.pending.size === 0)).toBe(true);
  });

  it("on a subarray mean the array's element", async () => {
    const { mesh, arrays } = releaseMesh<Int32Array>("int32", 300, { home }, { sites: 3 });
    expect(arrays[0]!.subarray(100, 200).add(90, 4)).toBe(0);
    expect(arrays[1]!.subarray(150).subarray(40, 41).add(0, 5)).toBe(4);
    expect(await mesh.outcome(arrays[3]!.subarray(190).async.exchange(0, 1))).toBe(9);
    expect(arrays[2]!.load(190)).toBe(1);
    expect(() => arrays[0]!.subarray(100, 200).add(100, 1)).toThrow(RangeError);
  });

  it("are seen by whoever has a copy, dirty or held, from its next acquire on", async () => {
    const { mesh, arrays } = releaseMesh<Int32Array>("int32", 64, { home }, { sites: 3 });
    const [a, b, c] = arrays as [Ints, Ints, Ints];
    a.get(0);
    const span = b.write(10, 20);
    span.view[0] = 8;
    c.set(30, 9);
    c.add(0, 1);
    expect(b.add(0, 1)).toBe(1);
    expect([span.view[0], b.get(0), b.get(30)]).toEqual([8, 2, 9]);
    expect(a.load(0)).toBe(2);
    // An atomic operation is a release and an acquire of everything: what c and b wrote before theirs is here, too.
    expect([0, 10, 30].map((i) => a.get(i))).toEqual([2, 8, 9]);
    span.view[1] = 7;
    span.release();
    expect(b.add(1, 0)).toBe(0);
    expect(c.load(1)).toBe(0);
    expect([0, 10, 11, 30].map((i) => c.get(i))).toEqual([2, 8, 7, 9]);
    await meet(mesh);
  });
});

describe("while somebody who has a copy has not heard that it is stale", () => {
  const stopped = async () => {
    const channel = new StoppedChannel(2, 1);
    const { mesh, arrays } = releaseMesh<Int32Array>(
      "int32",
      64,
      { home: 2 },
      { sites: 4, wrapPort: channel.wrapPort },
    );
    for (const array of arrays.slice(0, 4)) array.get(0);
    await meet(mesh);
    channel.isStopped = true;
    return { mesh, arrays, channel };
  };
  /** What has come of it so far. */
  const followed = <R>(promise: Promise<R>) => {
    const state = { isDone: false, promise };
    promise.then(() => {
      state.isDone = true;
    });
    return state;
  };
  const someTurns = async (mesh: Mesh) => {
    for (let turn = 0; turn < 20; turn++) {
      mesh.settle();
      await new Promise((resolve) => setImmediate(resolve));
    }
  };

  it("no atomic operation is answered that has changed the page or seen the change, wherever it comes from", async () => {
    const { mesh, arrays, channel } = await stopped();
    const storing = followed(arrays[0]!.async.store(0, 1));
    await someTurns(mesh);
    const others = [arrays[3]!, arrays[2]!, arrays[4]!].map((array) => followed(array.async.load(0)));
    await someTurns(mesh);
    expect([storing, ...others].map(({ isDone }) => isDone)).toEqual([false, false, false, false]);
    expect(arrays[1]!.get(0)).toBe(0);
    channel.go();
    expect(await mesh.outcome(Promise.all(others.map(({ promise }) => promise)))).toEqual([1, 1, 1]);
    await mesh.outcome(storing.promise);
    mesh.members[1]!.endpoint.fences.acquire();
    expect(arrays[1]!.get(0)).toBe(1);
  });

  it("no release is over, of the home or of another site, nor one that wrote after the notice was sent", async () => {
    const { mesh, arrays, channel } = await stopped();
    const releases = [0, 2, 3].map((site) => {
      arrays[site]!.set(site, 5);
      return followed(mesh.members[site]!.endpoint.fences.releaseAsync());
    });
    await someTurns(mesh);
    expect(releases.map(({ isDone }) => isDone)).toEqual([false, false, false]);
    channel.go();
    await mesh.outcome(Promise.all(releases.map(({ promise }) => promise)));
    mesh.members[1]!.endpoint.fences.acquire();
    expect([0, 2, 3].map((i) => arrays[1]!.get(i))).toEqual([5, 5, 5]);
  });
});

describe("message passing by an atomic flag", () => {
  it.each(["release", "sequential"] as const)("in an array with %s consistency", (consistency) => {
    const { mesh, arrays } = releaseMesh<Int32Array>("int32", 64, { home: 2 }, { sites: 3 });
    const flags = mesh.members.map(({ memory }) => memory.int32("flag", 1, { consistency, home: 1 }));
    const [a, b] = arrays as [Ints, Ints];
    for (let round = 1; round < 5; round++) {
      b.get(0); // an old copy
      a.set(0, round);
      flags[0]!.store(0, round);
      expect(flags[1]!.load(0)).toBe(round);
      expect(b.get(0)).toBe(round);
      b.set(0, -round);
      flags[1]!.add(0, 1);
      expect(flags[0]!.compareExchange(0, round + 1, round)).toBe(round + 1);
      expect(a.get(0)).toBe(-round);
    }
  });

  it("by the launcher's asynchronous calls, flags of both kinds", async () => {
    for (const consistency of ["release", "sequential"] as const) {
      const { mesh, arrays } = releaseMesh<Int32Array>("int32", 64, { home: 1 }, { sites: 2 });
      const flags = mesh.members.map(({ memory }) => memory.int32("flag", 1, { consistency, home: 1 }));
      const [a, , launcher] = arrays as [Ints, Ints, Ints];
      a.get(0);
      const span = await mesh.outcome(launcher.async.write(0, 1));
      span.view[0] = 3;
      span.release();
      await mesh.outcome(flags[2]!.async.store(0, 1));
      expect(flags[0]!.load(0)).toBe(1);
      expect(a.get(0)).toBe(3);
      a.set(0, 4);
      flags[0]!.add(0, 1);
      expect(await mesh.outcome(flags[2]!.async.load(0))).toBe(2);
      expect(await mesh.outcome(launcher.async.get(0))).toBe(4);
    }
  });

  it("by the asynchronous calls of a site, which then reads as it likes", async () => {
    for (const consistency of ["release", "sequential"] as const) {
      const { mesh, arrays } = releaseMesh<Int32Array>("int32", 64, { home: 2 }, { sites: 3 });
      const flags = mesh.members.map(({ memory }) => memory.int32("flag", 1, { consistency, home: 2 }));
      const [a, b] = arrays as [Ints, Ints];
      b.get(0);
      a.set(0, 1);
      await mesh.outcome(flags[0]!.async.store(0, 1));
      expect(await mesh.outcome(flags[1]!.async.load(0))).toBe(1);
      expect(b.get(0)).toBe(1);
    }
  });
});

describe("waits on words of an array with sequential consistency", () => {
  it("a notify is a release, and whoever was woken sees what was written before", async () => {
    const { mesh, arrays } = releaseMesh<Int32Array>("int32", 64, { home: 2 }, { sites: 3 });
    const words = mesh.members.map(({ memory }) => memory.int32("words", 1, { home: 1 }));
    const [a, b] = arrays as [Ints, Ints];
    b.get(0);
    const woken = words[1]!.async.wait(0, 0);
    mesh.settle();
    await new Promise((resolve) => setImmediate(resolve));
    mesh.settle();
    a.set(0, 6);
    expect(words[0]!.notify(0)).toBe(1);
    expect(await mesh.outcome(woken)).toBe("ok");
    expect(b.get(0)).toBe(6);
  });

  it("a wait that finds another value has heard of it", async () => {
    const { mesh, arrays } = releaseMesh<Int32Array>("int32", 64, { home: 2 }, { sites: 3 });
    const words = mesh.members.map(({ memory }) => memory.int32("words", 1, { home: 2 }));
    const [a, b, c] = arrays as [Ints, Ints, Ints];
    b.get(0);
    a.get(0);
    c.set(0, 6);
    words[2]!.store(0, 1);
    expect(words[1]!.wait(0, 0)).toBe("not-equal");
    expect(b.get(0)).toBe(6);
    expect(await mesh.outcome(words[0]!.async.wait(0, 0))).toBe("not-equal");
    expect(a.get(0)).toBe(6);
  });
});

describe("what is wrong with an atomic operation is an error, at the caller, with nothing done", () => {
  it("a value of the other kind of number", async () => {
    const { mesh, arrays } = releaseMesh<Int32Array>("int32", 64, { home: 1 }, { sites: 2 });
    const big = mesh.members.map(({ memory }) => memory.bigInt64("big", 64, { consistency: "release", home: 1 }));
    for (const site of [0, 1]) {
      const wrong = 1n as unknown as number;
      for (const op of ["add", "sub", "and", "or", "xor", "exchange", "store"] as const) {
        expect(() => arrays[site]![op](0, wrong)).toThrow(TypeError);
        expect(() => big[site]![op](0, 1 as unknown as bigint)).toThrow(TypeError);
        await expect(mesh.outcome(arrays[site]!.async[op](0, wrong))).rejects.toThrow(TypeError);
      }
      expect(() => arrays[site]!.compareExchange(0, 0, wrong)).toThrow(TypeError);
      expect(() => arrays[site]!.compareExchange(0, wrong, 0)).toThrow(TypeError);
      expect(() => arrays[site]!.add(64, 1)).toThrow(RangeError);
      expect(() => arrays[site]!.load(-1)).toThrow(RangeError);
    }
    expect([arrays[0]!.load(0), big[0]!.load(0)]).toEqual([0, 0n]);
  });

  it("bitwise operations on floating point", () => {
    const mesh = new Mesh({ sites: 2 });
    const array = mesh.memory(0).float64("f", 4, { consistency: "release", home: 1 });
    expect(() => array.xor(0, 1)).toThrow("bitwise operations need integers");
    expect(array.add(0, 0.5)).toBe(0);
    expect(array.exchange(0, Number.NaN)).toBe(0.5);
    expect(array.compareExchange(0, Number.NaN, 2)).toBeNaN();
    expect(array.load(0)).toBe(2);
  });

  it("on the launcher's thread the call that blocks names its twin", () => {
    const { arrays } = releaseMesh<Int32Array>("int32", 64, { home: 1 }, { sites: 2 });
    const launcher = arrays[2]!;
    for (const act of [() => launcher.add(0, 1), () => launcher.load(0), () => launcher.store(0, 1)]) {
      expect(act).toThrow(WouldBlockError);
    }
    expect(() => launcher.compareExchange(0, 1, 1)).toThrow('use "array".async.compareExchange there');
  });
});
