import { ClosedError, SiteDownError } from "isles";
import { describe, expect, it } from "vitest";
import { launchBasics, rejection } from "./support.ts";

describe("an AbortSignal", () => {
  it.each([false, true])("rejects run with its reason, and what the function waits for (async: %s)", async (async) => {
    await using cluster = await launchBasics(2);
    const controller = new AbortController();
    const running = rejection(cluster.run("waitForEver", { async }, { site: 1, signal: controller.signal }));
    await cluster.run("echo", 1, { site: 0 });
    const reason = new Error("enough");
    controller.abort(reason);
    expect(await running).toBe(reason);
    // The site is free again.
    expect(await cluster.run("echo", 2, { site: 1 })).toBe(2);
  });

  it("without a reason, and with one that cannot be cloned", async () => {
    await using cluster = await launchBasics(1);
    for (const reason of [undefined, () => 1, { f: () => 1 }, null, Symbol("s")]) {
      const controller = new AbortController();
      const running = rejection(cluster.run("waitForEver", {}, { signal: controller.signal }));
      controller.abort(reason);
      const error = await running;
      if (reason === undefined) expect(error.name).toBe("AbortError");
      else expect(error).toBe(reason);
      expect(await cluster.run("echo", 1)).toBe(1);
    }
  });

  it("is seen as site.signal, reason and all", async () => {
    await using cluster = await launchBasics(1);
    const controller = new AbortController();
    const running = rejection(cluster.run("patient", undefined, { signal: controller.signal }));
    setTimeout(() => controller.abort(), 30);
    expect((await running).name).toBe("AbortError");
    expect(await cluster.run("echo", 1)).toBe(1);
  });

  it("aborted before the start: nothing runs", async () => {
    await using cluster = await launchBasics(1);
    const signal = AbortSignal.abort(new Error("no"));
    expect((await rejection(cluster.run("remember", 1, { signal }))).message).toBe("no");
    expect((await rejection(cluster.runAll("remember", 1, { signal }))).message).toBe("no");
    expect(await cluster.run("remember", 2)).toEqual([2]);
  });

  it("aborted while queued: that run is skipped, the others go on", async () => {
    await using cluster = await launchBasics(1);
    const controller = new AbortController();
    const first = cluster.run("later", { ms: 50 });
    const second = rejection(cluster.run("remember", "second", { signal: controller.signal }));
    const third = cluster.run("remember", "third");
    controller.abort();
    expect((await second).name).toBe("AbortError");
    expect([await first, await third]).toEqual([0, ["third"]]);
  });

  it("ends a runAll on every site, and the next one works", async () => {
    await using cluster = await launchBasics(3);
    for (let round = 0; round < 20; round++) {
      const controller = new AbortController();
      const running = rejection(
        cluster.runAll("waitForEver", { async: round % 2 === 0 }, { signal: controller.signal }),
      );
      setTimeout(() => controller.abort(), round % 5);
      expect((await running).name).toBe("AbortError");
      expect(await cluster.runAll("barrier")).toEqual([0, 1, 2]);
    }
  });

  it.each(["run", "runAll"] as const)("reaches a %s that computes: its next wait is the last one", async (how) => {
    await using cluster = await launchBasics(2);
    for (let round = 0; round < 5; round++) {
      const controller = new AbortController();
      const { signal } = controller;
      const running = rejection(
        how === "run"
          ? cluster.run("computeThenWait", { ms: 60 }, { signal })
          : cluster.runAll("computeThenWait", { ms: 60 }, { signal }),
      );
      setTimeout(() => controller.abort(), 20);
      expect((await running).name).toBe("AbortError");
      // No site is left waiting for the others of a run that is no more.
      expect(await cluster.runAll("barrier")).toEqual([0, 1]);
    }
  });

  it("that overtakes its call is heard all the same", async () => {
    await using cluster = await launchBasics(2);
    for (let round = 0; round < 200; round++) {
      const controller = new AbortController();
      const running = rejection(cluster.run("waitForEver", {}, { site: 1, signal: controller.signal }));
      const depth = round % 4;
      for (let turn = 0; turn < depth; turn++) await Promise.resolve();
      if (depth === 3) await new Promise((resolve) => setImmediate(resolve));
      controller.abort();
      expect((await running).name).toBe("AbortError");
    }
    expect(await cluster.run("echo", 1, { site: 1 })).toBe(1);
  });

  it("leaves no listener behind", async () => {
    await using cluster = await launchBasics(1);
    let listeners = 0;
    const { signal } = new AbortController();
    const [add, remove] = [signal.addEventListener.bind(signal), signal.removeEventListener.bind(signal)];
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      listeners++;
      add(...args);
    };
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      listeners--;
      remove(...args);
    };
    await cluster.run("echo", 1, { signal });
    await rejection(cluster.run("fail", { what: "error" }, { signal }));
    expect(listeners).toBe(0);
    const other = await launchBasics(1, { signal });
    expect(listeners).toBe(1);
    await other.close();
    expect(listeners).toBe(0);
  });
});

describe("close", () => {
  it("is idempotent, and a run after it is a ClosedError", async () => {
    const cluster = await launchBasics(2);
    await Promise.all([cluster.close(), cluster.close(), cluster[Symbol.asyncDispose]()]);
    await cluster.close();
    for (const call of [
      cluster.run("echo", 1),
      cluster.run("echo", 1, { site: 0 }),
      cluster.runAll("barrier"),
      cluster.stats(),
    ]) {
      expect(await rejection(call)).toBeInstanceOf(ClosedError);
    }
    expect(() => cluster.memory.int8("x", 1)).toThrow(ClosedError);
    expect(await rejection(cluster.memory.async.int8("x", 1))).toBeInstanceOf(ClosedError);
  });

  it.each(["waitForEver", "patient", "spin"] as const)(
    "while %s runs: what runs and what is queued is rejected",
    async (name) => {
      const cluster = await launchBasics(2);
      const array = cluster.memory.int32("mine", 10);
      const runs = [cluster.runAll(name), cluster.run("echo", 1, { site: 0 }), cluster.runAll("barrier")].map(
        rejection,
      );
      const word = rejection(array.async.wait(0, 0));
      await cluster.close();
      for (const error of await Promise.all([...runs, word])) expect(error).toBeInstanceOf(ClosedError);
      expect(await rejection(array.async.get(0))).toBeInstanceOf(ClosedError);
    },
  );

  it("await using closes", async () => {
    let outer: Awaited<ReturnType<typeof launchBasics>>;
    {
      await using cluster = await launchBasics(1);
      outer = cluster;
    }
    expect(await rejection(outer.run("echo", 1))).toBeInstanceOf(ClosedError);
  });
});

describe("a site that is lost", () => {
  it("rejects what runs on it, what waits for it and what is queued for it with SiteDownError naming it", async () => {
    await using cluster = await launchBasics(3);
    const others = rejection(cluster.runAll("waitForEver"));
    const queued = rejection(cluster.run("echo", 1, { site: 1 }));
    await cluster.kill(1);
    for (const error of [await others, await queued]) {
      expect(error).toBeInstanceOf(SiteDownError);
      expect(error.site).toBe(1);
      expect(error.message).toContain("site 1");
    }
    const later = await rejection(cluster.run("echo", 1, { site: 1 }));
    expect(later).toMatchObject({ name: "SiteDownError", code: "SITE_DOWN", site: 1 });
    expect(await rejection(cluster.runAll("barrier"))).toBeInstanceOf(SiteDownError);
  });

  it("placement by load leaves it out; when none is left, says so", async () => {
    await using cluster = await launchBasics(2);
    await cluster.kill(0);
    expect(await cluster.run("echo", 1)).toBe(1);
    await cluster.kill(1);
    const error = await rejection(cluster.run("echo", 1));
    expect(error).toBeInstanceOf(SiteDownError);
    expect(error.message).toContain("every site of the cluster is down");
  });

  it("a run given while it is being killed is rejected, not forgotten", async () => {
    for (let round = 0; round < 10; round++) {
      await using cluster = await launchBasics(1);
      const killed = cluster.kill(0);
      const run = rejection(cluster.run("later", { ms: 5_000 }, { site: 0 }));
      const second = rejection(cluster.run("echo", 1, { site: 0 }));
      await killed;
      expect(await run).toBeInstanceOf(SiteDownError);
      expect(await second).toBeInstanceOf(SiteDownError);
    }
  });

  it.each([
    ["exit", /exited with code:? 5/],
    ["crash", /nobody catches this/],
  ] as const)("by %s: the reason is told", async (name, reason) => {
    await using cluster = await launchBasics(2);
    const error = await rejection(cluster.runAll(name));
    expect(error).toBeInstanceOf(SiteDownError);
    expect(error.message).toMatch(reason);
  });

  it("a second kill, and closing afterwards, do nothing more", async () => {
    const cluster = await launchBasics(2);
    await cluster.kill(0);
    await cluster.kill(0);
    expect(await rejection(cluster.kill(2))).toBeInstanceOf(RangeError);
    await cluster.close();
  });
});
