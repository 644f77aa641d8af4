import { launch } from "isles";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchProcesses, line, until } from "./process-support.ts";
import { Parcel } from "./programs/process-behaviour.mjs";
import { program, rejection } from "./support.ts";

type Launched = Awaited<ReturnType<typeof launchProcesses>>;
let cluster: Launched["cluster"];

beforeAll(async () => {
  ({ cluster } = await launchProcesses(3));
});
afterAll(() => cluster.close());

/** What a listener has got, without the sites that it was on. */
function messages(result: unknown): unknown[] {
  return (result as [site: number, message: unknown][]).map(([, message]) => message);
}

describe("what cannot move", () => {
  it.each([
    ["iterator", /local "held": a live native iterator/],
    ["nested", /local "held"\.list\[1\]\.deep: a live native iterator/],
    ["socket", /local "held"/],
    ["class", /local "held"\.point: an instance of Point, which is not registered/],
    ["promise", /local "held": a promise/],
    ["weak", /local "held": a weak collection/],
  ])("pins the process, which goes on: %s", async (what, path) => {
    const process = await cluster.spawn("holder", [what], { site: 0 });
    await until("it waits", async () => (await line(cluster, process)).state === "waiting");
    expect((await line(cluster, process)).pinnedBy).toMatch(path);
    for (const operation of [process.migrate(1), process.checkpoint()]) {
      const error = await rejection(operation);
      expect([error.name, error.code]).toEqual(["MigrationError", "CANNOT_MIGRATE"]);
      expect(error.message).toMatch(path);
      expect(error.message).toMatch(/^process \d+ \(holder\) on site 0: /);
    }
    expect((await line(cluster, process)).moves).toBe(0);
    await process.send("go on");
    await process.send("let go");
    await until("it has let go", async () => (await line(cluster, process)).pinnedBy === undefined);
    await process.migrate(2);
    await process.send("go on");
    await process.send("end");
    expect(((await process.result) as { sites: number[] }).sites).toEqual([0, 0, 2]);
  });

  it("under a policy that would move it, it goes on as well", async () => {
    const process = await cluster.spawn("holder", ["iterator"], { site: 0, policy: "every-yield" });
    for (const message of ["a", "b", "let go", "c", "d", "end"]) await process.send(message);
    const { sites } = (await process.result) as { sites: number[] };
    expect(sites.slice(0, 3)).toEqual([0, 0, 0]);
    expect(sites.length).toBe(5);
    expect(sites.at(-1)).not.toBe(0);
  });

  it("what is registered moves", async () => {
    const process = await cluster.spawn("holder", ["registered"], { site: 0 });
    await until("it waits", async () => (await line(cluster, process)).state === "waiting");
    await process.migrate(1);
    await process.send("let go");
    await process.send("end");
    expect(await process.result).toEqual({ used: 3, sites: [0] });
  });
});

describe("messages", () => {
  it("come once, in order, wherever it is", async () => {
    const process = await cluster.spawn("listener", [undefined], { site: 0 });
    const moving = (async () => {
      for (let to = 1; to < 60; to++) await process.migrate(to % 3);
    })();
    let sent = 0;
    for (let burst = 0; burst < 60; burst++) {
      for (let i = 0; i < 10; i++) void process.send(sent++);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await moving;
    await process.send("end");
    const got = (await process.result) as [number, number][];
    expect(got.map(([, message]) => message)).toEqual(Array.from({ length: sent }, (_, i) => i));
  });

  it("are copies, and what cannot travel is refused", async () => {
    const process = await cluster.spawn("listener", [undefined]);
    const message = { list: [1] };
    const sending = process.send(message);
    message.list.push(2);
    await sending;
    expect((await rejection(process.send(new WeakMap()))).name).toMatch(/CloneError/);
    await process.send("end");
    expect(messages(await process.result)).toEqual([{ list: [1] }]);
  });

  it("receive gives up in time, also after a move, and a message in time is taken", async () => {
    const process = await cluster.spawn("listener", [300], { site: 0 });
    await process.send("in time");
    // A move does not begin the wait again: one every 40 ms, and it would never end.
    const deadline = performance.now() + 10_000;
    for (let to = 1, isOver = false; !isOver; to++) {
      expect(performance.now()).toBeLessThan(deadline);
      await new Promise((resolve) => setTimeout(resolve, 40));
      isOver = await process.migrate(to % 3).then(
        () => false,
        (error) => error.code === "PROCESS_OVER",
      );
    }
    expect(messages(await process.result)).toEqual(["in time", "TimeoutError"]);
    expect((await process.info()).moves).toBeGreaterThan(0);
    const impatient = await cluster.spawn("listener", [0]);
    expect(messages(await impatient.result)).toEqual(["TimeoutError"]);
  });

  it("go from process to process by a handle, which both take along", async () => {
    const to = await cluster.spawn("listener", [undefined], { site: 0, policy: "every-yield" });
    const from = await Promise.all(
      [0, 1, 2].map((site) => cluster.spawn("sender", [to, 20], { site, policy: "every-yield" })),
    );
    for (const one of from) expect(await one.result).toEqual([true, true, to.id]);
    await to.send("end");
    const got = (await to.result) as [number, { from: number; i: number }][];
    expect(got.length).toBe(60);
    for (const { id } of from)
      expect(got.filter(([, message]) => message.from === id).map(([, { i }]) => i)).toEqual([...Array(20).keys()]);
    expect(new Set(got.map(([site]) => site)).size).toBe(3);
  });
});

describe("promises", () => {
  it("are waited for at a yield", async () => {
    const process = await cluster.spawn("awaiter", [], { policy: "every-yield" });
    expect(await process.result).toEqual([1, 2, "RangeError: no", 3, 5]);
  });

  it("keep the process where it is until they settle; what is wanted of it then happens", async () => {
    const process = await cluster.spawn("sleeper", [150], { site: 0 });
    await until("it waits", async () => (await line(cluster, process)).waitingFor === "a promise");
    expect((await line(cluster, process)).pinnedBy).toMatch(/it waits for a promise/);
    const error = await rejection(process.migrate(1, { timeoutMs: 10 }));
    expect([error.name, error.code]).toEqual(["TimeoutError", "TIMEOUT"]);
    await process.migrate(1);
    expect(process.site).toBe(1);
    expect(await process.result).toEqual([0, 1, 1]);
    const sleeper = await cluster.spawn("sleeper", [150], { site: 0 });
    await until("it waits, too", async () => (await line(cluster, sleeper)).waitingFor === "a promise");
    const saved = await sleeper.checkpoint();
    expect(await (await cluster.restore(saved, { site: 2 })).result).toEqual([0, 2, 2]);
  });

  it("are no way for a process to move itself; site.process is", async () => {
    const process = await cluster.spawn("wanders", [], { site: 0 });
    expect(await process.result).toEqual([0, 1, 1, 2]);
    expect(await process.info()).toMatchObject({ moves: 2, state: "returned", checkpointAgeMs: expect.any(Number) });
  });
});

describe("in a process", () => {
  it("shared arrays work in all ways wherever it is", async () => {
    const array = await cluster.memory.async.float64("sums", 300, { pageSize: 256 });
    const processes = await Promise.all(
      [0, 1, 2].map((n) => cluster.spawn("sums", [array, n * 100, n * 100 + 100], { site: n, policy: "every-yield" })),
    );
    for (const process of processes) expect(await process.result).toEqual({ sites: 3, same: true });
    const values = await Promise.all(Array.from({ length: 300 }, (_, i) => array.async.get(i)));
    expect(values).toEqual(Array.from({ length: 300 }, (_, i) => (i + 1) * 2));
    const count = await cluster.memory.async.int32("count", 1);
    expect(await count.async.get(0)).toBe(300);
  });

  it("site.migration spawns, lists and waits", async () => {
    const process = await cluster.spawn("parent", [5], { site: 1 });
    expect(await process.result).toEqual([1, 2, 0, 1, 2, 0]);
    for (const site of [0, 1, 2])
      expect(await cluster.run("spawns", undefined, { site })).toEqual({
        result: 2,
        list: true,
        name: "inner",
      });
  });

  it("what is called goes along while its arguments yield", async () => {
    const array = await cluster.memory.async.float64("methods", 10);
    const other = await cluster.spawn("listener", [undefined], { site: 0 });
    const process = await cluster.spawn("methods", [array, other], { site: 0, policy: "every-yield" });
    for (const message of ["one", "end"]) await process.send(message);
    expect(await process.result).toEqual([5, 5, 15, 8, [5, 5, 5], [5, 5], [1, 5], 10, 8, [5]]);
    expect(messages(await other.result)).toEqual(["one"]);
    expect((await process.info()).moves).toBeGreaterThanOrEqual(18); // each yield but those that waited for a promise
  });

  it("others are called by yield*", async () => {
    const process = await cluster.spawn("outer", [], { policy: "every-yield" });
    expect(await process.result).toBe(6);
  });

  it("parameters have defaults and rests", async () => {
    expect(await (await cluster.spawn("defaults")).result).toEqual([1, 2]);
    expect(await (await cluster.spawn("defaults", [undefined, { b: 3 }, 4, 5])).result).toEqual([1, 3, 4, 5]);
    const refused = cluster.spawn("refusesArguments", [{} as never]).then((process) => process.result);
    expect((await rejection(refused)).message).toMatch(/Cannot read properties of undefined|Cannot destructure/);
  });

  it("what it throws arrives with its cause, what it returns as a copy or not at all", async () => {
    const thrower = await cluster.spawn("throws", ["thrown"], { policy: "every-yield" });
    const error = await rejection(thrower.result);
    expect([error.name, error.message, (error.cause as Error).message]).toEqual(["RangeError", "thrown", "the cause"]);
    expect(error.stack).toMatch(/deeper.*process-behaviour\.mjs:\d+/);
    expect((await thrower.info()).state).toBe("threw");
    const returner = await cluster.spawn("returnsWeak");
    expect((await rejection(returner.result)).name).toBe("CloneError");
  });
});

describe("beside functions", () => {
  it("runs with barriers are as right and no process stands still", async () => {
    const busy = await Promise.all([0, 1, 2].map((site) => cluster.spawn("tidy", ["loop"], { site, policy: "none" })));
    const moving = await cluster.spawn("tidy", ["loop"], { site: 0, policy: "every-yield" });
    expect(await cluster.runAll("barriers", 50)).toEqual([0, 0, 0]);
    const { moves } = await moving.info();
    expect(await cluster.runAll("barriers", 50)).toEqual([0, 0, 0]);
    await until("it moves", async () => (await moving.info()).moves > moves);
    await Promise.all([...busy, moving].map((process) => process.kill()));
  });

  it.each(["none", "every-yield"] as const)("a lock that is held across yields is waited for: %s", async (policy) => {
    const times = 40;
    const counter = await cluster.memory.async.float64("locked", 2);
    const before = await counter.async.get(0);
    const processes = await Promise.all([0, 0, 1, 2].map((site) => cluster.spawn("locked", [times], { site, policy })));
    const functions = [0, 1, 2].map((site) => cluster.run("lockedFunction", times, { site }));
    for (const process of processes) expect(await process.wait({ timeoutMs: 10_000 })).toBe(times);
    await Promise.all(functions);
    expect((await counter.async.get(0)) - before).toBe(times * 7);
  });
});

it("is refused if it cannot start", async () => {
  expect((await rejection(cluster.spawn("nobody"))).code).toBe("NO_SUCH_PROCESS");
  expect((await rejection(cluster.spawn("barriers"))).code).toBe("NO_SUCH_PROCESS");
  expect((await rejection(cluster.spawn("counter", [{ f: () => 1 } as never]))).name).toBe("CloneError");
  expect((await rejection(cluster.spawn("counter", [1], { sites: 1 } as never))).code).toBe("BAD_OPTION");
  expect((await rejection(cluster.spawn("counter", [1], null as never))).code).toBe("BAD_OPTION");
  const process = await cluster.spawn("counter", [1]);
  for (const options of [null, 5, { bogus: 1 }, { timeoutMs: Number.NaN }, { timeoutMs: -1 }, { timeoutMs: "5" }])
    expect((await rejection(process.migrate(1, options as never))).code).toBe("BAD_OPTION");
  await process.kill();
  expect((await rejection(cluster.spawn("counter", [1], { site: 7 }))).name).toBe("RangeError");
  expect((await rejection(cluster.spawn("counter", [1], { policy: "best" as never }))).code).toBe("BAD_ARGUMENT");
  expect((await rejection(cluster.spawn("counter", 1 as never))).code).toBe("BAD_ARGUMENT");
  expect((await rejection(cluster.run("counter" as never))).code).toBe("IS_A_PROCESS");
});

it("has room for many that want one lock on one site", async () => {
  const processes = await Promise.all(
    Array.from({ length: 60 }, () => cluster.spawn("queues", ["queue"], { site: 0 })),
  );
  expect(await Promise.all(processes.map((process) => process.wait({ timeoutMs: 20_000 })))).toEqual(Array(60).fill(0));
  const moving = Array.from({ length: 40 }, () => cluster.spawn("queues", ["queue"], { policy: "every-yield" }));
  for (const process of await Promise.all(moving)) await process.wait({ timeoutMs: 20_000 });
}, 60_000);

it("gets arguments and messages with their classes, and functions as stubs", async () => {
  const told: number[] = [];
  const process = await cluster.spawn("weighs", [new Parcel(4), (n: number) => void told.push(n)] as never, {
    site: 0,
  });
  await process.migrate(1);
  await process.send(new Parcel(21));
  const [first, isParcel, second] = (await process.result) as [number, boolean, Parcel];
  expect([first, isParcel, second instanceof Parcel, second.twice(), told]).toEqual([8, true, true, 42, [42]]);
});

it("that throws undefined has thrown", async () => {
  const process = await cluster.spawn("throwsNothing");
  await expect(process.result).rejects.toBeUndefined();
  expect((await process.info()).state).toBe("threw");
});

it("starts near to data", async () => {
  const data = await cluster.memory.async.float64("near by", 4096, { home: 2 });
  const process = await cluster.spawn("sums", [data, 0, 1] as never, { near: data });
  expect(process.site).toBe(2);
  await process.kill();
});

it("is no business of another cluster", async () => {
  await using other = await launch({ program: program("process-behaviour.mjs"), sites: 1 });
  const foreign = await other.spawn("counter", [1]);
  const listener = await cluster.spawn("counter", [1]);
  expect((await rejection(cluster.spawn("counter", [foreign] as never))).code).toBe("MISMATCH");
  expect((await rejection(listener.send(foreign))).code).toBe("MISMATCH");
  await Promise.all([foreign.kill(), listener.kill()]);
});
