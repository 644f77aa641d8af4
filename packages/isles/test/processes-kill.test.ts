import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { launchProcesses, until } from "./process-support.ts";
import { rejection } from "./support.ts";

type Launched = Awaited<ReturnType<typeof launchProcesses>>;
let cluster: Launched["cluster"];
let diary: string[];

beforeAll(async () => {
  ({ cluster, diary } = await launchProcesses(3));
});
afterAll(() => cluster.close());
beforeEach(() => void diary.splice(0));

describe("kill", () => {
  it.each(["loop", "receive", "timeout", "promise", "catch"])("runs `finally`, with its yields: %s", async (way) => {
    const process = await cluster.spawn("tidy", [way], { site: 1 });
    await until("it has begun", () => diary.length > 0);
    await process.kill();
    expect(diary).toEqual([`${way} begins`, `${way} tidies on 1`, `${way} has tidied`]);
    const error = await rejection(process.result);
    expect([error.name, error.code]).toEqual(["IslesError", "KILLED"]);
    expect(error.message).toBe(`process ${process.id} (tidy) was killed`);
    expect((await process.info()).state).toBe("killed");
  });

  it("ends a blocking wait of the process", async () => {
    const running = cluster.run("holdLock", { name: "taken", ms: 1_000 }, { site: 0 });
    await until("the lock is held", () => diary.length > 0);
    const process = await cluster.spawn("tidy", ["lock"], { site: 1 });
    await until("it waits", () => diary.length > 1);
    const start = performance.now();
    await process.kill();
    expect(performance.now() - start).toBeLessThan(800);
    expect(diary[1]).toBe("lock begins");
    expect(diary[2]).toMatch(/^lock catches .*was killed/);
    expect(diary.at(-1)).toBe("lock has tidied");
    expect((await rejection(process.result)).code).toBe("KILLED");
    expect(await running).toBe(0);
    expect(await cluster.run("lockedFunction", 1, { site: 1 })).toBe(1); // the site is as good as before
  });

  it("of what does not yield is late, and then still happens", async () => {
    const process = await cluster.spawn("stubborn", [700], { site: 2 });
    await until("it has begun", () => diary.length > 0);
    const error = await rejection(process.kill({ timeoutMs: 100 }));
    expect(error.name).toBe("TimeoutError");
    expect(error.message).toMatch(
      /process \d+ \(stubborn\) on site 2 has not ended within 100 ms: it has not come to a `yield`/,
    );
    expect((await rejection(process.result)).code).toBe("KILLED");
  });

  it("gives what `finally` throws as the cause, and ends what returns there", async () => {
    const thrower = await cluster.spawn("throwsInFinally");
    await until("it has taken a step", async () => (await thrower.info()).cpuMs > 0);
    await thrower.kill();
    const error = await rejection(thrower.result);
    expect([error.code, String(error.cause)]).toEqual(["KILLED", "RangeError: in finally"]);
    const returner = await cluster.spawn("returnsInFinally");
    await until("it has taken a step", async () => (await returner.info()).cpuMs > 0);
    await returner.kill();
    expect((await rejection(returner.result)).code).toBe("KILLED");
  });

  it("settles for one that has ended; the other calls say so", async () => {
    const process = await cluster.spawn("inner", [1]);
    expect(await process.result).toBe(2);
    await process.kill();
    for (const call of [process.migrate(1), process.checkpoint(), process.send(1)])
      expect((await rejection(call)).code).toBe("PROCESS_OVER");
    expect((await process.info()).state).toBe("returned");
  });

  it("twice, and during a move", async () => {
    for (let i = 0; i < 20; i++) {
      diary.splice(0);
      const process = await cluster.spawn("tidy", ["loop"], { site: i % 3 });
      const moving = process.migrate((i + 1) % 3).catch((error) => error.code);
      if (i % 2 === 0) await until("it has begun", () => diary.length > 0);
      await Promise.all([process.kill(), process.kill()]);
      expect([undefined, "KILLED", "PROCESS_OVER"]).toContain(await moving);
      expect((await rejection(process.result)).code).toBe("KILLED");
      if (diary.length > 0) expect(diary.filter((line) => line.includes("tidies"))).toHaveLength(1);
    }
  });
});

describe("moving", () => {
  it("runs no `finally`", async () => {
    const process = await cluster.spawn("tidy", ["loop"], { site: 0 });
    for (let to = 1; to < 10; to++) await process.migrate(to % 3);
    await until("it has begun", () => diary.length > 0);
    expect(diary).toEqual(["loop begins"]);
    await process.migrate(2);
    expect(process.site).toBe(2);
    await process.kill();
    expect(diary).toEqual(["loop begins", "loop tidies on 2", "loop has tidied"]);
  });

  it("of what does not yield is late, and it goes on", async () => {
    const process = await cluster.spawn("stubborn", [500], { site: 2 });
    await until("it has begun", () => diary.length > 0);
    const error = await rejection(process.migrate(1, { timeoutMs: 50 }));
    expect(error.name).toBe("TimeoutError");
    expect(error.message).toMatch(/has not come to a `yield` to move to site 1 within 50 ms; it goes on as it was/);
    expect((await rejection(process.checkpoint({ timeoutMs: 50 }))).name).toBe("TimeoutError");
    expect(await process.result).toBe("ended by itself");
    expect((await process.info()).site).toBe(2);
  });

  it("to where there is nothing, or where it is", async () => {
    const process = await cluster.spawn("listener", [], { site: 1 });
    await process.migrate(1);
    expect((await process.info()).moves).toBe(0);
    for (const to of [3, -1, 1.5, "1" as never]) expect((await rejection(process.migrate(to))).name).toBe("RangeError");
    await process.kill();
  });
});
