import type { ArgumentOf, Cluster, FunctionName, ResultOf, SharedArray, Site } from "isles";
import { expect, expectTypeOf, it } from "vitest";

// Checked by the compiler (`npm run types`), not by running: what run and runAll infer from a program's type.

interface Program {
  nothing(site: Site): void;
  needs(site: Site, args: { n: number }): number;
  mayHave(site: Site, args?: { n: number }): string;
  defaulted(site: Site, args: { n: number } | undefined): bigint;
  later(site: Site, args: string): Promise<boolean>;
  shares(site: Site, array: SharedArray<Float64Array>): SharedArray<Float64Array>;
  bare(): "bare";
  readonly version: number;
  notForSites(text: string): string;
}

/** Never called: its body need only compile. */
export async function compiles(cluster: Cluster<Program>, array: SharedArray<Float64Array>): Promise<void> {
  expectTypeOf(await cluster.run("needs", { n: 1 })).toEqualTypeOf<number>();
  expectTypeOf(await cluster.runAll("needs", { n: 1 })).toEqualTypeOf<number[]>();
  expectTypeOf(await cluster.run("later", "x")).toEqualTypeOf<boolean>();
  expectTypeOf(await cluster.runAll("later", "x", {})).toEqualTypeOf<boolean[]>();
  expectTypeOf(await cluster.run("mayHave")).toEqualTypeOf<string>();
  expectTypeOf(await cluster.run("defaulted", undefined, { site: 1 })).toEqualTypeOf<bigint>();
  expectTypeOf(await cluster.run("bare")).toEqualTypeOf<"bare">();
  expectTypeOf(await cluster.run("shares", array)).toEqualTypeOf<SharedArray<Float64Array>>();
  await cluster.run("nothing");
  await cluster.run("needs", { n: 1 }, { near: array });
  await cluster.run("nothing", undefined, { near: [array.subarray(1), array.reading(0, 1)] });
  const job = await cluster.start("later", "x", { near: array.writing() });
  expectTypeOf(await job.result).toEqualTypeOf<boolean>();
  await cluster.run("nothing", undefined, { site: 2, signal: new AbortController().signal });

  // @ts-expect-error not shared: it is nowhere else
  await cluster.run("nothing", undefined, { near: new Float64Array(1) });
  // @ts-expect-error the argument is missing
  await cluster.run("needs");
  // @ts-expect-error the argument has another type
  await cluster.run("needs", { n: "1" });
  // @ts-expect-error and so here
  await cluster.runAll("later", 1);
  // @ts-expect-error the function takes no argument
  await cluster.run("nothing", 5);
  // @ts-expect-error there is no such function
  await cluster.run("missing");
  // @ts-expect-error not a function
  await cluster.run("version");
  // @ts-expect-error its first parameter is no site
  await cluster.run("notForSites");
  // @ts-expect-error runAll has no site: it is all of them
  await cluster.runAll("nothing", undefined, { site: 1 });
  // @ts-expect-error there is no such option
  await cluster.run("nothing", undefined, { sites: 1 });
}

/** The same from inside a site, which does not know its program: by the function's type, or the result's. */
export async function compilesAtSite(site: Site, array: SharedArray<Float64Array>): Promise<void> {
  type Later = Program["later"];
  expectTypeOf(site.run<Program["needs"]>("needs", { n: 1 })).toEqualTypeOf<number>();
  expectTypeOf(site.run<Later>("later", "x", { near: array })).toEqualTypeOf<boolean>();
  expectTypeOf(await site.async.run<Later>("later", "x")).toEqualTypeOf<boolean>();
  expectTypeOf(site.start<Later>("later", "x", { site: 1 }).wait()).toEqualTypeOf<boolean>();
  expectTypeOf(await (await site.async.start<Later>("later", "x")).result).toEqualTypeOf<boolean>();
  expectTypeOf(site.run<number>("needs", { n: 1 })).toEqualTypeOf<number>();
  expectTypeOf(site.run("needs", { n: 1 })).toEqualTypeOf<unknown>();

  // @ts-expect-error the argument has another type
  site.run<Later>("later", 1);
  // @ts-expect-error there is no such option
  site.run("needs", { n: 1 }, { sites: 1 });
}

it("types say what a program's functions take and return", () => {
  expectTypeOf<FunctionName<Program>>().toEqualTypeOf<
    "nothing" | "needs" | "mayHave" | "defaulted" | "later" | "shares" | "bare"
  >();
  expectTypeOf<ArgumentOf<Program, "needs">>().toEqualTypeOf<{ n: number }>();
  expectTypeOf<ResultOf<Program, "later">>().toEqualTypeOf<boolean>();
  expect(compiles).toBeTypeOf("function");
  expect(compilesAtSite).toBeTypeOf("function");
});
