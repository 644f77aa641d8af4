import { byReference, CloneError, ReleasedError, SharedArray, UsageError } from "isles";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchBasics, rejection } from "./support.ts";

let cluster: Awaited<ReturnType<typeof launchBasics>>;
beforeAll(async () => {
  cluster = await launchBasics(3);
});
afterAll(() => cluster.close());

describe("run", () => {
  it("runs on the site it is told", async () => {
    for (const site of [2, 0, 1]) {
      const share = { start: Math.floor((10 * site) / 3), end: Math.floor((10 * (site + 1)) / 3) };
      expect(await cluster.run("whoAmI", undefined, { site })).toEqual({
        id: site,
        count: 3,
        text: `site ${site}`,
        share,
      });
    }
  });

  it("shares out in whole multiples, nothing twice and nothing left out", async () => {
    expect(await cluster.runAll("shareOf", { length: 2_000, multiple: 512 })).toEqual([
      { start: 0, end: 512 },
      { start: 512, end: 1_024 },
      { start: 1_024, end: 2_000 },
    ]);
    expect(await cluster.runAll("shareOf", { length: 7, multiple: 100 })).toEqual([
      { start: 0, end: 0 },
      { start: 0, end: 0 },
      { start: 0, end: 7 },
    ]);
    for (const length of [null, "7", {}, -1]) {
      const wrong = await rejection(cluster.run("shareOf", { length, multiple: undefined } as never));
      expect(wrong).toMatchObject({
        name: "RangeError",
        message: expect.stringMatching(/whole number.*or a shared array/),
      });
    }
    const error = await rejection(cluster.run("shareOf", { length: 7, multiple: 0 }));
    expect(error).toMatchObject({ name: "RangeError", message: expect.stringMatching(/multiples of 0.*1 or more/) });
  });

  it("shares out the whole pages of an array", async () => {
    expect(await cluster.runAll("shareOfArray", { name: "shared out", length: 300, pageSize: 256 })).toEqual([
      { share: { start: 0, end: 96 }, pageSize: 256, pageElements: 32 },
      { share: { start: 96, end: 192 }, pageSize: 256, pageElements: 32 },
      { share: { start: 192, end: 300 }, pageSize: 256, pageElements: 32 },
    ]);
  });

  it("without a site takes the one with the least to do", async () => {
    const busy = [cluster.run("later", { ms: 100 }, { site: 0 }), cluster.run("later", { ms: 100 }, { site: 2 })];
    expect(await cluster.run("later", { ms: 0 })).toBe(1);
    await Promise.all(busy);
    // All idle: one each, the lowest first.
    const ids = await Promise.all([1, 2, 3].map(() => cluster.run("later", { ms: 20 })));
    expect(ids).toEqual([0, 1, 2]);
  });

  it("runs the functions of one site one after the other, in the order given", async () => {
    const order = Array.from({ length: 20 }, (_, i) => i);
    const results = await Promise.all(order.map((i) => cluster.run("remember", i, { site: 1 })));
    expect(results.at(-1)).toEqual(order);
    results.forEach((seen, i) => {
      expect(seen).toHaveLength(i + 1);
    });
  });

  it("refuses a site that is not there", async () => {
    for (const site of [3, -1, 1.5, Number.NaN]) {
      const error = await rejection(cluster.run("whoAmI", undefined, { site }));
      expect(error).toBeInstanceOf(RangeError);
      expect(error.message).toBe(`there is no site ${site}; the cluster has sites 0 to 2`);
    }
  });

  it("names the functions there are for one that is not", async () => {
    const missing = rejection(cluster.run("missing" as "echo", 1));
    expect(await missing).toBeInstanceOf(UsageError);
    expect((await missing).message).toMatch(/exports no function "missing"; it exports .*\becho\b.*\bwhoAmI\b/);
    expect((await missing).code).toBe("NO_SUCH_FUNCTION");
    expect(await rejection(cluster.runAll("version" as "echo", 1))).toMatchObject({ code: "NO_SUCH_FUNCTION" });
    for (const name of ["constructor", "toString", "__proto__", ""]) {
      expect(await rejection(cluster.run(name as "echo", 1))).toMatchObject({ code: "NO_SUCH_FUNCTION" });
    }
  });

  it("passes arguments and results by structured clone", async () => {
    const value = {
      map: new Map([[1, new Set(["a"])]]),
      big: 2n ** 70n,
      bytes: new Uint8Array([1, 2]),
      when: new Date(3),
      nothing: undefined,
      nan: Number.NaN,
    };
    const back = await cluster.run("echo", value);
    expect(back).toEqual(value);
    expect(back).not.toBe(value);
    for (const one of [undefined, null, 0, "", false]) expect(await cluster.run("echo", one)).toBe(one);
  });

  it("shared.share refuses what is no length", async () => {
    expect(await rejection(cluster.run("badShare", -1))).toBeInstanceOf(RangeError);
    expect(await rejection(cluster.run("badShare", 1.5))).toBeInstanceOf(RangeError);
  });
});

describe("runAll", () => {
  it("gives the results in site order, whoever is first", async () => {
    expect((await cluster.runAll("whoAmI")).map(({ id }) => id)).toEqual([0, 1, 2]);
    const shares = await cluster.runAll("share");
    for (const [k, length] of [0, 1, 7, 100].entries()) {
      const parts = shares.map((all) => all[k]!);
      expect(parts[0]!.start).toBe(0);
      expect(parts[2]!.end).toBe(length);
      for (const site of [1, 2]) expect(parts[site]!.start).toBe(parts[site - 1]!.end);
      const sizes = parts.map(({ start, end }) => end - start);
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
    }
  });

  it("several at once do not get into each other's way", async () => {
    const all = await Promise.all(Array.from({ length: 30 }, () => cluster.runAll("barrier")));
    expect(all).toEqual(Array.from({ length: 30 }, () => [0, 1, 2]));
  });

  it.each([false, true])(
    "a barrier that a site leaves out is an error for those at it, not a hang (async: %s)",
    async (async) => {
      for (const absent of [0, 1, 2]) {
        const error = await rejection(cluster.runAll("barrierBut", { absent, async }));
        expect(error).toMatchObject({ name: "UsageError", code: "BARRIER_FINISHED" });
        expect(error.message).toContain(`site ${absent}`);
        expect(await cluster.runAll("barrier")).toEqual([0, 1, 2]);
      }
    },
  );

  it("a function that names a site which is not there gets an error that says which there are", async () => {
    const error = await rejection(cluster.runAll("oneSided", "hello"));
    expect(error.message).toMatch(/root must be.*7/);
    expect(await cluster.runAll("barrier")).toEqual([0, 1, 2]);
  });
});

describe("shared arrays as arguments and results", () => {
  it.each([
    ["alone", (array: unknown) => array],
    ["in an object", (array: unknown) => ({ deep: { array } })],
    ["in a list", (array: unknown) => [1, [array]]],
    ["in a map", (array: unknown) => new Map([["k", { array }]])],
    ["in a set", (array: unknown) => new Set([array])],
  ])("%s: travel as references", async (where, wrap) => {
    const array = cluster.memory.float64(`sum ${where}`, 6);
    await array.async.fill(2);
    const results = await Promise.all([0, 1, 2].map((site) => cluster.run("sumOf", wrap(array), { site })));
    expect(results.map(({ length, name }) => [length, name])).toEqual(Array(3).fill([6, `sum ${where}`]));
    expect(await array.async.get(0)).toBe(-1);
  });

  it("parts travel as parts", async () => {
    const array = cluster.memory.float64("parts", 100);
    await array.async.fill(1, 10, 20);
    expect(await cluster.run("sumOf", { part: array.subarray(5, 15) })).toEqual({ sum: 5, name: "parts", length: 10 });
    expect(await array.async.get(5)).toBe(-1);
  });

  it("results are the launcher's own handles", async () => {
    const { array, parts } = await cluster.run("makeArray", { name: "result" }, { site: 2 });
    expect(array).toBeInstanceOf(SharedArray);
    expect(await array.async.get(7)).toBe(3);
    expect(parts.get("tail")).toBeInstanceOf(SharedArray);
    expect(parts.get("tail")!.length).toBe(2);
  });

  it("one that was freed says so where it arrives", async () => {
    const array = cluster.memory.float64("gone", 6);
    await cluster.memory.async.free("gone");
    expect(await rejection(cluster.run("sumOf", array))).toBeInstanceOf(ReleasedError);
  });
});

describe("what cannot travel", () => {
  it.each<[string, unknown, string]>([
    ["a function in an object", { f: () => 1 }, "args.f"],
    ["one in a list", { list: [1, () => 1] }, "args.list[1]"],
    ["a symbol", { s: Symbol("x") }, "args.s"],
    ["a promise", new Map([["k", Promise.resolve()]]), 'args.get("k")'],
    ["a proxy", { p: new Proxy({}, {}) }, "args.p"],
  ])("%s as an argument is a CloneError with its place, and nothing runs", async (_what, value, path) => {
    for (const running of [cluster.run("echo", value), cluster.runAll("echo", value)]) {
      const error = await rejection(running);
      expect(error).toBeInstanceOf(CloneError);
      expect(error.path).toBe(path);
    }
  });

  it.each([
    ["function", "the result of giveBack.deep[0].f"],
    ["symbol", "the result of giveBack"],
    ["proxy", "the result of giveBack.p"],
  ])("a %s in a result is a CloneError with its place", async (what, path) => {
    const error = await rejection(cluster.run("giveBack", { what }, { site: 1 }));
    expect(error).toBeInstanceOf(CloneError);
    expect(error).toMatchObject({ code: "CANNOT_CLONE", path });
    expect(await cluster.run("echo", 1, { site: 1 })).toBe(1);
  });
});

describe("references of calls", () => {
  it("a generator in a result arrives as a stream", async () => {
    const stream = (await cluster.run("giveBack", { what: "generator" }, { site: 1 })) as AsyncIterable<unknown>;
    const values: unknown[] = [];
    for await (const value of stream) values.push(value);
    expect(values).toEqual([1, 2]);
  });

  it("a function as the argument is a callback", async () => {
    const told: number[] = [];
    await cluster.run("callBack", (value: number) => told.push(value), { site: 1 });
    expect(told).toEqual([1, 2]);
  });

  it("a callback that throws ends neither its site nor the run", async () => {
    const failing = () => {
      throw new Error("a bad callback");
    };
    await cluster.run("callBack", failing, { site: 1 });
    expect(await cluster.run("echo", 1, { site: 1 })).toBe(1);
    expect((await cluster.stats()).rpc[1]!.unheard).toBeGreaterThan(0);
  });

  it("an object marked by reference in an argument arrives as a stub", async () => {
    let told = 0;
    const listener = byReference({ tell: (value: number) => (told += value) });
    expect(await cluster.run("tellTwice", { listener }, { site: 2 })).toBe(12);
    expect(told).toBe(12);
  });
});

describe("stats", () => {
  it("counts by site and by array", async () => {
    await using fresh = await launchBasics(2);
    expect(await fresh.runAll("touch")).toEqual([2, 2]);
    const { sites, arrays } = await fresh.stats();
    expect(sites.map(({ site }) => site)).toEqual([0, 1, 2]);
    expect(Object.keys(arrays)).toEqual(["grid"]);
    const sum = (key: "messages" | "bytes" | "readMisses") => sites.reduce((total, site) => total + site[key], 0);
    expect(arrays.grid!.messages).toBe(sum("messages"));
    expect(arrays.grid!.bytes).toBe(sum("bytes"));
    expect(sum("bytes") % 4096).toBe(0);
    expect(sum("bytes")).toBeGreaterThan(0);
    expect(sites.every(({ serviceMessages }) => serviceMessages > 0)).toBe(true);
  });
});
