import { launch, TimeoutError, withOptions } from "isles";
import { describe, expect, test } from "vitest";
import type * as Program from "./src/rpc-deadline.program.ts";

/** Time limits and signals, between threads. */
const program = new URL("./dist/rpc-deadline.program.js", import.meta.url);
const TIMES = Number(process.env.ISLES_TIMES ?? (process.env.ISLES_LONG === "1" ? 20 : 1));

async function serving(sites: number) {
  const cluster = await launch<typeof Program>({ program, sites });
  await cluster.runAll("serve");
  await cluster.runAll("serveSlow");
  return cluster;
}

/** How the promise ends, and after how many milliseconds. */
async function ending(promise: PromiseLike<unknown>): Promise<{ error: unknown; ms: number }> {
  const start = performance.now();
  const error = await promise.then(
    (value) => `returned ${String(value)}`,
    (reason: unknown) => reason,
  );
  return { error, ms: performance.now() - start };
}

describe("a deadline", { timeout: 30_000 * TIMES }, () => {
  test("ends blocking calls in time; the late answers disturb nobody", async () => {
    await using cluster = await serving(2);
    for (let time = 0; time < TIMES; time++) {
      const { first, after } = await cluster.run("timeouts", 20, { site: 0 });
      expect(first.map(({ name }) => name)).toEqual(["TimeoutError", "TimeoutError"]);
      expect(first[0]!.message).toBe("slow.sleep on site 1 was not answered within 30 ms; it may have run");
      for (const { ms } of first) {
        expect(ms).toBeGreaterThanOrEqual(29);
        expect(ms).toBeLessThan(500);
      }
      expect(after).toBe(200);
    }
  });

  test("ends the launcher's calls in time", async () => {
    await using cluster = await serving(2);
    const slow = cluster.rpc.stub<Program.Slow>(1, "slow");
    const hasty = withOptions(slow, { timeoutMs: 40 });
    for (let time = 0; time < TIMES; time++) {
      const all = await Promise.all([
        ending(hasty.sleep(150)),
        ending(hasty.sleepAsync(150)),
        ending(hasty.untilAborted()),
        ending(slow.echo("in between")),
      ]);
      for (const { error } of all.slice(0, 3)) expect(error).toBeInstanceOf(TimeoutError);
      expect((all[2]!.error as Error).message).toBe(
        "slow.untilAborted on site 1 was not answered within 40 ms; it may have run",
      );
      for (const { ms } of all.slice(0, 3)) expect(ms).toBeLessThan(1_000);
      expect(all[3]!.error).toBe("returned in between");
      expect(await slow.echo(time)).toBe(time);
    }
    // The site was told, with the reason. Its event loop is free again once it has slept there.
    await slow.sleepAsync(1);
    expect(await slow.aborts()).toEqual(new Array(TIMES).fill("TimeoutError"));
  });

  test("is handed down to the calls that a method makes, and shrinks", async () => {
    await using cluster = await serving(3);
    const stub = cluster.rpc.stub<Program.Slow>(0, "slow");
    for (let time = 0; time < TIMES; time++) {
      for (const left of [
        await cluster.run("nestedDeadlines", 5_000, { site: 0 }),
        await withOptions(stub, { timeoutMs: 5_000 }).deadlines(4),
      ]) {
        expect(left).toHaveLength(5);
        for (const [hop, ms] of left.entries()) {
          expect(ms).toBeGreaterThan(1_000);
          expect(ms).toBeLessThanOrEqual(hop === 0 ? 5_000 : left[hop - 1]! + 1);
        }
      }
      expect(await stub.deadlines(2)).toEqual([undefined, undefined, undefined]);
    }
  });

  test("that is no number of milliseconds is refused", async () => {
    await using cluster = await serving(1);
    for (const timeoutMs of [0, -1, Number.NaN, "5" as unknown as number])
      expect(() => cluster.rpc.stub<Program.Slow>(0, "slow", { timeoutMs })).toThrow(/timeoutMs is a number/);
  });
});

describe("a signal", { timeout: 30_000 * TIMES }, () => {
  test("as an option gives the call up, here and there", async () => {
    await using cluster = await serving(2);
    const plain = cluster.rpc.stub<Program.Slow>(1, "slow");
    for (let time = 0; time < TIMES; time++) {
      const abort = new AbortController();
      const slow = withOptions(plain, { signal: abort.signal });
      const ended = [ending(slow.untilAborted()), ending(slow.sleepAsync(100)), ending(slow.sleep(100))];
      await plain.echo("they are under way"); // one site, in order
      abort.abort(new RangeError("changed my mind"));
      for (const { error, ms } of await Promise.all(ended)) {
        expect(error).toBe(abort.signal.reason);
        expect(ms).toBeLessThan(1_000);
      }
      await expect(slow.echo(1)).rejects.toBe(abort.signal.reason);
      expect(await plain.echo(2)).toBe(2);
    }
    await plain.sleepAsync(1);
    expect(await plain.aborts()).toEqual(new Array(TIMES).fill("RangeError"));
  });

  test("as an argument is followed on the next site, and on the one after that", async () => {
    await using cluster = await serving(3);
    for (let time = 0; time < TIMES; time++) {
      const abort = new AbortController();
      let ready = 0;
      let allReady: () => void;
      const all = new Promise<void>((resolve) => {
        allReady = resolve;
      });
      const onReady = () => {
        if (++ready === 3) allReady();
      };
      const slow = (site: number) => cluster.rpc.stub<Program.Slow>(site, "slow");
      const names = [
        slow(0).follow(abort.signal, onReady),
        slow(1).passOn(abort.signal, onReady),
        slow(2).passOn(abort.signal, onReady),
      ];
      await all;
      abort.abort(new SyntaxError("as agreed"));
      expect(await Promise.all(names)).toEqual(["SyntaxError", "SyntaxError", "SyntaxError"]);
      // One that is aborted already.
      expect(await slow(0).passOn(abort.signal, () => undefined)).toBe("SyntaxError");
    }
  });

  test.each(["blocking", "async"] as const)("of a run ends the %s call that it is in", async (manner) => {
    await using cluster = await serving(3);
    for (let time = 0; time < TIMES; time++) {
      const latch = `nobody opens ${time}`;
      const abort = new AbortController();
      const runs = [
        ending(cluster.run("blockInCall", { manner, latch }, { site: 0, signal: abort.signal })),
        ending(cluster.run("blockInCall", { manner, latch: `${latch}, another` }, { site: 1 })),
      ];
      // Both are blocked once both methods are: at sites 1 and 2.
      await cluster.rpc.stub<Program.Slow>(1, "slow").echo(1);
      abort.abort(new Error("enough"));
      expect((await runs[0])!.error).toBe(abort.signal.reason);
      // The site is free for the next run, and the other run's call is not disturbed.
      expect(await cluster.run("idle", undefined, { site: 0 })).toBe(0);
      await cluster.run("open", latch, { site: 0 });
      await cluster.run("open", `${latch}, another`, { site: 0 });
      expect((await runs[1])!.error).toBe("returned open");
    }
  });
});

test("calls that a run left under way end like any other", { timeout: 30_000 * TIMES }, async () => {
  await using cluster = await serving(2);
  for (let time = 0; time < TIMES; time++) {
    const latch = `opened later ${time}`;
    expect(await cluster.run("returnEarly", latch, { site: 0 })).toBe("returned");
    await cluster.run("open", latch, { site: 0 });
    expect(await cluster.run("howTheyEnded", undefined, { site: 0 })).toEqual(["open", "1", "0"]);
  }
});
