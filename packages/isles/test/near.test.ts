import { CloneError, type Cluster, launch, type SharedArray, SiteDownError, UsageError } from "isles";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type * as Near from "./programs/near.mjs";
import { program, rejection } from "./support.ts";

const SITES = 3;
const PAGES = 8;
const LENGTH = (PAGES * 4_096) / 8;

const launchNear = (sites: number, trace = false) =>
  launch<typeof Near>({ program: program("near.mjs"), sites, trace });

let cluster: Cluster<typeof Near>;
let arrays = 0;
beforeAll(async () => {
  cluster = await launchNear(SITES);
});
afterAll(() => cluster.close());

/** An array that nobody has touched, whose pages all live on one site. */
function fresh(home: number | "launcher"): Promise<SharedArray<Float64Array>> {
  return cluster.memory.async.float64(`array ${arrays++}`, LENGTH, { home });
}

function lastReason(): string {
  return cluster.decisions.at(-1)!.reason;
}

describe("run near to data", () => {
  it("goes to the home while nobody has touched it, then to who caches it, then to who owns it", async () => {
    const array = await fresh(1);
    expect(await cluster.run("where", undefined, { near: array })).toBe(1);
    expect(lastReason()).toBe("is the home of 32 KiB of 32 KiB");
    await cluster.run("read", { array }, { site: 2 });
    expect(await cluster.run("where", undefined, { near: array })).toBe(2);
    expect(lastReason()).toBe("caches 32 KiB of 32 KiB");
    await cluster.run("write", { array }, { site: 0 });
    expect(await cluster.run("where", undefined, { near: array })).toBe(0);
    expect(lastReason()).toBe("owns 32 KiB of 32 KiB");
    expect(cluster.decisions.at(-1)).toMatchObject({ what: "run", name: "where", site: 0, bytes: [32_768, 0, 0] });
  });

  it("takes parts, ranges and lists of them", async () => {
    const array = await fresh("launcher");
    const half = LENGTH / 2;
    await cluster.run("write", { array, end: half }, { site: 1 });
    await cluster.run("write", { array, start: half }, { site: 2 });
    expect(await cluster.run("where", undefined, { near: array.subarray(0, half) })).toBe(1);
    expect(await cluster.run("where", undefined, { near: array.reading(half) })).toBe(2);
    expect(await cluster.run("where", undefined, { near: array.writing(half, half + 1) })).toBe(2);
    const most = [array.subarray(0, half), array.reading(half, half + 600)];
    expect(await cluster.run("where", undefined, { near: most })).toBe(1);
    expect(cluster.decisions.at(-1)!.bytes).toEqual([0, 16_384, 8_192]);
  });

  it("by load where that is all the same: nobody has it, or all do, or there is nothing", async () => {
    const array = await fresh("launcher");
    const busy = cluster.run("later", { ms: 1_000 }, { site: 0 });
    expect(await cluster.run("where", undefined, { near: array })).toBe(1);
    expect(lastReason()).toMatch(/^no site has any of 32 KiB, and this one has the least to do \(queue \d\)$/);
    await array.async.replicateTo([0, 1, 2]);
    expect(await cluster.run("where", undefined, { near: array })).toBe(1);
    expect(lastReason()).toMatch(
      /^caches 32 KiB of 32 KiB, as do(es 1 other| 2 others), and this one has the least to do \(queue 0\)$/,
    );
    expect(await cluster.run("where", undefined, { near: array.subarray(0, 0) })).toBe(1);
    expect(await cluster.run("where", undefined, { near: [] })).toBe(1);
    expect(lastReason()).toBe("has the least to do (queue 0)");
    expect(await busy).toBe(0);
  });

  it("to the owner though that is busy; a loop that polls nothing does not hold the decision up", async () => {
    const array = await fresh("launcher");
    await cluster.run("write", { array }, { site: 1 });
    await cluster.run("where", undefined, { near: array }); // it is known where it is
    const computing = cluster.run("compute", { ms: 200 }, { site: 1 });
    await new Promise((resolve) => setTimeout(resolve, 30));
    const before = performance.now();
    const job = await cluster.start("where", undefined, { near: array });
    expect(performance.now() - before).toBeLessThan(100);
    expect(job.site).toBe(1);
    expect(job.reason).toMatch(
      /^owns 32 KiB of 32 KiB; site 1 was too busy to answer, so what it had \d+ ms before counted$/,
    );
    expect(await job.result).toBe(1);
    expect(await computing).toBe(1);
    // Nor of data that nobody was asked about before: it can be nowhere else.
    const other = await fresh("launcher");
    const again = cluster.run("compute", { ms: 200, array: other }, { site: 2 });
    await new Promise((resolve) => setTimeout(resolve, 30));
    const second = await cluster.start("where", undefined, { near: other });
    expect(second.site).toBe(2);
    expect(second.reason).toBe("owns 32 KiB of 32 KiB; site 2 was too busy to answer, so nothing was known of it");
    expect(await second.result).toBe(2);
    await again;
  });

  it("in the order given, one site's functions one after the other", async () => {
    const array = await fresh("launcher");
    await cluster.run("write", { array }, { site: 2 });
    await cluster.run("forget", undefined, { site: 2 });
    const runs = Array.from({ length: 200 }, (_, i) =>
      cluster.run("note", { i }, { near: array.subarray(i * 20, i * 20 + 20) }),
    );
    const results = await Promise.all(runs);
    expect(results.every(({ site }) => site === 2)).toBe(true);
    expect(results.at(-1)!.seen).toEqual(Array.from({ length: 200 }, (_, i) => i));
  });

  it("with the arguments as they were when run was called, functions in them too", async () => {
    const array = await fresh(1);
    const args = { i: 1, nested: { deep: [7] } };
    const run = cluster.run("note", args, { near: array });
    args.nested.deep[0] = 8;
    expect((await run).deep).toBe(7);
    const blocker = cluster.run("later", { ms: 30 }, { site: 0 });
    const queued = cluster.run("note", args, { site: 0 });
    args.nested.deep[0] = 9;
    expect((await queued).deep).toBe(8);
    await blocker;
    expect(await cluster.run("callBack", (n: number) => n + 41, { near: array })).toBe(42);
  });

  it("decides anew when it can start: the data may have moved to a site that is free", async () => {
    const array = await fresh("launcher");
    await cluster.run("write", { array }, { site: 0 });
    // A site has its next function before it has done with the last: what waits longer is what can be decided anew.
    const blockers = [1, 2].map(() => cluster.run("later", { ms: 80 }, { site: 0 }));
    const queued = cluster.run("where", undefined, { near: array });
    await new Promise((resolve) => setTimeout(resolve, 20));
    await cluster.run("write", { array }, { site: 1 });
    await cluster.start("where", undefined, { near: array }).then(({ result }) => result); // which learns of it
    expect(await queued).toBe(1);
    expect(await Promise.all(blockers)).toEqual([0, 0]);
    // The queues are as before.
    expect(await Promise.all([0, 1, 2].map((site) => cluster.run("where", undefined, { site })))).toEqual([0, 1, 2]);
  });

  it("refuses what is no data, data of another cluster, and data that was freed", async () => {
    for (const near of [3, "grid", {}, [1], new Float64Array(1), null]) {
      const error = await rejection(cluster.run("where", undefined, { near: near as never }));
      expect(error).toBeInstanceOf(UsageError);
      expect(error.code).toBe("BAD_NEAR");
      expect(error.message).toMatch(/near takes a shared array, a part of one \(array\.subarray\(a, b\)\)/);
    }
    const array = await fresh(0);
    await cluster.memory.async.free(array.name);
    expect(await rejection(cluster.run("where", undefined, { near: array }))).toMatchObject({ name: "ReleasedError" });
    expect(await rejection(cluster.run("where", undefined, { near: array, site: 1 }))).toMatchObject({
      code: "BAD_OPTION",
    });
    expect(await rejection(cluster.run("where", undefined, { sites: 1 } as never))).toMatchObject({
      code: "BAD_OPTION",
    });
    await using other = await launchNear(1);
    const foreign = await other.memory.async.float64("elsewhere", 8);
    expect((await rejection(cluster.run("where", undefined, { near: foreign }))).message).toContain("another cluster");
    expect(await rejection(cluster.run("note", (() => 1) as never, { near: foreign }))).toBeInstanceOf(UsageError);
    const array2 = await fresh(0);
    expect(await rejection(cluster.run("note", { i: Symbol("x") } as never, { near: array2 }))).toBeInstanceOf(
      CloneError,
    );
  });

  it("gives up when its signal says so, before and after it is placed", async () => {
    const array = await fresh(1);
    const reason = new Error("enough");
    const early = cluster.run("where", undefined, { near: array, signal: AbortSignal.abort(reason) });
    expect(await rejection(early)).toBe(reason);
    const controller = new AbortController();
    const asked = cluster.run("later", { ms: 5_000 }, { near: array, signal: controller.signal });
    controller.abort(reason); // while the sites are asked
    expect(await rejection(asked)).toBe(reason);
    const running = new AbortController();
    const job = await cluster.start("untilAborted", undefined, { near: array, signal: running.signal });
    await new Promise((resolve) => setTimeout(resolve, 20));
    running.abort(reason);
    expect(await rejection(job.result)).toBe(reason);
    expect(await cluster.run("where", undefined, { site: 1 })).toBe(1);
  });

  it("given up while it lies at its site, it disturbs nobody", async () => {
    const waiting = cluster.run("waitForLatch", undefined, { site: 1 });
    const running = cluster.run("later", { ms: 60 }, { site: 0 });
    const controller = new AbortController();
    const next = cluster.run("where", undefined, { site: 0, signal: controller.signal });
    await new Promise((resolve) => setTimeout(resolve, 20));
    controller.abort();
    expect((await rejection(next)).name).toBe("AbortError");
    expect(await running).toBe(0);
    expect(await cluster.run("where", undefined, { site: 0 })).toBe(0);
    await cluster.run("openLatch", undefined, { site: 2 });
    expect(await waiting).toBe(1);
  });

  it("says its decisions on standard error with the trace option", async () => {
    const write = vi.spyOn(process.stderr, "write").mockImplementation(() => true);
    try {
      await using traced = await launchNear(2, true);
      const array = await traced.memory.async.float64("traced", 512, { home: 1 });
      await traced.run("where", undefined, { near: array });
      const said = write.mock.calls.map(([line]) => String(line)).join("");
      expect(said).toContain("where goes to site 1: is the home of 4 KiB of 4 KiB\n");
      expect(said).toContain("where starts on site 1\n");
    } finally {
      write.mockRestore();
    }
  });
});

describe("start", () => {
  it("resolves when it is decided where, and the function goes on beside", async () => {
    const array = await fresh(2);
    const job = await cluster.start("later", { ms: 30 }, { near: array });
    expect(job).toMatchObject({ name: "later", site: 2, reason: "is the home of 32 KiB of 32 KiB" });
    expect(await job.result).toBe(2);
    expect(await (await cluster.start("where", undefined, { site: 1 })).result).toBe(1);
  });

  it("rejects what cannot be started; what the function throws, its result", async () => {
    expect(await rejection(cluster.start("missing" as "where"))).toMatchObject({ code: "NO_SUCH_FUNCTION" });
    const job = await cluster.start("fail", undefined, { site: 0 });
    expect(await rejection(job.result)).toBeInstanceOf(RangeError);
  });

  it("a failure that nobody asks for is a warning", async () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error) => warnings.push(warning);
    process.on("warning", onWarning);
    try {
      await cluster.start("fail", undefined, { site: 0 });
      const heard = await cluster.start("fail", undefined, { site: 1 });
      await rejection(heard.result);
      await vi.waitFor(() => expect(warnings).toHaveLength(1), { timeout: 5_000 });
      expect(warnings[0]!.message).toMatch(/^fail, started on site 0, failed: RangeError: as it was told/);
    } finally {
      process.off("warning", onWarning);
    }
  });
});

describe("a site that goes down", () => {
  it("is never chosen, and who runs there hears of it", async () => {
    await using own = await launchNear(3);
    const array = await own.memory.async.float64("a", LENGTH, { home: 1 });
    const there = rejection(own.run("later", { ms: 10_000 }, { near: array }));
    await new Promise((resolve) => setTimeout(resolve, 30));
    await own.kill(1);
    expect(await there).toBeInstanceOf(SiteDownError);
    expect(await rejection(own.run("where", undefined, { near: array }))).toBeInstanceOf(SiteDownError); // its data is lost
    const sites = await Promise.all(Array.from({ length: 6 }, () => own.run("where")));
    expect(sites).not.toContain(1);
  });
});

describe("from inside a site", () => {
  beforeEach(() => expect(cluster.sites).toBe(SITES));

  it("runs by hand, by data and by load, and blocks for the result", async () => {
    for (const site of [0, 1, 2]) {
      expect(await cluster.run("runThere", { name: "where", options: { site } }, { site: 1 })).toBe(site);
      expect(await cluster.run("runThereAsync", { name: "where", options: { site } }, { site: 1 })).toBe(site);
    }
    const array = await fresh(2);
    for (const part of ["array", "part", "range", "list"] as const) {
      expect(await cluster.run("runNear", { array, part }, { site: 0 })).toBe(2);
    }
    expect(cluster.decisions.at(-1)).toMatchObject({
      name: "where",
      site: 2,
      reason: "is the home of 36 KiB of 36 KiB",
    });
    // The caller's own queue is not empty, so it is not itself that has the least to do.
    expect(await cluster.run("runThere", { name: "where" }, { site: 0 })).toBe(1);
    expect(await cluster.run("runThereAsync", { name: "where" }, { site: 1 })).toBe(0);
  });

  it("runs inside the waits of others, as deep as they like, at its own site too", async () => {
    await using two = await launchNear(2);
    expect(await two.run("pingPong", { depth: 20 }, { site: 0 })).toEqual(Array.from({ length: 21 }, (_, i) => i % 2));
    expect(
      await two.run(
        "runThere",
        { name: "runThere", args: { name: "where", options: { site: 0 } }, options: { site: 0 } },
        { site: 0 },
      ),
    ).toBe(0);
    expect(await two.runAll("runThere", { name: "where", options: { site: 1 } })).toEqual([1, 1]);
  });

  it("throws what the function throws, and what is wrong with the call", async () => {
    for (const how of ["runThere", "runThereAsync"] as const) {
      const thrown = await rejection(cluster.run(how, { name: "fail", options: { site: 1 } }, { site: 0 }));
      expect(thrown).toBeInstanceOf(RangeError);
      expect(thrown.message).toBe("as it was told");
      const missing = await rejection(cluster.run(how, { name: "missing" }, { site: 0 }));
      expect(missing).toMatchObject({ name: "UsageError", code: "NO_SUCH_FUNCTION" });
      const nowhere = await rejection(cluster.run(how, { name: "where", options: { site: 9 } }, { site: 0 }));
      expect(nowhere.message).toBe("there is no site 9; the cluster has sites 0 to 2");
      const bad = await rejection(cluster.run(how, { name: "where", options: { near: 5 as never } }, { site: 0 }));
      expect(bad).toMatchObject({ code: "BAD_NEAR" });
    }
  });

  it("a circle of waits is an error that names it", async () => {
    await using two = await launchNear(2);
    const error = await rejection(two.run("crosswise", undefined, { site: 0 }));
    expect(error.name).toBe("DeadlockError");
    expect(error.message).toContain("program.lockOf()");
  });

  it("a lost site ends it", async () => {
    await using two = await launchNear(2);
    const waiting = rejection(
      two.run("runThere", { name: "later", args: { ms: 10_000 }, options: { site: 1 } }, { site: 0 }),
    );
    await new Promise((resolve) => setTimeout(resolve, 50));
    await two.kill(1);
    expect(await waiting).toBeInstanceOf(SiteDownError);
  });

  it("is given up by a signal, of which the function hears through its site's", async () => {
    await using two = await launchNear(2);
    expect(await two.run("giveUp", { ms: 300 }, { site: 0 })).toEqual({ name: "TimeoutError", aborted: 1 });
    expect(await two.run("runThere", { name: "signalOf", options: { site: 1 } }, { site: 0 })).toBe(false);
  });

  it("start begins it there and goes on; the result is waited for, blocking or not", async () => {
    const { there, reason, name, result, again, beside, whole } = await cluster.run(
      "fork",
      { options: { site: 1 } },
      { site: 0 },
    );
    expect({ there, reason, name, result, again }).toEqual({
      there: 1,
      reason: "as it was told",
      name: "later",
      result: 1,
      again: 1,
    });
    expect(beside).toBeLessThan(40);
    expect(whole).toBeGreaterThan(50);
    await using two = await launchNear(2);
    expect(await two.run("beginsAtOnce", undefined, { site: 0 })).toEqual({ begun: 1, result: 1 });
  });

  it("what it starts by load is spread, and counted until it has ended", async () => {
    const sites = await cluster.run("spread", { count: 7 }, { site: 0 });
    // The caller's own site is the busiest from the start.
    const counts = [0, 1, 2].map((site) => sites.filter((one) => one === site).length);
    expect([
      [2, 3, 2],
      [1, 3, 3],
    ]).toContainEqual(counts);
    // Nothing is left over in the books.
    await vi.waitFor(async () => {
      await cluster.run("where");
      expect(cluster.decisions.at(-1)!.load!.map(({ queue }) => queue)).toEqual([0, 0, 0]);
    });
  });

  it("failures that nobody awaits end no thread", async () => {
    await using two = await launchNear(2);
    expect(await two.run("forgetFailures", undefined, { site: 0 })).toBe(0);
    await new Promise((resolve) => setTimeout(resolve, 1_300));
    expect(await two.runAll("where")).toEqual([0, 1]);
    expect((await two.stats()).rpc[0]!.unheard).toBe(2);
  });
});
