import { type BlockingStub, launch, WouldBlockError } from "isles";
import { describe, expect, test } from "vitest";
import type * as Program from "./src/rpc.program.ts";

/** Calls that block their callers, on threads: what the callers' sites do meanwhile, and in what states they may call. */
const program = new URL("./dist/rpc.program.js", import.meta.url);
/** How often each is repeated; `npm run test:long` sets ISLES_LONG. */
const TIMES = Number(process.env.ISLES_TIMES ?? (process.env.ISLES_LONG === "1" ? 20 : 1));

async function serving(sites: number) {
  const cluster = await launch<typeof Program>({ program, sites });
  await cluster.runAll("serve");
  return cluster;
}

describe("calls that call back", { timeout: 30_000 * TIMES }, () => {
  test.each([2, 3])("A calls B calls A, 50 deep, from all of %i sites at once", async (sites) => {
    await using cluster = await serving(sites);
    for (let time = 0; time < TIMES; time++) {
      expect(await cluster.run("bounce", 50, { site: 0 })).toBe(49);
      expect(await cluster.runAll("bounce", 50)).toEqual(new Array(sites).fill(49));
    }
  });

  test("a ring of four sites, while all four send calls around it", async () => {
    await using cluster = await serving(4);
    for (let time = 0; time < TIMES; time++) {
      const wrong = await cluster.runAll("rings", { rounds: 100, hops: 8 });
      expect(wrong.flat()).toEqual([]);
    }
  });

  test("50 deep, every frame with a span on the same elements", async () => {
    await using cluster = await serving(2);
    for (let time = 0; time < TIMES; time++) {
      const name = `both ${time}`;
      expect(await cluster.run("bounceInSpans", { depth: 50, name }, { site: 0 })).toEqual([50, 100, 100]);
      const results = await cluster.runAll("bounceInSpans", { depth: 20, name: `${name}, all` });
      for (const [frames] of results) expect(frames).toBe(20);
      expect(Math.max(...results.map(([, least]) => least!))).toBe(80);
    }
  });
});

describe("a site that is blocked in a call", { timeout: 30_000 * TIMES }, () => {
  test("gives its pages, and is the home of locks, semaphores, conditions and latches", async () => {
    for (let time = 0; time < TIMES; time++) {
      await using cluster = await serving(4);
      const rounds = 30;
      const sum = 2 * (rounds * (6 * 128 + 1) + rounds);
      expect(await cluster.runAll("useHomesOfBlocked", rounds)).toEqual(new Array(4).fill(sum));
    }
  });

  test.each([2, 4])("lends its spans and keeps its locks, on %i sites that all do so", async (sites) => {
    await using cluster = await serving(sites);
    for (let time = 0; time < TIMES; time++) {
      const rounds = 20;
      const sums = await cluster.runAll("callInSpans", { rounds, name: `lent ${time}` });
      const each = [sites * rounds * 300 * 3, sites * rounds * 100 * 3];
      expect(sums).toEqual(new Array(sites).fill(each));
    }
  });

  test("sees through its span what the callee wrote, and the callee what it wrote", async () => {
    await using cluster = await serving(2);
    expect((await cluster.runAll("seeThroughSpan"))[0]).toEqual([41, 42, 1]);
  });
});

const kinds: Program.BlockKind[] = [
  "barrier",
  "lock",
  "semaphore",
  "latch",
  "reduce",
  "broadcast",
  "condition",
  "word",
  "call",
  "poll",
  "span",
];

test.each(kinds)(
  "a site that blocks (%s) answers calls, calls back and streams",
  { timeout: 30_000 * TIMES },
  async (kind) => {
    await using cluster = await serving(3);
    for (let time = 0; time < TIMES; time++) expect(await cluster.runAll("blockedAtOn3", kind)).toEqual([0, 80, 0]);
  },
);

describe("from a blocked caller", { timeout: 30_000 * TIMES }, () => {
  test("streams are read to their end, left and thrown into", async () => {
    await using cluster = await serving(2);
    for (let time = 0; time < TIMES; time++) {
      expect(await cluster.run("streams", undefined, { site: time % 2 })).toEqual({
        sums: [499_500, 499_500, 4_950, 4_950, 0, 4_950],
        ended: 9,
        thrown: ["RangeError: into 10", "RangeError: into 1000000"],
      });
    }
  });

  test("streams of promises do the same", async () => {
    await using cluster = await serving(2);
    for (let time = 0; time < TIMES; time++) {
      expect(await cluster.run("streamsOfPromises", undefined, { site: time % 2 })).toEqual({
        sums: [499_500, 499_500, 4_950, 4_950, 4_950, 4_950],
        ended: 11,
        thrown: ["RangeError: into 10", "RangeError: into 1000000"],
        piped: 124_750,
      });
    }
  });

  test("objects by reference are called, and not after they were released", async () => {
    await using cluster = await serving(2);
    expect(await cluster.run("references", undefined, { site: 0 })).toEqual([7, 7, "RELEASED"]);
  });

  test("the launcher's services are called", async () => {
    await using cluster = await serving(3);
    const desk: Program.Desk = {
      twice: async (n) => 2 * n,
      async callBack(times, callback) {
        let sum = 0;
        for (let n = 0; n < times; n++) sum += await callback(n);
        return sum;
      },
      fail: async () => {
        throw new TypeError("not here");
      },
    };
    cluster.rpc.expose("desk", desk);
    const results = await cluster.runAll("useLauncher", 100);
    for (const [site, { sum, calledBack, error }] of results.entries()) {
      expect([sum, calledBack]).toEqual([9_900, 4_950 + 100 * site]);
      expect(error).toBeInstanceOf(TypeError);
      expect((error as Error).message).toBe("not here");
    }
  });

  test("who is the launcher gets a WouldBlockError, and nothing is sent", async () => {
    await using cluster = await serving(1);
    const { blocking } = cluster.rpc as unknown as { blocking(site: number, name: string): BlockingStub<Program.Node> };
    const node = blocking.call(cluster.rpc, 0, "node");
    expect(() => node.id()).toThrow(WouldBlockError);
    expect(() => node.counter(1)).toThrow(/counter on site 0 .*rpc\.stub/);
    expect(await cluster.rpc.stub<Program.Node>(0, "node").id()).toBe(0);
  });
});
