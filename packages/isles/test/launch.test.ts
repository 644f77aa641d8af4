import { availableParallelism } from "node:os";
import { ClosedError, LimitError, launch, UsageError } from "isles";
import { describe, expect, it } from "vitest";
import { launchBasics, program, rejection } from "./support.ts";

const basics = program("basics.mjs");

describe("launch refuses, and leaves nothing behind", () => {
  it.each<[string, object, new (...args: never[]) => Error, RegExp]>([
    ["no program", {}, UsageError, /launch needs a program/],
    [
      "a program that is not there",
      { program: program("nowhere.mjs") },
      UsageError,
      /there is no program at .*nowhere\.mjs$/,
    ],
    [
      "one that was not compiled",
      { program: program("typescript.js") },
      UsageError,
      /typescript\.js; did you mean .*typescript\.ts, which is there\?$/,
    ],
    ["one without functions", { program: program("empty.mjs") }, UsageError, /empty\.mjs exports no function/],
    ["0 sites", { program: basics, sites: 0 }, RangeError, /sites must be a whole number, 1 or more, got 0/],
    ["1.5 sites", { program: basics, sites: 1.5 }, RangeError, /got 1\.5/],
    ["NaN sites", { program: basics, sites: Number.NaN }, RangeError, /got NaN/],
    [
      "more sites than memory",
      { program: basics, sites: 10_000_000 },
      LimitError,
      /10000000 sites need about \d+ MiB, and \d+ MiB are free; launch at most \d+/,
    ],
    [
      "an odd page size",
      { program: basics, sites: 1, pageSize: 1000 },
      RangeError,
      /pageSize must be a power of two from 256 to 65536 bytes, got 1000/,
    ],
    ["a small page size", { program: basics, sites: 1, pageSize: 128 }, RangeError, /got 128/],
    ["a large page size", { program: basics, sites: 1, pageSize: 131072 }, RangeError, /got 131072/],
  ])("%s", async (_what, options, type, message) => {
    const error = await rejection(launch(options as never));
    expect(error).toBeInstanceOf(type);
    expect(error.message).toMatch(message);
  });

  it("a program that throws while it is loaded: with its own error", async () => {
    const error = await rejection(launch({ program: program("throws.mjs"), sites: 2 }));
    expect(error).toBeInstanceOf(RangeError);
    expect(error.message).toBe("thrown while loading");
    expect(error.cause).toBeInstanceOf(TypeError);
    expect(error.stack).toContain("throws.mjs");
  });

  it("a program that cannot be parsed", async () => {
    expect(
      await rejection(launch({ program: "data:text/javascript,export const broken = ;", sites: 1 })),
    ).toBeInstanceOf(SyntaxError);
  });

  it("an aborted signal: with its reason, before and while it loads the program", async () => {
    const reason = new Error("changed my mind");
    expect(await rejection(launch({ program: basics, signal: AbortSignal.abort(reason) }))).toBe(reason);
    const controller = new AbortController();
    const launching = rejection(launch({ program: program("hangs.mjs"), sites: 2, signal: controller.signal }));
    setImmediate(() => controller.abort(reason));
    expect(await launching).toBe(reason);
    const late = new AbortController();
    const hanging = rejection(launch({ program: program("hangs.mjs"), sites: 1, signal: late.signal }));
    setTimeout(() => late.abort(reason), 200);
    expect(await hanging).toBe(reason);
  });
});

describe("launch", () => {
  it("takes a URL, its text, a path and a relative path", async () => {
    const path = new URL(basics).pathname;
    for (const one of [basics, basics.href, path, path.slice(process.cwd().length + 1)]) {
      await using cluster = await launch({ program: one, sites: 1 });
      expect(await cluster.run("echo", 1)).toBe(1);
    }
  });

  it("takes TypeScript", async () => {
    await using cluster = await launch({ program: program("typescript.ts"), sites: 2 });
    expect(await cluster.runAll("typed", 20)).toEqual([21, 21]);
  });

  it("takes a data: URL", async () => {
    await using cluster = await launch({
      program: "data:text/javascript,export function two() { return 2 }",
      sites: 1,
    });
    expect(await cluster.run("two")).toBe(2);
  });

  it("has as many sites as told, and by default as there are cores", async () => {
    await using three = await launchBasics(3);
    expect(three.sites).toBe(3);
    await using all = await launch({ program: basics });
    expect(all.sites).toBe(availableParallelism());
  });

  it("uses its pageSize for arrays that name none", async () => {
    await using cluster = await launchBasics(1, { pageSize: 512 });
    cluster.memory.int8("x", 1);
    expect(() => cluster.memory.int8("x", 2)).toThrow("pages of 512 bytes");
  });

  it("debug: true guards the views of released spans", async () => {
    await using cluster = await launchBasics(1, { debug: true });
    const span = await cluster.memory.int8("x", 10).async.read();
    span.release();
    expect(() => span.view[0]).toThrow("was released");
  });

  it("its signal closes the cluster", async () => {
    const controller = new AbortController();
    await using cluster = await launchBasics(2, { signal: controller.signal });
    const running = rejection(cluster.runAll("waitForEver"));
    controller.abort();
    expect(await running).toBeInstanceOf(ClosedError);
    expect(await rejection(cluster.run("echo", 1))).toBeInstanceOf(ClosedError);
  });
});
