import { byReference, launch, type RemoteStream, type SharedArray, type Stub } from "isles";
import { describe, expect, test } from "vitest";
import type * as Program from "./src/rpc.program.ts";

/** What calls and runs carry between threads: shared arrays, stubs, functions, streams; and what handlers do with them. */
const program = new URL("./dist/rpc.program.js", import.meta.url);
const TIMES = Number(process.env.ISLES_TIMES ?? (process.env.ISLES_LONG === "1" ? 20 : 1));

describe("methods that use shared memory", { timeout: 30_000 * TIMES }, () => {
  test.each([
    { sites: 2, how: "workThroughCalls" as const },
    { sites: 4, how: "workThroughCalls" as const },
    { sites: 2, how: "workThroughPromises" as const },
    { sites: 4, how: "workThroughPromises" as const },
  ])("by atomics, locks and spans, from all of $sites sites ($how)", async ({ sites, how }) => {
    for (let time = 0; time < TIMES; time++) {
      await using cluster = await launch<typeof Program>({ program, sites });
      await cluster.runAll("serveMemory");
      const rounds = 20;
      const each = [3, 2, 1, 1].map((perRound) => perRound * rounds * sites);
      expect(await cluster.runAll(how, rounds)).toEqual(new Array(sites).fill(each));
    }
  });

  test("by a semaphore that calls of several sites need at one site", async () => {
    await using cluster = await launch<typeof Program>({ program, sites: 4 });
    await cluster.runAll("serveMemory");
    expect(await cluster.runAll("workUnderSemaphore", 30)).toEqual(new Array(4).fill(3 * 8 * 30));
  });

  test("keep their locks and spans across turns of the event loop, whatever runs begin and end there", async () => {
    await using cluster = await launch<typeof Program>({ program, sites: 2 });
    await cluster.runAll("serveMemory");
    for (let time = 0; time < TIMES; time++) {
      const array = await cluster.memory.async.int32(`across ${time}`, 10);
      const calls = Array.from({ length: 40 }, (_, n) =>
        cluster.rpc.stub<Program.Memory>(n % 2, "memory").addAcrossTurns(array, "across"),
      );
      let areDone = false;
      const all = Promise.all(calls).finally(() => {
        areDone = true;
      });
      while (!areDone) {
        await Promise.all([cluster.run("idle", undefined, { site: 0 }), cluster.run("idle", undefined, { site: 1 })]);
        await cluster.runAll("idle");
      }
      await all;
      expect(await Promise.all([2, 3].map((i) => array.async.get(i)))).toEqual([40, 40]);
    }
  });

  test("called by the launcher, with its arrays", async () => {
    await using cluster = await launch<typeof Program>({ program, sites: 2 });
    await cluster.runAll("serveMemory");
    const array = await cluster.memory.async.int32("of the launcher", 100);
    const memories = [0, 1].map((site) => cluster.rpc.stub<Program.Memory>(site, "memory"));
    await Promise.all(memories.map((memory) => memory.addUnderLock(array, "l", 50)));
    await Promise.all(memories.map((memory) => memory.add(array, 50)));
    const same = await memories[1]!.bump(array);
    expect(same.name).toBe("of the launcher");
    expect(await same.async.get(0)).toBe(101);
    expect(await same.async.get(1)).toBe(101);
    const { right } = await memories[0]!.parts(array);
    expect([right.length, await right.async.get(0)]).toEqual([50, 1]);
  });
});

describe("a run", () => {
  test("takes and returns arrays, stubs and functions", async () => {
    await using cluster = await launch<typeof Program>({ program, sites: 2 });
    const array = await cluster.memory.async.int32("a", 10);
    const said: string[] = [];
    let total = 0;
    const counter = byReference({ add: (by: number) => (total += by), total: () => total });
    const report = byReference((what: string) => void said.push(what));
    const args = { array, counter, report } as unknown as Parameters<typeof Program.takeAndGive>[1];
    const results = await cluster.runAll("takeAndGive", args);
    expect(total).toBe(20);
    expect(results.map(({ seen }) => seen).sort()).toEqual([10, 20]);
    expect(said.sort()).toEqual(
      ["site 0 saw 10", "site 1 saw 20"].map((one, site) => one && expect.stringMatching(`site ${site} saw`)),
    );
    for (const [site, result] of results.entries()) {
      expect(await result.array.async.get(0)).toBe(2);
      const made = result.counter as unknown as Stub<Program.Counter>;
      expect(await made.add(1)).toBe(101 + site);
      expect(result.report).toBe(report); // what comes home is the thing itself
    }
  });

  test("returns a stream", async () => {
    await using cluster = await launch<typeof Program>({ program, sites: 1 });
    const stream = (await cluster.run("generate", 1_000)) as unknown as RemoteStream<number>;
    let sum = 0;
    for await (const value of stream) sum += value;
    expect(sum).toBe(499_500);
  });

  test("passes shared arrays through reduce and broadcast", async () => {
    await using cluster = await launch<typeof Program>({ program, sites: 3 });
    expect(await cluster.runAll("collect")).toEqual(new Array(3).fill({ length: 12, name: "of 0" }));
  });

  test("is told that reduce and broadcast carry no stubs", async () => {
    await using cluster = await launch<typeof Program>({ program, sites: 2 });
    await expect(cluster.runAll("broadcastStub")).rejects.toMatchObject({ code: "CANNOT_CLONE" });
  });
});

test("an array passed from site to site stays one array", async () => {
  await using cluster = await launch<typeof Program>({ program, sites: 3 });
  await cluster.runAll("serveMemory");
  const array: SharedArray<Int32Array> = await cluster.memory.async.int32("passed on", 64);
  const memory = (site: number) => cluster.rpc.stub<Program.Memory>(site, "memory");
  // Site 0 calls the function with the array; the function, which lives here, has site 1 work on it, and that site 2's part.
  const sum = await memory(0).apply(array, async (at0) => {
    const at1 = await memory(1).bump(at0);
    const { left } = await memory(2).parts(at1);
    return left.async.add(0, 41);
  });
  expect(sum).toBe(1);
  expect(await array.async.get(0)).toBe(42);
});
