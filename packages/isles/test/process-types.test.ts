import { type Cluster, defineProcess, launch, type ProcessHandle, receive, type SharedArray } from "isles";
import { describe, expectTypeOf, it } from "vitest";

const walk = defineProcess(function* (site, grid: SharedArray<Float64Array>, from: number) {
  expectTypeOf(site.id).toEqualTypeOf<number>();
  let sum = 0;
  for (let i = from; i < grid.length; i++) {
    sum += grid.get(i);
    if (i % 1000 === 0) yield;
  }
  return sum;
});

const mail = defineProcess(function* (site) {
  const message: { n: number } = yield receive({ timeoutMs: 10 });
  yield* walk(site, site.memory.float64("a", 1), message.n);
  const child = yield site.migration.async.spawn(walk, [site.memory.float64("a", 1), 0]);
  return child as ProcessHandle<number>;
});

/** Never called: it only has to compile. */
async function uses(cluster: Cluster, grid: SharedArray<Float64Array>): Promise<void> {
  const p = await cluster.spawn(walk, [grid, 0], { site: 0 });
  expectTypeOf(p).toEqualTypeOf<ProcessHandle<number>>();
  await p.migrate(2);
  expectTypeOf(p.site).toEqualTypeOf<number>();
  expectTypeOf(await p.checkpoint()).toEqualTypeOf<Uint8Array>();
  await p.kill();
  expectTypeOf(await p.result).toEqualTypeOf<number>();
  // @ts-expect-error a process takes what it says
  await cluster.spawn(walk, [grid, "0"]);
  // @ts-expect-error all of it
  await cluster.spawn(walk, [grid]);
  // @ts-expect-error no such policy
  await cluster.spawn(walk, [grid, 0], { policy: "whim" });
  // @ts-expect-error no process
  await cluster.spawn(() => 1, []);
  // @ts-expect-error no generator
  defineProcess(() => 1);
  const byName = await cluster.spawn("walk", [grid, 0]);
  expectTypeOf(await byName.result).toEqualTypeOf<unknown>();
  const again = await cluster.restore<number>(new Uint8Array(), { site: 1 });
  expectTypeOf(await again.wait({ timeoutMs: 5 })).toEqualTypeOf<number>();
  const m = await cluster.spawn(mail);
  expectTypeOf((await m.result).id).toEqualTypeOf<number>();
  await launch({ program: "x", traits: { 1: { hardware: ["gpu"] } } });
}

describe("processes have the types that the public face promises", () => {
  it("compiles", () => {
    expectTypeOf(uses).toBeFunction();
  });
});
