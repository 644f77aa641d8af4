import type { KernelAnswer, KernelArgs } from "@isles/examples";
import { describe, expect, it } from "vitest";
import type { Crew } from "../dist/macro/crew.js";
import { buffersOf } from "../dist/macro/give-away.js";

type Functions = Record<string, (...args: unknown[]) => unknown>;

/** Workers without threads: modules of their own, what is sent to them and comes back is cloned or moved as between threads. */
async function crewOf(kernel: string, workers: number): Promise<Crew> {
  const modules: Functions[] = [];
  for (let worker = 0; worker < workers; worker++)
    modules.push(
      await import(new URL(`../dist/macro/messages/${kernel}.worker.js?${workers}.${worker}`, import.meta.url).href),
    );
  return {
    workers,
    async call<T>(worker: number, name: string, args: readonly unknown[], transfer: readonly ArrayBuffer[] = []) {
      const result = modules[worker]![name]!(...structuredClone(args, { transfer: [...transfer] }));
      return structuredClone(result, { transfer: [...buffersOf(result)] }) as T;
    },
  };
}

interface Driver {
  run(crew: Crew, args: KernelArgs): Promise<KernelAnswer>;
}

const kernels = ["radix", "barnes", "mandelbrot", "life", "kmeans", "pagerank", "words", "hashmap", "tsp"];

describe.each(kernels)("%s by messages", (kernel) => {
  it.each([1, 2, 3, 5])("is right with %i workers, again and again", async (workers) => {
    const driver: Driver = await import(`../dist/macro/messages/${kernel}.js`);
    const answer = await driver.run(await crewOf(kernel, workers), { size: "tiny", repeats: 2 });
    expect(answer).toMatchObject({ kernel, size: "tiny", workers, verdict: { ok: true } });
    expect(answer.seconds.length).toBe(2);
  });
});
